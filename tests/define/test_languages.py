"""English and Chinese of one model: define.xml, define.html, labels of the files, and faults."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pyreadstat
import pytest
from lxml import etree, html

from crosswalk.build import Package as Built
from crosswalk.home import write_home
from crosswalk.manifest import input_files
from define.definexml import to_xml
from define.describe import describe_sdtm
from define.html import to_html
from define.languages import Wording, labelled
from define.languages.check import check_languages, document_texts
from define.languages.sentences import in_chinese
from define.languages.wording import is_chinese
from define.languages.zh import FRAME, SENTENCES
from define.model import Metadata
from define.schema_check import schema_check
from define.xpt_read import read_transport
from mappings.findings import Finding, Severity, SpecificationFault
from mappings.texts import Texts

if TYPE_CHECKING:
    from tests.define.conftest import Package

GIVEN = {
    "Adverse Events": "不良事件",
    "Study Identifier": "研究标识",
    "Unique Subject Identifier": "受试者唯一标识",
    "Female": "女",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
STUDY = "study.yaml"


def bilingual(package: Package, *languages: str) -> Any:
    return replace(package.metadata, languages=languages or ("en", "zh"), chinese=GIVEN)


def page_of(text: str) -> Any:
    """The page's root; Any, because the answer of an XPath has many types."""
    return html.document_fromstring(text)


def told(element: Any) -> list[tuple[str, str]]:
    """Language and text of the TranslatedText of a Description or Decode."""
    return [(t.get(LANG), t.text) for t in element]


def descriptions(metadata: Any, tag: str, oid: str) -> list[tuple[str, str]]:
    root = etree.fromstring(to_xml(metadata))
    (element,) = [e for e in root.iter(f"{{*}}{tag}") if e.get("OID") == oid]
    return told(next(element.iter("{*}Description")))


@pytest.mark.parametrize("purpose", ["sdtm", "adam"])
def test_both_languages_are_valid_and_add_nothing_else(
    purpose: str, request: pytest.FixtureRequest
) -> None:
    package = request.getfixturevalue(purpose)
    xml = to_xml(bilingual(package))
    assert [str(f) for f in schema_check(xml)] == []
    root = etree.fromstring(xml)
    for text in [t for t in root.iter("{*}TranslatedText") if t.get(LANG) == "zh"]:
        parent = text.getparent()
        assert parent is not None
        parent.remove(text)
    etree.indent(root, space="  ")
    plain = etree.fromstring(to_xml(package.metadata))
    assert etree.tostring(root, method="c14n2") == etree.tostring(plain, method="c14n2")


def test_texts_stand_in_the_order_of_the_languages(sdtm: Package) -> None:
    pair = [("en", "Adverse Events"), ("zh", "不良事件")]
    assert descriptions(bilingual(sdtm), "ItemGroupDef", "IG.AE") == pair
    assert descriptions(bilingual(sdtm, "zh", "en"), "ItemGroupDef", "IG.AE") == pair[::-1]
    assert descriptions(bilingual(sdtm, "zh"), "ItemGroupDef", "IG.AE") == pair[1:]


def test_a_text_without_chinese_stands_in_english_and_says_so(sdtm: Package) -> None:
    assert descriptions(bilingual(sdtm, "zh"), "ItemGroupDef", "IG.DM") == [("en", "Demographics")]


def test_a_text_that_is_chinese_is_never_called_english(sdtm: Package) -> None:
    ae = replace(sdtm.metadata.dataset("AE"), label="不良事件（试验中）")
    metadata = replace(bilingual(sdtm), datasets=(ae,))
    assert descriptions(metadata, "ItemGroupDef", "IG.AE") == [("zh", "不良事件（试验中）")]


def test_without_chinese_nothing_changes(sdtm: Package) -> None:
    assert b"zh" not in to_xml(sdtm.metadata)
    page = page_of(to_html(sdtm.metadata).decode())
    assert not page.xpath("//input[@type='radio'] | //span[@lang]")
    assert labelled(sdtm.metadata) is sdtm.metadata


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            'Set to "Y", where ARMCD is present and AGE is at least "65"; otherwise "N".',
            '设为 "Y"，条件：ARMCD 非缺失 且 AGE 不小于（不早于） "65"；否则为 "N"。',
        ),
        # What is quoted is data, whatever it says.
        (
            'Set to "Equal to X", where A is "x, where B is missing".',
            '设为 "Equal to X"，条件：A 为 "x, where B is missing"。',
        ),
        (
            "Records from DM: Equal to RFICDTC. Records from EX: The earliest EX.EXSTDTC.",
            "来自 DM 的记录：等于 RFICDTC。来自 EX 的记录：最早的 EX.EXSTDTC。",
        ),
        (
            "Numbered from 1 for each subject in the order A, B.",
            "每个受试者按 A, B 的顺序从 1 开始编号。",
        ),
        (
            "The first that is there: (1) Equal to A; (2) The number in B.",
            "取首个有值者：(1) 等于 A；(2) B 中的数值。",
        ),
        ("All values of the variable are missing.", "该变量的值全部缺失。"),
        ("Completed by the site, where possible", None),
        ("", None),
    ],
)
def test_sentences(english: str, chinese: str | None) -> None:
    assert in_chinese(english, {}) == chinese


