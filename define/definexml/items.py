"""ItemDef: one per variable of a dataset and per entry of a value list."""

from __future__ import annotations

from lxml.etree import _Element

from define.definexml.build import D, E, d, description, document_refs, given
from define.model import Dataset, Origin, Value, Variable

# Only these types have a Length; all dates, times and durations have none.
WITH_LENGTH = frozenset({"text", "integer", "float"})


def item_oid(dataset: Dataset, variable: Variable) -> str:
    """The OID of a variable, the same in define.xml and in Dataset-JSON."""
    return f"IT.{dataset.name}.{variable.name}"


def value_oid(dataset: Dataset, variable: Variable, value: Value) -> str:
    """The OID of an entry of a value list."""
    return f"{item_oid(dataset, variable)}.{value.item.name}"


def value_list_oid(dataset: Dataset, variable: Variable) -> str:
    """The OID of the value list of a variable."""
    return f"VL.{dataset.name}.{variable.name}"


def define_length(variable: Variable) -> int | None:
    """The Length of define.xml: bytes of a text, digits of a number, none for a date."""
    if variable.datatype not in WITH_LENGTH:
        return None
    wide = (variable.digits or variable.length) if variable.numeric else variable.length
    return max(wide, 1)


def item_def(dataset: Dataset, variable: Variable) -> _Element:
    """ItemDef of a variable with type, label, codelist, origins and its value list."""
    values = D.ValueListRef({"ValueListOID": value_list_oid(dataset, variable)})
    return _definition(
        item_oid(dataset, variable),
        variable,
        *([values] if variable.values else []),
        field=variable.name,
    )


def value_def(dataset: Dataset, variable: Variable, value: Value) -> _Element:
    """ItemDef of an entry of a value list, which is no field of the transport file."""
    return _definition(value_oid(dataset, variable, value), value.item)


def _definition(oid: str, variable: Variable, *more: _Element, field: str = "") -> _Element:
    floating = variable.datatype == "float"
    about = {
        "OID": oid,
        "Name": variable.name,
        "DataType": variable.datatype,
        "Length": define_length(variable),
        "SignificantDigits": variable.significant_digits if floating else None,
        "SASFieldName": field,
        d("DisplayFormat"): variable.format,
        d("CommentOID"): variable.comment.oid if variable.comment else "",
    }
    codelist = variable.codelist
    return E.ItemDef(
        given(about),
        *description(variable.label),
        *([E.CodeListRef(given({"CodeListOID": codelist.oid}))] if codelist else []),
        *(origin(o) for o in variable.origins),
        *more,
    )


def origin(of: Origin) -> _Element:
    """def:Origin; a predecessor has no source, its description names it."""
    return D.Origin(
        given({"Type": of.type, "Source": "" if of.type == "Predecessor" else of.source}),
        *description(of.description),
        *document_refs(of.documents),
    )
