"""TranslatedText in the languages of a document, made of the English that the model has."""

from __future__ import annotations

from copy import copy

from lxml.etree import _Element

from define.definexml.build import ODM, XML, plain
from define.languages import Wording
from mappings.texts import ENGLISH

_LANG = f"{{{XML}}}lang"


def in_languages(root: _Element, wording: Wording) -> None:
    """Give every TranslatedText below `root` its languages, in their order."""
    if wording.languages == (ENGLISH,):
        return
    for english in list(root.iter(f"{{{ODM}}}TranslatedText")):
        parent = english.getparent()
        if parent is None:
            continue
        told = wording.each(english.text or "")
        others = [copy(english) for _ in told[1:]]
        for element, (language, text) in zip([english, *others], told, strict=True):
            element.set(_LANG, language)
            element.text = plain(text)
        at = parent.index(english) + 1
        parent[at:at] = others