def test_the_study_translates_its_own_words_inside_a_sentence() -> None:
    text = "ADT is the earliest of: Death (ADSL.DTHDT where DTHDT is present)."
    assert (
        in_chinese(text, {"Death": "死亡"})
        == "ADT 为下列最早者：死亡（ADSL.DTHDT，DTHDT 非缺失）。"
    )
    two = "Records from DM: Equal to A. Records from EX: By hand"
    assert in_chinese(two, {}) is None
    assert in_chinese(two, {"By hand": "人工"}) == "来自 DM 的记录：等于 A。来自 EX 的记录：人工"


def test_every_sentence_of_the_reference_study_is_translated(reference: Built) -> None:
    """All that stays in English is what people wrote in a specification."""
    files = (*reference.study.sdtm, *reference.study.adam)
    written = set(_written([f.data for f in files]))
    for document in reference.documents:
        for method in collect_methods(document):
            if in_chinese(method, {}) is None:
                assert any(w.rstrip(".") in method for w in written), method


def collect_methods(document: Any) -> list[str]:
    items = [p for d in document.datasets for v in d.variables for p in v.parts]
    return sorted({i.method.text for i in items if i.method})


def _written(part: Any) -> list[str]:
    """The sentences that somebody wrote by hand."""
    if isinstance(part, list):
        return [w for p in part for w in _written(p)]
    if not isinstance(part, dict):
        return []
    own = [str(v) for k, v in part.items() if k in ("method", "comment") and isinstance(v, str)]
    return own + [w for v in part.values() for w in _written(v)]


def test_the_table_has_each_hole_on_both_sides() -> None:
    for english, chinese in SENTENCES:
        names = {h.partition(":")[0] for h in re.findall(r"\{([^}]*)\}", english)}
        assert names == set(re.findall(r"\{([^}]*)\}", chinese)), english


def test_page_has_both_languages_and_a_switch_without_script(sdtm: Package) -> None:
    page = to_html(bilingual(sdtm))
    root = page_of(page.decode())
    assert root.xpath("//input[@type='radio']/@id") == ["lang-en", "lang-zh"]
    assert root.xpath("//input[@type='radio' and @checked]/@id") == ["lang-en"]
    assert root.xpath("//nav//label/@for") == ["lang-en", "lang-zh"]
    style = str(root.xpath("string(//style)"))
    assert "#lang-en:checked ~ * .zh" in style
    (title,) = root.xpath("//section[@id='IG.AE']/h2/span")
    assert [(s.get("lang"), s.text) for s in title] == [
        ("en", "Adverse Events"),
        ("zh", "不良事件"),
    ]
    # Each marked text stands beside its other language.
    marked = root.xpath("//span[@class='en']")
    assert marked
    assert all(m.getnext().get("class") == "zh" for m in marked)


def test_chinese_page_is_chinese(sdtm: Package) -> None:
    root = page_of(to_html(bilingual(sdtm, "zh")).decode())
    assert root.get("lang") == "zh"
    assert not root.xpath("//input[@type='radio'] | //span[@class='en']")
    words = {str(t) for t in root.xpath("//th[@scope='col']/text()")}
    assert words <= set(FRAME.values())


