"""Documents of the study: beside define.xml, named in it, and with pages where results stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html
from reportlab.pdfgen.canvas import Canvas

from crosswalk.home import write_home
from crosswalk.manifest import input_files
from crosswalk.plan import make_plan
from define.definexml import to_xml
from define.describe import describe_adam, describe_sdtm
from define.html import to_html
from define.schema_check import schema_check
from mappings.findings import SpecificationFault

HREF = "{http://www.w3.org/1999/xlink}href"
STUDY = """
documents:
  sap: {file: papers/sap.txt, title: Analysis Plan, in: [adam]}
  protocol: {file: protocol.txt, title: The Protocol}
analyses:
  - display: Table 1
    title: Subjects
    results:
      - title: All of ADSL
        reason: SPECIFIED IN SAP
        purpose: EXPLORATORY OUTCOME MEASURE
        data: [{dataset: ADSL}]
        text: Described in the plan
        documents: [{document: sap, pages: [12, 3]}, {document: protocol, destinations: [S2]}]
"""


def files(tiny: Any, old: str = "", new: str = "") -> dict[str, str]:
    assert old in STUDY
    text = STUDY.replace(old, new) if old else STUDY
    made = dict(tiny.FILES)
    made["study.yaml"] = tiny.text(made["study.yaml"]) + text
    return made | {"papers/sap.txt": "A plan", "protocol.txt": "A protocol"}


def test_documents_stand_in_their_folders_and_are_named(tiny: Any, tmp_path: Path) -> None:
    built = tiny.build(tmp_path / "study", files(tiny))
    study = built.plan.study
    adam = describe_adam(built.plan.adam, built.adam, "1")[0]
    sdtm = describe_sdtm(built.plan.sdtm, built.sdtm, "1")[0]
    frames = {n: built[n] for n in built.datasets}
    for name, document in (("adam", adam), ("sdtm", sdtm)):
        write_home(tmp_path / name, document, to_xml(document), frames, study)
    assert (tmp_path / "adam/sap.txt").read_text() == "A plan"
    assert (tmp_path / "sdtm/protocol.txt").read_text() == "A protocol"
    assert not (tmp_path / "sdtm/sap.txt").exists()
    assert {"papers/sap.txt", "protocol.txt"} <= set(input_files(study))
    xml = to_xml(adam)
    assert schema_check(xml) == []
    root = etree.fromstring(xml)
    leaves = {e.get("ID"): e.get(HREF) for e in root.iter("{*}leaf")}
    listed = [e.get("leafID") for e in root.iterfind(".//{*}SupplementalDoc/{*}DocumentRef")]
    assert [leaves[i] for i in listed] == ["sap.txt", "protocol.txt"]
    references = [
        (leaves[e.get("leafID")], p.get("Type"), p.get("PageRefs"))
        for e in root.iterfind(".//{*}Documentation/{*}DocumentRef")
        for p in e
    ]
    assert references == [
        ("sap.txt", "PhysicalRef", "3 12"),
        ("protocol.txt", "NamedDestination", "S2"),
    ]
    page: Any = html.document_fromstring(to_html(adam).decode())
    links = page.xpath("//*[@class='result']//a/@href")
    assert {"sap.txt#page=3", "sap.txt#page=12", "protocol.txt#S2"} <= set(links)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 nothing", "study.yaml: 'papers/sap.pdf' is a PDF that is cut off"),
        (b"A plan", "study.yaml: 'papers/sap.pdf' is not a PDF"),
        (None, "there is no page 12: 'sap' has 4 pages. Give physical pages, counted from 1"),
    ],
)
def test_a_pdf_has_the_pages(tiny: Any, tmp_path: Path, content: bytes | None, fault: str) -> None:
    folder = tiny.write(tmp_path, files(tiny, "papers/sap.txt", "papers/sap.pdf"))
    if content is None:
        made = Canvas(str(folder / "papers/sap.pdf"), invariant=True)
        for _ in range(4):
            made.showPage()
        made.save()
    else:
        (folder / "papers/sap.pdf").write_bytes(content)
    with pytest.raises(SpecificationFault) as caught:
        make_plan(folder)
    shown = [str(f) for f in caught.value.findings]
    assert len(shown) == 1
    assert fault.removeprefix("study.yaml: ") in shown[0]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("papers/sap.txt", "papers/sop.txt", "no file 'papers/sop.txt' that could be read. Mend"),
        ("papers/sap.txt", "/papers/sap.txt", "'/papers/sap.txt' is an absolute path"),
        ("file: protocol.txt", "file: papers/sap.txt", "would both be sap.txt in the folder adam"),
        ("papers/sap.txt", "papers/S AP.txt", "'S AP.txt' is no file name for a package"),
        ("  sap: {", "  acrf: {", "'acrf' cannot be the name of a document"),
        ("{document: sap,", "{document: sup,", "there is no document 'sup' in 'documents'"),
        ("        text: Described in the plan\n", "", "'documents' of a result need its 'text'"),
        ("in: [adam]", "in: [sdtm]", "the document 'sap' is not in the folder adam"),
    ],
)
def test_faults(tiny: Any, tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(SpecificationFault) as caught:
        make_plan(tiny.write(tmp_path, files(tiny, old, new)))
    shown = [str(f) for f in caught.value.findings]
    assert any(fault in s for s in shown), shown
    assert all(s.startswith("study.yaml:") for s in shown)
