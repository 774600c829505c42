"""CDISC CORE's report becomes findings; what it did not answer is never read as passed."""

from __future__ import annotations

import copy
import json
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mappings.findings import Finding, RawPlace, Severity, SpecPlace
from validation.core import (
    CoreNotRun,
    CoreRun,
    CoreUnreadable,
    Engine,
    core_run,
    engine_of,
    not_run,
    read_core_report,
    run_engine,
)
from validation.explanations import Explanation
from validation.exports import findings_json
from validation.locate import Lineage
from validation.outcome import Status
from validation.page import index_html
from validation.summary import Report, make_report

RECORDED = Path(__file__).parents[1] / "data" / "core" / "report.json"
Content = dict[str, Any]


def text(*values: str) -> pd.Series[str]:
    return pd.Series(values, dtype="str")


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    """The datasets that the recorded report is about, with the raw rows they came from."""
    people = text("S-01-001", "S-01-001", "S-01-002", "S-02-001")
    return {
        "DM": pd.DataFrame(
            {
                "USUBJID": people.iloc[1:].reset_index(drop=True),
                "SUBJID": text("001", "002", "001"),
                "_form": text("dm", "dm", "dm"),
                "_row": np.array([2, 3, 4], dtype=np.int64),
            }
        ),
        "AE": pd.DataFrame(
            {
                "USUBJID": people,
                "AESEQ": [1.0, 2.0, 1.0, 1.0],
                "AEBODSYS": text("", "Cardiac disorders", "Infections", ""),
                "AEBDSYCD": text("", "", "", ""),
                "_form": text("ae", "ae", "log", "ae"),
                "_row": np.array([5, 9, 7, 8], dtype=np.int64),
            }
        ),
    }


LINEAGE = Lineage(
    {"ae": "raw/ae.csv", "log": "raw/log.csv", "dm": "raw/dm.csv"},
    {("AE", "AEBODSYS", "ae"): "SOC", ("AE", "AEBODSYS", "log"): "SYSTEM"},
    {("AE", "AEBODSYS"): SpecPlace("sdtm/ae.yaml", 9, 3)},
)


def recorded() -> Content:
    content: Content = json.loads(RECORDED.read_text(encoding="utf-8"))
    return content


def read(content: object) -> CoreRun:
    return core_run(read_core_report(json.dumps(content).encode()), {})


@pytest.fixture
def run(frames: dict[str, pd.DataFrame]) -> CoreRun:
    return core_run(read_core_report(RECORDED.read_bytes()), frames, lineage=LINEAGE)


def of(run: CoreRun, rule: str) -> list[Finding]:
    return [f for f in run.checked.findings if f.rule == rule]


def test_an_issue_names_record_value_raw_row_and_mapping_line(run: CoreRun) -> None:
    first, second = of(run, "CORE-000024")
    assert (first.dataset, first.variable, first.scope) == ("AE", "AEBODSYS", "S-01-001 AESEQ=2")
    assert first.value == "AEBODSYS=Cardiac disorders; AEBDSYCD="
    assert first.message == "AEBODSYS is not empty and AEBDSYCD is empty"
    assert first.severity is Severity.ERROR
    assert first.raw == RawPlace("raw/ae.csv", 9, "SOC")
    assert str(first.spec) == "sdtm/ae.yaml:9:3"
    assert second.raw == RawPlace("raw/log.csv", 7, "SYSTEM")
    assert second.scope == "S-01-002 AESEQ=1"


def test_an_issue_of_a_whole_dataset_is_known_by_its_value(run: CoreRun) -> None:
    (found,) = of(run, "CORE-000186")
    assert (found.dataset, found.variable, found.scope) == ("DM", "SUBJID", "SUBJID=001")
    assert found.raw is None
    (found,) = of(run, "CORE-000699")
    assert (found.dataset, found.variable, found.scope) == ("", "", "")
    assert found.value == "AECAT=; AESCAT="


