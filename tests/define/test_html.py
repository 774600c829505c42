"""define.html: whole, self-contained, linked both ways, and safe with hostile text."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from lxml import etree, html

from define.html import to_html
from define.model import Codelist, Comment, Metadata, Term, Variable

if TYPE_CHECKING:
    from tests.define.conftest import Package


@pytest.fixture(params=["sdtm", "adam"])
def package(request: pytest.FixtureRequest) -> Package:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def page(metadata: Metadata) -> html.HtmlElement:
    return html.document_fromstring(to_html(metadata).decode("utf-8"))


def words(element: etree._Element) -> str:
    return " ".join("".join(str(t) for t in element.itertext()).split())


def with_variable(metadata: Metadata, **facts: object) -> Metadata:
    """The metadata with facts of AE.AETERM changed."""
    ae = metadata.dataset("AE")
    changed: tuple[Variable, ...] = tuple(
        replace(v, **facts) if v.name == "AETERM" else v  # type: ignore[arg-type]
        for v in ae.variables
    )
    others = tuple(d for d in metadata.datasets if d.name != "AE")
    return replace(metadata, datasets=(*others, replace(ae, variables=changed)))


def test_everything_is_there(package: Package) -> None:
    text = words(page(package.metadata))
    for dataset in package.metadata.datasets:
        assert f"{dataset.name} {dataset.label}" in text
        for variable in dataset.variables:
            assert variable.label in text
            for term in variable.codelist.terms if variable.codelist else ():
                assert term.value in text
                assert term.ccode in text
            if variable.method:
                assert variable.method.text in text
    assert "FICTITIOUS" in text


def test_every_link_on_the_page_leads_somewhere(package: Package) -> None:
    root = page(package.metadata)
    ids = [str(i) for i in root.xpath("//@id")]
    assert len(ids) == len(set(ids))
    inside = [unquote(str(h)[1:]) for h in root.xpath("//a/@href[starts-with(., '#')]")]
    assert set(inside) <= set(ids)


def test_variable_and_codelist_and_method_link_both_ways(sdtm: Package) -> None:
    root = page(sdtm.metadata)
    (row,) = root.xpath("//tr[@id='IT.AE.AEREL']")
    assert "#CL.AEREL" in row.xpath(".//a/@href")
    (codelist,) = root.xpath("//*[@id='CL.AEREL']")
    assert codelist.xpath(".//a/@href") == ["#IT.AE.AEREL"]
    (method,) = root.xpath("//*[@id='MT.USUBJID']")
    assert method.xpath(".//a/@href") == [f"#IT.{d}.USUBJID" for d in ("DM", "AE", "SUPPAE")]
    (section,) = root.xpath("//section[@id='IG.AE']")
    assert {"#datasets", "ae.xpt"} <= set(section.xpath(".//a/@href"))


def test_predecessor_on_the_same_page_is_a_link(adam: Package) -> None:
    (row,) = page(adam.metadata).xpath("//tr[@id='IT.ADTTE.USUBJID']")
    assert row.xpath(".//a/@href") == ["#IT.ADSL.USUBJID"]


def test_crf_pages_are_links(sdtm: Package) -> None:
    (row,) = page(sdtm.metadata).xpath("//tr[@id='IT.AE.AETERM']")
    assert row.xpath(".//a/@href") == ["acrf.pdf", "acrf.pdf#page=5", "acrf.pdf#page=7"]


def test_nothing_is_loaded_and_only_our_script_may_run(package: Package) -> None:
    root = page(package.metadata)
    assert not root.xpath("//link | //img | //iframe | //*[@src] | //@onclick | //@style")
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert str(policy).startswith("default-src 'none';")
    for tag in ("style", "script"):
        (element,) = root.xpath(f"//{tag}")
        digest = hashlib.sha256((element.text or "").encode()).digest()
        assert base64.b64encode(digest).decode() in policy


def test_readable_without_script(package: Package) -> None:
    hidden = page(package.metadata).xpath("//*[@hidden]")
    assert [e.get("class") for e in hidden] == ["search"]


def test_same_metadata_same_bytes(package: Package) -> None:
    turned = replace(package.metadata, datasets=package.metadata.datasets[::-1])
    assert to_html(turned) == to_html(package.metadata)


HOSTILE = '</td><script>alert(1)</script><img src=x onerror=alert(1)> "& \u202e'


def test_hostile_text_stays_text(sdtm: Package) -> None:
    nasty = Codelist("A B\"'><", HOSTILE, terms=(Term(HOSTILE, HOSTILE),), comment=HOSTILE)
    metadata = with_variable(
        replace(
            sdtm.metadata,
            study_description=HOSTILE,
            documents=(("acrf", "javascript:alert(1)", HOSTILE),),
        ),
        label=HOSTILE,
        codelist=nasty,
        comment=Comment("X", HOSTILE),
    )
    root = page(metadata)
    assert len(root.xpath("//script")) == 1
    assert not root.xpath("//img")
    assert not root.xpath("//@href[contains(., 'javascript')]")
    ids = {str(i) for i in root.xpath("//@id")}
    inside = {unquote(str(h)[1:]) for h in root.xpath("//a/@href[starts-with(., '#')]")}
    assert inside <= ids


def test_what_has_no_data_says_so_and_has_no_file(sdtm: Package) -> None:
    empty = replace(sdtm.metadata.dataset("AE"), records=0)
    root = page(replace(sdtm.metadata, datasets=(empty,)))
    assert "no data" in words(root.xpath("//section[@id='datasets']")[0])
    assert "ae.xpt" not in words(root)
