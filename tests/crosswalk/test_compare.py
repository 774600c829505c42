"""`crosswalk compare` as it is typed: formats, folders, keys, faults, exit codes."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from crosswalk.cli import app
from define.dataset_json_write import write_dataset_json
from define.model import Dataset, Metadata, Variable
from define.xpt import Column, write_dataset, write_xpt

CREATED = datetime(2024, 1, 1, tzinfo=UTC)
FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Series(["1", "1", "2"], dtype="str"),
        "AESEQ": [1.0, 2.0, 1.0],
        "AETERM": pd.Series(["Fever", "", "\u4e2d"], dtype="str"),
        "AVAL": [0.1, float("nan"), 3.0],
    }
)
VARIABLES = (
    Variable("USUBJID", "Subject", "text", False, 1, 1, key_sequence=1),
    Variable("AESEQ", "Number", "integer", True, 8, 2, key_sequence=2),
    Variable("AETERM", "Term", "text", False, 5, 3),
    Variable("AVAL", "Value", "float", True, 8, 4, format="8.2"),
)
DATASET = Dataset("AE", "Adverse Events", "EVENTS", "One", VARIABLES, 3)
METADATA = Metadata("S", "S", "S", "S", "Tabulation", "2024-01-01T00:00:00", (), (DATASET,))
DEFINE = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ItemGroupDef OID="IG.AE" Name="AE">
<ItemRef ItemOID="U" KeySequence="1"/><ItemRef ItemOID="S" KeySequence="2"/></ItemGroupDef>
<ItemDef OID="U" Name="USUBJID"/><ItemDef OID="S" Name="AESEQ"/></ODM>"""


def save(path: Path, frame: pd.DataFrame = FRAME) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xpt":
        write_dataset(path, frame, DATASET, CREATED, encoding="utf-8")
    elif path.name.endswith(".csv.gz"):
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode(), mtime=0))
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        write_dataset_json(path, frame, DATASET, METADATA)
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["compare", *(str(w) for w in words)])


@pytest.mark.parametrize("one", ["ae.xpt", "ae.json", "ae.ndjson", "ae.csv", "ae.csv.gz"])
@pytest.mark.parametrize("other", ["ae.xpt", "ae.json", "ae.csv"])
def test_any_two_formats(tmp_path: Path, one: str, other: str) -> None:
    a, b = save(tmp_path / "a" / one), save(tmp_path / "b" / other)
    same = run(a, b)
    assert same.exit_code == 0, same.output
    assert same.output.splitlines()[-1] == "EQUAL"
    changed = FRAME.assign(AETERM=["Fever", "", "Rash"], AVAL=[0.1, 7.0, 3.0])
    save(b, changed)
    result = run(a, b)
    assert result.exit_code == 1
    assert "'\u4e2d' in A, 'Rash' in B" in result.output
    assert "nothing in A, '7" in result.output


