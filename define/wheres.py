"""A where clause as one line of text that does not depend on OIDs or on the order of its checks."""

from __future__ import annotations

from define.model import WhereClause

_ONE = {"IN": "EQ", "NOTIN": "NE"}


def where_text(clause: WhereClause, dataset: str) -> str:
    """Such as ``LBSPEC EQ URINE and LBTESTCD IN (GLUC, PROT)``.

    A variable of another dataset than `dataset` has its name before it. A list of one is that
    one.
    """
    parts = []
    for check in clause.checks:
        other = check.dataset and check.dataset != dataset
        name = f"{check.dataset}.{check.variable}" if other else check.variable
        values = sorted(v or '""' for v in check.values)
        if len(values) == 1:
            word = _ONE.get(check.comparator, check.comparator)
            parts.append(f"{name} {word} {values[0]}")
        else:
            parts.append(f"{name} {check.comparator} ({', '.join(values)})")
    return " and ".join(sorted(parts)) or "all records"
