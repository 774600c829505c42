"""What the verbs of ADaM share: what names tell, variables made beside, records in an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd

from adam.standard import structures
from mappings.findings import SpecificationFault
from mappings.frames import blank_number, blank_text, is_numeric
from mappings.load import spec_fault
from mappings.names import Names
from mappings.scope import Scope

SUBJECT = "USUBJID"
GROUPS = ("work", "vars", "then")


def part_of(variable: str) -> str:
    """What a date variable holds, by the suffix that ADaMIG gives it: DTM, TM, else DT."""
    if variable.endswith("DTM"):
        return "DTM"
    return "TM" if variable.endswith("TM") else "DT"


def variable_of(names: Names) -> str:
    """The variable that the rule is for, however deep in `first` or `lookup` the verb stands."""
    steps = [str(s) for s in names.steps]
    return next((b for a, b in pairwise(steps) if a in GROUPS), "")


def own_rule(names: Names) -> bool:
    """Whether the verb stands in the variable's own rule, and not inside another one."""
    return bool(names.steps) and names.steps[-1] == variable_of(names)


@cache
def holds_numbers(variable: str) -> bool | None:
    """Whether a variable of this name is numeric by ADaMIG or SDTMIG; None when neither has it."""
    for one in structures().values():
        found = one.find(variable)
        if found is not None:
            return found.numeric
    return None


def short(name: str) -> str:
    """A resolved name without its dataset."""
    return name.rpartition(".")[2]


def number_column(names: Names, given: object, *steps: str | int) -> str:
    """The resolved name of a numeric variable; one that the standard has as text is a fault."""
    before = len(names.faults)
    resolved = names.column(given, *steps)
    if len(names.faults) == before and holds_numbers(short(resolved)) is False:
        message = f"{short(resolved)} is text, and numbers are needed here"
        hint = f"Name a numeric variable, or make one with {{num: {short(resolved)}}}."
        names.fault("verb.number", message, hint, *steps)
    return resolved


def numbers(scope: Scope, name: str) -> pd.Series[float]:
    """The numbers of a column; SpecificationFault where it turns out to hold text."""
    values = scope[name]
    if not is_numeric(values):
        message = f"{short(name)} holds text, and numbers are needed here"
        place = scope.spec
        assert place is not None
        raise SpecificationFault([spec_fault("verb.number", message, place)])
    return values.astype("float64")


def whole(scope: Scope) -> Scope:
    """The scope of all records, when `when` has narrowed it."""
    return Scope(
        scope.target,
        scope.frame,
        scope.data,
        scope.report,
        scope.made,
        None,
        scope.variable,
        scope.spec,
    )


def put_beside(scope: Scope, name: str, values: pd.Series[Any]) -> None:
    """Values of a variable that is made beside the rule's own, in the rows of the scope."""
    blank = blank_number if is_numeric(values) else blank_text
    column = scope.made.get(name, blank(scope.frame.index)).copy()
    column.loc[scope.index] = values.to_numpy()
    scope.made[name] = column


def key_columns(names: Names, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The resolved names of `per`; the subject always belongs to them (law 6)."""
    given = [(names.column(name, "per", i)) for i, name in enumerate(data.get("per", []))]
    return tuple(dict.fromkeys((names.column(SUBJECT), *given)))


def order_columns(names: Names, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The resolved names of `order`, each with ``-`` before it where it sorts downwards."""
    given = data.get("order", [])
    if isinstance(given, str):
        names.fault("verb.order", "'order' is a list here", f"Write: order: [{given}].", "order")
        return ()
    found = []
    for i, name in enumerate(given):
        down = "-" if str(name).startswith("-") else ""
        found.append(down + names.column(str(name).removeprefix("-"), "order", i))
    return tuple(found)


def bare(order: Sequence[str]) -> tuple[str, ...]:
    """The names of an order without their directions."""
    return tuple(name.removeprefix("-") for name in order)


def check_across(names: Names, verb: str) -> None:
    """Refuse a verb that looks at other records where not all of them are there yet."""
    module = names.document.data
    parted = [k for k in ("blocks", "rows", "one", "params") if module.get(k)]
    if names.steps[:1] == ("then",) or not parted:
        return
    message = f"'{verb}' looks at other records, and not all of them are made yet"
    hint = f"The module has '{parted[0]}': let the rule stand under 'then'."
    names.faults.append(
        spec_fault("rule.across", message, names.document.place(names.steps, key=True), hint)
    )


def check_flag_name(names: Names, verb: str) -> None:
    """Flags have names that end in FL (ADaMIG, general rules); working variables may have any."""
    variable = variable_of(names)
    if variable.endswith("FL") or variable in names.document.data.get("work", {}):
        return
    message = f"'{verb}' makes a flag, and the name {variable} does not end in FL"
    names.faults.append(
        spec_fault("verb.flag", message, names.document.place(names.steps, key=True))
    )


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def order_text(order: Sequence[str]) -> str:
    """An order in words, for a method sentence."""
    return listed([f"{n[1:]} (downwards)" if n.startswith("-") else n for n in order])


def key_text(keys: Sequence[str]) -> str:
    """The keys of a group in words: the subject, then the others."""
    return listed(["subject", *(k for k in keys if k != SUBJECT)])
