"""`crosswalk package`: the tree of each agency, what it refuses, and that nothing is half done."""

from __future__ import annotations

import errno
import html
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

from crosswalk import publish as publishing
from crosswalk.package import (
    PROFILES,
    PackageRefused,
    package,
    profile_of,
)
from crosswalk.package.planned import File, study_folder
from crosswalk.publish import CannotPublish, unfinished
from define.xpt_read import read_xpt

Command = Callable[..., Result]
Content = Callable[[Path], dict[str, bytes]]
Rehashed = Callable[[Path], None]
HOME = "m5/datasets/tiny"
SDTM, ADAM = f"{HOME}/tabulations/sdtm", f"{HOME}/analysis/adam/datasets"
PROGRAMS = f"{HOME}/analysis/adam/programs"
FDA = profile_of("fda")
DATA = {"ae", "dm", "ex", "lb", "rs", "se", "suppae", "suppdm", "sv", "ts"}
ANALYSIS = {"adsl", "adae", "adrs", "adtte"}
NAMES = {
    "fda": ("csdrg", "adrg"),
    "pmda": ("study-data-reviewers-guide", "analysis-data-reviewers-guide"),
    "nmpa": ("csdrg", "adrg"),
}


def rules(refused: pytest.ExceptionInfo[PackageRefused]) -> list[str]:
    return sorted({f.rule for f in refused.value.findings})


@pytest.mark.usefixtures("no_guides")
@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_tree_of_each_agency(built: Path, tmp_path: Path, content: Content, name: str) -> None:
    made = package(built, PROFILES[name], tmp_path / "p")
    files = content(tmp_path / "p")
    csdrg, adrg = NAMES[name]
    pages = {"html", "pdf"} if name != "nmpa" else {"pdf"}
    expected = {"manifest.json", f"{SDTM}/acrf.pdf"}
    expected |= {f"{SDTM}/{n}.xpt" for n in DATA} | {f"{ADAM}/{n}.xpt" for n in ANALYSIS}
    for home, guide in ((SDTM, csdrg), (ADAM, adrg)):
        expected |= {f"{home}/define.xml", f"{home}/define2-1.xsl"}
        expected |= {f"{home}/define.html"} if name != "nmpa" else set()
        expected |= {f"{home}/{guide}.{p}" for p in pages}
    expected |= {f"{PROGRAMS}/{n}.txt" for n in (*ANALYSIS, "study")}
    assert set(files) == expected
    manifest = json.loads(files["manifest.json"])
    assert (manifest["study"], manifest["status"]) == ("TINY", "final")
    assert manifest["package"]["profile"] == name
    assert (made.status, made.exit_code, made.files) == ("final", 0, len(files) - 1)
    left = [f"{h.removeprefix(HOME + '/')}/define.html" for h in (ADAM, SDTM)]
    assert manifest["package"]["left_out"] == (left if name == "nmpa" else [])
    for file in expected - {"manifest.json"} - {f for f in expected if "guide" in f}:
        if (built / file).exists():
            assert files[file] == (built / file).read_bytes(), file


@pytest.mark.usefixtures("no_guides")
def test_technical_rejection_is_fdas(built: Path, tmp_path: Path) -> None:
    told = {c.id: c.status for c in package(built, FDA, tmp_path / "fda").criteria}
    assert told == {
        "1789": "not evaluated",
        "1734": "passed",
        "1735": "not evaluated",
        "1736": "passed",
    }
    assert package(built, profile_of("pmda"), tmp_path / "pmda").criteria == ()


def test_an_unknown_profile(command: Command, built: Path) -> None:
    result = command("package", built, "--profile", "fdb")
    assert result.exit_code == 2
    assert "there is no profile 'fdb'; there are fda, pmda, nmpa. Did you mean" in result.output


