"""Parts of metadata as text, so that two of them can be compared and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from define.model import (
    AnalysisDataset,
    Comment,
    Method,
    Origin,
    PageRef,
    Standard,
    Variable,
)
from define.wheres import where_text


def yes(flag: bool) -> str:
    """Yes or nothing."""
    return "Yes" if flag else ""


def number(value: int) -> str:
    """A number, nothing for 0."""
    return str(value) if value else ""


def standard(of: Standard | None) -> str:
    """Name, publishing set and version."""
    return " ".join(p for p in (of.name, of.publishing_set, of.version) if p) if of else ""


def pages(of: Sequence[PageRef], files: Mapping[str, str], *, titles: bool) -> str:
    """The documents by their file names, with pages."""
    told = []
    for ref in of:
        parts = [files.get(ref.document, ref.document)]
        if ref.pages:
            parts.append("page " + ", ".join(str(p) for p in sorted(set(ref.pages))))
        if ref.destinations:
            parts.append("at " + ", ".join(ref.destinations))
        if ref.title and titles:
            parts.append(f"({ref.title})")
        told.append(" ".join(parts))
    return "; ".join(told)


def origin(of: Origin, files: Mapping[str, str], *, old: bool) -> str:
    """Type, source, description and pages; `old` leaves out what Define-XML 2.0 does not tell."""
    who = "" if old else of.source
    told = " by ".join(p for p in (of.type, who) if p)
    where = pages(of.documents, files, titles=not old)
    return "; ".join(p for p in (told, of.description, where) if p)


def comment(of: Comment | None, files: Mapping[str, str], *, titles: bool) -> str:
    """The text of a comment and its documents."""
    if of is None:
        return ""
    return "; ".join(p for p in (of.text, pages(of.documents, files, titles=titles)) if p)


def method(of: Method | None, files: Mapping[str, str], *, titles: bool) -> dict[str, str]:
    """The facts of a method."""
    if of is None:
        return {}
    return {
        "method": of.text,
        "method name": of.name,
        "method type": of.type,
        "method documents": pages(of.documents, files, titles=titles),
        "expression": f"{of.context}: {of.code}" if of.context or of.code else "",
    }


def length(of: Variable) -> str:
    """Length as define.xml has it: digits of numbers, bytes of text."""
    return number(of.digits if of.numeric else of.length)


def analysed(of: AnalysisDataset) -> str:
    """The part of a dataset that an analysis uses."""
    where = f" where {where_text(of.where, of.dataset)}" if of.where else ""
    return f"{of.dataset}{where}: {', '.join(of.variables) or 'no variable named'}"
