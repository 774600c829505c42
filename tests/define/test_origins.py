"""Origin, method and comment as the rules of a module tell them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from define.model import Origin
from define.origins import Told, derived, told_by_rules


def told(tiny: Any, folder: Path, variable: str, rule: str, *, vendor: bool = False) -> Told:
    """What is told of a variable of AE whose rule is `rule`."""
    files = dict(tiny.FILES)
    old = "  AETERM: {copy: TERM}"
    new = f"  {variable}: {rule}" if variable == "AETERM" else f"{old}\n  {variable}: {rule}"
    files["sdtm/ae.yaml"] = files["sdtm/ae.yaml"].replace(old, new)
    if vendor:
        files["study.yaml"] = files["study.yaml"].replace(
            "ae: {file: raw/ae.csv}", "ae: {file: raw/ae.csv, source: Vendor}"
        )
    plan = tiny.plan(folder, files)
    module = next(m for m in plan.sdtm.modules if m.target == "AE")
    found = told_by_rules(module, variable, plan.study.forms, adam=False)
    assert found is not None
    return found


INVESTIGATOR = Origin("Collected", "Investigator")
SPONSOR = Origin("Assigned", "Sponsor")
DERIVED = Origin("Derived", "Sponsor")


@pytest.mark.parametrize(
    ("variable", "rule", "origins", "method"),
    [
        ("AETERM", "{copy: TERM}", (INVESTIGATOR,), ""),
        ("AETERM", "{copy: TERM, source: Subject}", (Origin("Collected", "Subject"),), ""),
        ("AETERM", "{copy: TERM, origin: Assigned}", (SPONSOR,), ""),
        ("AELOC", "{const: BLOOD}", (SPONSOR,), ""),
        ("AEACNOTH", "{map: TERM, to: {fever: F}}", (INVESTIGATOR,), ""),
        ("AEENDY", "{day: AEENDTC}", (DERIVED,), "AEENDTC minus DM.RFSTDTC in days"),
        (
            "AEACNOTH",
            "{lookup: DM, get: ARM}",
            (DERIVED,),
            "DM.ARM.",
        ),
        (
            "AEACNOTH",
            "{lookup: elements, by: {TERM: code}, get: element}",
            (SPONSOR,),
            "",
        ),
        (
            "AEACNOTH",
            "{copy: TERM, origin: Derived, method: As the plan says}",
            (DERIVED,),
            "As the plan says",
        ),
    ],
)
def test_origin_and_method_of_a_rule(
    tiny: Any,
    tmp_path: Path,
    variable: str,
    rule: str,
    origins: tuple[Origin, ...],
    method: str,
) -> None:
    if variable == "AEENDY":
        module = next(m for m in tiny.plan(tmp_path).sdtm.modules if m.target == "AE")
        found = told_by_rules(module, variable, {}, adam=False)
        assert found is not None
    else:
        found = told(tiny, tmp_path, variable, rule)
    assert found.origins == origins
    assert (found.method is None) == (not method)
    if found.method is not None:
        assert method in found.method.text
        assert found.method.key == f"AE.{variable}"


def test_what_a_vendor_sent_is_the_vendors(tiny: Any, tmp_path: Path) -> None:
    found = told(tiny, tmp_path, "AETERM", "{copy: TERM}", vendor=True)
    assert found.origins == (Origin("Collected", "Vendor"),)


def test_a_comment_of_the_rule(tiny: Any, tmp_path: Path) -> None:
    found = told(tiny, tmp_path, "AETERM", "{copy: TERM, comment: Translated from Chinese.}")
    assert found.comment is not None
    assert (found.comment.key, found.comment.text) == ("AE.AETERM", "Translated from Chinese.")


def test_blocks_tell_each_their_own(tiny: Any, tmp_path: Path) -> None:
    plan = tiny.plan(tmp_path)
    module = next(m for m in plan.sdtm.modules if m.target == "SE")
    found = told_by_rules(module, "SEENDTC", plan.study.forms, adam=False)
    assert found is not None
    assert found.origins[0] == DERIVED
    assert INVESTIGATOR in found.origins
    assert found.method is not None
    # Only the block that derives it has a method: the others were collected.
    assert found.method.text == "The earliest EX.EXSTDTC."


def test_a_variable_without_a_rule_tells_nothing(tiny: Any, tmp_path: Path) -> None:
    plan = tiny.plan(tmp_path)
    module = next(m for m in plan.sdtm.modules if m.target == "AE")
    assert told_by_rules(module, "AESEQ", plan.study.forms, adam=False) is None


def test_an_imputation_flag_has_a_method_of_its_own(tiny: Any, tmp_path: Path) -> None:
    plan = tiny.plan(tmp_path)
    adae = next(m.module for m in plan.adam.modules if m.module.target == "ADAE")
    found = told_by_rules(adae, "ASTDTF", plan.study.forms, adam=True)
    assert found is not None
    assert found.method is not None
    assert found.method.text == (
        "The highest part that was imputed in ASTDT: D day, M month, Y year."
    )


def test_a_copy_of_the_datasets_own_variable_is_derived(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    old = "  CRSFL: {copy: AECRS,"
    files["adam/adae.yaml"] = files["adam/adae.yaml"].replace(
        old, "  TERMX: {copy: ADAE.AETERM, label: Term Again}\n" + old
    )
    plan = tiny.plan(tmp_path, files)
    adae = next(m.module for m in plan.adam.modules if m.module.target == "ADAE")
    found = told_by_rules(adae, "TERMX", plan.study.forms, adam=True)
    assert found is not None
    assert found.origins == (DERIVED,)
    assert found.method is not None


def test_derived_by_the_tool() -> None:
    made = derived("AE", "AESEQ", "Numbered.")
    assert made.origins == (DERIVED,)
    assert made.method is not None
    assert (made.method.oid, made.method.text) == ("MT.AE.AESEQ", "Numbered.")
