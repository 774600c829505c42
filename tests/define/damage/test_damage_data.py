"""Every kind of damage to the data beside a sound define.xml is named by the rule made for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from crosswalk.check import check
from define.xpt import Column, write_xpt
from define.xpt_read import Transport, read_transport
from mappings.findings import Finding
from validation.outcome import Status

if TYPE_CHECKING:
    from tests.define.damage.conftest import Sound

Change = Callable[[Transport], Transport]


def cell(variable: str, value: Any, row: int = 0) -> Change:
    """One value of one record."""

    def change(given: Transport) -> Transport:
        frame = given.frame.copy()
        frame.loc[row, variable] = value
        wide = len(value.encode()) if isinstance(value, str) else 0
        columns = [
            replace(c, length=max(c.length, wide)) if c.name == variable and not c.numeric else c
            for c in given.columns
        ]
        return replace(given, frame=frame, columns=tuple(columns))

    return change


def column(variable: str, **facts: Any) -> Change:
    """What the file says of a variable."""

    def change(given: Transport) -> Transport:
        columns = (replace(c, **facts) if c.name == variable else c for c in given.columns)
        return replace(given, columns=tuple(columns))

    return change


def head(**facts: Any) -> Change:
    return lambda given: replace(given, **facts)


def without(variable: str) -> Change:
    def change(given: Transport) -> Transport:
        columns = tuple(c for c in given.columns if c.name != variable)
        return replace(given, frame=given.frame.drop(columns=variable), columns=columns)

    return change


def more(given: Transport) -> Transport:
    """A variable that nothing describes."""
    frame = given.frame.assign(AENEW="x").astype({"AENEW": "str"})
    return replace(given, frame=frame, columns=(*given.columns, Column("AENEW", "New", False, 1)))


def turned(given: Transport) -> Transport:
    """The variables in another order."""
    return replace(given, columns=given.columns[::-1])


def twice(given: Transport) -> Transport:
    """The first record once more."""
    frame = pd.concat([given.frame, given.frame.iloc[:1]], ignore_index=True)
    return replace(given, frame=frame)


def as_text(variable: str) -> Change:
    def change(given: Transport) -> Transport:
        frame = given.frame.astype({variable: "str"})
        plain = column(variable, numeric=False, length=20, format="")
        return plain(replace(given, frame=frame))

    return change


def as_number(variable: str) -> Change:
    def change(given: Transport) -> Transport:
        values = np.arange(len(given.frame)) + 0.5
        frame = given.frame.assign(**{variable: values})
        return column(variable, numeric=True, length=8)(replace(given, frame=frame))

    return change


def emptied(variable: str) -> Change:
    def change(given: Transport) -> Transport:
        frame = given.frame.assign(**{variable: ""}).astype({variable: "str"})
        return replace(given, frame=frame)

    return change


DAMAGES: list[tuple[str, str, str, Change]] = [
    ("sdtm", "dm", "define.codelist", cell("SEX", "X")),
    ("sdtm", "dm", "define.codelist", cell("SEX", "f")),
    ("sdtm", "ae", "define.length", cell("AETERM", "x" * 60)),
    ("sdtm", "ae", "define.mandatory", cell("AETERM", "")),
    ("sdtm", "ae", "define.type", cell("AESTDTC", "11JAN2024")),
    ("sdtm", "ae", "define.type", cell("AESTDTC", "2024-1-11")),
    ("sdtm", "ae", "define.type", cell("AESEQ", 1.5)),
    ("sdtm", "dm", "define.length", cell("AGE", 610.0)),
    ("sdtm", "ex", "define.digits", cell("EXDOSE", 3.125)),
    ("sdtm", "ts", "define.nodata", cell("TSGRPID", "A")),
    ("sdtm", "ae", "define.domain", cell("DOMAIN", "CM")),
    ("sdtm", "ae", "define.study", cell("STUDYID", "OTHER")),
    ("sdtm", "lb", "define.where", cell("LBTESTCD", "NEW")),
    ("sdtm", "lb", "define.decode", cell("LBTEST", "Sugar", 2)),
    ("sdtm", "lb", "define.type", cell("LBSTRESC", "high", 2)),
    ("sdtm", "lb", "define.codelist", cell("LBSTRESU", "mg/dL")),
    ("sdtm", "ae", "define.key", twice),
    ("sdtm", "dm", "define.repeating", twice),
    ("sdtm", "ae", "define.variable", more),
    ("sdtm", "ae", "define.variable", without("AETERM")),
    ("sdtm", "ae", "define.order", turned),
    ("sdtm", "ae", "define.type", as_text("AESEQ")),
    ("sdtm", "ae", "define.type", as_number("AETERM")),
    ("sdtm", "ae", "define.type", as_number("AESTDTC")),
    ("sdtm", "ae", "define.nodata", emptied("AEREL")),
    ("sdtm", "ae", "define.label", column("AETERM", label="Another label")),
    ("sdtm", "ae", "file.label", column("AETERM", label="")),
    ("sdtm", "ae", "define.label", head(label="Another label")),
    ("sdtm", "ae", "file.label", head(label="")),
    ("sdtm", "ae", "file.name", head(name="CM")),
    ("sdtm", "ae", "define.length", column("AETERM", length=100)),
    ("sdtm", "ae", "define.format", column("AESEQ", format="8.2")),
    ("adam", "adsl", "define.format", column("TRTSDT", format="8.")),
    ("adam", "adsl", "define.type", as_text("TRTSDT")),
    ("adam", "adtte", "define.codelist", cell("CNSR", 7.0)),
    ("adam", "adrs", "define.decode", cell("PARAM", "Something else")),
    ("adam", "adsl", "define.repeating", twice),
]


@pytest.mark.parametrize(("level", "dataset", "rule", "change"), DAMAGES)
def test_damage_of_data_is_named(
    sound: Sound,
    found_in: Callable[[Path], list[Finding]],
    tmp_path: Path,
    level: str,
    dataset: str,
    rule: str,
    change: Change,
) -> None:
    folder = sound.copy(level, tmp_path / "home")
    path = folder / f"{dataset}.xpt"
    given = change(read_transport(path))
    write(path, given)
    found = found_in(folder)
    assert rule in {f.rule for f in found if dataset.upper() in (f.dataset, "AE")}
    assert all(f.advice for f in found)


def write(path: Path, given: Transport, version: int = 5) -> None:
    stamp = datetime.fromisoformat("2024-09-01T00:00:00")
    frame = given.frame[[c.name for c in given.columns]]
    write_xpt(
        path,
        frame,
        given.columns,
        name=given.name,
        label=given.label,
        created=stamp,
        encoding="utf-8",
        version=version,
    )


def test_files_that_are_none_are_named(
    sound: Sound, found_in: Callable[[Path], list[Finding]], tmp_path: Path
) -> None:
    folder = sound.copy("sdtm", tmp_path / "home")
    (folder / "ae.xpt").write_bytes((folder / "ae.xpt").read_bytes()[:-7])
    (folder / "dm.xpt").write_bytes(b"not a transport file")
    (folder / "ex.xpt").unlink()
    (folder / "zz.xpt").write_bytes((folder / "lb.xpt").read_bytes())
    named = {(f.rule, f.dataset) for f in found_in(folder)}
    assert {("package.dataset", "AE"), ("package.dataset", "DM")} <= named
    assert {("define.dataset", "EX"), ("define.dataset", "ZZ"), ("file.name", "ZZ")} <= named


def test_text_that_no_file_for_a_submission_may_hold(
    sound: Sound, found_in: Callable[[Path], list[Finding]], tmp_path: Path
) -> None:
    folder = sound.copy("sdtm", tmp_path / "home")
    path = folder / "ae.xpt"
    write(path, cell("AETERM", "x" * 300)(read_transport(path)), version=8)
    named = {(f.rule, f.variable) for f in found_in(folder)}
    assert {("file.length", "AETERM"), ("define.length", "AETERM")} <= named


def test_a_whole_tree_of_damaged_types_is_judged_without_an_exception(
    sound: Sound, tmp_path: Path
) -> None:
    """Both levels are found, rules across them run, and no wrong type stops a check."""
    for level in ("sdtm", "adam"):
        sound.copy(level, tmp_path / "m5" / level)
    for name, change in (("sdtm/ae", as_number("AETERM")), ("sdtm/lb", as_text("LBSTRESN"))):
        path = tmp_path / "m5" / f"{name}.xpt"
        write(path, change(read_transport(path)))
    report = check(tmp_path).report
    assert report.errored == 0
    named = {(f.rule, f.dataset, f.variable) for f in report.unexplained}
    assert {("define.type", "AE", "AETERM"), ("expect.type", "AE", "AETERM")} <= named
    assert ("define.type", "LB", "LBSTRESN") in named
    crossed = [o for o in report.rules.outcomes if o.check == "adsl.in_dm"]
    assert [o.status for o in crossed] == [Status.PASSED]


def test_datasets_without_a_define_are_judged_by_their_standard(
    sound: Sound, tmp_path: Path
) -> None:
    folder = sound.copy("sdtm", tmp_path / "home")
    (folder / "define.xml").unlink()
    path = folder / "dm.xpt"
    write(path, cell("SEX", "X")(read_transport(path)))
    report = check(folder).report
    named = {(f.rule, f.dataset, f.variable) for f in report.unexplained}
    assert ("expect.in_set", "DM", "SEX") in named
    assert ("package.define", "", "") in named
    found = next(f for f in report.unexplained if f.rule == "expect.in_set")
    assert found.raw is not None
    assert (found.raw.file, found.raw.row) == ("dm.xpt", 1)
    left = [o.check for o in report.rules.outcomes if o.check.startswith("define.")]
    assert left
    assert not any(
        o.status is Status.PASSED for o in report.rules.outcomes if o.check.startswith("define.")
    )
