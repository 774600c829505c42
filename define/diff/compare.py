"""Two defines compared thing by thing."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from define.diff.facts import UNTOLD, Facts, codelist_names, facts_of, users
from define.diff.model import AREAS, LEFT, Change, Difference, Thing
from define.model import Metadata
from define.read import ReadDefine

_LONGEST = 60
"""How many names that moved are listed."""


def diff(old: ReadDefine, new: ReadDefine, *, a: str = "old", b: str = "new") -> Difference:
    """What `new` says differently; `a` and `b` are what they are called.

    Things are matched by their names: datasets, variables, where clauses, codelists, terms,
    displays and the titles of results. A codelist of another name is the same when the same
    variables use it.
    """
    first = codelist_names(old.metadata)
    second = _renamed(old.metadata, new.metadata, first)
    bare = "2.0" in (old.version, new.version) and old.version != new.version
    before = facts_of(old, old=bare, names=first)
    after = facts_of(new, old=bare, names=second)
    changes = sorted(_changes(before, after), key=lambda c: AREAS.index(c.thing.area))
    return Difference(a, b, tuple(changes), UNTOLD if bare else ())


def _renamed(old: Metadata, new: Metadata, first: dict[str, str]) -> dict[str, str]:
    """Names of the codelists of `new`, those of `old` where only the name changed."""
    second = codelist_names(new)
    gone = {k: n for k, n in first.items() if n not in second.values()}
    come = {k: n for k, n in second.items() if n not in first.values()}
    in_old, in_new = users(old), users(new)
    for key in come:
        same = [k for k in gone if in_old[k] == in_new[key]]
        if len(same) == 1:
            second[key] = gone.pop(same[0])
    return second


def _changes(before: Facts, after: Facts) -> Iterator[Change]:
    for thing in before.things:
        if thing in after.things or thing.area == LEFT:
            yield from _attributes(thing, before, after)
        elif before.parents.get(thing, thing) in after.things or thing not in before.parents:
            yield Change(thing, "removed")
    for thing in after.things:
        parent = after.parents.get(thing)
        if thing.area == LEFT and thing not in before.things:
            yield from _attributes(thing, before, after)
        elif thing not in before.things and (parent is None or parent in before.things):
            yield Change(thing, "added")


def _attributes(thing: Thing, before: Facts, after: Facts) -> Iterator[Change]:
    old, new = before.things.get(thing, {}), after.things.get(thing, {})
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name, ""), new.get(name, "")
        if one != other:
            yield Change(thing, "changed", name, one, other)
    if thing in before.orders and thing in after.orders:
        yield from _order(thing, before, after)


def _order(thing: Thing, before: Facts, after: Facts) -> Iterator[Change]:
    """The order of what both have; the names told are those that have to move."""
    attribute, one = before.orders[thing]
    other = after.orders[thing][1]
    both = set(one) & set(other)
    old, new = [n for n in one if n in both], [n for n in other if n in both]
    if old == new:
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kept = {old[i + k] for i, _, size in matcher.get_matching_blocks() for k in range(size)}
    moved = [n for n in new if n not in kept]
    yield Change(thing, "changed", attribute, _placed(moved, old), _placed(moved, new))


def _placed(moved: list[str], names: list[str]) -> str:
    """Where the moved names stand: ``B after A``."""
    places = []
    for name in moved[:_LONGEST]:
        at = names.index(name)
        places.append(f"{name} after {names[at - 1]}" if at else f"{name} first")
    more = f" and {len(moved) - _LONGEST} more" if len(moved) > _LONGEST else ""
    return "; ".join(places) + more