def test_every_rule_has_its_fate(run: CoreRun) -> None:
    fates = {o.check: (o.status, o.dataset, o.failing) for o in run.checked.outcomes}
    assert fates == {
        "CORE-000024": (Status.FAILED, "AE", 2),
        "CORE-000186": (Status.FAILED, "DM", 1),
        "CORE-000200": (Status.PASSED, "", 0),
        "CORE-000300": (Status.NOT_RUN, "", 0),
        "CORE-000500": (Status.NOT_RUN, "", 0),
        "CORE-000699": (Status.FAILED, "", 1),
    }
    assert (run.engine, run.standard) == ("0.17.1", "sdtmig 3.4")
    assert run.terminology == ("sdtmct-2025-03-28",)
    assert run.checked.outcomes[0].source == "CDISC CORE: CG0082, TIG0347"


def test_a_rule_that_stopped_is_not_run_and_a_finding(run: CoreRun) -> None:
    (found,) = of(run, "core.stopped")
    assert found.scope == "CORE-000500"
    assert "Column not found in data 'AEDECOD'" in found.message
    assert run.asked("CORE-000200")
    assert not run.asked("CORE-000500")


def test_a_record_that_is_another_one_here_gets_no_raw_row(
    frames: dict[str, pd.DataFrame],
) -> None:
    """The datasets may not be those that the engine saw: then nobody knows the raw row."""
    content = recorded()
    issues = content["Issue_Details"]
    issues[0]["SEQ"], issues[1]["row"] = 1, 400
    report = read_core_report(json.dumps(content).encode())
    first, second = of(core_run(report, frames, lineage=LINEAGE), "CORE-000024")
    assert (first.scope, first.raw) == ("S-01-001 AESEQ=1", None)
    assert (second.scope, second.raw) == ("S-01-002 AESEQ=1", None)


def test_the_order_of_the_report_does_not_matter(frames: dict[str, pd.DataFrame]) -> None:
    content = recorded()
    for section in ("Issue_Details", "Rules_Report", "Issue_Summary", "Dataset_Details"):
        content[section].reverse()
    for issue in content["Issue_Details"]:
        if isinstance(issue["variables"], list):
            issue["variables"].reverse()
            issue["values"].reverse()
    report = read_core_report(json.dumps(content).encode())
    turned = make_report("S", [], core=core_run(report, frames, lineage=LINEAGE))
    straight = make_report(
        "S", [], core=core_run(read_core_report(RECORDED.read_bytes()), frames, lineage=LINEAGE)
    )
    assert findings_json(turned) == findings_json(straight)


def test_issues_that_a_limit_left_out_are_a_finding() -> None:
    content = recorded()
    content["Issue_Summary"][1]["issues"] = 323
    (found,) = of(read(content), "core.cut")
    assert found.message == "CDISC CORE met 323 issues of CORE-000024 and lists 2 of them"


def test_a_dataset_that_the_engine_did_not_read_is_a_finding(
    frames: dict[str, pd.DataFrame],
) -> None:
    content = recorded()
    del content["Dataset_Details"][1]
    report = read_core_report(json.dumps(content).encode())
    (found,) = of(core_run(report, frames), "core.dataset")
    assert found.dataset == "AE"


def _without(section: str) -> Callable[[Content], None]:
    return lambda content: content.pop(section)


def _in_first(section: str, key: str, value: object) -> Callable[[Content], None]:
    return lambda content: content[section][0].update({key: value})


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_without("Conformance_Details"), "no section Conformance_Details"),
        (_without("Issue_Details"), "no section Issue_Details"),
        (_without("Rules_Report"), "no section Rules_Report"),
        (lambda c: c.update(Rules_Report=[]), "no rule was run"),
        (lambda c: c.update(Rules_Report=["CORE-000024"]), "Rules_Report is not a list of entries"),
        (lambda c: c["Rules_Report"][0].pop("status"), "an entry has no status"),
        (_in_first("Issue_Details", "values", ["a", "b", "c"]), "a value for each variable"),
        (_in_first("Issue_Details", "core_id", "CORE-999999"), "issue of CORE-999999"),
        (lambda c: c.update(Issue_Details=[], Issue_Summary=[]), "Issue_Details does not have"),
    ],
)
def test_half_a_report_is_refused(damage: Callable[[Content], object], says: str) -> None:
    content = recorded()
    damage(content)
    with pytest.raises(CoreUnreadable, match=says):
        read(content)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(CoreUnreadable):
        read_core_report(data)


