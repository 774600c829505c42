"""An annotated CRF of the sponsor's: its pages are counted, checked and named by define.xml."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject

from define.acrf.pdf_pages import NotPdf, count_pages
from define.pdf import Pdf, load_fonts

if TYPE_CHECKING:
    from tests.define.papers.conftest import Crf

PAGES = {
    "dm": "2",
    "ex": "3",
    "sv": "{'*': 4}",
    "ae": "{'*': 5, TERM: [5, 6], START: 6}",
    "lb": "[7, 8]",
    "rs": "9",
}


def paper(pages: int, **facts: Any) -> bytes:
    """A PDF by other code than ours."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if facts.get("password"):
        writer.encrypt(facts["password"], algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def study(**pages: str) -> dict[str, dict[str, str]]:
    """The edit of study.yaml that names the file, with some pages changed."""
    given = ", ".join(f"{k}: {v}" for k, v in {**PAGES, **pages}.items() if v)
    return {"study.yaml": {"\nts:": f"\nacrf:\n  file: crf.pdf\n  pages: {{{given}}}\nts:"}}


def test_it_is_taken_in_and_its_pages_are_named(crf: Callable[..., Crf]) -> None:
    data = paper(9)
    made = crf(study(), {"crf.pdf": data}).made
    assert made.data == data
    assert made.findings == ()
    found = {
        f"{d.name}.{v.name}": ref.pages
        for d in made.metadata.datasets
        for v in d.variables
        for o in v.origins
        for ref in o.documents
    }
    assert found["DM.SEX"] == (2,)
    assert found["SV.SVSTDTC"] == (4,)
    assert found["AE.AETERM"] == (5, 6)
    assert found["AE.AESTDTC"] == (6,)
    assert found["AE.AESER"] == (5,)
    assert found["LB.LBORRES"] == (7, 8)
    assert made.metadata.documents[-1] == ("acrf", "acrf.pdf", "Annotated Case Report Form")


def test_a_field_without_a_page_is_a_finding(crf: Callable[..., Crf]) -> None:
    made = crf(study(ae="{TERM: 5}", rs=""), {"crf.pdf": paper(9)}).made
    assert {f.rule for f in made.findings} == {"acrf.page"}
    assert {(f.dataset, f.variable) for f in made.findings} >= {("AE", "AESER"), ("RS", "RSORRES")}
    assert ("AE", "AETERM") not in {(f.dataset, f.variable) for f in made.findings}
    assert "acrf: pages" in made.findings[0].advice


def test_what_is_not_there_stops_before_data_are_read(crf: Callable[..., Crf]) -> None:
    wrong = study(ae="{TREM: 5}", eae="3", lb="[7, 12]")
    unknown_form = crf(wrong, {"crf.pdf": paper(9)}).faults
    assert any("there is no form 'eae'. Did you mean" in f for f in unknown_form)
    faults = crf(study(ae="{TREM: 5}", lb="[7, 12]"), {"crf.pdf": paper(9)}).faults
    assert [f.split(": ", 1)[1] for f in faults] == [
        "there is no column 'TREM' in ae. Did you mean 'TERM'?",
        (
            "there is no page 12: 'crf.pdf' has 9 pages. Give physical pages, counted from 1, not"
            " the numbers printed on them."
        ),
    ]
    assert all(f.startswith("study.yaml:") for f in faults)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "there is no file 'crf.pdf' that could be read"),
        (b"", "'crf.pdf' is not a PDF"),
        (b"PK\3\4 a document", "'crf.pdf' is not a PDF"),
        (paper(3)[:300], "'crf.pdf' is a PDF that is cut off"),
        (paper(3, password="x"), "'crf.pdf' is encrypted"),
    ],
)
def test_a_file_that_is_no_pdf_is_a_fault(
    data: bytes | None, why: str, crf: Callable[..., Crf]
) -> None:
    (fault,) = crf(study(), {"crf.pdf": data} if data is not None else {}).faults
    assert why in fault
    assert fault.startswith("study.yaml:")


