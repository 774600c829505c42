"""def:ValueListDef and def:WhereClauseDef: what a variable holds in which records."""

from __future__ import annotations

from lxml.etree import _Element

from define.definexml.build import D, E, d, given, yes_no
from define.definexml.items import value_list_oid, value_oid
from define.model import Check, Dataset, Value, Variable, WhereClause


def value_list(dataset: Dataset, variable: Variable) -> _Element:
    """def:ValueListDef of a variable, in the order of its entries."""
    return D.ValueListDef(
        {"OID": value_list_oid(dataset, variable)},
        *(_entry(dataset, variable, v, i) for i, v in enumerate(variable.values, start=1)),
    )


def _entry(dataset: Dataset, variable: Variable, value: Value, order: int) -> _Element:
    item = value.item
    return E.ItemRef(
        given(
            {
                "ItemOID": value_oid(dataset, variable, value),
                "OrderNumber": order,
                "Mandatory": yes_no(item.mandatory),
                "MethodOID": item.method.oid if item.method else "",
            }
        ),
        *(D.WhereClauseRef({"WhereClauseOID": w.oid}) for w in (value.where, *value.also)),
    )


def where_clause(of: WhereClause) -> _Element:
    """def:WhereClauseDef; all of its checks must hold."""
    remark = of.comment.oid if of.comment else ""
    about = given({"OID": of.oid, d("CommentOID"): remark})
    return D.WhereClauseDef(about, *(_check(c) for c in of.checks))


def _check(of: Check) -> _Element:
    about = {
        "Comparator": of.comparator,
        "SoftHard": "Soft",
        d("ItemOID"): f"IT.{of.dataset}.{of.variable}",
    }
    return E.RangeCheck(about, *(E.CheckValue(v) for v in of.values))
