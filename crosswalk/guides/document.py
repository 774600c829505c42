"""A guide before it is a page or a PDF: numbered sections of texts, lists, tables and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crosswalk.guides.flow import Flow


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to another file of the folder."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text. `kind` is "" for ours, "sponsor" for the sponsor's own, "missing" for a section
    that only the sponsor can fill."""

    parts: tuple[str | Link, ...]
    kind: str = ""

    @property
    def text(self) -> str:
        """The text without its links."""
        return "".join(p.text if isinstance(p, Link) else p for p in self.parts)


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the page, `numbers` the columns set to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what it shows."""

    flow: Flow
    caption: str


Block = Paragraph | Bullets | Table | Figure


@dataclass
class Section:
    """A section: its key is that of `guide` in study.yaml where a sponsor may add to it."""

    title: str
    key: str = ""
    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    number: str = ""

    def say(self, *parts: str | Link, kind: str = "") -> None:
        """Add a paragraph."""
        self.blocks.append(Paragraph(parts, kind))

    def list(self, items: Sequence[str]) -> None:
        """Add a list, unless it is empty."""
        if items:
            self.blocks.append(Bullets(tuple(items)))

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        widths: Sequence[float] = (),
        numbers: Sequence[int] = (),
    ) -> None:
        """Add a table, unless it has no row; columns that are empty in every row are left out."""
        texts = [[str(cell) for cell in row] for row in rows]
        kept = [i for i in range(len(columns)) if any(row[i] for row in texts)]
        if kept:
            self.blocks.append(
                Table(
                    tuple(columns[i] for i in kept),
                    tuple(tuple(row[i] for i in kept) for row in texts),
                    tuple(widths[i] for i in kept) if widths else (),
                    tuple(new for new, i in enumerate(kept) if i in numbers),
                )
            )

    def add(self, title: str, key: str = "") -> Section:
        """A section below this one."""
        made = Section(title, key)
        self.sections.append(made)
        return made

    @property
    def anchor(self) -> str:
        """What links to the section end in."""
        return "s-" + self.number.lower().replace(".", "-").replace(" ", "-")


@dataclass
class Document:
    """A whole guide: `about` are the lines below its title."""

    key: str
    level: str
    title: str
    about: tuple[str, ...]
    footer: str
    created: str
    draft: bool
    sections: list[Section] = field(default_factory=list)
    appendices: list[Section] = field(default_factory=list)

    def add(self, title: str, key: str = "") -> Section:
        """A section of the first level."""
        made = Section(title, key)
        self.sections.append(made)
        return made

    def append(self, title: str, key: str = "") -> Section:
        """An appendix."""
        made = Section(title, key)
        self.appendices.append(made)
        return made

    def numbered(self) -> None:
        """Give every section its number."""
        for number, section in enumerate(self.sections, 1):
            _number(section, str(number))
        for roman, section in zip(("I", "II", "III", "IV"), self.appendices, strict=False):
            _number(section, f"Appendix {roman}")

    def every(self) -> Iterator[tuple[int, Section]]:
        """Each section with its level, from 1, in the order of the guide."""
        for section in (*self.sections, *self.appendices):
            yield from _walk(section, 1)


def _number(section: Section, number: str) -> None:
    section.number = number
    for place, inner in enumerate(section.sections, 1):
        _number(inner, f"{number}.{place}")


def _walk(section: Section, level: int) -> Iterator[tuple[int, Section]]:
    yield level, section
    for inner in section.sections:
        yield from _walk(inner, level + 1)
