# ruff: noqa: E501 (messages as they are said)
"""Terminology files that study.yaml names, instead of the shipped packages."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crosswalk.manifest import input_files
from crosswalk.schema import study_schemas
from define.describe import describe_adam, describe_sdtm
from mappings.findings import SpecificationFault

_ABOVE = (Path(__file__).parents[1] / "tiny.py").read_text(encoding="utf-8").partition("standards:")
SHIFT = _ABOVE[0].partition('STUDY = r"""')[2].count("\n") - 4
CT = Path(__file__).parents[2].parent / "shared" / "ct"
SAID = "SDTM CT 2030-03-29"
COLUMNS = (
    *("Code", "Codelist Code", "Codelist Extensible (Yes/No)", "Codelist Name"),
    *("CDISC Submission Value", "CDISC Synonym(s)", "CDISC Definition", "NCI Preferred Term"),
    "Standard and Date",
)
SDTM = {
    ("C66742", "NY", "No"): ("N=No", "Y=Yes;Certainly"),
    ("C66738", "TSPARMCD", "Yes"): ("TITLE", "SENDTC"),
    ("C67152", "TSPARM", "Yes"): ("Trial Title", "Study End Date"),
    ("C71620", "UNIT", "Yes"): ("mg", "g/L", "g/dL", "mmol/L", "mg/dL"),
    ("C85494", "PKUNIT", "Yes"): ("ng/mL",),
    ("C66770", "VSRESU", "Yes"): ("kg",),
    ("C66789", "ND", "No"): ("NOT DONE",),
    ("C66731", "SEX", "No"): ("F=Female", "M=Male"),
    ("C900000", "NEWLIST", "No"): ("ALPHA=a;first", "BETA=b"),
}
ADAM = {("C81223", "DATEFL", "No"): ("D", "M", "Y"), ("C900001", "ADNEW", "Yes"): ("X1=one",)}


def published(
    lists: dict[tuple[str, str, str], tuple[str, ...]], said: str, sep: str = "\t"
) -> str:
    """The lists as a file: a term is its value, or value=synonyms."""
    lines = [sep.join(COLUMNS)]
    for (code, name, extensible), terms in lists.items():
        lines.append(sep.join((code, "", extensible, name, name, name, "text", name, said)))
        for i, term in enumerate(terms):
            value, _, synonyms = term.partition("=")
            # Terms of a pair of lists are joined by their C-code.
            own = f"{'C66738' if name == 'TSPARM' else code}{i}"
            lines.append(sep.join((own, code, "", name, value, synonyms, "text", value, said)))
    return "\n".join(lines) + "\n"


def changes(
    files: Sequence[str] = ("ct/sdtm.txt",),
    *,
    dated: str = "2030-03-29",
    said: str = SAID,
    more: str = "",
) -> dict[str, Any]:
    """The tiny study with a terminology of its own."""
    listed = files[0] if len(files) == 1 else f"[{', '.join(files)}]"
    return {
        "study.yaml": [
            ("terminology: 2025-03-28}", f"terminology: {dated}{more}}}\nterminology: {listed}")
        ],
        "sdtm/ae.yaml": [("  AEREL: {const: RELATED}", "  AEREL: {map: NOTE, ct: NEWLIST}")],
        "raw/ae.csv": [("given fluids", "first")],
    } | ({"ct/sdtm.txt": published(SDTM, said)} if "ct/sdtm.txt" in files else {})


@pytest.fixture
def made(tiny: ModuleType, tmp_path: Path) -> Callable[..., Any]:
    """Build the tiny study with files edited (pairs) or added (text)."""

    def build(edits: dict[str, Any], *, adam: bool = False) -> Any:
        files = {n: t for n, t in tiny.FILES.items() if adam or not n.startswith("adam/")}
        for name, change in edits.items():
            text = files.get(name, "")
            for old, new in [] if isinstance(change, str) else change:
                assert old in text, (name, old)
                text = text.replace(old, new)
            files[name] = change if isinstance(change, str) else text
        return tiny.build(tmp_path, files)

    return build


