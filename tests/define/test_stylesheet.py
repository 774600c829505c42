"""The usual stylesheet: named by define.xml, it shows what our own page shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree, html

from define.definexml import to_xml
from define.definexml.document import STYLESHEET
from define.html import to_html
from define.model import Metadata
from define.schema_check import stylesheet

if TYPE_CHECKING:
    from tests.define.conftest import Package


def rendered(metadata: Metadata) -> str:
    """The words of the page that a browser would make of define.xml."""
    sheet = etree.XSLT(etree.fromstring(stylesheet()))
    made: Any = html.fromstring(bytes(sheet(etree.fromstring(to_xml(metadata)))))
    return words(made)


def words(root: Any) -> str:
    for element in root.xpath("//script | //style"):
        element.drop_tree()
    return " ".join(" ".join(root.itertext()).split())


@pytest.mark.parametrize("name", ["sdtm", "adam"])
def test_it_is_named_and_shows_what_our_page_shows(
    name: str, request: pytest.FixtureRequest
) -> None:
    package: Package = request.getfixturevalue(name)
    metadata = package.metadata
    xml = to_xml(metadata)
    assert f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>'.encode() in xml
    theirs, page = rendered(metadata), html.document_fromstring(to_html(metadata).decode())
    ours = words(page)
    for dataset in metadata.datasets:
        for text in (dataset.name, dataset.label, dataset.structure):
            assert text in theirs
            assert text in ours
        for variable in dataset.variables:
            said = [variable.name, variable.label, variable.format]
            said += [t.value for t in variable.codelist.terms] if variable.codelist else []
            said += [variable.method.text] if variable.method else []
            said += [v.item.name for v in variable.values]
            for text in (" ".join(s.split()) for s in said if s):
                assert text in theirs, text
                assert text in ours, text


def test_it_shows_the_english_of_a_document_in_two_languages(sdtm: Package) -> None:
    metadata = replace(
        sdtm.metadata,
        languages=("en", "zh"),
        chinese={"Adverse Events": "\u4e0d\u826f\u4e8b\u4ef6"},
    )
    shown = rendered(metadata)
    assert "Adverse Events" in shown
    assert "\u4e0d\u826f" not in shown
