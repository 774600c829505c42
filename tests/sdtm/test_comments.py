"""CO: pointers to records of the comment's own row, or given; long comments; faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from define.describe import describe_sdtm
from define.xpt import write_dataset
from mappings.findings import SpecificationFault
from validation.rules import RULES, run_rules

LONG = " ".join(f"word{i:03d}" for i in range(60))  # 479 bytes

CO = """
target: CO
keys: [USUBJID, IDVAR, IDVARVAL, COVAL]
blocks:
  - from: ae
    where: {NOTE: {is: present}}
    reason: No comment
    vars:
      RDOMAIN: {const: AE}
      COVAL: {copy: NOTE}
      CODTC: {date: START, format: YYYY-MM-DD}
  - from: remarks
    vars:
      RDOMAIN: {copy: ABOUT}
      IDVAR: {copy: BY}
      IDVARVAL: {copy: WHICH}
      COREF: {copy: PAGE}
      COVAL: {copy: TEXT}
      COEVAL: {const: INVESTIGATOR}
"""
OWN_ROW = """
target: CO
keys: [USUBJID, RDOMAIN, IDVARVAL, COVAL]
vars:
  RDOMAIN: {const: AE}
  COVAL: {copy: NOTE}
from: ae
where: {NOTE: {is: present}}
reason: No comment
"""
HEAD = "SUBJECT,EVENT,REPEAT,RECID,ABOUT,BY,WHICH,PAGE,TEXT\n"
FORM = [
    (
        "    rs: {file: raw/rs.csv}",
        "    rs: {file: raw/rs.csv}\n    remarks: {file: raw/remarks.csv}",
    )
]
AE_NOTE = [("  AENOTE: {copy: NOTE, label: Note of the Site}\n", "")]

Build = Callable[..., Any]


def remarks(*rows: str) -> dict[str, Any]:
    text = HEAD + "".join(f"{row}\n" for row in rows)
    return {
        "sdtm/co.yaml": CO,
        "raw/remarks.csv": text,
        "study.yaml": FORM,
        "sdtm/ae.yaml": AE_NOTE,
    }


def test_a_comment_points_at_the_record_made_of_its_row(build: Build) -> None:
    built = build({"sdtm/co.yaml": OWN_ROW, "sdtm/ae.yaml": AE_NOTE})
    comments, events = built["CO"], built["AE"]
    assert len(comments)
    assert set(comments["RDOMAIN"]) == {"AE"}
    assert set(comments["IDVAR"]) == {"AESEQ"}
    raw = built.datasets["AE"].frame
    for record in comments.to_dict("records"):
        mine = raw[
            (raw["USUBJID"] == record["USUBJID"]) & (raw["AESEQ"] == float(record["IDVARVAL"]))
        ]
        (line,) = mine["_row"]
        notes = built.datasets["CO"].frame
        assert line in set(notes.loc[notes["COSEQ"] == record["COSEQ"], "_row"])
    assert list(comments.columns[:7]) == [
        *("STUDYID", "DOMAIN", "RDOMAIN", "USUBJID", "COSEQ", "IDVAR", "IDVARVAL"),
    ]
    assert len(events) > len(comments)
    assert not built.of("comment.record")


def test_given_pointers_of_a_form_of_comments(build: Build) -> None:
    built = build(
        remarks(
            "01-001,SCR,1,71,LB,VISITNUM,1,PAGE 4,Taken after breakfast",
            "01-001,SCR,1,72,,,,PAGE 1,Speaks through an interpreter",
            "01-002,SCR,1,73,DM,,,PAGE 2,Born abroad",
        )
    )
    frame = built["CO"]
    rows = frame[frame["COEVAL"] == "INVESTIGATOR"]
    names = ["USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL", "COREF"]
    assert rows[names].values.tolist() == [
        ["TINY-01-001", "", "", "", "PAGE 1"],
        ["TINY-01-001", "LB", "VISITNUM", "1", "PAGE 4"],
        ["TINY-01-002", "DM", "", "", "PAGE 2"],
    ]
    assert frame["COSEQ"].tolist() == [*range(1, 4), *range(1, len(frame) - 2)]
    assert not built.of("comment.record")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("01-001,SCR,1,71,LB,LBSEQ,99,,x", "the subject has no such LB.LBSEQ"),
        ("01-001,SCR,1,71,LB,LBSPEC,BLOOD,,x", "LB has no variable LBSPEC"),
        ("01-001,SCR,1,71,ZZ,,,,x", "there is no dataset ZZ"),
        ("01-001,SCR,1,71,LB,,,,x", "its row of the export made no record of LB"),
        ("01-002,SCR,1,71,LB,LBSEQ,3,,x", "the subject has no such LB.LBSEQ"),
    ],
)
def test_a_comment_whose_record_is_not_there(build: Build, row: str, said: str) -> None:
    built = build(remarks(row))
    [found] = built.of("comment.record")
    assert found.message == f"the record of the comment is not found: {said}"
    assert (found.raw.file, found.raw.row) == ("raw/remarks.csv", 2)
    frame = built["CO"]
    [kept] = frame[frame["COVAL"] == "x"].to_dict("records")
    assert (kept["RDOMAIN"], kept["IDVAR"], kept["IDVARVAL"]) == ("", "", "")


def test_records_of_one_row_share_what_idvar_names(build: Build) -> None:
    """Two tests on one line: --SEQ would be two answers, the visit is one."""
    wide = {
        "sdtm/lb.yaml": [
            (
                "vars:\n  LBTESTCD: {copy: TEST}",
                (
                    "rows:\n  tests: [{LBTESTCD: ALB}, {LBTESTCD: GLUC}]\n"
                    "  keep: {LBORRES: {is: present}}\nvars:"
                ),
            )
        ],
    }
    module = """
        target: CO
        from: lb
        where: {TIME: "08:00"}
        reason: No comment
        keys: [USUBJID, RDOMAIN, COVAL]
        vars:
          RDOMAIN: {const: LB}
          IDVAR: {const: VISITNUM, when: {UNIT: NAME}}
          COVAL: {copy: UNIT}
        """
    [found] = build({**wide, "sdtm/co.yaml": module}).of("comment.record")
    assert found.message.endswith("made records of LB that differ in LBSEQ")
    shared = module.replace("UNIT: NAME", "UNIT: g/dL")
    built = build({**wide, "sdtm/co.yaml": shared})
    assert built["CO"][["IDVAR", "IDVARVAL"]].values.tolist() == [["VISITNUM", "1"]]


def test_a_long_comment_goes_on_in_further_variables(build: Build, tmp_path: Path) -> None:
    built = build(remarks(f"01-001,SCR,1,71,,,,,{LONG}"))
    names = [n for n in built["CO"].columns if n.startswith("COVAL")]
    assert names == ["COVAL", "COVAL1", "COVAL2"]
    assert "SUPPCO" not in built.datasets
    document, _ = describe_sdtm(built.plan.sdtm, built.sdtm, "0")
    about = next(d for d in document.datasets if d.name == "CO")
    labels = {
        v.name: (v.label, v.origin.type if v.origin else "")
        for v in about.variables
        if v.name in names
    }
    assert labels == {
        "COVAL": ("Comment", "Collected"),
        "COVAL1": ("Comment 1", "Collected"),
        "COVAL2": ("Comment 2", "Collected"),
    }
    path = tmp_path / "co.xpt"
    write_dataset(path, built["CO"], about, datetime.fromisoformat("2024-09-01"))
    frame, facts = pyreadstat.read_xport(str(path))
    assert facts.column_names[8:11] == ["COVAL", "COVAL1", "COVAL2"]
    [found] = frame[frame["COVAL"].str.startswith("word000")][names].to_numpy().tolist()
    assert " ".join(found) == LONG
    assert max(map(len, found)) <= 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("      IDVAR: {copy: BY}\n", ""), "IDVARVAL has a rule, and IDVAR has none"),
        (("RDOMAIN", "COEVALID"), "IDVAR has a rule, and RDOMAIN has none"),
    ],
)
def test_half_a_pointer_is_a_fault(build: Build, change: tuple[str, str], said: str) -> None:
    files = remarks("01-001,SCR,1,71,,,,,x")
    files["sdtm/co.yaml"] = CO.replace(*change)
    with pytest.raises(SpecificationFault) as caught:
        build(files)
    [fault] = caught.value.findings
    assert (fault.rule, fault.message) == ("comment.pointer", said)
    assert str(fault.spec).startswith("sdtm/co.yaml:")


def test_the_rule_of_the_package_agrees(build: Build) -> None:
    built = build({"sdtm/co.yaml": OWN_ROW, "sdtm/ae.yaml": AE_NOTE})
    frames = {d.name: d.frame for d in built.sdtm.datasets}
    rules = [r for r in RULES if r.id == "co.pointer"]
    assert not run_rules(frames, rules).findings
    frames["AE"] = frames["AE"].assign(AESEQ=frames["AE"]["AESEQ"] + 10)
    assert len(run_rules(frames, rules).findings) == len(frames["CO"])
