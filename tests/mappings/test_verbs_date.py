# ruff: noqa: RUF001 (full-width characters are what is tested)
from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.findings import RawPlace, SpecPlace
from mappings.verbs.date import compile_format

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


def module(rule: str) -> str:
    return f"target: AE\nfrom: ae\nkeys: [USUBJID]\nvars:\n  X: {rule}\n"


PARTS = "{date: [Y, M, D]}"


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("2024", "2", "29"), "2024-02-29"),
        (("2024", "FEB", "29"), "2024-02-29"),
        (("2024", "feb", "UN"), "2024-02"),
        (("2024", "UNK", "UNK"), "2024"),
        (("2024", "UN", "15"), "2024---15"),
        (("２０２４", "２", "９"), "2024-02-09"),
        (("2024.0", "2.0", "9.0"), "2024-02-09"),
        ((" 2024 ", "02", " "), "2024-02"),
        (("UNKN", "UN", "UN"), ""),
        (("", "", ""), ""),
    ],
)
def test_parts(bench: Bench, parts: tuple[str, str, str], shown: str) -> None:
    year, month, day = parts
    assert bench.rule(PARTS, {"Y": [year], "M": [month], "D": [day]}) == ([shown], [])


@pytest.mark.parametrize(
    ("parts", "rule", "message"),
    [
        (("2023", "2", "30"), "date.impossible", "'2023-2-30' is no date: 2023-02 has no day 30"),
        (("2023", "2", "29"), "date.impossible", "'2023-2-29' is no date: 2023-02 has no day 29"),
        (("", "2", "30"), "date.impossible", "'2-30' is no date: --02 has no day 30"),
        (("24", "5", "1"), "date.impossible", "'24-5-1' is no date: the year 24 is out of range"),
        (("2024", "5", "MAR"), "date.unreadable", "'MAR' is not a part of a date"),
        (("MAR", "5", "1"), "date.unreadable", "'MAR' is not a part of a date"),
        (("2024", "5", "1st"), "date.unreadable", "'1st' is not a part of a date"),
        (("2024", "5", "٣"), "date.unreadable", "'٣' is not a part of a date"),
    ],
)  # fmt: skip
def test_what_is_no_date(
    bench: Bench, parts: tuple[str, str, str], rule: str, message: str
) -> None:
    year, month, day = parts
    cells = {"Y": ["2024", year], "M": ["1", month], "D": ["1", day]}
    values, findings = bench.rule(PARTS, cells)
    assert values == ["2024-01-01", ""]
    assert len(findings) == 1
    found = findings[0]
    assert (found.rule, found.message, found.advice) == (rule, message, "Ask the site.")
    assert found.raw == RawPlace("raw/ae.csv", 3, "Y, M, D")
    assert found.spec == SpecPlace("sdtm/ae.yaml", 5, 3)
    assert found.value == " ".join(p or "-" for p in parts)


@pytest.mark.parametrize(
    ("time", "shown", "message"),
    [
        ("9:05", "2024-02-03T09:05", ""),
        ("09:05:30", "2024-02-03T09:05:30", ""),
        ("１０：３０", "2024-02-03T10:30", ""),
        ("", "2024-02-03", ""),
        ("UNK", "2024-02-03", ""),
        ("25:00", "2024-02-03", "there is no time 25:00"),
        ("soon", "2024-02-03", "'soon' is not a time HH:MM or HH:MM:SS"),
    ],
)
def test_time(bench: Bench, time: str, shown: str, message: str) -> None:
    cells = {"Y": ["2024"], "M": ["2"], "D": ["3"], "T": [time]}
    values, findings = bench.rule("{date: [Y, M, D], time: T}", cells)
    assert values == [shown]
    expected = [("date.unreadable", message, f"2024 2 3 {time}")] if message else []
    assert [(f.rule, f.message, f.value) for f in findings] == expected


def test_a_time_beside_a_partial_date(bench: Bench) -> None:
    cells = {"Y": ["2024", "", "2024"], "M": ["2", "", "2"], "D": ["", "", "3"],
             "T": ["10:30", "11:00", "UN:15"]}  # fmt: skip
    values, findings = bench.rule("{date: [Y, M, D], time: T}", cells)
    assert values == ["2024-02--T10:30", "-----T11:00", "2024-02-03T-:15"]
    assert findings == []


