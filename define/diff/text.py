"""A difference as lines for people."""

from __future__ import annotations

from define.diff.model import Change, Difference

_SHORT = 60


def verdict(of: Difference) -> str:
    """One line: whether they say the same."""
    if of.equal:
        return "Both defines say the same."
    count = len(of.changes)
    return f"{count} difference{'s' if count != 1 else ''} between the defines."


def as_lines(of: Difference) -> list[str]:
    """The whole difference; attributes stand below the thing that has them."""
    lines = [f"old: {of.old}", f"new: {of.new}", verdict(of)]
    if of.untold:
        lines.append(f"Not told by Define-XML 2.0 and not compared: {', '.join(of.untold)}.")
    return [*lines, *changed_lines(of)]


def changed_lines(of: Difference) -> list[str]:
    """The changes alone."""
    lines: list[str] = []
    last = ""
    for change in of.changes:
        thing = str(change.thing)
        if change.kind != "changed":
            lines.append(f"{change.kind}: {thing}")
            last = ""
            continue
        if thing != last:
            lines.append(f"changed: {thing}")
            last = thing
        lines += _attribute(change)
    return lines


def _attribute(change: Change) -> list[str]:
    old, new = (_shown(t) for t in (change.old, change.new))
    if len(old) + len(new) <= _SHORT:
        return [f"  {change.attribute}: {old} -> {new}"]
    return [f"  {change.attribute}:", f"    - {old}", f"    + {new}"]


def _shown(text: str) -> str:
    # A line break would look like another line of the list.
    return " ".join(text.split()) if text else "(none)"
