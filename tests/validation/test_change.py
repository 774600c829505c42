from __future__ import annotations

import json
from collections import Counter

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.findings import Finding, Severity
from tests.validation.reports import SCHEMA, Text, finding, report
from validation.change import Earlier, change, read_earlier
from validation.exports import entries, findings_json
from validation.page import index_html
from validation.report import DatasetRow, Report


def earlier(of: Report) -> Earlier:
    read = read_earlier(findings_json(of).encode("ascii"), "the draft package of 2024-01-01")
    assert read is not None
    return read


def test_a_build_is_the_same_as_itself() -> None:
    first = report(datasets=[DatasetRow("AE", "Adverse Events", "SDTM", 3, 5, 2)])
    again = report(datasets=first.datasets, earlier=earlier(first))
    assert again.change is not None
    assert (again.change.new, again.change.gone, again.change.same) == ((), (), 3)
    assert [(c.dataset, c.before, c.now) for c in again.change.datasets] == [("AE", 3, 3)]
    assert again.change.counted == ()


def test_new_gone_and_counted_are_told_everywhere() -> None:
    row = DatasetRow("AE", "Adverse Events", "SDTM", 3, 5, 2)
    first = report(
        findings=[finding(scope="S-1"), finding(scope="S-2")], datasets=[row], explanations=[]
    )
    second = report(
        findings=[finding(scope="S-2", message="other words"), finding(scope="S-3")],
        datasets=[DatasetRow("AE", "Adverse Events", "SDTM", 4, 5, 2)],
        explanations=[],
        earlier=earlier(first),
    )
    made = second.change
    assert made is not None
    assert [f.scope for f in made.new] == ["S-3"]
    assert [t.scope for t in made.gone] == ["S-1"]
    assert [(c.before, c.now) for c in made.counted] == [(3, 4)]
    told = json.loads(findings_json(second))
    jsonschema.validate(told, SCHEMA)
    assert [f["scope"] for f in told["change"]["new"]] == ["S-3"]
    page = index_html(second)
    assert page.count('class="chip new"') == 2  # the kind and its one new record
    assert "1 finding is new, 1 gone, 1 the same" in Text(page).text
    assert "since the draft package of 2024-01-01" in Text(page).text


def test_an_earlier_package_without_a_report_proves_nothing() -> None:
    made = report(earlier=Earlier("an old package"))
    assert made.change is not None
    assert not made.change.compared
    assert "nothing was compared" in index_html(made)
    jsonschema.validate(json.loads(findings_json(made)), SCHEMA)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"format": "crosswalk-findings", "findings": [1]}', b"\xff"]
)
def test_something_else_is_no_report(text: bytes) -> None:
    assert read_earlier(text, "x") is None


SCOPES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)


@given(SCOPES, SCOPES)
def test_nothing_is_lost_between_two_builds(before: list[str], after: list[str]) -> None:
    first = Report("S", unexplained=tuple(_plain(s) for s in before))
    found = [_plain(s) for s in after]
    made = change(found, [], earlier(first))
    assert made.same + len(made.new) == len(after)
    assert made.same + len(made.gone) == len(before)
    assert Counter(f.scope for f in made.new) == Counter(after) - Counter(before)
    assert Counter(t.scope for t in made.gone) == Counter(before) - Counter(after)


def _plain(scope: str) -> Finding:
    return Finding("date.impossible", Severity.ERROR, "m", scope=scope)


def test_entries_of_a_report_are_what_is_compared() -> None:
    made = report()
    assert len(earlier(made).findings or ()) == len(list(entries(made)))
