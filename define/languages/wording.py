"""A document's texts in its languages: English as the model has it, Chinese where it is to be had.

The study translates its own texts and the labels of the standard; what the tool says by itself is
translated by its own table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from define.languages.sentences import in_chinese
from define.languages.zh import FRAME
from define.model import Dataset, Metadata
from mappings.text import byte_length, fits
from mappings.texts import CHINESE, ENGLISH

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_QUOTED = re.compile(r'"[^"]*"')
_ENGLISH_WORDS = re.compile(r"\b[a-z]{2,}\b")
LABEL_BYTES = 40


@dataclass(frozen=True)
class Wording:
    """Languages in their order, the Chinese that the study gives, and that of the tool."""

    languages: tuple[str, ...] = (ENGLISH,)
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, metadata: Metadata) -> Wording:
        """The wording of a document."""
        return cls(metadata.languages, metadata.chinese)

    @cached_property
    def _made(self) -> dict[str, str | None]:
        return {}

    def chinese(self, text: str) -> str | None:
        """`text` in Chinese, as the study or the tool says it; None where neither does."""
        if text in self.given:
            return self.given[text]
        if is_chinese(text):
            return text
        if text not in self._made:
            self._made[text] = in_chinese(text, self.given)
        return self._made[text]

    def each(self, text: str) -> list[tuple[str, str]]:
        """Language and text, in the order of the languages; a language without a text is left out.

        A text that has no Chinese stands in English also where only Chinese is declared.
        """
        told: dict[str, str] = {}
        chinese = self.chinese(text) if CHINESE in self.languages else None
        for language in self.languages:
            if language == CHINESE and chinese is not None:
                told[language] = chinese
            if language == ENGLISH and not (CHINESE in self.languages and is_chinese(text)):
                told[language] = text
        return list(told.items()) or [(ENGLISH, text)]

    def main(self, text: str) -> str:
        """`text` in the first language, or in the one that it is there in."""
        return self.each(text)[0][1]

    def frame(self, word: str) -> list[tuple[str, str]]:
        """A word of the page in each language."""
        return [(n, FRAME.get(word, word) if n == CHINESE else word) for n in self.languages]


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese already; Chinese data in an English sentence do not make it so."""
    bare = _QUOTED.sub("", text)
    return len(_HAN.findall(bare)) > len(_ENGLISH_WORDS.findall(bare))


def labelled(metadata: Metadata) -> Metadata:
    """`metadata` with the labels of datasets and variables as the files are to have them."""
    if metadata.languages[0] == ENGLISH:
        return metadata
    say = Wording.of(metadata).main

    def of(dataset: Dataset) -> Dataset:
        variables = tuple(replace(v, label=say(v.label)) for v in dataset.variables)
        return replace(dataset, label=say(dataset.label), variables=variables)

    return replace(metadata, datasets=tuple(of(d) for d in metadata.datasets))


def label_faults(metadata: Metadata, encoding: str) -> Iterator[tuple[str, str, str]]:
    """English label, translated label and what is wrong, of labels that no file could hold."""
    if metadata.languages[0] == ENGLISH:
        return
    say = Wording.of(metadata).main
    labels = {d.label for d in metadata.datasets}
    labels |= {v.label for d in metadata.datasets for v in d.variables}
    for label in sorted(labels):
        shown = say(label)
        if not fits(shown, encoding):
            yield label, shown, f"cannot stand in {encoding}"
        elif (size := byte_length(shown, encoding)) > LABEL_BYTES:
            yield label, shown, f"is {size} bytes in {encoding}, over {LABEL_BYTES}"
