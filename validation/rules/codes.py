"""Rules of codes and their names: shape, length, and which belong together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from validation.rules.model import Data, Hit, Target, is_relationship, rule

_CODE = "SDTMIG 3.4 sections 4.2.1 and 4.1.5"
_LONGEST = {
    **dict.fromkeys(("ARMCD", "ACTARMCD"), 20),
    **dict.fromkeys(("ETCD", "SETCD", "TSPARMCD", "TXPARMCD"), 8),
    **dict.fromkeys(("TSPARM", "TXPARM", "QLABEL"), 40),
}


def _all(data: Data) -> list[str]:
    return [n for n in sorted(data.frames) if n in data.sdtm or is_relationship(n)]


def _codes(data: Data, name: str) -> list[str]:
    names = [f"{data.prefix(name)}TESTCD", "IETESTCD"]
    return [n for n in dict.fromkeys(names) if n in data[name]]


def _named(data: Data, name: str) -> dict[str, int]:
    found = {n: limit for n, limit in _LONGEST.items() if n in data[name]}
    test = f"{data.prefix(name)}TEST"
    # The text of a criterion may take 200 characters.
    if test in data[name] and test != "IETEST":
        found[test] = 40
    return found


@rule(
    "code.test",
    "a code of a test has at most 8 letters, digits and underscores, and no digit in front",
    source=_CODE,
    target=Target("datasets with --TESTCD", lambda d: [n for n in d.sdtm if _codes(d, n)]),
    advice="Shorten the code.",
    core="000220 000541",
)
def _test_code(data: Data, name: str) -> Iterator[Hit]:
    for variable in _codes(data, name):
        column = data.column(name, variable)
        yield Hit(name, (variable,), column.filled & ~column.like(r"^[A-Za-z_][A-Za-z0-9_]{0,7}$"))


@rule(
    "code.qualifier",
    "QNAM has at most 8 capitals, digits and underscores, and no digit in front",
    source="SDTMIG 3.4 section 8.4",
    target=Target(
        "supplemental qualifiers",
        lambda d: [n for n in sorted(d.frames) if n.startswith(("SUPP", "SQ"))],
    ),
    needs=("*.QNAM",),
    advice="Shorten QNAM.",
    core="000221",
)
def _qualifier(data: Data, name: str) -> Iterator[Hit]:
    column = data.column(name, "QNAM")
    yield Hit(name, ("QNAM",), column.filled & ~column.like(r"^[A-Z_][A-Z0-9_]{0,7}$"))


@rule(
    "code.length",
    "a code or a name is no longer than a variable's name or label, an arm's code than 20",
    source=_CODE,
    target=Target("datasets with codes and names", lambda d: [n for n in _all(d) if _named(d, n)]),
    advice="Shorten it; the full text may stand in define.xml.",
    core="000010 000088 000143 000147 000148 000157 000185 000199 000222",
)
def _length(data: Data, name: str) -> Iterator[Hit]:
    for variable, limit in _named(data, name).items():
        column = data.column(name, variable)
        yield Hit(name, (variable,), column.where(column.words.str.len() > limit))


@rule(
    "code.padding",
    "a text does not begin with a blank, and is no single point",
    source="FB1501; FB1502",
    target=Target("SDTM datasets", _all),
    advice="Take the blank out; a missing text is empty.",
    core="000867 000890",
)
def _padding(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    for variable in frame.columns:
        if not str(variable).startswith("_") and not pd.api.types.is_numeric_dtype(frame[variable]):
            yield Hit(name, (str(variable),), data.column(name, str(variable)).like(r"^\s|^\.$"))
