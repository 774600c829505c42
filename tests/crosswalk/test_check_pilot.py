"""The published SDTM of the CDISC pilot, judged as anybody's package: true faults, no false alarm.

It has no define.xml. The data stand in ``../shared/pilot``, without which the test is skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crosswalk.check import check
from validation.outcome import Status

SHARED = Path(__file__).parents[2].parent / "shared" / "pilot" / "sdtm"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/pilot")


def test_the_pilot_as_it_was_published() -> None:
    report = check(SHARED).report
    assert report.errored == 0
    assert sorted(r.name for r in report.datasets) == [
        *("AE", "DM", "DS", "EX", "SUPPAE", "SUPPDM", "SV", "TS")
    ]
    ours = ("expect.", "file.", "package.", "define.", "rule.")
    assert [f.rule for f in report.unexplained if f.rule.startswith(ours)] == ["package.define"]
    # One study day of the pilot is known to be wrong, and no other.
    (day,) = [f for f in report.unexplained if f.rule == "sdtm.study_day"]
    assert (day.dataset, day.variable, day.scope) == ("AE", "AESTDY", "01-716-1063 AESEQ=1")
    fates = {o.status for o in report.rules.outcomes if o.check.startswith("define.")}
    assert fates == {Status.NOT_RUN}