def test_an_unknown_status_is_not_run() -> None:
    content = recorded()
    content["Rules_Report"][2]["status"] = "WHO KNOWS"
    run = read(content)
    (outcome,) = (o for o in run.checked.outcomes if o.check == "CORE-000200")
    assert outcome.status is Status.NOT_RUN
    assert [f.scope for f in of(run, "core.stopped")] == ["CORE-000200", "CORE-000500"]


def entry(rule: str, **facts: Any) -> Explanation:
    return Explanation(rule, "It may stay.", "A. Author", "2024-09-01", **facts)


EXPLAINED = (
    entry("CORE-000024", dataset="AE", count=2),
    entry("CORE-000186", dataset="DM", scope="SUBJID=001"),
    entry("CORE-000699"),
    entry("core.stopped", scope="CORE-000500"),
)


def unexplained(report: Report) -> list[tuple[str, str]]:
    return [(f.rule, f.value or f.scope) for f in report.unexplained]


def test_explanations_part_the_findings_of_the_engine(run: CoreRun) -> None:
    report = make_report("S", [], EXPLAINED, core=run)
    assert report.status == "final"
    assert len(report.explained) == 5
    assert make_report("S", [], EXPLAINED[1:], core=run).status == "draft"


def test_an_entry_is_unused_only_when_its_rule_was_asked(run: CoreRun) -> None:
    spare = (entry("CORE-000200"), entry("CORE-000300"), entry("CORE-000500"))
    ran = make_report("S", [], (*EXPLAINED, *spare), core=run)
    # Passed, and skipped for want of a variable: no such finding. Stopped: nobody knows.
    assert unexplained(ran) == [
        ("explain.unused", "CORE-000200"),
        ("explain.unused", "CORE-000300"),
    ]
    assert make_report("S", [], (*EXPLAINED, *spare)).unexplained == ()
    absent = not_run("there is no program 'core'")
    assert unexplained(make_report("S", [], (*EXPLAINED, *spare), core=absent)) == [
        ("core.not_run", "CORE")
    ]


def test_an_engine_that_gave_no_answer_is_never_passed() -> None:
    report = make_report("S", [], core=not_run("there is no program 'core'"))
    assert report.status == "draft"
    assert report.checks[Status.PASSED] == 0
    assert report.checks[Status.NOT_RUN] == 1
    page = index_html(report)
    assert "there is no program &#39;core&#39;" in page
    assert json.loads(findings_json(report))["core"]["reason"] == "there is no program 'core'"


def test_the_page_tells_engine_rules_and_reasons(run: CoreRun) -> None:
    page = index_html(make_report("S", [], EXPLAINED, core=run))
    words = page[page.index('<section id="core">') :]
    for said in ("0.17.1", "sdtmct-2025-03-28", "CORE-000300", "the engine skipped it", "CG0150"):
        assert said in words
    assert "was not asked" in index_html(make_report("S", []))


FAKE = """\
import json, pathlib, sys, time
given = sys.argv[1:]
pathlib.Path(__file__).with_name("given.json").write_text(json.dumps(given))
BODY
pathlib.Path(given[given.index("-o") + 1] + ".json").write_bytes(
    pathlib.Path(__file__).with_name("answer.json").read_bytes())
"""


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., Engine]:
    """An engine that answers with the recorded report, or does what `body` says before."""

    def make(body: str = "", answer: bytes | None = None, minutes: float = 1.0) -> Engine:
        home = tmp_path / "an engine"
        home.mkdir(exist_ok=True)
        (home / "core.py").write_text(FAKE.replace("BODY", body), encoding="utf-8")
        (home / "answer.json").write_bytes(RECORDED.read_bytes() if answer is None else answer)
        command = f"{shlex.quote(sys.executable)} {shlex.quote(str(home / 'core.py'))}"
        return engine_of(command, minutes)

    return make


