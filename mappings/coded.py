"""Collected codes that a rule copies: the export's own dictionary says what they mean.

A code such as 1 for Male is no value that anybody submits, unless the standard wants just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mappings.modules import Block, Module
from mappings.raw import RawForm
from mappings.rules import Rule
from mappings.scope import Report
from mappings.verbs.copy import Copy
from mappings.verbs.first import First

_NUMBER = re.compile(r"\d+")


def say_copied_codes(
    modules: Iterable[Module], forms: Mapping[str, RawForm], report: Report
) -> None:
    """A notice for each variable that has the numbers of a codelist of the export as its values.

    A letter may well be the submission value, and so may a number that stands in its own text
    (3 for Grade 3).
    """
    for module in modules:
        for block in module.blocks:
            form = forms.get(block.source.name)
            if form is None or not form.codelists:
                continue
            for rule, column in _copies(block):
                shown = _example(form, column)
                if shown:
                    report.value(
                        "copy.code",
                        f"{rule.variable} has the codes of {form.name}.{column}, such as {shown}",
                        dataset=module.target,
                        variable=rule.variable,
                        value=f"{form.name} {column}",
                        spec=rule.place,
                        advice="'map' with 'to' submits what they mean.",
                    )


def _copies(block: Block) -> Iterator[tuple[Rule, str]]:
    for rule in (*block.rules, *block.supp):
        parts = rule.verb.rules if isinstance(rule.verb, First) else (rule,)
        for part in parts:
            if isinstance(part.verb, Copy):
                yield rule, part.verb.column


def _example(form: RawForm, column: str) -> str:
    """The first code in the data that its text explains; "" when there is none."""
    item = form.items.get(column)
    texts = form.codelists.get(item.codelist, {}) if item is not None else {}
    if not texts:
        return ""
    values = set(form.frame[column].str.strip().unique().tolist())
    for code, text in texts.items():
        told = re.search(rf"(?<!\d){re.escape(code)}(?!\d)", text)
        if code in values and text and _NUMBER.fullmatch(code) and not told:
            return f"{code} for '{text}'"
    return ""
