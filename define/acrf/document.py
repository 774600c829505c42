"""acrf.pdf made: a page or more for each form, bookmarks by form, domain and visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.platypus import Flowable

from define.acrf.draw import Head, fixed_lines, rows_of
from define.acrf.model import Annotation, CrfForm, Placed
from define.pdf import MARGIN, Fonts, Pdf, Span, Text
from sdtm.standard import dataset_order, domain

TITLE = "Annotated Case Report Form"


@dataclass(frozen=True, slots=True)
class About:
    """What is said of the study: `visits` in their order, `elsewhere` the forms of vendors."""

    name: str
    description: str
    created: str
    visits: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def draw(about: About, forms: Sequence[CrfForm], fonts: Fonts) -> tuple[bytes, tuple[Placed, ...]]:
    """The PDF, and every annotation with the pages on which it stands."""
    title = f"{TITLE}, {about.name}"
    pdf = Pdf(title, about.created, fonts, subject=about.description, footer=title)
    entries, keys = _outline(forms, about.visits)
    _cover(pdf, about, forms, {f.name: keys[f.name][0] for f in forms})
    marks: dict[Annotation, str] = {}

    def mark(annotation: Annotation) -> str:
        return marks.setdefault(annotation, f"annotation-{len(marks) + 1}")

    room = pdf.size[1] - 2 * MARGIN
    for form in forms:
        head = partial(Head, form, fonts, pdf.room)
        most = room - head().height
        rows: list[Flowable] = [*fixed_lines(form, fonts, pdf.room, most)]
        for item in form.items:
            rows += rows_of(form, item, fonts, pdf.room, most, mark)
        for page in _pages(partial(head, keys=keys[form.name]), head, rows, room):
            pdf.page_break()
            for flowable in page:
                pdf.add(flowable)
    pdf.outline(entries)
    made = pdf.render()
    return made.data, tuple(Placed(a, made.pages[k]) for a, k in marks.items())


_ANY = "At no visit, or at any"


def _cover(pdf: Pdf, about: About, forms: Sequence[CrfForm], keys: Mapping[str, str]) -> None:
    pdf.mark("cover")
    pdf.text(TITLE, "title")
    pdf.text([Span(about.name, bold=True)])
    pdf.text(about.description)
    pdf.text(
        "Made from the mapping of the raw export to SDTM. Each form of the export has a page or"
        " more. On the left stand its fields by the export's own dictionary; where that tells no"
        " options, those that were used. In colour stands the variable that gets the value."
        ' "Assigned" and "Derived" are variables whose value is not collected as it stands.'
    )
    pdf.text('What is marked "[NOT SUBMITTED]" goes into no dataset, for the reason beside it.')
    if about.elsewhere:
        pdf.text(f"Sent by a vendor, and so on no form: {', '.join(about.elsewhere)}.")
    rows: list[list[Text]] = [
        [Span(f.title, link=f"#{keys[f.name]}"), f.name, ", ".join(f.domains) or "none"]
        for f in forms
    ]
    if rows:
        pdf.table(["Form", "Name in the export", "Domains"], rows, [5, 3, 3])


def _pages(
    first: Callable[[], Head], again: Callable[[], Head], rows: Sequence[Flowable], room: float
) -> Iterator[list[Flowable]]:
    """The rows of a form on as many pages as they need, each with its head."""
    head = first()
    page: list[Flowable] = [head]
    left = room - head.height
    for row in rows:
        if row.height > left and len(page) > 1:
            yield page
            head = again()
            page = [head]
            left = room - head.height
        page.append(row)
        left -= row.height
    yield page


def _outline(
    forms: Sequence[CrfForm], visits: Sequence[str]
) -> tuple[list[tuple[str, str, int]], dict[str, list[str]]]:
    """Bookmarks (title, key, level) by form, domain and visit, and the keys of each form."""
    entries = [("First page", "cover", 0)]
    keys: dict[str, list[str]] = {}

    def put(title: str, form: CrfForm, level: int) -> None:
        # ReportLab knows a bookmark by its destination, so each has one of its own.
        key = f"entry-{len(entries)}"
        entries.append((title, key, level))
        keys.setdefault(form.name, []).append(key)

    domains = dict.fromkeys(d for f in forms for d in f.domains)
    groups: dict[str, dict[str, Sequence[CrfForm]]] = {
        "Forms": {"": forms},
        "Domains": {
            f"{d} = {domain(d).label}": [f for f in forms if d in f.domains]
            for d in dataset_order(domains)
        },
        "Visits": {v: [f for f in forms if v in (f.visits or (_ANY,))] for v in (*visits, _ANY)},
    }
    for name, parts in groups.items():
        filled = {title: members for title, members in parts.items() if members}
        if filled:
            put(name, next(iter(filled.values()))[0], 0)
        for title, members in filled.items():
            if title:
                put(title, members[0], 1)
            for form in members:
                put(form.title, form, 2 if title else 1)
    return entries, keys
