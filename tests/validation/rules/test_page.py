"""The page of the rules is current, and every published rule of CDISC has a standing."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.rules import RULES
from validation.rules.page import page
from validation.rules.published import DraftRule, PublishedRule, drafts, published

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
NAMED = {id for rule in RULES for id in rule.core}


def test_the_page_is_what_the_rules_say() -> None:
    remedy = "run: python -m validation.rules.page > docs/rules.md"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy


def test_every_id_that_a_rule_names_is_a_published_one() -> None:
    assert NAMED - {rule.id for rule in published()} == set()


@pytest.mark.parametrize("rule", published(), ids=lambda r: r.id)
def test_a_published_rule_is_covered_or_has_a_reason_never_both(rule: PublishedRule) -> None:
    assert (rule.id in NAMED) != bool(rule.standing)
    assert bool(rule.standing) == bool(rule.reason)
    assert rule.standing in ("", "delegated", "not covered")
    assert rule.references


@pytest.mark.parametrize("rule", drafts(), ids=lambda r: r.id)
def test_a_draft_is_covered_by_rules_that_exist_or_has_a_reason(rule: DraftRule) -> None:
    assert set(rule.ours) <= {r.id for r in RULES}
    assert bool(rule.ours) != bool(rule.reason)


def test_no_published_rule_stands_twice() -> None:
    ids = [rule.id for rule in published()] + [rule.id for rule in drafts()]
    assert len(ids) == len(set(ids))