def test_what_is_no_build(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    result = command("package", tmp_path / "x")
    assert result.exit_code == 2
    assert "is no build of Crosswalk (there is no manifest.json)" in result.output
    (tmp_path / "x" / "manifest.json").write_text("{}")
    result = command("package", tmp_path / "x")
    assert result.exit_code == 2
    assert "is not a manifest of Crosswalk" in result.output


@pytest.mark.usefixtures("no_guides")
@pytest.mark.parametrize("file", [f"{SDTM}/dm.xpt", "reports/guides.json", f"{ADAM}/define.xml"])
def test_a_build_that_was_changed(command: Command, build: Path, file: str) -> None:
    data = bytearray((build / file).read_bytes())
    data[-1] ^= 1
    (build / file).write_bytes(data)
    result = command("package", build)
    assert result.exit_code == 1
    assert f"package.changed: {file} is not the file that was published" in result.output
    assert "is not as it was published; nothing was written" in result.output
    assert [p.name for p in build.parent.iterdir()] == ["build"]


@pytest.mark.usefixtures("no_guides")
def test_a_build_without_facts_for_guides(build: Path, rehashed: Rehashed) -> None:
    (build / "reports" / "guides.json").unlink()
    rehashed(build)
    with pytest.raises(PackageRefused, match="noted nothing for guides; build it again"):
        package(build, FDA)
    (build / "reports" / "guides.json").write_text('{"format": "x"}')
    rehashed(build)
    with pytest.raises(PackageRefused, match=r"guides\.json: it is not what a build writes"):
        package(build, FDA)


def drafted(build: Path, rehashed: Rehashed) -> None:
    """Turn a build into a draft with one finding left."""
    path = build / "reports" / "findings.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["status"] = "draft"
    report["counts"]["unexplained"] = 1
    report["findings"][0] |= {"state": "unexplained", "explanation": None}
    path.write_text(json.dumps(report), encoding="utf-8")
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    (build / "manifest.json").write_text(json.dumps(manifest | {"status": "draft"}))
    rehashed(build)


@pytest.mark.usefixtures("no_pdf")
def test_a_draft_is_refused_unless_it_is_wanted(
    command: Command, build: Path, rehashed: Rehashed, content: Content
) -> None:
    drafted(build, rehashed)
    result = command("package", build, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["status"] == "refused"
    assert "is a draft: 1 findings are neither mended nor explained" in told["message"]
    assert [p.name for p in build.parent.iterdir()] == ["build"]
    result = command("package", build, "--draft")
    assert result.exit_code == 1
    assert "Status draft" in result.stdout
    files = content(build.with_name("build-fda"))
    assert json.loads(files["manifest.json"])["status"] == "draft"
    assert "DRAFT" in files[f"{SDTM}/csdrg.html"].decode()
    assert "1 findings are neither mended nor explained" in files[f"{ADAM}/adrg.html"].decode() or (
        "1 findings are neither" in files[f"{SDTM}/csdrg.html"].decode()
    )


@pytest.mark.usefixtures("no_pdf")
def test_guides_of_a_package_with_errors_say_draft(
    build: Path, rehashed: Rehashed, content: Content
) -> None:
    """The build is final, and what comes of it is not."""
    (build / SDTM / "notes.pdf").write_bytes(b"")
    rehashed(build)
    made = package(build, FDA, draft=True)
    assert (made.status, [f.rule for f in made.findings]) == ("draft", ["package.empty"])
    files = content(made.folder)
    for name in (f"{SDTM}/csdrg.html", f"{ADAM}/adrg.html"):
        assert "Guide \u00b7 DRAFT" in html.unescape(files[name].decode())


def test_the_folder_of_a_study() -> None:
    assert study_folder("ABC.123_x") == "abc-123_x"


def test_a_manifest_that_says_final_of_a_draft(build: Path, rehashed: Rehashed) -> None:
    drafted(build, rehashed)
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    (build / "manifest.json").write_text(json.dumps(manifest | {"status": "final"}))
    with pytest.raises(PackageRefused, match="says 'final' and its findings 'draft'"):
        package(build, FDA)


@pytest.mark.usefixtures("no_guides")
def test_places_that_a_package_never_takes(built: Path, build: Path) -> None:
    for out in (build, build / "m5" / "x", build.parent):
        with pytest.raises(PackageRefused, match="is the build or lies in it"):
            package(build, FDA, out)
    with pytest.raises(PackageRefused, match="holds a build, no package"):
        package(built, FDA, build)
    made = package(built, FDA, build.parent / "p")
    with pytest.raises(PackageRefused, match="is a package already"):
        package(made.folder, FDA, build.parent / "q")


@pytest.mark.usefixtures("no_guides")
@pytest.mark.parametrize(
    ("study", "file", "rule"),
    [
        ("TINY", f"{SDTM}/Notes.pdf", "package.name"),
        ("TINY", f"{SDTM}/a b.pdf", "package.name"),
        ("TINY", f"{SDTM}/{'a' * 61}.pdf", "package.name"),
        ("TINY", f"{SDTM}/questions1.xpt", "package.name"),
        ("TINY", f"{SDTM}/1dm.xpt", "package.name"),
        ("TINY", f"{HOME}/{'f' * 33}/notes.pdf", "package.name"),
        ("TINY", f"{HOME}/{'/'.join('f' * 30 for _ in range(5))}/notes.pdf", "package.path"),
    ],
)
def test_names_and_paths(build: Path, rehashed: Rehashed, study: str, file: str, rule: str) -> None:
    path = build / file
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(build / SDTM / "dm.xpt", path)
    rehashed(build)
    with pytest.raises(PackageRefused, match="would not take this package") as refused:
        package(build, FDA)
    assert rules(refused) == [rule]
    assert not build.with_name("build-fda").exists()


@pytest.mark.usefixtures("no_guides")
@pytest.mark.parametrize(
    ("file", "data", "rule", "words"),
    [
        (f"{SDTM}/notes.pdf", b"", "package.empty", "is empty"),
        (f"{PROGRAMS}/adsl.txt", "target: ADSL\nlabel: \u00e9".encode(), "package.text", ":2:8"),
        (f"{SDTM}/xx.xpt", b"x" * 800, "package.transport", "no transport file of version 5"),
    ],
)
def test_contents(
    build: Path, rehashed: Rehashed, file: str, data: bytes, rule: str, words: str
) -> None:
    (build / file).write_bytes(data)
    rehashed(build)
    with pytest.raises(PackageRefused) as refused:
        package(build, FDA)
    assert rule in rules(refused)
    assert any(words in str(f) for f in refused.value.findings)
    # NMPA takes programs in any encoding.
    if rule == "package.text":
        package(build, profile_of("nmpa"))


@pytest.mark.usefixtures("no_guides")
def test_links_of_define(build: Path, rehashed: Rehashed) -> None:
    (build / SDTM / "acrf.pdf").unlink()
    (build / ADAM / "define2-1.xsl").unlink()
    rehashed(build)
    with pytest.raises(PackageRefused) as refused:
        package(build, FDA)
    texts = [f.message for f in refused.value.findings if f.rule == "package.link"]
    assert "define.xml of SDTM points at acrf.pdf, which is not here" in texts
    assert "define.xml of ADaM names the stylesheet define2-1.xsl, which is not here" in texts


@pytest.mark.usefixtures("no_guides")
def test_nmpa_wants_adsl_and_its_names(build: Path, rehashed: Rehashed) -> None:
    shutil.copyfile(build / ADAM / "adae.xpt", build / ADAM / "xdae.xpt")
    path = build / "reports" / "guides.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    for dataset in facts["datasets"]:
        if dataset["name"] == "ADSL":
            dataset["records"] += 1
    path.write_text(json.dumps(facts), encoding="utf-8")
    rehashed(build)
    with pytest.raises(PackageRefused) as refused:
        package(build, profile_of("nmpa"))
    assert rules(refused) == ["package.adsl", "package.name"]


@pytest.mark.usefixtures("no_pdf")
@pytest.mark.parametrize(("level", "gone"), [("ADaM", "tabulations"), ("SDTM", "analysis")])
def test_one_level_alone(
    build: Path, rehashed: Rehashed, content: Content, level: str, gone: str
) -> None:
    """A study that starts from finished SDTM packages ADaM only; one without ADaM, SDTM only."""
    shutil.rmtree(build / HOME / gone)
    path = build / "reports" / "guides.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["levels"] = [level]
    for name in ("datasets", "documents"):
        facts[name] = [d for d in facts[name] if d["level"] == level]
    if level == "ADaM":
        facts |= {"forms": [], "trial": [], "given_sdtm": ["AE", "DM"]}
    path.write_text(json.dumps(facts), encoding="utf-8")
    rehashed(build)
    made = package(build, FDA)
    told = {c.id: c.status for c in made.criteria}
    assert told["1734"] == ("passed" if level == "SDTM" else "not evaluated")
    assert told["1736"] == "passed"
    guides = {Path(n).name for n in content(made.folder) if n.endswith("rg.pdf")}
    assert guides == {"csdrg.pdf" if level == "SDTM" else "adrg.pdf"}


def without(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    return frame[frame["TSPARMCD"] != code]


def put(frame: pd.DataFrame, rows: pd.Series, column: str, value: str) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[rows, column] = value
    return frame


TRC: dict[str, tuple[str, str, Any, str]] = {
    "no ts": (f"{SDTM}/ts.xpt", "1734", None, "there is no ts.xpt"),
    "no start": (
        f"{SDTM}/ts.xpt",
        "1734",
        lambda f: without(f, "SSTDTC"),
        "ts.xpt has no SSTDTC",
    ),
    "start is no date": (
        f"{SDTM}/ts.xpt",
        "1734",
        lambda f: put(f, f["TSPARMCD"] == "SSTDTC", "TSVAL", "2024-02-31"),
        "SSTDTC in ts.xpt is '2024-02-31', not a date",
    ),
    "start is partial": (
        f"{SDTM}/ts.xpt",
        "1734",
        lambda f: put(f, f["TSPARMCD"] == "SSTDTC", "TSVAL", "2024"),
        "SSTDTC in ts.xpt is '2024', not a date",
    ),
    "start is missing": (
        f"{SDTM}/ts.xpt",
        "1734",
        lambda f: put(f, f["TSPARMCD"] == "SSTDTC", "TSVAL", ""),
        "SSTDTC in ts.xpt is missing",
    ),
    "another study": (
        f"{SDTM}/ts.xpt",
        "1734",
        lambda f: put(f, f["TSPARMCD"] != "", "STUDYID", "TIN"),
        "STUDYID in ts.xpt is TIN, not TINY",
    ),
    "no dm": (f"{SDTM}/dm.xpt", "1736", None, "there is no dm.xpt in tabulations/sdtm"),
    "no define": (f"{SDTM}/define.xml", "1736", None, "there is no define.xml in tabulations/sdtm"),
    "no adsl": (f"{ADAM}/adsl.xpt", "1736", None, "there is no adsl.xpt in analysis"),
    "no define of adam": (f"{ADAM}/define.xml", "1736", None, "there is no define.xml in analysis"),
    "dm of another": (
        f"{SDTM}/dm.xpt",
        "1736",
        lambda f: put(f, f["STUDYID"] != "", "STUDYID", "OTH"),
        "STUDYID in dm.xpt is OTH, not TINY",
    ),
}


@pytest.mark.usefixtures("no_guides")
@pytest.mark.parametrize("case", TRC)
def test_what_fda_would_reject(
    build: Path, rehashed: Rehashed, change: Callable[..., None], case: str
) -> None:
    file, criterion, work, words = TRC[case]
    if work is None:
        (build / file).unlink()
        rehashed(build)
    else:
        change(build, file, work)
    with pytest.raises(PackageRefused) as refused:
        package(build, FDA)
    told = [f for f in refused.value.findings if f.rule.startswith("rejection.")]
    assert [f.rule for f in told] == [f"rejection.{criterion}"]
    assert words in told[0].message
    # With --draft it is written, and says so.
    made = package(build, FDA, draft=True)
    assert (made.status, made.exit_code) == ("draft", 1)
    assert {c.id for c in made.criteria if c.status == "failed"} == {criterion}


@pytest.mark.usefixtures("no_guides")
def test_a_large_dataset_gets_parts(
    build: Path, change: Callable[..., None], tmp_path: Path
) -> None:
    change(build, f"{SDTM}/ae.xpt", lambda f: pd.concat([f] * 40))
    whole = read_xpt(build / SDTM / "ae.xpt")[0]
    size = (build / SDTM / "ae.xpt").stat().st_size
    made = package(build, replace(FDA, split_over=size - 80), tmp_path / "p")
    split = json.loads((tmp_path / "p" / "manifest.json").read_text())["package"]["split"]
    home = tmp_path / "p" / SDTM
    assert (home / "ae.xpt").read_bytes() == (build / SDTM / "ae.xpt").read_bytes()
    assert split == {
        f"{SDTM}/split/ae01.xpt": "USUBJID TINY-01-001",
        f"{SDTM}/split/ae02.xpt": "USUBJID TINY-01-002",
    }
    frames = []
    for name in split:
        frame, _, dataset, _ = read_xpt(tmp_path / "p" / name)
        assert dataset == Path(name).stem.upper()
        frames.append(frame)
    assert frames[0]["USUBJID"].unique().tolist() == ["TINY-01-001"]
    keys = list(whole.columns)
    again = pd.concat(frames).sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(again, whole.sort_values(keys, ignore_index=True))
    assert made.parts == 2


@pytest.mark.usefixtures("no_guides")
def test_a_subject_that_fits_no_part(built: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageRefused) as refused:
        package(built, replace(FDA, split_over=1000), tmp_path / "p")
    assert "package.split" in rules(refused)
    assert any("alone are over 1,000 bytes" in f.message for f in refused.value.findings)
    asked = package(built, replace(profile_of("pmda"), ask_over=1000), tmp_path / "p")
    assert "package.size" in {f.rule for f in asked.notices}
    assert asked.parts == 0


@pytest.mark.usefixtures("no_guides")
def test_a_full_disk_leaves_the_last_package(
    built: Path, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "p"
    package(built, FDA, out)
    before = content(tmp_path)
    whole = File.write
    for number in (1, 12, 25):
        count = 0

        def full(file: File, below: Path, number: int = number) -> None:
            nonlocal count
            count += 1
            if count == number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            whole(file, below)

        monkeypatch.setattr(File, "write", full)
        with pytest.raises(CannotPublish, match="No space left on device"):
            package(built, FDA, out)
        assert content(tmp_path) == before


@pytest.mark.usefixtures("no_guides")
def test_killed_between_writing_and_renaming(
    built: Path, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "p"
    package(built, FDA, out)
    before = content(out)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_replace", killed)
        # A process that is killed clears nothing up.
        patch.setattr(publishing, "_clear", lambda *_: None)
        with pytest.raises(Killed):
            package(built, FDA, out)
    assert unfinished(out).is_dir()
    assert content(out) == before
    package(built, FDA, out)
    assert content(out) == before
    assert not unfinished(out).exists()


def test_same_build_same_bytes(built: Path, tmp_path: Path, content: Content) -> None:
    """Guides and their PDFs too."""
    first, second = tmp_path / "a", tmp_path / "deep er" / "b"
    package(built, FDA, first)
    package(built, FDA, second)
    assert content(first) == content(second)


@pytest.mark.usefixtures("no_guides")
def test_the_replaced_package_is_kept_once(built: Path, tmp_path: Path, content: Content) -> None:
    out = tmp_path / "p"
    for _ in range(3):
        package(built, FDA, out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p", "p.previous"]
    assert content(out) == content(tmp_path / "p.previous")


@pytest.mark.usefixtures("no_pdf")
def test_the_command_says_what_it_did(command: Command, built: Path, tmp_path: Path) -> None:
    result = command("package", built, "-o", tmp_path / "p", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["status"], told["profile"], told["findings"]) == ("final", "fda", [])
    lacking = [n["scope"] for n in told["notices"] if n["rule"] == "package.guide"]
    assert lacking == ["csdrg 2.2", "adrg 2.2", "adrg 7.2"]