@pytest.mark.parametrize(
    ("shape", "given", "shown"),
    [
        ("YYYY-MM-DD", "2024-03-05", "2024-03-05"),
        ("YYYY-MM-DD", "2024-3-5", "2024-03-05"),
        ("YYYY-MM-DD", "2024-03", "2024-03"),
        ("YYYY-MM-DD", "2024", "2024"),
        ("YYYY-MM-DD", "2024-UN-UN", "2024"),
        ("YYYY-MM-DD", " ２０２４－０３－０５ ", "2024-03-05"),
        ("YYYY年MM月DD日", "2024年3月5日", "2024-03-05"),
        ("DD-MON-YYYY", "05-mar-2024", "2024-03-05"),
        ("DD-MON-YYYY", "UN-MAR-2024", "2024-03"),
        ("DD-MON-YYYY", "UN-UNK-2024", "2024"),
        ("DD/MM/YYYY", "05/03/2024", "2024-03-05"),
        ("MM/DD/YYYY", "05/03/2024", "2024-05-03"),
        ("YYYYMMDD", "20240305", "2024-03-05"),
        ("YYYYMMDD", "202403", "2024-03"),
        ("DDMONYYYY", "05MAR2024", "2024-03-05"),
        ("YYYY-MM-DD HH:MI", "2024-03-05 9:07", "2024-03-05T09:07"),
        ("YYYY-MM-DD HH:MI", "2024-03-05", "2024-03-05"),
        ("DD-MON-YYYY HH:MI:SS", "05-MAR-2024 09:07:30", "2024-03-05T09:07:30"),
        ("DD-MON-YYYY HH:MI:SS", "05-MAR-2024 09:07", "2024-03-05T09:07"),
        ("YYYY-MM-DD", "2003---15", "2003---15"),
        ("YYYY-MM-DD", "--12-15", "--12-15"),
        ("DD-MON-YYYY", "15-DEC-UNK", "--12-15"),
        ("YYYY-MM-DDTHH:MI:SS", "2003-12-15T13:-:17", "2003-12-15T13:-:17"),
        ("YYYY-MM-DD HH:MI", "2003-12-15 UN:15", "2003-12-15T-:15"),
        ("YYYY", "2024", "2024"),
        ("YYYY", "UNK", ""),
        ("YYYY", "", ""),
    ],
)
def test_formats(bench: Bench, shape: str, given: str, shown: str) -> None:
    assert bench.rule(f"{{date: A, format: '{shape}'}}", {"A": [given]}) == ([shown], [])


@pytest.mark.parametrize(
    ("shape", "given"),
    [
        ("YYYY-MM-DD", "05-03-2024"),
        ("YYYY-MM-DD", "2024/03/05"),
        ("YYYY-MM-DD", "24-03-05"),
        ("YYYYMMDD", "2024113"),
        ("YYYYMMDD", "20240"),
        ("DDMMYYYY", "1032024"),
        ("DD-MON-YYYY", "MAR-2024"),
        ("DD-MON-YYYY", "05-ABC-2024"),
        ("YYYY", "٢٠٢٤"),
    ],
)
def test_other_forms_are_not_guessed(bench: Bench, shape: str, given: str) -> None:
    values, findings = bench.rule(f"{{date: A, format: {shape}}}", {"A": [given]})
    assert values == [""]
    assert [f.rule for f in findings] == ["date.unreadable"]
    assert findings[0].raw == RawPlace("raw/ae.csv", 2, "A")


def test_the_message_of_another_form(bench: Bench) -> None:
    _, findings = bench.rule("{date: A, format: YYYY-MM-DD}", {"A": ["05.03.2024"]})
    assert str(findings[0]) == (
        "raw/ae.csv, row 2, column A: '05.03.2024' is not a date of the form YYYY-MM-DD. "
        "Ask the site."
    )
    _, findings = bench.rule("{date: A, format: YYYY-MM-DD}", {"A": ["2023-02-30"]})
    assert findings[0].rule == "date.impossible"
    assert findings[0].message == "'2023-02-30' is no date: 2023-02 has no day 30"


def test_several_formats(bench: Bench) -> None:
    rule = "{date: A, format: [YYYY-MM-DD, DD-MON-YYYY]}"
    values, findings = bench.rule(rule, {"A": ["2024-03-05", "05-MAR-2024", "5.3.24"]})
    assert values == ["2024-03-05", "2024-03-05", ""]
    assert [f.message for f in findings] == [
        "'5.3.24' is not a date of the form YYYY-MM-DD or DD-MON-YYYY"
    ]


@given(st.dates(min_value=date(1800, 1, 1)))
def test_every_date_in_every_format(day: date) -> None:
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    words = {"YYYY": f"{day.year:04d}", "MM": f"{day.month:02d}", "DD": f"{day.day:02d}",
             "MON": months[day.month - 1]}  # fmt: skip
    for shape in ("YYYY-MM-DD", "DD-MON-YYYY", "MM/DD/YYYY", "DDMMYYYY", "YYYYMMDD", "DDMONYYYY"):
        text = shape
        for word, shown in words.items():
            text = text.replace(word, shown)
        match = compile_format(shape).fullmatch(text)
        assert match is not None
        assert match["year"] == words["YYYY"]
        assert match["day"] == words["DD"]
        assert match["month"] == (words["MON"] if "MON" in shape else words["MM"])