def ask(engine: Engine, folder: Path) -> Any:
    return run_engine(
        engine,
        folder,
        standard="sdtmig",
        version="3.4",
        terminology=["sdtmct-2025-03-28"],
        define=folder / "define.xml",
    )


def test_the_engine_is_asked_by_its_own_command_line(
    fake: Callable[..., Engine], tmp_path: Path
) -> None:
    assert len(ask(fake(), tmp_path).issues) == 4
    given = json.loads((tmp_path / "an engine" / "given.json").read_text())
    folder = str(tmp_path.resolve())
    assert given[:-1] == [
        *("validate", "-s", "sdtmig", "-v", "3-4", "-d", folder, "-ct", "sdtmct-2025-03-28"),
        *("-dxp", f"{folder}/define.xml", "-of", "JSON", "-o"),
    ]
    assert Path(given[-1]).is_absolute()
    assert not Path(given[-1]).parent.exists(), "its report is read and taken away"


def test_options_may_follow_validate_in_the_command(
    fake: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = fake()
    ask(Engine((*engine.command, "validate", "-ps", "2"), 1.0), tmp_path)
    given = json.loads((tmp_path / "an engine" / "given.json").read_text())
    assert given[:5] == ["validate", "-ps", "2", "-s", "sdtmig"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.exit(0)", "wrote no report and ended with 0"),
        ("print('no such rules'); sys.exit(2)", "wrote no report and ended with 2: no such rules"),
        ("raise KeyError('cache')", "KeyError: 'cache'"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
    ],
)
def test_an_engine_that_ends_without_a_report(
    fake: Callable[..., Engine], tmp_path: Path, body: str, says: str
) -> None:
    with pytest.raises(CoreNotRun) as told:
        ask(fake(body), tmp_path)
    assert says in str(told.value)
    assert str(tmp_path) not in str(told.value).replace(str(tmp_path / "an engine"), "")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b'{"Conformance_Details": {"Sta', "cannot be used: it is not JSON"),
        (b"{}", "it has no section Conformance_Details"),
    ],
)
def test_a_malformed_report(
    fake: Callable[..., Engine], tmp_path: Path, answer: bytes, says: str
) -> None:
    with pytest.raises(CoreNotRun, match=says):
        ask(fake(answer=answer), tmp_path)


def test_a_report_on_another_standard_is_no_answer(
    fake: Callable[..., Engine], tmp_path: Path
) -> None:
    content = recorded()
    content["Conformance_Details"]["Version"] = "V3.3"
    with pytest.raises(CoreNotRun, match=r"judged by sdtmig 3\.3, not by sdtmig 3\.4"):
        ask(fake(answer=json.dumps(content).encode()), tmp_path)


def test_an_engine_that_does_not_end_is_stopped_with_its_workers(
    fake: Callable[..., Engine], tmp_path: Path
) -> None:
    body = (
        "import subprocess\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)"
    )
    began = time.monotonic()
    with pytest.raises(CoreNotRun, match=r"had not ended after 0\.02 minutes"):
        ask(fake(body, minutes=0.02), tmp_path)
    # Its worker holds the output open: only ending both gives it back at once.
    assert time.monotonic() - began < 30


def test_an_absent_engine(tmp_path: Path) -> None:
    with pytest.raises(CoreNotRun, match="there is no program 'no-such-engine'"):
        ask(engine_of("/nowhere/no-such-engine --fast"), tmp_path)
    file = tmp_path / "core"
    file.write_text("no program\n")
    file.chmod(0o755)
    with pytest.raises(CoreNotRun, match="cannot be started"):
        ask(engine_of(shlex.quote(str(file))), tmp_path)


@pytest.mark.parametrize(("command", "minutes"), [("", 1.0), ("'core", 1.0), ("core", 0.0)])
def test_a_command_that_names_no_engine(command: str, minutes: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        engine_of(command, minutes)


def test_our_own_python_path_is_not_the_engines(
    fake: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ask(fake("import os; assert 'PYTHONPATH' not in os.environ"), tmp_path)


def test_the_recorded_report_is_left_as_it_is() -> None:
    content = recorded()
    kept = copy.deepcopy(content)
    read(content)
    assert content == kept
