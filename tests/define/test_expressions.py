"""The rules of a method as its formal expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree, html

from define.definexml import to_xml
from define.describe import describe_adam, describe_sdtm
from define.expressions import expression
from define.html import to_html
from define.model import Metadata
from define.schema_check import schema_check
from mappings.load import load_yaml


def methods(document: Metadata) -> dict[str, Any]:
    items = [(d.name, v) for d in document.datasets for v in d.variables]
    return {f"{d}.{v.name}": v.method for d, v in items if v.method}


def test_the_expression_is_the_rule_that_ran(base: Any, tmp_path: Path) -> None:
    sdtm = describe_sdtm(base.plan.sdtm, base.sdtm, "1")[0]
    adam = describe_adam(base.plan.adam, base.adam, "1")[0]
    found = methods(sdtm) | methods(adam)
    assert found["DM.RFSTDTC"].context == "Crosswalk"
    assert found["DM.RFSTDTC"].code == "RFSTDTC: {lookup: EX, get: EXSTDTC, pick: first}"
    # What the tool makes without a rule has no expression.
    assert found["AE.AESEQ"].code == ""
    for document in (sdtm, adam):
        assert schema_check(to_xml(document)) == []
    # Every expression is YAML that says what the module says.
    modules = [*base.plan.sdtm.modules, *(a.module for a in base.plan.adam.modules)]
    rules: dict[tuple[str, str], list[Any]] = {}
    for module in modules:
        for rule in (r for b in module.blocks for r in (*b.rules, *b.after)):
            rules.setdefault((module.target, rule.variable), []).append(rule.told)
    for planned in base.plan.adam.modules:
        for rule in planned.then:
            rules.setdefault((planned.module.target, rule.variable), []).append(rule.told)
    read = 0
    for name, method in found.items():
        if method.code and "\n" not in method.code:
            path = tmp_path / "rule.yaml"
            path.write_text(method.code, encoding="utf-8")
            (told,) = load_yaml(path, "rule.yaml").data.items()
            wanted = rules[name.partition(".")[0], told[0]]
            left = ("method", "comment", "label", "origin", "source")
            bare = [plain({k: v for k, v in w.items() if k not in left}) for w in wanted]
            assert plain(told[1]) in bare
            read += 1
    assert read > 10


def plain(part: Any) -> Any:
    """Loaded YAML without its places."""
    if isinstance(part, dict):
        return {str(k): plain(v) for k, v in part.items()}
    if isinstance(part, list):
        return [plain(v) for v in part]
    return part if part is None else str(part)


def test_several_sources_are_told_apart(base: Any) -> None:
    (module,) = [m for m in base.plan.sdtm.modules if m.target == "SE"]
    assert expression(module.rules_of("SEENDTC")).splitlines() == [
        "# from dm",
        "SEENDTC: {lookup: EX, get: EXSTDTC, pick: first}",
        "# from ex",
        'SEENDTC: {date: FUP, format: "YYYY-MM-DD"}',
        "# from ex",
        'SEENDTC: {lookup: dm, get: {date: "OFF", format: "YYYY-MM-DD"}}',
    ]


def test_it_stands_in_xml_and_page(base: Any) -> None:
    sdtm = describe_sdtm(base.plan.sdtm, base.sdtm, "1")[0]
    root = etree.fromstring(to_xml(sdtm))
    told = {
        e.getparent().get("OID"): (e.get("Context"), e.text)  # type: ignore[union-attr]
        for e in root.iter("{*}FormalExpression")
    }
    rule = "RFSTDTC: {lookup: EX, get: EXSTDTC, pick: first}"
    assert told["MT.DM.RFSTDTC"] == ("Crosswalk", rule)
    page: Any = html.document_fromstring(to_html(sdtm).decode())
    (shown,) = page.xpath("//section[@id='MT.DM.RFSTDTC']//pre")
    assert shown.text == rule
