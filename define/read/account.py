"""What of a document was read: whatever no reader asked for is told, so nothing is lost unseen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from lxml import etree
from lxml.etree import _Element

_OURS = "http://www.cdisc.org/ns/"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_IDENTITY = frozenset({"OID", "ID"})


@dataclass(frozen=True, slots=True, order=True)
class Other:
    """A part of the document that the metadata model has no place for.

    `place` is the thing that it belongs to (``DM.AGE``), `part` the elements below it, `value`
    its attributes and text.
    """

    place: str
    part: str
    value: str


class Account:
    """Notes which elements, attributes and texts were taken."""

    def __init__(self, root: _Element) -> None:
        # Kept, because lxml makes a new object for an element that nobody holds.
        self._all: list[_Element] = list(cast("Any", root.iter("*")))
        self._seen: set[_Element] = {root}
        self._taken: dict[_Element, set[str]] = defaultdict(set)
        self._texts: set[_Element] = set()
        self._places: dict[_Element, list[str]] = defaultdict(list)
        self._notes: list[Other] = []

    def note(self, place: str, part: str, value: str) -> None:
        """Tell what the model cannot, in words of its own."""
        self._notes.append(Other(place, part, value))

    def ordered(self, place: str, numbers: list[str]) -> None:
        """Tell order numbers that stand twice, because then they do not say the order."""
        told = [n for n in numbers if n]
        if len(set(told)) < len(told) or 0 < len(told) < len(numbers):
            self.note(place, "order numbers", ", ".join(n or "none" for n in numbers))

    def see(self, element: _Element) -> None:
        self._seen.add(element)

    def take(self, element: _Element, attribute: str) -> None:
        self._taken[element].add(attribute)

    def take_text(self, element: _Element) -> None:
        self._texts.add(element)

    def place(self, element: _Element, name: str) -> None:
        """Say what the element describes; it may be several things."""
        if name not in self._places[element]:
            self._places[element].append(name)

    def others(self) -> tuple[Other, ...]:
        """What was not taken, sorted."""
        return tuple(sorted([*self._notes, *(o for e in self._all for o in self._left(e))]))

    def _left(self, element: _Element) -> Iterator[Other]:
        taken = self._taken[element]
        # An OID tells things apart and says nothing of them.
        left = [
            f"{etree.QName(k).localname}={v}"
            for k, v in sorted(_attributes(element).items())
            if k not in taken and k not in _IDENTITY and etree.QName(k).namespace != _XSI
        ]
        own = element.text if element not in self._texts else ""
        texts = (" ".join((t or "").split()) for t in (own, element.tail))
        left += [f'"{t}"' for t in texts if t]
        if element in self._seen and not left:
            return
        places, part = self._where(element)
        for place in places:
            yield Other(place, part, "; ".join(left))

    def _where(self, element: _Element) -> tuple[list[str], str]:
        steps: list[str] = []
        at: _Element | None = element
        while at is not None:
            if self._places.get(at):
                return self._places[at], "/".join(reversed(steps))
            steps.append(etree.QName(at).localname)
            at = at.getparent()
        return ["the document"], "/".join(reversed(steps[:-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An element that is being read; whatever is asked of it counts as taken."""

    element: _Element
    account: Account

    @property
    def tag(self) -> str:
        return str(etree.QName(self.element).localname)

    def get(self, name: str) -> str:
        """The value of an attribute of CDISC's, XLink's or no namespace; "" where it is not."""
        key, value = self._find(name)
        if key:
            self.account.take(self.element, key)
        return value

    def peek(self, name: str) -> str:
        """The same without taking it: whoever can use it takes it."""
        return self._find(name)[1]

    def _find(self, name: str) -> tuple[str, str]:
        for key, value in _attributes(self.element).items():
            found = etree.QName(key)
            space = found.namespace or ""
            if found.localname == name and (not space or _ours(space)):
                return key, value
        return "", ""

    def number(self, name: str) -> int:
        """A whole number from 0; anything else is left where it is, and 0."""
        text = self.peek(name)
        return int(self.get(name)) if text.isdecimal() and len(text) < 10 else 0

    def flag(self, name: str) -> bool:
        """Whether it is Yes; any other text than Yes and No is left where it is."""
        if self.peek(name) in ("Yes", "No"):
            return self.get(name) == "Yes"
        return False

    def all(self) -> list[Node]:
        """Every element right below, none of them taken yet."""
        return [Node(c, self.account) for c in cast("Any", self.element).iterchildren("*")]

    def children(self, *names: str) -> list[Node]:
        """The elements of these names right below, in their order."""
        found = []
        for child in cast("Any", self.element).iterchildren("*"):
            name = etree.QName(child)
            if name.localname in names and _ours(name.namespace or _OURS):
                self.account.see(child)
                found.append(Node(child, self.account))
        return found

    def child(self, name: str) -> Node | None:
        """The first of this name; further ones are left."""
        for child in cast("Any", self.element).iterchildren("*"):
            found = etree.QName(child)
            if found.localname == name and _ours(found.namespace or _OURS):
                self.account.see(child)
                return Node(child, self.account)
        return None

    def text(self) -> str:
        """The text right in the element, without blanks at its ends."""
        self.account.take_text(self.element)
        return (self.element.text or "").strip()

    def description(self, name: str = "Description") -> str:
        """The English text below `name`, else that without a language, else the first.

        Texts in other languages are left. The language is taken only where it is English.
        """
        told = self.child(name)
        if told is None:
            return ""
        texts = [
            Node(c, self.account)
            for c in cast("Any", told.element).iterchildren("{*}TranslatedText")
        ]
        order = sorted(texts, key=lambda t: _rank(t.peek("lang")))
        if not order:
            return ""
        first = order[0]
        self.account.see(first.element)
        if _rank(first.peek("lang")) == 0:
            first.get("lang")
        return first.text()


def _rank(language: str) -> int:
    return 0 if language.lower().split("-")[0] == "en" else 1 if not language else 2


def _ours(space: str) -> bool:
    return space.startswith(_OURS) or space in (_XLINK, _XML)


def _attributes(element: _Element) -> dict[str, str]:
    return {str(k): str(v) for k, v in element.attrib.items()}
