"""The annotated CRF that is made: what define.xml says of its pages is what stands there."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from crosswalk.build import Package
from define.acrf.document import About, draw
from define.acrf.model import Annotation, CrfForm, Item, Placed
from define.definexml import to_xml
from define.html import to_html
from define.model import Metadata, Origin, Variable
from define.pdf import load_fonts
from define.schema_check import schema_check

if TYPE_CHECKING:
    from tests.define.papers.conftest import Crf

EVIL = "<b>x</b> & \u202eevil\u202c \x07 =1+1"
ON_CRF = ("Investigator", "Subject")


def pages_of(data: bytes) -> dict[int, str]:
    """The words of each page, with single blanks."""
    reader = PdfReader(io.BytesIO(data), strict=True)
    return {n: " ".join(p.extract_text().split()) for n, p in enumerate(reader.pages, 1)}


def collected(metadata: Metadata) -> list[tuple[str, Variable, Variable, Origin]]:
    """Dataset, variable, part (itself, or a value) and origin of what stands on a CRF."""
    return [
        (d.name, v, part, o)
        for d in metadata.datasets
        for v in d.variables
        for part in v.parts
        for o in part.origins
        if o.type == "Collected" and o.source in ON_CRF
    ]


def said_of(dataset: str, variable: Variable, part: Variable) -> re.Pattern[str]:
    """What the page of an origin must have in it, independently of how it was put there."""
    if dataset.startswith("SUPP"):
        wanted = rf'{dataset}\.QVAL where QNAM = "{".*" if part is variable else part.name}"'
    else:
        wanted = rf"{dataset}\.{variable.name}(?![A-Z0-9])"
        if part is not variable:
            wanted += rf'(?! where)|{wanted} where \w+TESTCD (= |in \(.*)"{part.name}"'
    return re.compile(wanted)


def check_every_reference(data: bytes, metadata: Metadata) -> int:
    """Every page that an origin names has its annotation; how many were looked at."""
    texts = pages_of(data)
    looked = 0
    for dataset, variable, part, origin in collected(metadata):
        assert origin.documents, (dataset, part.name)
        for ref in origin.documents:
            assert ref.document == "acrf"
            assert ref.pages, (dataset, part.name)
            for page in ref.pages:
                assert said_of(dataset, variable, part).search(texts[page]), (dataset, part, page)
                looked += 1
    return looked


def test_every_page_that_define_names_has_the_annotation(base_crf: Crf) -> None:
    assert check_every_reference(base_crf.made.data, base_crf.made.metadata) > 25


def test_every_page_of_the_reference_study_has_the_annotation(reference: Package) -> None:
    sdtm = next(d for d in reference.documents if d.purpose == "Tabulation")
    assert check_every_reference(reference.acrf, sdtm) > 140
    values = [p.name for d, v, p, _ in collected(sdtm) if p is not v and d == "LB"]
    assert {"WBC", "ALB"} <= set(values)
    told = (*reference.report.unexplained, *(f for f, _ in reference.report.explained))
    assert not [f for f in told if f.rule in ("acrf.page", "pdf.font")]


def test_a_page_that_has_it_is_never_left_out(base_crf: Crf) -> None:
    texts = pages_of(base_crf.made.data)
    for dataset, variable, part, origin in collected(base_crf.made.metadata):
        if part is variable and not dataset.startswith("SUPP"):
            there = {
                n
                for n, t in texts.items()
                if re.search(rf"{dataset}\.{variable.name}(?![A-Z0-9])(?! \((Ass|Der))", t)
            }
            assert there == set(origin.documents[0].pages), (dataset, variable.name)


def test_what_a_vendor_sent_has_no_page_and_no_form(edited_crf: Crf) -> None:
    made = edited_crf.made
    lb = next(d for d in made.metadata.datasets if d.name == "LB")
    vendors = [o for v in lb.variables for p in v.parts for o in p.origins if o.source == "Vendor"]
    assert vendors
    assert not any(o.documents for o in vendors)
    texts = pages_of(made.data)
    assert "Sent by a vendor, and so on no form: lb." in texts[1]
    assert not any("LB.LBORRES" in t for t in texts.values())


def test_a_study_of_vendors_alone_has_none(crf: Callable[..., Crf]) -> None:
    given = {"active: null}": "active: null, source: Vendor}"}
    assert crf({"study.yaml": given}).acrf is None


def test_define_xml_has_the_document_and_is_valid(base_crf: Crf) -> None:
    xml = to_xml(base_crf.made.metadata)
    assert schema_check(xml) == []
    text = xml.decode()
    assert '<def:AnnotatedCRF>\n        <def:DocumentRef leafID="LF.acrf"/>' in text
    assert 'xlink:href="acrf.pdf"' in text
    assert 'href="acrf.pdf#page=2"' in to_html(base_crf.made.metadata).decode()


def test_fields_labels_and_reasons(base_crf: Crf) -> None:
    texts = pages_of(base_crf.made.data)
    dm, ae = texts[2], next(t for t in texts.values() if "AE.AETERM" in t)
    assert "DM = Demographics" in dm
    assert 'DM.RACE = "ASIAN"' in dm  # what all records get
    assert 'DM.DTHFL = "Y", if DEATH is present (Assigned)' in dm
    assert 'SUPPDM.QVAL where QNAM = "BLOOD"' in dm
    assert "Gives USUBJID, SITEID and SUBJID" in ae
    assert 'SUPPAE.QVAL where QNAM = "AENOTE"' in ae
    assert "AE.AESTDY" not in ae  # made of AESTDTC, which has its own annotation


def test_what_is_not_submitted_says_so_with_its_reason(edited_crf: Crf) -> None:
    texts = pages_of(edited_crf.made.data)
    assert any("NOTE [NOT SUBMITTED] Only for monitors" in t for t in texts.values())


def test_a_form_of_which_nothing_is_mapped(edited_crf: Crf) -> None:
    (page,) = [t for t in pages_of(edited_crf.made.data).values() if "PAIN" in t]
    assert "diary [NOT SUBMITTED]" in page
    assert "PAIN [NOT SUBMITTED] Kept by the subject [U+533B U+751F]" in page


def test_labels_and_options_of_the_export_are_shown(crf: Callable[..., Crf]) -> None:
    odm_like = Item("SEX", "Sex at birth", "radio", "", (("1", "Male"), ("2", "Female")))
    data, _ = draw(
        About("S", "Study", "2024-01-01T00:00:00"),
        [CrfForm("dm", "Demography", "Subject", (odm_like,))],
        load_fonts(),
    )
    assert "Sex at birth SEX radio 1 = Male 2 = Female" in pages_of(data)[2]


Drawn = tuple[bytes, tuple[Placed, ...]]


@pytest.fixture(scope="module")
def hostile_crf() -> Drawn:
    return draw(About(EVIL, EVIL, "2024-01-01T00:00:00"), hostile(), load_fonts())


def test_hostile_and_long_texts_wrap_and_lie_over_nothing(hostile_crf: Drawn) -> None:
    made = hostile_crf
    texts = pages_of(made[0])
    whole = " ".join(texts.values())
    assert "<b>x</b> & [U+202E]evil[U+202C] [U+0007] =1+1" in whole
    assert len(texts) > 3
    tops = [t.split(" Page ")[1].split(" ", 3)[3] for t in texts.values()]
    assert all(t.startswith(("Annotated", "TTT", "[NOT SUBMITTED]")) for t in tops)
    for placed in made[1]:
        for page in placed.pages:
            assert f"AE.{placed.annotation.variable}" in texts[page]
    assert_apart(made[0])


def hostile() -> list[CrfForm]:
    """Long words, more options than a page holds, a label longer than a page."""
    names = [f"V{n}" for n in range(40)]
    notes = [
        Annotation("ae", n, "AE", n, "Collected", "Investigator", value="y" * 300) for n in names
    ]
    items = [
        Item("A" * 200, "long label " * 400, EVIL, "kg" * 50),
        Item("B", EVIL, "coded", "", tuple((str(n), "option " * 9) for n in range(90))),
        Item("C", "many", annotations=tuple(notes)),
        Item("D", "", remarks=(("reason " * 500, False), (EVIL, True))),
    ]
    return [
        CrfForm(
            "ae",
            "T" * 300,
            "Investigator",
            tuple(items),
            (("AE", "AECAT", "z" * 6000), *(("AE", f"X{n}", "z") for n in range(150))),
            ("AE",),
        ),
        CrfForm("empty", "", "Investigator", ()),
    ]


def assert_apart(data: bytes) -> None:
    """No two lines of text that are drawn at one height overlap in width."""
    for page in PdfReader(io.BytesIO(data)).pages:
        lines: dict[float, list[tuple[float, float]]] = {}

        def seen(text: str, outer: list[float], inner: list[float], _: object, size: float) -> None:
            words = text.strip()
            if not words or words.isdigit():
                return
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            # A letter is at least 0.27 of the size wide in Vera.
            here = lines.setdefault(round(y, 1), [])  # noqa: B023
            here.append((x, x + 0.27 * size * len(words.splitlines()[0])))

        page.extract_text(visitor_text=seen)
        for spans in lines.values():
            ordered = sorted(spans)
            for (_, end), (start, _) in pairwise(ordered):
                assert end <= start + 1 or start == ordered[0][0]


SCRIPT = """
import runpy, sys
sys.path[:0] = {path!r}
made = runpy.run_path({file!r})
forms = made["hostile"]()
about = made["About"](made["EVIL"], made["EVIL"], "2024-01-01T00:00:00")
data, _ = made["draw"](about, forms, made["load_fonts"]())
sys.stdout.buffer.write(data)
"""


def test_the_bytes_are_the_same_elsewhere(hostile_crf: Drawn, tmp_path: Path) -> None:
    installed = os.environ.get("CROSSWALK_TEST_INSTALLED")
    path = [] if installed else [str(Path(__file__).parents[3])]
    code = SCRIPT.format(path=path, file=__file__)
    other = {**os.environ, "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=other, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stdout == hostile_crf[0]


def test_bookmarks_lead_to_forms_by_form_domain_and_visit(base_crf: Crf) -> None:
    reader = PdfReader(io.BytesIO(base_crf.made.data))
    texts = pages_of(base_crf.made.data)

    def leaves(entries: Iterable[object]) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for entry in entries:
            if isinstance(entry, list):
                found += leaves(entry)
            else:
                number = reader.get_destination_page_number(entry)  # type: ignore[arg-type]
                assert number is not None
                found.append((str(entry["/Title"]), number + 1))  # type: ignore[index]
        return found

    tops = [str(e["/Title"]) for e in reader.outline if not isinstance(e, list)]
    assert tops == ["First page", "Forms", "Domains", "Visits"]
    entries = leaves(reader.outline)
    names = {"dm", "ex", "sv", "ae", "lb", "rs"}
    assert names <= {title for title, _ in entries}
    for title, page in entries:
        if title in names:
            assert (
                texts[page].split(" Annotated")[0].startswith(f"{title} ") or title in texts[page]
            )
    assert ("LB = Laboratory Test Results", next(p for t, p in entries if t == "lb")) in entries
    assert ("SCREENING", next(p for t, p in entries if t == "dm")) in entries


def test_what_no_font_can_draw_is_a_finding(edited_crf: Crf) -> None:
    (found,) = [f for f in edited_crf.made.findings if f.rule == "pdf.font"]
    assert found.value == "U+533B, U+751F"
    assert "the form diary, field PAIN" in found.message


def test_a_font_of_the_study_draws_it(
    crf: Callable[..., Crf], hand_font: Callable[..., bytes]
) -> None:
    edits = {
        "study.yaml": {
            "\nts:": "\nfonts: fonts/hand.ttf\nnot_submitted: {ae: {NOTE: \u533b}}\nts:"
        },
        "sdtm/ae.yaml": {"  AENOTE: {copy: NOTE, label: Note of the Site}\n": ""},
    }
    made = crf(edits, {"fonts/hand.ttf": hand_font("\u533b\u751f")}).made
    assert made.findings == ()
    assert "[NOT SUBMITTED] \u533b" in " ".join(pages_of(made.data).values())


def test_a_font_that_cannot_be_used_stops_before_data_are_read(crf: Callable[..., Crf]) -> None:
    made = crf({"study.yaml": {"\nts:": "\nfonts: [no.ttf, bad.ttf]\nts:"}}, {"bad.ttf": b"\0\1"})
    first, second = made.faults
    assert "there is no file 'no.ttf'" in first
    assert "bad.ttf is not a TrueType font" in second
    assert all(re.match(r"study\.yaml:\d+:\d+: ", f) for f in made.faults)


def test_a_collected_origin_without_a_field_is_a_finding(edited_crf: Crf) -> None:
    (found,) = [f for f in edited_crf.made.findings if f.rule == "acrf.page"]
    assert (found.dataset, found.variable) == ("AE", "AEREL")


def test_a_copy_of_what_was_not_collected_is_not_collected(edited_crf: Crf) -> None:
    rs = next(d for d in edited_crf.made.metadata.datasets if d.name == "RS")
    assert next(v for v in rs.variables if v.name == "RSNAM").origins == (
        Origin("Assigned", "Sponsor"),
    )


def test_text_that_goes_on_in_a_qualifier_has_the_page_of_its_parent(edited_crf: Crf) -> None:
    supp = next(d for d in edited_crf.made.metadata.datasets if d.name == "SUPPAE")
    (qval,) = [v for v in supp.variables if v.name == "QVAL"]
    assert "AETERM1" in {v.item.name for v in qval.values}
    texts = pages_of(edited_crf.made.data)
    pages = {n for o in qval.origins for r in o.documents for n in r.pages}
    assert pages == {n for n, t in texts.items() if "SUPPAE.QVAL" in t}
