"""Analysis results: declared names exist, and the document says what was declared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from crosswalk.plan import make_plan
from define.definexml import to_xml
from define.describe import describe_adam
from define.html import to_html
from define.model import AnalysisDataset, Check, Metadata, WhereClause
from define.reconcile import reconcile
from define.schema_check import schema_check
from mappings.findings import SpecificationFault

ANALYSES = """
analyses:
  - display: Table 1
    title: Response
    results:
      - title: Responders
        reason: SPECIFIED IN PROTOCOL
        purpose: PRIMARY OUTCOME MEASURE
        data:
          - {dataset: ADRS, where: {PARAMCD: [PD, BOR], ADY: {ge: 1}}, variables: [AVALC]}
          - {dataset: ADSL, where: {SAFFL: "Y"}}
        join: By USUBJID
        text: Counted & divided
        code: {context: R 4.4, text: "mean(AVALC == 'irPR') < 1"}
      - title: All of ADSL
        reason: DATA DRIVEN
        purpose: EXPLORATORY OUTCOME MEASURE
        data: [{dataset: ADSL}]
"""


def study(tiny: Any, change: tuple[str, str] = ("", "")) -> dict[str, str]:
    files = dict(tiny.FILES)
    assert change[0] in ANALYSES
    files["study.yaml"] = files["study.yaml"].rstrip() + ANALYSES.replace(*change)
    return files


def described(tiny: Any, folder: Path) -> tuple[Any, Metadata]:
    built = tiny.build(folder, study(tiny))
    return built, describe_adam(built.plan.adam, built.adam, "0")[0]


def test_the_document_says_what_was_declared(tiny: Any, tmp_path: Path) -> None:
    built, document = described(tiny, tmp_path)
    (display,) = document.displays
    first, second = display.results
    assert (display.name, display.description) == ("Table 1", "Response")
    assert [d.dataset for d in first.datasets] == ["ADRS", "ADSL"]
    assert first.parameter == "ADRS"
    assert second.parameter == ""
    assert second.datasets == (AnalysisDataset("ADSL"),)
    clause = first.datasets[0].where
    assert clause is not None
    assert [(c.variable, c.comparator, c.values) for c in clause.checks] == [
        ("PARAMCD", "IN", ("PD", "BOR")),
        ("ADY", "GE", ("1",)),
    ]
    xml = to_xml(document)
    assert schema_check(xml) == []
    assert b"arm:AnalysisResultDisplays" in xml
    frames = {d.name: built[d.name] for d in document.datasets}
    assert [f for f in reconcile(document, frames, "ascii") if f.rule != "define.crf"] == []


def test_the_page_shows_results_with_links(tiny: Any, tmp_path: Path) -> None:
    _, document = described(tiny, tmp_path)
    root: Any = html.document_fromstring(to_html(document).decode("utf-8"))
    (section,) = root.xpath("//section[@id='RD.1.Table_1']")
    text = " ".join(section.text_content().split())
    assert "PARAMCD is one of PD, BOR and ADY \u2265 1" in text
    assert "mean(AVALC == 'irPR') < 1" in text
    assert "#IT.ADRS.AVALC" in section.xpath(".//a/@href")
    ids = set(root.xpath("//@id"))
    links = [str(h) for h in section.xpath(".//a/@href")]
    assert {h[1:] for h in links if h.startswith("#")} <= ids


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        (("dataset: ADRS", "dataset: ADRSX"), "analysis.dataset", "'ADRSX'"),
        (("[AVALC]", "[AVALX]"), "analysis.variable", "'AVALX' in ADRS"),
        (("PARAMCD: [PD", "PARMCD: [PD"), "analysis.variable", "'PARMCD' in ADRS"),
        (("{ge: 1}", "{is: present}"), "analysis.where", "ADY is present"),
        (("{ge: 1}", "{ge: $TRTSDT}"), "analysis.where", "TRTSDT"),
        (("        join: By USUBJID\n", ""), "analysis.join", "'join'"),
        (("reason: DATA DRIVEN", "reason: BECAUSE"), "schema.enum", "BECAUSE"),
    ],
)
def test_what_cannot_be_meant_stops_before_data_are_read(
    tiny: Any, tmp_path: Path, change: tuple[str, str], rule: str, words: str
) -> None:
    folder = tiny.write(tmp_path, study(tiny, change))
    with pytest.raises(SpecificationFault) as caught:
        make_plan(folder)
    (fault,) = [f for f in caught.value.findings if f.rule == rule]
    assert words in fault.message
    assert fault.spec is not None
    assert fault.spec.file == "study.yaml"
    assert fault.spec.line > 20


def test_a_display_has_one_entry(tiny: Any, tmp_path: Path) -> None:
    files = study(tiny)
    files["study.yaml"] += ANALYSES.replace("\nanalyses:\n", "")
    with pytest.raises(SpecificationFault) as caught:
        make_plan(tiny.write(tmp_path, files))
    assert [f.rule for f in caught.value.findings] == ["analysis.twice"]


def with_part(document: Metadata, part: AnalysisDataset, **facts: object) -> Metadata:
    display = document.displays[0]
    result = replace(display.results[0], datasets=(part,), **facts)  # type: ignore[arg-type]
    return replace(document, displays=(replace(display, results=(result,)),))


def test_damage_of_results_is_named(tiny: Any, tmp_path: Path) -> None:
    built, document = described(tiny, tmp_path)
    frames = {d.name: built[d.name] for d in document.datasets}
    nobody = WhereClause("X", (Check("ADSL", "SAFFL", "EQ", ("MAYBE",)),))
    unknown = WhereClause("X", (Check("ADSL", "NOTHERE", "EQ", ("Y",)),))
    for part, rule in (
        (AnalysisDataset("ADSL", where=nobody), "define.where"),
        (AnalysisDataset("ADSL", where=unknown), "define.result"),
        (AnalysisDataset("ADSL", ("NOTHERE",)), "define.result"),
        (AnalysisDataset("ADXX"), "define.result"),
    ):
        found = reconcile(with_part(document, part), frames, "ascii")
        assert rule in {f.rule for f in found}, part
    (display,) = document.displays
    loose = replace(display, results=(replace(display.results[0], join=None),))
    found = reconcile(replace(document, displays=(loose,)), frames, "ascii")
    assert "define.result" in {f.rule for f in found}