def test_every_word_of_the_page_is_in_the_table(sdtm: Package, adam: Package) -> None:
    for package in (sdtm, adam):
        root = page_of(to_html(bilingual(package)).decode())
        left = [t for t in root.xpath("//th[@scope='col'][not(span)]/text()") if t not in FRAME]
        assert left == []
    source = Path(str(Wording.__module__.replace(".", "/"))).parents[1]
    template = (Path(__file__).parents[2] / source / "templates/define.html.j2").read_text("utf-8")
    used = set(re.findall(r'(?:\bw|plain|column)\("([^"]+)"', template))
    assert used - set(FRAME) == set()


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("不良事件", True),
        ("CEA 检测值（ng/mL）", True),
        ('Set to "研究中心", where SITE is "上海"', False),
        ("Serum", False),
        ("", False),
    ],
)
def test_what_is_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def described(
    tiny: ModuleType, folder: Path, head: str, texts: str = ""
) -> tuple[Any, Metadata, list[Finding]]:
    """What came of the tiny study's SDTM, its document, and what its languages are told."""
    files = dict(tiny.FILES)
    files[STUDY] = tiny.text(files[STUDY]) + head
    if texts:
        files["zh.yaml"] = texts
    files = {n: t for n, t in files.items() if not n.startswith("adam/")}
    built = tiny.build(folder, files)
    document, _ = describe_sdtm(built.plan.sdtm, built.sdtm, "1")
    study = built.plan.study
    return built, document, check_languages([document], study.texts, study.encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_labels_of_the_files(tiny: ModuleType, tmp_path: Path, encoding: str) -> None:
    # 13 characters fit in UTF-8, 20 in GB18030.
    label = "研究标识" * 5 if encoding == "gb18030" else "研究标识" * 3
    texts = f"Study Identifier: {label}\nAdverse Events: 不良事件\n"
    head = f"lang: [zh, en]\ntexts: zh.yaml\nencoding: {encoding}\n"
    built, document, _ = described(tiny, tmp_path / "study", head, texts)
    study = built.plan.study
    frames = {n: built[n] for n in built.datasets}
    home = tmp_path / "sdtm"
    write_home(home, document, to_xml(document), frames, study)
    read = read_transport(home / "ae.xpt", encoding)
    assert read.label == "不良事件"
    assert read.columns[0].label == label
    assert descriptions_of(home / "define.xml", "IT.AE.STUDYID") == [
        ("zh", label),
        ("en", "Study Identifier"),
    ]
    # pyreadstat agrees about the bytes.
    _, head_read = pyreadstat.read_xport(str(home / "ae.xpt"), encoding=encoding, metadataonly=True)
    assert head_read.column_labels[0] == label
    assert study.folder / "zh.yaml" in input_files(study).values()


def descriptions_of(path: Path, oid: str) -> list[tuple[str, str]]:
    root = etree.parse(path)
    (element,) = [e for e in root.iter("{*}ItemDef") if e.get("OID") == oid]
    return told(next(element.iter("{*}Description")))


def test_notices_of_what_is_missing_and_what_is_unused(tiny: ModuleType, tmp_path: Path) -> None:
    texts = "Study Identifier: 研究标识\nStudy Identifer: 研究\nDeath: 死亡\n"
    _, _, findings = described(tiny, tmp_path, "lang: [en, zh]\ntexts: zh.yaml\n", texts)
    assert {f.severity for f in findings} == {Severity.NOTICE}
    assert [str(f) for f in findings if f.scope == "Study Identifer"] == [
        (
            "zh.yaml:2:18: no text of the documents is 'Study Identifer'. "
            "Did you mean 'Study Identifier'?"
        )
    ]
    assert re.match(
        r"\d+ texts of define.xml of SDTM have no Chinese: ",
        next(f.message for f in findings if f.scope == "SDTM"),
    )


@pytest.mark.parametrize(
    ("head", "texts", "fault"),
    [
        (
            "lang: zh\n",
            "",
            (
                "'lang' begins with zh, and Chinese labels cannot stand in a package in ascii. "
                "Declare 'encoding: utf-8' or 'encoding: gb18030', or begin with en."
            ),
        ),
        (
            "texts: zh.yaml\n",
            "Sex: 性别\n",
            "'texts' does nothing: 'lang' does not have zh. Write 'lang: [en, zh]'.",
        ),
        (
            "lang: [en, zh]\ntexts: zh.yaml\n",
            "- Sex\n",
            "zh.yaml:1:1: this is no list of texts with their translation.",
        ),
        (
            "lang: [en, zh]\ntexts: zh.yaml\n",
            "Sex: {a: b}\n",
            "zh.yaml:1:6: the translation of 'Sex' is no text.",
        ),
        (
            "lang: [en, zh]\ntexts: zh.yaml\n",
            'Sex: "a\\nb"\n',
            "zh.yaml:1:6: a control character in the translation of 'Sex'.",
        ),
        ("lang: [en, zh]\ntexts: other.yaml\n", "Sex: 性别\n", "other.yaml: "),
        (
            "lang: [zh, en]\nencoding: utf-8\ntexts: zh.yaml\n",
            f"Sex: {'性' * 14}\n",
            (
                f"zh.yaml:1:6: the label '{'性' * 14}' is 42 bytes in utf-8, over 40. "
                "Say it in fewer characters."
            ),
        ),
    ],
)
def test_faults(tiny: ModuleType, tmp_path: Path, head: str, texts: str, fault: str) -> None:
    with pytest.raises(SpecificationFault) as caught:
        described(tiny, tmp_path, head, texts)
    assert any(fault in str(f) for f in caught.value.findings), [
        str(f) for f in caught.value.findings
    ]


def test_every_text_of_the_document_is_counted(sdtm: Package, adam: Package) -> None:
    for package in (sdtm, adam):
        root = etree.fromstring(to_xml(package.metadata))
        own = {v.name for d in package.metadata.datasets for v in d.variables}
        decodes = {t.text for t in root.iterfind(".//{*}Decode/{*}TranslatedText")}
        texts = {t.text for t in root.iter("{*}TranslatedText")} - decodes
        origins = {t.text for t in root.iterfind(".//{*}Origin//{*}TranslatedText")}
        assert texts - origins - own <= set(document_texts(package.metadata))


def test_nothing_is_asked_of_an_english_study(sdtm: Package) -> None:
    assert check_languages([sdtm.metadata], Texts(), "ascii") == []