def test_numbers_and_no_rows(bench: Bench) -> None:
    cells = {"Y": [2024.0, math.nan], "M": [2.0, math.nan], "D": [math.nan, math.nan]}
    assert bench.rule(PARTS, cells) == (["2024-02", ""], [])
    assert bench.rule(PARTS, {"Y": [], "M": [], "D": []}) == ([], [])


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            "{date: A}",
            (
                "sdtm/ae.yaml:5:6: a date in one column needs 'format'; the order of day and month "
                "is never guessed. Example: format: DD-MON-YYYY."
            ),
        ),
        (
            "{date: [A, B], format: YYYY-MM}",
            "sdtm/ae.yaml:5:29: 'format' belongs to a date in one column",
        ),
        (
            "{date: [A, B, C, A]}",
            "sdtm/ae.yaml:5:13: a date has at most year, month and day",
        ),
        (
            "{date: [A, BB, C]}",
            "sdtm/ae.yaml:5:17: there is no column 'BB' in ae. Did you mean 'B'?",
        ),
        (
            "{date: [A, B, C], time: T}",
            (
                "sdtm/ae.yaml:5:30: there is no column 'T' in ae. "
                "There are: A, B, C, STUDYID, SUBJID, SITEID, USUBJID, X."
            ),
        ),
        (
            "{date: [A, B, C], impute: first, dtf: XDTF}",
            (
                "sdtm/ae.yaml:5:32: 'impute' belongs to dates of ADaM; "
                "here a partial date stays partial"
            ),
        ),
        *(
            (
                f"{{date: A, format: {shape}}}",
                (
                    f"sdtm/ae.yaml:5:24: '{shape}' is not a date format; "
                    "use YYYY, MM or MON, DD, HH, MI, SS and what separates them"
                ),
            )
            for shape in ("DD-MM", "YYYY-YYYY", "YYYY-DD", "YYYY-MM-DD HH", "YYYY-MM-MON", "yyyy")
        ),
    ],
)
def test_faults(bench: Bench, rule: str, fault: str) -> None:
    found = bench.faults(rule)
    assert found[0] == fault
    assert len(found) == (2 if "impute" in rule else 1)


def test_formats_that_could_be_mistaken(bench: Bench) -> None:
    assert bench.faults("{date: A, format: [DD/MM/YYYY, MM/DD/YYYY]}") == [
        (
            "sdtm/ae.yaml:5:24: one text may be a date of the form DD/MM/YYYY and of the form "
            "MM/DD/YYYY. Keep the one that the export has; which is meant is never guessed."
        )
    ]


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (["03/15/2024", "04/02/2024"],
         ("Ask the site, or look at 'format': every date of the column is one in the form "
         "MM/DD/YYYY.")),
        (["03/15/2024", "20/02/2024"],
         ("Ask the site, or look at 'format': each of these dates, though not all, is one in the "
         "form MM/DD/YYYY.")),
        (["03/15/2024", "15/15/2024"], "Ask the site."),
        (["30/02/2024"], "Ask the site."),
    ],
)  # fmt: skip
def test_day_and_month_that_may_have_changed_places(
    bench: Bench, given: list[str], advice: str
) -> None:
    _, findings = bench.rule("{date: A, format: DD/MM/YYYY}", {"A": given})
    assert {f.advice for f in findings if f.rule == "date.impossible"} == {advice}


def test_columns_of_month_and_day_that_may_have_changed_places(bench: Bench) -> None:
    cells = {"Y": ["2024", "2024"], "M": ["15", "2"], "D": ["3", "4"]}
    _, findings = bench.rule(PARTS, cells)
    assert [f.advice for f in findings] == [
        (
            "Ask the site; every date of the column is one when the columns of month and day are "
            "changed."
        )
    ]


def test_an_interval(bench: Bench) -> None:
    text = module("{date: A, format: YYYY-MM-DD, end: _END}") + (
        "work:\n  _END: {date: B, format: YYYY-MM-DD}\n"
    )
    cells = {
        "A": ["2024-01-01", "2024-01-01", "2024-01", "", "2024-01-05", ""],
        "B": ["2024-01-03", "2024-01-01", "", "2024-01-03", "2024-01-03", ""],
    }
    result = bench.run(text, {"ae": bench.form(cells)})
    assert result.values("X") == ["2024-01-01/2024-01-03", "2024-01-01", "2024-01", "", "", ""]
    assert [(f.rule, f.message, f.raw) for f in result.findings] == [
        ("date.interval", "the interval '/2024-01-03' has no start",
         RawPlace("raw/ae.csv", 5, "A")),
        ("date.interval", "the interval '2024-01-05/2024-01-03' ends before it starts",
         RawPlace("raw/ae.csv", 6, "A")),
    ]  # fmt: skip


def test_an_interval_ends_at_a_variable(bench: Bench) -> None:
    assert bench.faults("{date: A, format: YYYY-MM-DD, end: B}") == [
        (
            "sdtm/ae.yaml:5:41: 'end' reads a date variable of this module, and B is a column. "
            "Make a variable of it under 'work' with 'date', and name that."
        )
    ]
