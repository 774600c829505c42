"""CodeList: published lists with their C-codes, a sponsor's own, and external dictionaries."""

from __future__ import annotations

from lxml.etree import _Element

from define.collect import codelist_comment
from define.definexml.build import E, d, given, translated, yes
from define.model import Codelist, Term


def code_list(codelist: Codelist) -> _Element:
    """CodeList; the terms have decodes all or none, so a missing decode repeats the value."""
    remark = codelist_comment(codelist)
    about = {
        "OID": codelist.oid,
        "Name": codelist.name,
        "DataType": codelist.datatype,
        d("StandardOID"): codelist.standard.oid if codelist.standard else "",
        d("IsNonStandard"): yes(codelist.standard is None),
        d("CommentOID"): remark.oid if remark else "",
    }
    return E.CodeList(given(about), *_content(codelist), *_ccode(codelist.ccode))


def _content(codelist: Codelist) -> list[_Element]:
    if codelist.dictionary:
        return [
            E.ExternalCodeList(
                given(
                    {
                        "Dictionary": codelist.dictionary,
                        "Version": codelist.dictionary_version,
                        "href": codelist.dictionary_href,
                    }
                )
            )
        ]
    decoded = any(t.decode for t in codelist.terms)
    return [_term(t, i, decoded) for i, t in enumerate(codelist.terms, start=1)]


def _term(term: Term, order: int, decoded: bool) -> _Element:
    about = {
        # An empty coded value is wrong, but hiding it here would be worse.
        "CodedValue": term.value,
        **given({"OrderNumber": order, d("ExtendedValue"): yes(term.extended)}),
    }
    if not decoded:
        return E.EnumeratedItem(about, *_ccode(term.ccode))
    decode = E.Decode(translated(term.decode or term.value))
    return E.CodeListItem(about, decode, *_ccode(term.ccode))


def _ccode(code: str) -> list[_Element]:
    return [E.Alias(given({"Context": "nci:ExtCodeID", "Name": code}))] if code else []
