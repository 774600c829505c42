"""Settings of the forms: what stands in the defaults is at fault once, where it stands."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from mappings.findings import SpecificationFault

DEFAULTS = (
    "defaults: {reader: csv, subject: SUBJECT, event: EVENT, repeat: REPEAT, id: [RECID], "
    "active: null}"
)


def faults(tiny: ModuleType, folder: Path, old: str, new: str, **raw: str) -> list[str]:
    """What planning the tiny study says when its page (and raw files) are changed so."""
    page = tiny.text(tiny.STUDY)
    assert old in page
    changed = {"study.yaml": page.replace(old, new)}
    changed |= {f"raw/{name}.csv": text for name, text in raw.items()}
    with pytest.raises(SpecificationFault) as caught:
        tiny.plan(folder, tiny.FILES | changed)
    return [str(f) for f in caught.value.findings]


def at(folder: Path, text: str) -> str:
    """``study.yaml:line:column`` of a text."""
    lines = (folder / "study.yaml").read_text(encoding="utf-8").splitlines()
    line = next(n for n, each in enumerate(lines) if text in each)
    return f"study.yaml:{line + 1}:{lines[line].index(text) + 1}"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("subject: SUBJECT", "subject: SUBJEKT", "SUBJEKT"),
        ("event: EVENT", "event: EVENTT", "EVENTT"),
        ("id: [RECID]", "id: [SUBJECT, RECIDD]", "RECIDD"),
        ("active: null", "active: {column: LIVE, is: 1, reason: Deleted}", "LIVE"),
    ],
)
def test_a_column_of_the_defaults_that_no_form_has_is_said_once(
    tiny: ModuleType, tmp_path: Path, old: str, new: str, word: str
) -> None:
    (said,) = faults(tiny, tmp_path, old, new)
    start = f"{at(tmp_path, word)}: there is no column '{word}' in 6 files, such as raw/dm.csv"
    assert said.startswith(start)
    assert "null" not in said


def test_a_column_of_the_defaults_that_one_form_lacks(tiny: ModuleType, tmp_path: Path) -> None:
    dm = tiny.text(tiny.FILES["raw/dm.csv"]).replace("EVENT", "VISIT")
    (said,) = faults(tiny, tmp_path, "cutoff", "cutoff", dm=dm)
    assert said == (
        f"{at(tmp_path, 'EVENT,')}: there is no column 'EVENT' in raw/dm.csv. There are: SUBJECT, "
        "VISIT, REPEAT, RECID, AGE, SEX, CONSENT, OFF, DEATH, BLOOD. A form that lacks it gives a "
        "column of its own, or null."
    )


def test_sites_that_no_form_collects(tiny: ModuleType, tmp_path: Path) -> None:
    (said,) = faults(tiny, tmp_path, "  defaults:", '    sites: {A: "01"}\n  defaults:')
    assert said == (
        f"{at(tmp_path, 'sites:')}: 'sites' does nothing: no form has the setting 'site'. Name the "
        "column of the site in a form, or take it out."
    )


@pytest.mark.parametrize("key", ["event", "id", "repeat", "site"])
def test_null_takes_a_default_away(tiny: ModuleType, tmp_path: Path, key: str) -> None:
    page = tiny.text(tiny.STUDY).replace("{file: raw/dm.csv}", f"{{file: raw/dm.csv, {key}: null}}")
    sdtm = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    made = tiny.plan(tmp_path, sdtm | {"study.yaml": page})
    assert not getattr(made.study.forms["dm"], key)


def test_a_column_of_the_form_itself_is_said_there(tiny: ModuleType, tmp_path: Path) -> None:
    (said,) = faults(tiny, tmp_path, "{file: raw/ae.csv}", "{file: raw/ae.csv, event: VISIT}")
    assert said.startswith(f"{at(tmp_path, 'VISIT}')}: there is no column 'VISIT' in raw/ae.csv")


@pytest.mark.parametrize(
    ("key", "whose"),
    [("values: raw", "redcap"), ("header: name", "viedoc and redcap"), ("items: oid", "odm")],
)
def test_a_default_that_no_reader_looks_at(
    tiny: ModuleType, tmp_path: Path, key: str, whose: str
) -> None:
    (said,) = faults(tiny, tmp_path, "active: null}", f"active: null, {key}}}")
    name = key.partition(":")[0]
    assert said == (
        f"{at(tmp_path, key)}: '{name}' means nothing to the readers of the forms "
        f"(csv). It is a setting of {whose}; take it out."
    )


def test_a_default_for_some_readers_is_none_of_the_others_business(
    tiny: ModuleType, tmp_path: Path
) -> None:
    page = tiny.text(tiny.STUDY).replace("active: null}", "active: null, header: name}")
    page = page.replace("{file: raw/rs.csv}", "{file: raw/rs.csv, reader: viedoc}")
    with pytest.raises(SpecificationFault) as caught:
        tiny.plan(tmp_path, tiny.FILES | {"study.yaml": page})
    assert all("header" not in str(f) for f in caught.value.findings)


def test_an_absolute_path_in_the_defaults_is_said_once(tiny: ModuleType, tmp_path: Path) -> None:
    (said,) = faults(
        tiny, tmp_path, "{reader: csv,", "{reader: redcap, dictionary: /d.csv, values: raw,"
    )
    assert said.startswith(f"{at(tmp_path, '/d.csv')}: '/d.csv' is an absolute path")


@pytest.mark.parametrize(
    ("reader", "header", "advice"),
    [
        ("redcap", "both", "It may be name or label."),
        ("viedoc", "label", "It may be both or name."),
    ],
)
def test_a_header_of_another_reader(
    tiny: ModuleType, tmp_path: Path, reader: str, header: str, advice: str
) -> None:
    form = f"{{file: raw/rs.csv, reader: {reader}, values: raw, header: {header}}}"
    form = form if reader == "redcap" else form.replace("values: raw, ", "")
    (said,) = faults(tiny, tmp_path, "{file: raw/rs.csv}", form)
    assert said == (
        f"{at(tmp_path, header + '}')}: 'header: {header}' means nothing to the reader "
        f"'{reader}'. {advice}"
    )


def test_null_takes_away_what_another_reader_needs(tiny: ModuleType, tmp_path: Path) -> None:
    page = tiny.text(tiny.STUDY).replace(
        "{file: raw/dm.csv}", "{file: raw/dm.csv, dictionary: null}"
    )
    sdtm = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    assert tiny.plan(tmp_path, sdtm | {"study.yaml": page}).study.forms["dm"].dictionary == ""


def test_an_unscheduled_record_without_a_repeat_is_not_guessed(
    tiny: ModuleType, tmp_path: Path
) -> None:
    lb = tiny.text(tiny.FILES["raw/lb.csv"]).replace("01-001,UNS,1,44", "01-001,UNS,,44")
    sdtm = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    result = tiny.build(tmp_path, sdtm | {"raw/lb.csv": lb})
    (finding,) = result.of("visit.unplaced")
    assert "without a repeat number: which of those in SV it is, is not told" in finding.message
    assert "'repeat' of the form" in finding.advice