def faults(made: Callable[..., Any], edits: dict[str, Any], *, adam: bool = False) -> list[str]:
    with pytest.raises(SpecificationFault) as caught:
        made(edits, adam=adam)
    told = "\n".join(str(f) for f in caught.value.findings)
    # As if 'standards' stood in line 4 of study.yaml, whatever stands above it.
    return re.sub(r"yaml:(\d+)", lambda m: f"yaml:{int(m[1]) - SHIFT}", told).splitlines()


def test_map_define_and_editor_use_the_named_file(made: Callable[..., Any], tmp_path: Path) -> None:
    result = made(changes())
    assert result["AE"]["AEREL"].tolist() == ["", "", "ALPHA", ""]
    noticed = [f.message for f in result.of("map.synonym") if f.variable == "AEREL"]
    assert noticed == ["'first' was recognised as ALPHA by synonym"]
    assert result["AE"]["AESER"].tolist() == ["N", "N", "Y", "N"]
    assert sorted(result["LB"]["LBSTRESU"]) == ["g/L"] * 3 + ["mmol/L"] * 3
    metadata, _ = describe_sdtm(result.plan.sdtm, result.sdtm, "0")
    assert [(s.name, s.version) for s in metadata.standards if s.type == "CT"] == [
        ("CDISC/NCI", "2030-03-29")
    ]
    codes = {
        t.value: t.ccode
        for d in metadata.datasets
        for v in d.variables
        if v.name == "SEX" and v.codelist
        for t in v.codelist.terms
    }
    assert codes == {"F": "C667310", "M": "C667311"}
    listed = study_schemas(tmp_path)["common.json"]["definitions"]["rule"]["properties"]["ct"]
    assert "NEWLIST" in json.dumps(listed)
    assert input_files(result.plan.study)["ct/sdtm.txt"] == tmp_path / "ct/sdtm.txt"


@pytest.mark.parametrize("form", ["csv", "gz"])
def test_other_forms_of_the_file(made: Callable[..., Any], tmp_path: Path, form: str) -> None:
    edits = changes([f"ct/sdtm.{'csv' if form == 'csv' else 'txt.gz'}"])
    (tmp_path / "ct").mkdir()
    if form == "csv":
        edits["ct/sdtm.csv"] = published(SDTM, "SDTM CT 2030-03-29", ",")
    else:
        text = published(SDTM, SAID)
        (tmp_path / "ct/sdtm.txt.gz").write_bytes(gzip.compress(text.encode()))
    assert made(edits)["AE"]["AEREL"].tolist() == ["", "", "ALPHA", ""]


def test_terminology_of_adam(made: Callable[..., Any]) -> None:
    edits = changes(["ct/sdtm.txt", "ct/adam.txt"], more=", adam_terminology: 2030-01-01")
    edits["ct/adam.txt"] = published(ADAM, "ADaM CT 2030-01-01")
    edits["adam/adae.yaml"] = [
        (
            "  TRTA: {copy",
            "  NEWC: {map: AENOTE, ct: ADNEW, to: {ALPHA: X1}, label: New}\n  TRTA: {copy",
        )
    ]
    edits["raw/ae.csv"] = [("given fluids", "one")]
    edits["sdtm/ae.yaml"] = []
    result = made(edits, adam=True)
    assert result["ADAE"]["NEWC"].tolist() == ["", "", "X1", ""]
    metadata, _ = describe_adam(result.plan.adam, result.adam, "0")
    assert [(s.publishing_set, s.version) for s in metadata.standards if s.type == "CT"] == [
        ("SDTM", "2030-03-29"),
        ("ADaM", "2030-01-01"),
    ]