def test_sas_data_sets(tmp_path: Path) -> None:
    sas = Path(__file__).parents[1] / "data" / "typed" / "dm.sas7bdat"
    assert run(sas, sas).exit_code == 0
    data = sas.read_bytes()
    cut = tmp_path / "dm.sas7bdat"
    cut.write_bytes(data[: len(data) // 2])
    assert (run(sas, cut).exit_code, "cannot be read as SAS7BDAT" in run(sas, cut).output) == (
        2,
        True,
    )


def test_keys_come_from_by_then_define_then_the_file_then_the_row(tmp_path: Path) -> None:
    shuffled = FRAME.iloc[[2, 0, 1]].reset_index(drop=True)
    a, b = save(tmp_path / "a" / "ae.xpt"), save(tmp_path / "b" / "ae.xpt", shuffled)
    plain = run(a, b)
    assert plain.exit_code == 1
    assert "by the number of the row (no define.xml tells keys" in plain.output
    assert run(a, b, "--by", "USUBJID, AESEQ").exit_code == 0
    (tmp_path / "b" / "define.xml").write_text(DEFINE)
    told = run(a, b)
    assert told.exit_code == 0
    assert "matched by USUBJID, AESEQ (the keys in" in told.output
    (tmp_path / "b" / "define.xml").unlink()
    inside = run(a, save(tmp_path / "b" / "ae.json", shuffled))
    assert inside.exit_code == 0, inside.output
    assert "ae.json)" in inside.output


def test_folders(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    save(a / "ae.xpt")
    save(a / "cm.xpt")
    save(b / "ae.json")
    save(b / "ds.csv")
    (b / "ae.labels.json").write_text("{}")
    result = run(a, b)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "Only in A: CM" in lines
    assert "Only in B: DS" in lines
    assert lines[-1] == "DIFFERENT: 2 datasets on one side only"
    # Of several formats in one folder the transport file is taken.
    save(b / "ae.csv", FRAME.assign(AVAL=9.0))
    save(b / "ae.xpt")
    (a / "cm.xpt").unlink()
    (b / "ds.csv").unlink()
    assert run(a, b).exit_code == 0
    shutil.copytree(a, tmp_path / "p" / "m5" / "sdtm")
    assert run(tmp_path / "p", b).exit_code == 0
    shutil.copytree(a, tmp_path / "p" / "m5" / "adam")
    twice = run(tmp_path / "p", b)
    assert (twice.exit_code, "holds two datasets AE" in twice.output) == (2, True)


def test_json_and_page(tmp_path: Path) -> None:
    a = save(tmp_path / "ae.xpt")
    b = save(tmp_path / "b.xpt", FRAME.assign(AVAL=[0.2, float("nan"), 3.0]))
    result = run(a, b, "--by", "USUBJID,AESEQ", "--json", "--html", tmp_path / "page.html")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    (dataset,) = told["datasets"]
    assert (told["equal"], dataset["keys"]) == (False, ["USUBJID", "AESEQ"])
    (value,) = dataset["values"]
    assert value["first"] == [{"row_a": 1, "row_b": 1, "keys": ["1", "1"], "a": "0.1", "b": "0.2"}]
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "DIFFERENT" in page
    same = json.loads(run(a, b, "--tolerance", "0.11", "--json").stdout)
    assert (same["equal"], same["tolerance"]) == (True, {"absolute": 0.11, "relative": 0.0})
    assert run(a, b, "--tolerance", "rel:0.51").exit_code == 0
    assert run(a, b, "--tolerance", "rel:0.49").exit_code == 1


def test_what_may_differ(tmp_path: Path) -> None:
    a = save(tmp_path / "a.xpt")
    columns = [Column(v.name, "New", v.numeric, 8, "") for v in VARIABLES]
    other = tmp_path / "b.xpt"
    write_xpt(other, FRAME, columns, name="AE", label="", created=CREATED, encoding="utf-8")
    assert run(a, other).exit_code == 1
    ignored = [w for n in ("label", "length", "format") for w in ("--ignore", n)]
    assert run(a, other, *ignored).exit_code == 0
    assert "label 'Subject' in A, 'New' in B" in run(a, other).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ae.xpt", "gone.xpt"], "gone.xpt: there is no such file or folder"),
        (["ae.xpt", "."], "name two of one kind"),
        (["ae.xpt", "x.txt"], "none of the formats"),
        (["ae.xpt", "bad.xpt"], "bad.xpt: it is no transport file, or cut short"),
        (["ae.xpt", "bad.json"], "bad.json: it is no JSON"),
        (["ae.xpt", "bad.csv"], "bad.csv"),
        (["ae.xpt", "ae.xpt", "--by", "USUBJD"], "Did you mean 'USUBJID'?"),
        (["ae.xpt", "ae.xpt", "--tolerance", "a lot"], "--tolerance a lot: it is a number from 0"),
        (["ae.xpt", "ae.xpt", "--tolerance", "-1"], "--tolerance -1"),
        (["ae.xpt", "ae.xpt", "--tolerance", "rel:nan"], "--tolerance rel:nan"),
        (["ae.xpt", "ae.xpt", "--ignore", "lables"], "Did you mean 'label'?"),
        (["ae.xpt", "ae.xpt", "--first", "-1"], "--first -1"),
        (["ae.xpt", "ae.xpt", "--encoding", "klingon"], "klingon"),
        (["ae.xpt", "ae.xpt", "--encoding", "ascii"], "is not ascii; say with --encoding which"),
        (["ae.xpt", "ae.xpt", "--html", "no/such/page.html"], "it cannot be written"),
        (["empty", "full"], "empty holds no dataset"),
        (["full", "other"], "no dataset is in both folders: A has AE; B has CM"),
        (["baddefine/ae.xpt", "ae.xpt"], "name the keys with --by"),
    ],
)
def test_what_cannot_be_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    save(Path("ae.xpt").absolute())
    save(tmp_path / "full" / "ae.xpt")
    save(tmp_path / "other" / "cm.xpt")
    save(tmp_path / "baddefine" / "ae.xpt")
    Path("baddefine/define.xml").write_text("<a>")
    Path("empty").mkdir()
    for name, content in {"x.txt": "", "bad.xpt": "x", "bad.json": "{", "bad.csv": "a,a\n"}.items():
        Path(name).write_text(content)
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.output.split()), result.output
    assert "Traceback" not in result.output
    told = run(*words, "--json")
    assert json.loads(told.stdout)["faults"][0]["rule"] == "compare.refused"
