"""ItemGroupDef and ItemRef: the datasets and their variables in order."""

from __future__ import annotations

from lxml.etree import _Element

from define.definexml.build import D, E, d, description, given, leaf, leaf_id, yes, yes_no
from define.definexml.items import item_oid
from define.model import Dataset, Variable


def item_group_oid(dataset: Dataset) -> str:
    """The OID of a dataset, the same in define.xml and in Dataset-JSON."""
    return f"IG.{dataset.name}"


def item_group(dataset: Dataset, purpose: str) -> _Element:
    """ItemGroupDef; a dataset without a standard is marked as non-standard."""
    tabulation = purpose == "Tabulation"
    has_file = dataset.records > 0
    about = {
        "OID": item_group_oid(dataset),
        "Name": dataset.name,
        "Domain": dataset.domain if tabulation else "",
        "SASDatasetName": dataset.name,
        # Reference data hold no subjects, so nothing repeats within one.
        "Repeating": yes_no(dataset.repeating and not dataset.reference_data),
        "IsReferenceData": yes_no(dataset.reference_data),
        "Purpose": purpose,
        d("StandardOID"): dataset.standard.oid if dataset.standard else "",
        d("IsNonStandard"): yes(dataset.standard is None),
        d("Structure"): dataset.structure,
        d("ArchiveLocationID"): leaf_id(dataset.name) if has_file else "",
        d("HasNoData"): yes(not has_file),
        d("CommentOID"): dataset.comment.oid if dataset.comment else "",
    }
    return E.ItemGroupDef(
        given(about),
        *description(dataset.label),
        *(item_ref(dataset, v, tabulation) for v in dataset.variables),
        *_alias(dataset),
        *_class(dataset, tabulation),
        *([leaf(dataset.name, dataset.file, dataset.file)] if has_file else []),
    )


def item_ref(dataset: Dataset, variable: Variable, tabulation: bool) -> _Element:
    """ItemRef of a variable in its dataset; roles belong to tabulation data only."""
    return E.ItemRef(
        given(
            {
                "ItemOID": item_oid(dataset, variable),
                "OrderNumber": variable.order,
                "Mandatory": yes_no(variable.mandatory),
                "KeySequence": variable.key_sequence or None,
                "MethodOID": variable.method.oid if variable.method else "",
                "Role": variable.role if tabulation else "",
                d("IsNonStandard"): yes(variable.non_standard),
                d("HasNoData"): yes(variable.has_no_data),
            }
        )
    )


def _alias(dataset: Dataset) -> list[_Element]:
    if not dataset.domain_description:
        return []
    return [
        E.Alias(given({"Context": "DomainDescription", "Name": dataset.domain_description})),
    ]


def _class(dataset: Dataset, tabulation: bool) -> list[_Element]:
    # A non-standard analysis dataset has no class, a non-standard domain has one.
    if not dataset.class_name or (dataset.standard is None and not tabulation):
        return []
    below = [D.SubClass(given({"Name": dataset.subclass}))] if dataset.subclass else []
    return [D.Class(given({"Name": dataset.class_name}), *below)]
