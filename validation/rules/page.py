"""The page of the rules: ``python -m validation.rules.page > docs/rules.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validation.rules.catalogue import ADAM_RULES, RULES, SDTM_RULES
from validation.rules.model import Rule
from validation.rules.published import drafts, published

_HEAD = """# Rules across records and datasets

This page is made by `python -m validation.rules.page` from the rules themselves and is not edited.

`crosswalk build` and `crosswalk check` ask the rules below of every dataset they speak of, beside
the Great Expectations suites, which look at one variable at a time. A rule whose dataset or
variable is not there is *not run*, which is said and never counted as passed. `--` stands for the
two letters of a domain. Errors and warnings must be mended or
[explained](language.md#findingsyaml).

None of the rules calls the code that derives the values it judges. Each has a test with data that
break it and data that do not; beside these, the datasets of the reference study are damaged in one
cell, record or attribute at a time, and the rule that is named has to find it.

[CDISC's own engine](howto-core.md) can be asked beside them.
"""
_CORE = """
## CDISC's published rules for SDTMIG 3.4

The rules of CORE that are published for SDTMIG 3.4 and not retired. *Covered* names our rules that
answer one; *delegated* means that only `--core` answers it. References are those that CDISC cites:
CG of the conformance rules, FB of FDA's business rules, TRC of technical rejection.
"""
_DRAFTS = """
## CDISC's drafts for ADaMIG 1.3

CORE publishes no rules for ADaMIG. These are the drafts that its repository holds, with the rules
of ours that answer them.
"""


def page() -> str:
    """The whole page; equal for equal rules and data."""
    lines = [_HEAD, *_own("Rules of SDTM", SDTM_RULES, "sdtm")]
    lines += _own("Rules of ADaM", ADAM_RULES, "adam")
    lines += [_CORE, *_published(), _DRAFTS, *_drafts()]
    return "\n".join(lines) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = [*head]
    for row in (names, ["---"] * len(names), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _own(title: str, rules: tuple[Rule, ...], tests: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    places = f"`test_{tests}_rules.py` and `test_{tests}_damage.py` in `tests/validation/rules`"
    yield f"{len(rules)} rules. Their tests are {places}.\n"
    head = ("rule", "what holds", "severity", "asked of", "source")
    yield from _table(
        head,
        ((f"`{r.id}`", r.text, r.severity.value, r.target.text, _sources(r)) for r in rules),
    )


def _sources(rule: Rule) -> str:
    numbers = ", ".join(id.removeprefix("CORE-") for id in rule.core)
    return f"{rule.source}; CORE {numbers}" if numbers else rule.source


def _answers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for rule in RULES:
        for id in rule.core:
            found.setdefault(id, []).append(f"`{rule.id}`")
    return found


def _published() -> Iterator[str]:
    ours = _answers()
    known = published()
    covered = sum(rule.id in ours for rule in known)
    yield f"{len(known)} rules: {covered} covered, {len(known) - covered} not.\n"
    yield from _table(
        ("rule", "references", "datasets", "standing"),
        (
            (
                rule.id,
                rule.references.replace(" ", ", "),
                rule.datasets,
                f"covered by {', '.join(ours[rule.id])}"
                if rule.id in ours
                else f"{rule.standing}: {rule.reason}",
            )
            for rule in known
        ),
    )


def _drafts() -> Iterator[str]:
    known = drafts()
    covered = sum(bool(rule.ours) for rule in known)
    yield f"{len(known)} drafts: {covered} covered, {len(known) - covered} not.\n"
    yield from _table(
        ("draft", "standing"),
        (
            (
                rule.id,
                f"covered by {', '.join(f'`{o}`' for o in rule.ours)}"
                if rule.ours
                else f"not covered: {rule.reason}",
            )
            for rule in known
        ),
    )


if __name__ == "__main__":
    print(page(), end="")