@pytest.mark.parametrize("pages", ["0", "two", "{}", "[]", "{'*': 0}", "1.5"])
def test_pages_that_are_no_pages(pages: str, crf: Callable[..., Crf]) -> None:
    faults = crf(study(ae=pages), {"crf.pdf": paper(9)}).faults
    assert faults
    assert all("acrf.pages.ae" in fault for fault in faults)


def test_pages_of_our_own_pdfs_are_counted() -> None:
    pdf = Pdf("T", "2024-01-01T00:00:00", load_fonts())
    for _ in range(3):
        pdf.text("x")
        pdf.page_break()
    made = pdf.render()
    assert count_pages(made.data) == made.count


def test_pages_are_counted_after_a_change_at_the_end() -> None:
    first = paper(2)
    writer = PdfWriter(io.BytesIO(first), incremental=True)
    writer.add_blank_page(10, 10)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(first[:20])
    assert count_pages(out.getvalue()) == 3


def test_pages_are_counted_where_objects_and_references_are_packed() -> None:
    assert count_pages(packed(4, predictor=False)) == 4
    assert count_pages(packed(4, predictor=True)) == 4


def packed(pages: int, *, predictor: bool) -> bytes:
    """A PDF of version 1.5: catalogue and page tree in an object stream, a stream of references."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count %d>>" % pages]
    offsets = [0, len(objects[0]) + 1]
    head = b" ".join(b"%d %d" % (n + 1, o) for n, o in enumerate(offsets)) + b" "
    content = zlib.compress(head + b" ".join(objects))
    out = b"%PDF-1.5\n"
    home = len(out)
    out += b"3 0 obj\n<</Type/ObjStm/N 2/First %d/Filter/FlateDecode/Length %d>>\nstream\n" % (
        len(head),
        len(content),
    )
    out += content + b"\nendstream\nendobj\n"
    place = len(out)
    rows = [(0, 0, 255), (2, 3, 0), (2, 3, 1), (1, home, 0), (1, place, 0)]
    plain = [bytes([k]) + a.to_bytes(2) + bytes([b]) for k, a, b in rows]
    table, parameters = b"".join(plain), b""
    if predictor:
        last, lines = bytes(4), []
        for row in plain:
            lines.append(b"\2" + bytes((a - b) & 255 for a, b in zip(row, last, strict=True)))
            last = row
        table, parameters = b"".join(lines), b"/DecodeParms<</Predictor 12/Columns 4>>"
    table = zlib.compress(table)
    out += b"4 0 obj\n<</Type/XRef/Size 5/W[1 2 1]/Root 1 0 R/Filter/FlateDecode%s/Length %d>>" % (
        parameters,
        len(table),
    )
    out += b"\nstream\n" + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % place
    return out


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.98])
def test_a_file_that_is_cut_is_never_counted(cut: float) -> None:
    for data in (paper(5), packed(5, predictor=True)):
        with pytest.raises(NotPdf):
            count_pages(data[: int(len(data) * cut)])


def test_damage_is_a_refusal_and_never_another_error() -> None:
    whole = paper(5)
    for place in range(0, len(whole), 7):
        damaged = whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :]
        with suppress(NotPdf):
            assert count_pages(damaged) >= 0


def test_root_that_is_no_reference() -> None:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.root_object[NameObject("/Pages")] = NameObject("/None")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(NotPdf, match="without a page tree"):
        count_pages(out.getvalue())


def test_no_other_document_takes_its_name(crf: Callable[..., Crf]) -> None:
    edit = {"\nts:": "\ndocuments: {crf: {file: docs/acrf.pdf, title: My CRF}}\nts:"}
    faults = crf({"study.yaml": edit}, {"docs/acrf.pdf": paper(1)}).faults
    assert any("'acrf' and 'crf' would both be acrf.pdf in the folder sdtm" in f for f in faults)
