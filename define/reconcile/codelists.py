"""What a submission asks of codelists, standards, methods and comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from define.collect import Parts
from define.model import Codelist, Comment, Method
from define.reconcile.finding import error, listed, warning
from mappings.findings import Finding

_CCODE = re.compile(r"C\d+")
_PACKAGE_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PLACEHOLDER = re.compile(r"(?i)\W*(tbd|todo|n/?a|x+|algorithm|derived)?\W*")


def check_standards(parts: Parts) -> Iterator[Finding]:
    """A terminology package has a publishing set and a date for its version."""
    if not parts.standards:
        yield error("define.standard", "The document names no standard.")
    for standard in parts.standards:
        if standard.type != "CT":
            continue
        if not standard.publishing_set:
            message = f"{standard.oid} is terminology without a publishing set."
            yield error("define.standard", message, scope=standard.oid)
        if not _PACKAGE_DATE.fullmatch(standard.version):
            message = f"The version {standard.version!r} is not the date of a package."
            yield error("define.standard", message, scope=f"{standard.oid} version")


def check_codelists(parts: Parts) -> Iterator[Finding]:
    """Terms, C-codes and names of all codelists."""
    for name, times in Counter(c.name for c in parts.codelists).items():
        if times > 1:
            message = f"{times} codelists are called {name!r}."
            yield warning("define.codelist", message, scope=f"name {name}")
    for codelist in parts.codelists:
        for scope, message in _faults(codelist):
            text = f"{codelist.oid}: {message}"
            yield error("define.codelist", message=text, scope=f"{codelist.key} {scope}")


def check_texts(parts: Parts) -> Iterator[Finding]:
    """Methods and comments say something."""
    things: list[Method | Comment] = [*parts.methods, *parts.comments]
    for thing in things:
        if _PLACEHOLDER.fullmatch(thing.text):
            message = f"{thing.oid} says nothing: {thing.text!r}."
            yield error("define.text", message, scope=thing.oid)


def _faults(c: Codelist) -> Iterator[tuple[str, str]]:
    if c.dictionary:
        if not c.dictionary_version:
            yield "version", f"the dictionary {c.dictionary} has no version."
        if c.terms:
            yield "terms", "an external dictionary lists no terms."
        return
    if not c.terms:
        yield "terms", "there are no terms."
    if any(not t.value for t in c.terms):
        yield "blank", "a term is blank."
    twice = sorted(v for v, k in Counter(t.value for t in c.terms).items() if k > 1)
    if twice:
        yield "twice", f"terms given twice: {listed(twice)}."
    codes = [t.ccode for t in c.terms if t.ccode] + ([c.ccode] if c.ccode else [])
    wrong = sorted({code for code in codes if not _CCODE.fullmatch(code)})
    if wrong:
        yield "code", f"not C-codes: {listed(wrong)}."
    if c.standard is not None:
        yield from _published(c)


def _published(c: Codelist) -> Iterator[tuple[str, str]]:
    if c.standard is not None and c.standard.type != "CT":
        yield "standard", f"{c.standard.oid} is not terminology (type CT)."
    if not c.ccode:
        yield "list code", "a published list needs its C-code."
    bare = [t.value for t in c.terms if not t.ccode and not t.extended]
    if bare:
        yield "term code", f"terms with neither C-code nor extended mark: {listed(bare)}."
    both = [t.value for t in c.terms if t.ccode and t.extended]
    if both:
        yield "extended", f"published terms marked as extended: {listed(both)}."
