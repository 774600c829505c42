"""`crosswalk build --baseline`: three cuts of the tiny study, and baselines that are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

from crosswalk.baseline import read_baseline
from crosswalk.build import build
from define.xpt_read import read_xpt

Command = Callable[..., Result]
Content = Callable[[Path], dict[str, bytes]]

AE = "raw/ae.csv"
SDTM = "m5/datasets/tiny/tabulations/sdtm"
EARLY = "        01-001,AE,9,39,chill,Chills,N,2024-01-02,,said late,\n"


def sdtm_only(tiny: ModuleType) -> dict[str, str]:
    """What AE needs: subjects, doses, elements and visits."""
    leave = ("adam/", "sdtm/lb", "sdtm/rs", "raw/lb", "raw/rs")
    files = {n: t for n, t in tiny.FILES.items() if not n.startswith(leave)}
    study = tiny.FILES["study.yaml"]
    for form in ("lb", "rs"):
        study = study.replace(f"    {form}: {{file: raw/{form}.csv}}\n", "")
    return {**files, "study.yaml": study}


@pytest.fixture(scope="module")
def cuts(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages of three cuts, each after the one before: whole, without one event, with another."""
    root = tmp_path_factory.mktemp("cuts")
    files = sdtm_only(tiny)
    whole = files[AE]
    without = "".join(line for line in whole.splitlines(keepends=True) if "Pyrexia" not in line)
    before = None
    for name, content in (("one", whole), ("two", without), ("three", without + EARLY)):
        study = tiny.write(root / f"study-{name}", {**files, AE: content})
        build(study, root / name, baseline=before)
        before = root / name
    return root


def dataset(package: Path, name: str) -> pd.DataFrame:
    return read_xpt(package / SDTM / f"{name}.xpt")[0]


def manifest(package: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def numbers(package: Path) -> list[list[Any]]:
    rows: list[list[Any]] = dataset(package, "ae")[["AEDECOD", "AESEQ"]].values.tolist()
    return rows


def test_numbers_over_three_cuts(cuts: Path) -> None:
    assert numbers(cuts / "one") == [
        ["Headache", 1.0],
        ["Fatigue", 2.0],
        ["Pyrexia", 3.0],
        ["Cough", 1.0],
    ]
    assert numbers(cuts / "two") == [["Headache", 1.0], ["Fatigue", 2.0], ["Cough", 1.0]]
    assert numbers(cuts / "three") == [
        ["Headache", 1.0],
        ["Chills", 4.0],
        ["Fatigue", 2.0],
        ["Cough", 1.0],
    ]
    supp = dataset(cuts / "three", "suppae")
    notes = supp[supp["QNAM"] == "AENOTE"]
    assert notes[["IDVARVAL", "QVAL"]].values.tolist() == [["4", "said late"]]


def test_the_manifest_names_the_baseline_and_what_became_of_it(cuts: Path) -> None:
    first, second, third = (manifest(cuts / n) for n in ("one", "two", "three"))
    assert "sequence" not in first
    digest = hashlib.sha256((cuts / "one" / "manifest.json").read_bytes()).hexdigest()
    assert second["inputs"]["--baseline/manifest.json"] == digest
    assert second["sequence"]["AE"] == {
        "kept": 3,
        "new": 0,
        "gone": 1,
        "highest": {"TINY-01-001": 3},
    }
    assert third["sequence"]["AE"] == {"kept": 3, "new": 1, "gone": 0, "highest": {}}
    assert set(third["sequence"]) == {"AE", "EX", "SE"}


def test_define_says_how_the_numbers_came(cuts: Path) -> None:
    text = (cuts / "three" / SDTM / "define.xml").read_text(encoding="utf-8")
    assert (
        "As in the earlier data cut where a record has the same USUBJID, AESTDTC, AEDECOD. Others"
        " are numbered after the highest number that the subject had, in that order."
    ) in text
    first = (cuts / "one" / SDTM / "define.xml").read_text(encoding="utf-8")
    assert "earlier data cut" not in first


def test_the_same_bytes_twice(
    command: Command, cuts: Path, tmp_path: Path, content: Content
) -> None:
    """The command in another place, after a copy of the baseline in another place."""
    shutil.copytree(cuts / "two", tmp_path / "elsewhere")
    study, out = cuts / "study-three", tmp_path / "out"
    result = command("build", study, "-o", out, "--baseline", tmp_path / "elsewhere")
    assert result.exit_code in (0, 1), result.output
    assert content(out) == content(cuts / "three")


def refused(command: Command, study: Path, baseline: Path, out: Path) -> str:
    """What the command says; nothing is written."""
    result = command("build", study, "-o", out, "--baseline", baseline)
    assert result.exit_code == 2, result.output
    assert not out.exists()
    assert "Traceback" not in result.output
    said: str = result.stderr.splitlines()[-1]
    return said


def test_no_package(command: Command, cuts: Path, tmp_path: Path) -> None:
    study, out = cuts / "study-three", tmp_path / "out"
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name in ("empty", "file", "gone"):
        assert refused(command, study, tmp_path / name, out) == (
            f"{(tmp_path / name).as_posix()} is no package of Crosswalk (there is no manifest.json"
            " that can be read); name the folder that an earlier build wrote"
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"study": "TINY"}',
        '{"study": "TINY", "outputs": []}',
        '{"study": "TINY", "outputs": {"a": 1}}',
        '{"study": "TINY", "outputs": {}, "sequence": {"AE": {"highest": {"A": "3"}}}}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_no_manifest(command: Command, cuts: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert refused(command, cuts / "study-three", tmp_path, tmp_path / "out") == (
        f"{tmp_path.as_posix()}/manifest.json is not the manifest of a package of Crosswalk"
    )


