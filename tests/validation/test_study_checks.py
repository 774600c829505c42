"""The study's own expectations: read, refused, and run by Great Expectations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from define.model import Dataset
from mappings.findings import Finding, SpecificationFault
from mappings.load import load_yaml
from mappings.schemas import check_schema
from validation.outcome import Checked
from validation.run import run_suite
from validation.study_checks import StudyCheck, read_checks
from validation.suites import suite

AE = ("STUDYID", "USUBJID", "AESEQ", "AETERM", "AESER", "AESTDTC", "AESTDY")


def read(folder: Path, text: str) -> tuple[list[StudyCheck], list[Finding]]:
    file = folder / "expectations.yaml"
    file.write_text(text, encoding="utf-8")
    document = load_yaml(file, "expectations.yaml")
    faults = check_schema(document, "expectations")
    return ([], faults) if faults else read_checks(document, {"AE": AE})


def one(test: str) -> str:
    return f"- {{dataset: AE, says: It is so, {test}}}\n"


def run(folder: Path, ae: Dataset, frame: pd.DataFrame, test: str) -> Checked:
    checks, faults = read(folder, one(test))
    assert faults == []
    content = suite(ae, checks)
    content["expectations"] = content["expectations"][-1:]
    return run_suite(content, frame)


# Records 0 and 1 are of S-01-001 (AESEQ 1, 2), record 2 of S-01-002; AESER is Y, "", N.
RUNS = [
    ("variable: AESER, is: present", [1]),
    ("variable: AESER, is: missing", [0, 2]),
    ("variable: AESTDY, is: present", [0, 1]),
    ("variable: AESTDY, is: missing", [2]),
    ("variable: AESER, in: [Y]", [2]),
    ("variable: AESER, notin: [N]", [2]),
    ("variable: AESEQ, in: [1]", [1]),
    ("variable: AESEQ, ge: 1, lt: 2", [1]),
    ("variable: AESTDY, gt: -1", [2]),
    ('variable: AETERM, matches: "[A-Z]{5,6}"', [0]),
    ("variable: AESTDTC, notbefore: AETERM", [0, 2]),
    ("unique: [USUBJID]", [0, 1]),
    ("unique: [USUBJID, AESER]", []),
    ("variable: AESER, is: present, when: {USUBJID: S-01-001}", [1]),
    ("variable: AESER, is: present, when: {AESTDTC: {is: present}}", []),
    ("variable: AESTDTC, is: present, when: {AESER: {is: missing}}", [1]),
    ("variable: AESER, in: [Y], when: [{AESEQ: {gt: 1}}, {AETERM: [NAUSEA, RASH]}]", [2]),
    ("variable: AESER, in: [Y], when: {AESTDY: {is: missing}}", []),
    ("unique: [USUBJID], when: {AESEQ: {ne: 2}}", []),
]


@pytest.mark.parametrize(("test", "failing"), RUNS)
def test_the_records_that_break_it_are_named(
    tmp_path: Path, ae: Dataset, frame: pd.DataFrame, test: str, failing: list[int]
) -> None:
    result = run(tmp_path, ae, frame, test)
    assert result.errored == result.not_run == 0
    assert sorted(f.raw.row for f in result.findings if f.raw) == [(2, 3, 9)[i] for i in failing]
    for found in result.findings:
        assert "It is so (expectations.yaml:1:3)" in found.message


def test_a_value_with_quotes_is_only_a_value(
    tmp_path: Path, ae: Dataset, frame: pd.DataFrame
) -> None:
    nasty = "'') or AESEQ == AESEQ or AETERM == ('"
    changed = frame.assign(AETERM=["HEADACHE", nasty, "NAUSEA"])
    test = f'variable: AESER, is: present, when: {{AETERM: "{nasty}"}}'
    assert [f.raw.row for f in run(tmp_path, ae, changed, test).findings if f.raw] == [3]


def test_a_warning_is_one(tmp_path: Path, ae: Dataset, frame: pd.DataFrame) -> None:
    (found,) = run(tmp_path, ae, frame, "variable: AESER, is: present, severity: warning").findings
    assert found.severity == "warning"


FAULTS = [
    ("variable: AESERR, is: present", "1:43: there is no variable 'AESERR' in AE. Did you mean"),
    ("variable: AESER", "1:3: no test. Give one of is, in, notin"),
    ("variable: AESER, is: present, in: [Y]", "1:3: is and in together. Give one of"),
    ("is: present", "1:3: 'variable' is missing"),
    ("variable: AESEQ, ge: 1, gt: 2", "1:61: two limits on one side. Keep one."),
    ("variable: AESER, unique: [AESEQ]", "1:43: 'variable' does nothing beside 'unique'"),
    ("unique: [AESEQ, NONE]", "there is no variable 'NONE' in AE. There are: STUDYID"),
    ('variable: AETERM, matches: "("', "not a regular expression: missing )"),
    ('variable: AETERM, matches: "(?=x)"', "not a regular expression: "),
    ("variable: AESER, is: there", "'there' is not one of present, missing"),
    ("variable: AESER, is: present, when: {AESEX: Y}", "there is no variable 'AESEX' in AE"),
    ("variable: AESER, is: present, when: {AESER: $AETERM}", "compares with values only"),
    ("variable: AESEQ, ge: one", "expected a number, found 'one'"),
    ("variabel: AESER, is: present", "unknown key 'variabel'. Did you mean 'variable'?"),
]


@pytest.mark.parametrize(("test", "said"), FAULTS)
def test_what_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, test: str, said: str
) -> None:
    checks, faults = read(tmp_path, one(test))
    assert checks == []
    assert any(str(f).startswith("expectations.yaml:1:") and said in str(f) for f in faults), faults


def test_an_unknown_dataset_is_refused_unless_its_module_is(tmp_path: Path) -> None:
    text = one("variable: X, is: present").replace("AE", "AEX")
    (fault,) = read(tmp_path, text)[1]
    assert "there is no dataset 'AEX'. Did you mean 'AE'?" in str(fault)
    document = load_yaml(tmp_path / "expectations.yaml", "expectations.yaml")
    assert read_checks(document, {"AE": AE}, {"AEX"})[1] == []


TYPES = [
    ("variable: AETERM, ge: 1", "1:55: AETERM is text, and a range is of numbers"),
    ("variable: AESEQ, in: [one]", "AESEQ is a number, but 'one' is not"),
    ("variable: AESEQ, matches: x", "AESEQ is a number, not text"),
    ("variable: AESEQ, notbefore: AETERM", "AESEQ and AETERM are of different types"),
    ("variable: AETERM, is: present, when: {AESEQ: one}", "AESEQ is a number, but 'one' is not"),
]


@pytest.mark.parametrize(("test", "said"), TYPES)
def test_a_test_that_the_type_cannot_have_is_refused(
    tmp_path: Path, ae: Dataset, test: str, said: str
) -> None:
    checks, _ = read(tmp_path, one(test))
    with pytest.raises(SpecificationFault, match=r"expectations\.yaml:1:") as fault:
        suite(ae, checks)
    assert said in str(fault.value)


def test_the_suite_of_a_study_has_them_from_lint_to_finding(tiny: Any, tmp_path: Path) -> None:
    text = one("variable: AESER, in: [N], severity: warning")
    planned = tiny.plan(tmp_path, tiny.FILES | {"expectations.yaml": text})
    assert [c.says for c in planned.checks] == ["It is so"]
    wrong = text.replace("AESER", "AESERIOUS")
    wrong += one("variable: AVALX, is: present").replace("AE,", "ADTTE,")
    with pytest.raises(SpecificationFault) as fault:
        tiny.plan(tmp_path, tiny.FILES | {"expectations.yaml": wrong})
    assert [str(f).partition(". ")[0] for f in fault.value.findings] == [
        "expectations.yaml:1:43: there is no variable 'AESERIOUS' in AE",
        "expectations.yaml:2:46: there is no variable 'AVALX' in ADTTE",
    ]
