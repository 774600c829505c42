"""The difference of two defines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AREAS = (
    "document",
    "standard",
    "file",
    "dataset",
    "variable",
    "value level",
    "codelist",
    "term",
    "display",
    "result",
    "other",
)
"""Kinds of things, in the order in which they are told."""

LEFT = AREAS[-1]
"""What the metadata model has no place for; it is told with its content."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a define describes; `area` is one of AREAS, `name` is made of names, never of OIDs."""

    area: str
    name: str

    def __str__(self) -> str:
        return f"{self.area} {self.name}" if self.name else self.area


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that one side lacks (`attribute` is ""), or an attribute that differs.

    Where a thing is added or removed, what belongs to it is not listed again.
    """

    thing: Thing
    kind: str
    attribute: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one define to the other, in the order of AREAS and of the documents."""

    old: str
    new: str
    changes: tuple[Change, ...]
    untold: Sequence[str] = ()

    @property
    def equal(self) -> bool:
        """Whether both say the same."""
        return not self.changes

    def as_data(self) -> dict[str, object]:
        """For programs."""
        return {
            "old": self.old,
            "new": self.new,
            "equal": self.equal,
            "not_compared": list(self.untold),
            "differences": [
                {
                    "area": c.thing.area,
                    "name": c.thing.name,
                    "kind": c.kind,
                    "attribute": c.attribute,
                    "old": c.old,
                    "new": c.new,
                }
                for c in self.changes
            ],
        }