def test_another_study(command: Command, cuts: Path, tiny_study: Path, tmp_path: Path) -> None:
    assert refused(command, tiny_study, cuts / "one", tmp_path / "out") == (
        f"{(cuts / 'one').as_posix()} is a package of the study TINY, not of TINY01;"
        " name an earlier package of the same study"
    )


def test_as_json(command: Command, cuts: Path, tiny_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = command("build", tiny_study, "-o", out, "--baseline", cuts / "one", "--json")
    assert result.exit_code == 2
    [fault] = json.loads(result.stdout)["faults"]
    assert fault["rule"] == "baseline.refused"


def test_a_changed_or_missing_dataset(command: Command, cuts: Path, tmp_path: Path) -> None:
    study, out = cuts / "study-three", tmp_path / "out"
    package = tmp_path / "package"
    shutil.copytree(cuts / "two", package)
    file = package / SDTM / "ae.xpt"
    data = file.read_bytes()
    file.write_bytes(data.replace(b"Headache", b"Headbche"))
    assert "ae.xpt is not the file that its package was published with" in refused(
        command, study, package, out
    )
    file.unlink()
    assert "ae.xpt, which the package's manifest names, cannot be read" in refused(
        command, study, package, out
    )
    file.write_bytes(data[:-80] + b"x" * 80)
    content = manifest(package)
    content["outputs"][f"{SDTM}/ae.xpt"] = hashlib.sha256(file.read_bytes()[:700]).hexdigest()
    file.write_bytes(file.read_bytes()[:700])
    (package / "manifest.json").write_text(json.dumps(content))
    assert "ae.xpt cannot be read: it is" in refused(command, study, package, out)


def test_a_key_that_the_earlier_cut_has_not(
    command: Command, cuts: Path, tiny: ModuleType, tmp_path: Path
) -> None:
    files = sdtm_only(tiny)
    module = files["sdtm/ae.yaml"].replace("AEDECOD]", "AEDECOD, AESPID]")
    module = module.replace(
        "  AETERM: {copy: TERM}", "  AETERM: {copy: TERM}\n  AESPID: {copy: RECID}"
    )
    study = tiny.write(tmp_path / "study", {**files, "sdtm/ae.yaml": module})
    file = (cuts / "one" / SDTM / "ae.xpt").as_posix()
    assert refused(command, study, cuts / "one", tmp_path / "out") == (
        f"{file} has no text variable AESPID, by which records of AE are found again; give the"
        " module keys that the earlier cut has, or build without --baseline"
    )


def test_a_domain_that_was_empty_last_time_remembers_its_numbers(
    tiny: ModuleType, tmp_path: Path
) -> None:
    """It has no file, so the manifest alone tells."""
    planned = tiny.plan(tmp_path / "study", sdtm_only(tiny))
    told = {"AE": {"kept": 0, "new": 0, "gone": 3, "highest": {"TINY-01-001": 3}}}
    content = {"study": "TINY", "outputs": {}, "sequence": told}
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    found = read_baseline(tmp_path, planned.sdtm, tmp_path / "out").domains
    assert list(found) == ["AE"]
    assert tiny.run(planned, found)["AE"]["AESEQ"].tolist() == [4.0, 5.0, 6.0, 1.0]


def test_the_package_that_the_build_would_remove(
    command: Command, cuts: Path, tmp_path: Path, content: Content
) -> None:
    out = tmp_path / "out"
    kept = tmp_path / "out.previous"
    shutil.copytree(cuts / "two", kept)
    before = content(kept)
    assert "which would remove it" in refused(command, cuts / "study-three", kept, out)
    assert content(kept) == before