def test_a_file_that_says_no_date_takes_the_studys(made: Callable[..., Any]) -> None:
    result = made(changes(said="", dated="2031-01-01"))
    assert result.plan.sdtm.terminology.version == "2031-01-01"


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (
            changes(dated="2025-03-28"),
            (
                "study.yaml:4:56: 'terminology' is 2025-03-28, but ct/sdtm.txt says 2030-03-29. Mend the "
                "one or other."
            ),
        ),
        (
            changes(["ct/absent.txt"]),
            (
                "study.yaml:5:14: ct/absent.txt: there is no such file. Give the file as NCI EVS "
                "publishes it, tab separated (.txt) or .csv."
            ),
        ),
        (
            changes(["/ct/sdtm.csv"]),
            (
                "study.yaml:5:14: '/ct/sdtm.csv' is an absolute path. Give a path relative to the study "
                "folder, as other machines have it too."
            ),
        ),
        (
            changes(["raw/dm.csv"]),
            (
                "study.yaml:5:14: raw/dm.csv:1: not an NCI EVS table, no column Code, Codelist Code, "
                "Codelist Extensible (Yes/No), Codelist Name, CDISC Submission Value, CDISC Synonym(s), "
                "NCI Preferred Term. Give the file as NCI EVS publishes it, tab separated (.txt) or "
                ".csv."
            ),
        ),
        (
            changes() | {"ct/sdtm.txt": published(SDTM, SAID) + "C1\tC2\n"},
            (
                "study.yaml:5:14: ct/sdtm.txt:29: cannot be read as terminology: Expected 9 columns, got "
                "2: C1\tC2. Give the file as NCI EVS publishes it, tab separated (.txt) or .csv."
            ),
        ),
        (
            changes(said="CDASH CT 2030-03-29"),
            (
                "study.yaml:5:14: ct/sdtm.txt holds terminology of CDASH; a study has that of SDTM and of "
                "ADaM. Take it out."
            ),
        ),
        (
            changes() | {"ct/sdtm.txt": published({("C9", "ODD", "No"): ("A",)}, SAID)},
            (
                "study.yaml:5:14: ct/sdtm.txt is not all of SDTM terminology: no codelist TSPARMCD, "
                "TSPARM, UNIT, PKUNIT, VSRESU, NY, ND. Give the file as it was published."
            ),
        ),
        (
            changes(["ct/sdtm.txt", "ct/more.txt"]) | {"ct/more.txt": published(SDTM, "")},
            "study.yaml:5:28: ct/more.txt and ct/sdtm.txt are both of SDTM. Keep one of them.",
        ),
        (
            {"study.yaml": [("terminology: 2025-03-28", "terminology: 2024-09-27")]},
            (
                "study.yaml:4:56: the shipped SDTM terminology is of 2025-03-28, not 2024-09-27. Name the "
                "SDTM file of 2024-09-27 with 'terminology'."
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_file(
    made: Callable[..., Any], edits: dict[str, Any], message: str
) -> None:
    assert faults(made, edits) == [message]


def test_adam_needs_its_own_date(made: Callable[..., Any]) -> None:
    assert faults(made, changes(), adam=True) == [
        (
            "study.yaml:4:56: the shipped ADaM terminology is of 2025-03-28, not 2030-03-29. Name the "
            "ADaM file of 2030-03-29 with 'terminology', or say 'adam_terminology: 2025-03-28'."
        )
    ]
    made(changes(more=", adam_terminology: 2025-03-28"), adam=True)


@pytest.mark.skipif(not CT.exists(), reason="the published files are not here")
def test_the_complete_published_files(made: Callable[..., Any], tmp_path: Path) -> None:
    place = tmp_path / "ct"
    place.mkdir()
    for name in ("SDTM_CT_2025-03-28.txt.gz", "ADaM_CT_2025-03-28.csv"):
        (place / name).write_bytes((CT / name).read_bytes())
    listed = "terminology: [ct/SDTM_CT_2025-03-28.txt.gz, ct/ADaM_CT_2025-03-28.csv]"
    shipped = made({}, adam=True)
    # A list that the shipped subset does not have.
    edits = {
        "study.yaml": [("terminology: 2025-03-28}", f"terminology: 2025-03-28}}\n{listed}")],
        "sdtm/ae.yaml": [("  AEREL: {const: RELATED}", "  AEREL: {map: NOTE, ct: TENMW1TC}")],
    }
    whole = made(edits, adam=True)
    assert [f.value for f in whole.of("map.unmapped")] == ["given fluids"]
    for name in ("LB", "DM", "ADAE", "TS"):
        assert (
            whole[name]
            .drop(columns="AEREL", errors="ignore")
            .equals(shipped[name].drop(columns="AEREL", errors="ignore"))
        )
