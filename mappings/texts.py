"""The languages of a study's documents, and its Chinese texts.

The tool and a specification speak English. What is to be read in Chinese stands in one file, as
a list of English texts with their translation: a text has one translation wherever it stands,
the labels that a standard gives among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mappings.findings import Finding, SpecificationFault, SpecPlace
from mappings.load import Document, load_yaml, spec_fault
from mappings.text import has_control

ENGLISH = "en"
CHINESE = "zh"


@dataclass(frozen=True)
class Texts:
    """`languages`, the first being that of the datasets' labels, and English text -> Chinese.

    `places` says where each translation stands in `file`, which is relative to the study.
    """

    languages: tuple[str, ...] = (ENGLISH,)
    chinese: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, SpecPlace] = field(default_factory=dict)
    file: str = ""

    @property
    def main(self) -> str:
        """The language of labels in the datasets."""
        return self.languages[0]


def read_texts(folder: Path, main: Document, faults: list[Finding]) -> Texts:
    """`lang` and `texts` of study.yaml; what is wrong with them or with the file is added."""
    data = main.data
    given = data.get("lang", ENGLISH)
    languages = tuple(str(g) for g in given) if isinstance(given, list) else (str(given),)
    if languages[0] == CHINESE and str(data.get("encoding", "ascii")) == "ascii":
        message = "'lang' begins with zh, and Chinese labels cannot stand in a package in ascii"
        advice = "Declare 'encoding: utf-8' or 'encoding: gb18030', or begin with en."
        faults.append(spec_fault("study.lang", message, main.place(("lang",)), advice))
    if "texts" not in data:
        return Texts(languages)
    if CHINESE not in languages:
        message = "'texts' does nothing: 'lang' does not have zh"
        place = main.place(("texts",), key=True)
        faults.append(spec_fault("study.texts", message, place, "Write 'lang: [en, zh]'."))
        return Texts(languages)
    file = str(data["texts"])
    try:
        document = load_yaml(folder / file, file)
    except SpecificationFault as fault:
        faults.extend(fault.findings)
        return Texts(languages, file=file)
    faults.extend(_misshapen(document))
    told = document.data if isinstance(document.data, dict) else {}
    chinese = {str(k): str(v) for k, v in told.items() if isinstance(v, str) and v.strip()}
    places = {k: document.place((k,)) for k in chinese}
    return Texts(languages, chinese, places, file)


def _misshapen(document: Document) -> list[Finding]:
    """Faults of a file that is more, or other, than one text for each text."""
    advice = "Write one line per text, such as 'Adverse Events: \u4e0d\u826f\u4e8b\u4ef6'."
    if not isinstance(document.data, dict):
        message = "this is no list of texts with their translation"
        return [spec_fault("texts.shape", message, document.place(()), advice)]
    faults = []
    for english, chinese in document.data.items():
        place = document.place((english,))
        if chinese is not None and not isinstance(chinese, str):
            message = f"the translation of '{english}' is no text"
            faults.append(spec_fault("texts.shape", message, place, advice))
        elif chinese is not None and has_control(str(chinese)):
            message = f"a control character in the translation of '{english}'"
            faults.append(spec_fault("texts.shape", message, place, "Write it on one line."))
    return faults
