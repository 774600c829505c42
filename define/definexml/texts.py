"""MethodDef, def:CommentDef, def:Standard and the lists of documents."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import _Element

from define.definexml.build import D, E, d, description, document_refs, given, leaf_id
from define.model import Comment, Method, Standard

ANNOTATED_CRF = "acrf"


def standards(of: Sequence[Standard]) -> list[_Element]:
    """def:Standards with every guide and terminology package in use."""
    return [D.Standards(*(_standard(s) for s in of))] if of else []


def _standard(of: Standard) -> _Element:
    return D.Standard(
        given(
            {
                "OID": of.oid,
                "Name": of.name,
                "Type": of.type,
                "PublishingSet": of.publishing_set,
                "Version": of.version,
                "Status": of.status,
                d("CommentOID"): of.comment.oid if of.comment else "",
            }
        )
    )


def document_lists(documents: Sequence[tuple[str, str, str]]) -> list[_Element]:
    """def:AnnotatedCRF and def:SupplementalDoc."""
    crf = [D.DocumentRef({"leafID": leaf_id(k)}) for k, _, _ in documents if k == ANNOTATED_CRF]
    rest = [D.DocumentRef({"leafID": leaf_id(k)}) for k, _, _ in documents if k != ANNOTATED_CRF]
    return [
        *([D.AnnotatedCRF(*crf)] if crf else []),
        *([D.SupplementalDoc(*rest)] if rest else []),
    ]


def method_def(of: Method) -> _Element:
    """MethodDef."""
    code = [E.FormalExpression({"Context": of.context}, of.code)] if of.code else []
    return E.MethodDef(
        given({"OID": of.oid, "Name": of.name, "Type": of.type}),
        *description(of.text),
        *code,
        *document_refs(of.documents),
    )


def comment_def(of: Comment) -> _Element:
    """def:CommentDef."""
    return D.CommentDef(given({"OID": of.oid}), *description(of.text), *document_refs(of.documents))
