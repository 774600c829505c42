"""The whole document, in the order of elements that the schema wants."""

from __future__ import annotations

from lxml import etree
from lxml.etree import _Element

from define.collect import Parts, collect
from define.definexml.build import E, d, given, leaf
from define.definexml.codelists import code_list
from define.definexml.datasets import item_group
from define.definexml.items import item_def, value_def
from define.definexml.languages import in_languages
from define.definexml.results import result_displays
from define.definexml.texts import comment_def, document_lists, method_def, standards
from define.definexml.values import value_list, where_clause
from define.languages import Wording
from define.model import Metadata

STYLESHEET = "define2-1.xsl"
# The patch level changes enumerations only; 2.1.0 is what every reader accepts.
DEFINE_VERSION = "2.1.0"

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>\n'
).encode("ascii")


def to_xml(metadata: Metadata) -> bytes:
    """define.xml as bytes: the same metadata give the same bytes, and no clock is read.

    Characters beyond ASCII are written as references, so the bytes are ASCII and the
    declared UTF-8 at once. Raises DefineRefusal for keys that contradict each other and
    for characters unknown to XML. Says nothing about validity: see `define.schema_check`.
    """
    root = _odm(metadata, collect(metadata))
    in_languages(root, Wording.of(metadata))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["def", "xlink"])
    etree.indent(root, space="  ")
    # The head is written here because lxml would name ASCII in the declaration.
    body: bytes = etree.tostring(root.getroottree(), encoding="us-ascii", xml_declaration=False)
    return _HEAD + body + b"\n"


def study_oid(metadata: Metadata) -> str:
    """The OID of the study, the same in define.xml and in Dataset-JSON."""
    return f"STDY.{metadata.study_id}"


def version_oid(metadata: Metadata) -> str:
    """The OID of the MetaDataVersion, the same in define.xml and in Dataset-JSON."""
    return f"MDV.{metadata.study_id}.{_kind(metadata)}"


def _kind(metadata: Metadata) -> str:
    return "SDTM" if metadata.purpose == "Tabulation" else "ADaM"


def _odm(metadata: Metadata, parts: Parts) -> _Element:
    kind = _kind(metadata)
    return E.ODM(
        given(
            {
                "ODMVersion": "1.3.2",
                "FileType": "Snapshot",
                "FileOID": f"ODM.{metadata.study_id}.{kind}",
                "CreationDateTime": metadata.created,
                "SourceSystem": "Crosswalk",
                "SourceSystemVersion": metadata.tool_version,
                d("Context"): "Submission",
            }
        ),
        E.Study(
            given({"OID": study_oid(metadata)}),
            E.GlobalVariables(
                E.StudyName(metadata.study_name),
                E.StudyDescription(Wording.of(metadata).main(metadata.study_description)),
                E.ProtocolName(metadata.protocol_name),
            ),
            _version(metadata, parts, kind),
        ),
    )


def _version(metadata: Metadata, parts: Parts, kind: str) -> _Element:
    title = f"Study {metadata.study_name}, {kind} Data Definitions"
    about = parts.document_comment
    listed = [(dataset, v) for dataset in parts.datasets for v in dataset.variables if v.values]
    return E.MetaDataVersion(
        given(
            {
                "OID": version_oid(metadata),
                "Name": title,
                "Description": title,
                d("DefineVersion"): DEFINE_VERSION,
                d("CommentOID"): about.oid if about else "",
            }
        ),
        *standards(parts.standards),
        *document_lists(metadata.documents),
        *(value_list(dataset, v) for dataset, v in listed),
        *(where_clause(w) for w in parts.where_clauses),
        *(item_group(dataset, metadata.purpose) for dataset in parts.datasets),
        *(item_def(dataset, v) for dataset in parts.datasets for v in dataset.variables),
        *(value_def(dataset, v, value) for dataset, v in listed for value in v.values),
        *(code_list(c) for c in parts.codelists),
        *(method_def(m) for m in parts.methods),
        *(comment_def(c) for c in parts.comments),
        *(leaf(key, href, title) for key, href, title in metadata.documents),
        *result_displays(parts.displays),
    )
