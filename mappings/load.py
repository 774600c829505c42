"""YAML read with every scalar as its own text and every line and column kept.

YAML 1.2 without surprises: `NO`, `012`, `1e3` and `2024-01-01` stay what was typed, because
no scalar is ever resolved to another type; the JSON Schema decides by the shape of the text.
Duplicate keys, aliases, merge keys and tags are refused: each of them has silently changed
the meaning of somebody's specification before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import AnchorToken, TagToken

from mappings.findings import Finding, Severity, SpecificationFault, SpecPlace

Steps = tuple[str | int, ...]


class Text(str):
    """A scalar as typed. `plain` is False when it was quoted, so `"12"` is never a number."""

    __slots__ = ("plain",)
    plain: bool

    def __new__(cls, value: str, *, plain: bool = True) -> Text:
        text = super().__new__(cls, value)
        text.plain = plain
        return text


@dataclass(frozen=True)
class Document:
    """A loaded file: `data` of dicts, lists and texts, and where each of them stands."""

    file: str
    data: Any
    values: Mapping[Steps, tuple[int, int]] = field(repr=False)
    keys: Mapping[Steps, tuple[int, int]] = field(repr=False)

    def place(self, steps: Steps = (), *, key: bool = False) -> SpecPlace:
        """Where the value (or its key) at `steps` stands; the nearest parent when unknown."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for end in range(len(steps), -1, -1):
            for positions in (first, second):
                if steps[:end] in positions:
                    line, column = positions[steps[:end]]
                    return SpecPlace(self.file, line, column)
        return SpecPlace(self.file, 1, 1)


def spec_fault(rule: str, message: str, place: SpecPlace, advice: str = "") -> Finding:
    """A Finding about the specification (always an error)."""
    return Finding(rule, Severity.ERROR, message, advice, spec=place)


def did_you_mean(name: str, known: list[str], where: str = "") -> str:
    """A hint that names the closest known name, or lists what exists when nothing is close.

    `where` says where the rest of a long list can be seen.
    """
    folded = {k.casefold(): k for k in reversed(known)}
    close = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{folded[close[0]]}'?"
    if not known:
        return ""
    shown = ", ".join(known[:20])
    more = f" and {len(known) - 20} more{where}" if len(known) > 20 else ""
    return f"There are: {shown}{more}."


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Steps, tuple[int, int]] = {}
        self.keys: dict[Steps, tuple[int, int]] = {}
        self.faults: list[Finding] = []
        self.seen: set[int] = set()

    def fault(self, node: Node, message: str, advice: str = "") -> None:
        line, column = _position(node)
        place = SpecPlace(self.file, line, column)
        self.faults.append(spec_fault("yaml.syntax", message, place, advice))

    def build(self, node: Node, steps: Steps) -> Any:
        if id(node) in self.seen:
            self.fault(node, "an alias (*name) repeats this node", "Write the text out again.")
            return None
        self.seen.add(id(node))
        self.values[steps] = _position(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, steps)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*steps, i)) for i, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self.fault(node, "unknown kind of YAML node")
        return None

    def _scalar(self, node: ScalarNode) -> Text | None:
        plain = not node.style
        if plain and node.value in ("", "~", "null"):
            return None
        return Text(node.value, plain=plain)

    def _mapping(self, node: MappingNode, steps: Steps) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, "a key must be a word, not a list or a mapping")
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                self.fault(key_node, "merge keys (<<) are not part of the language")
                continue
            if key in result:
                first = self.keys[(*steps, key)]
                self.fault(
                    key_node,
                    f"the key '{key}' stands twice in this block",
                    f"It was first given in line {first[0]}; keep one of them.",
                )
                continue
            self.keys[(*steps, key)] = _position(key_node)
            result[key] = self.build(value_node, (*steps, key))
        return result


def _position(node: Node) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1)


def _tags(text: str, file: str) -> list[Finding]:
    """Tags written in the file: the language has none, because its schema decides the types."""
    faults: list[Finding] = []
    if "!" not in text and "&" not in text:
        return faults
    for token in YAML(typ="safe", pure=True).scan(text):
        if isinstance(token, TagToken | AnchorToken):
            kind = "a tag (!name)" if isinstance(token, TagToken) else "an anchor (&name)"
            place = SpecPlace(file, token.start_mark.line + 1, token.start_mark.column + 1)
            message = f"{kind} is not part of the language"
            faults.append(spec_fault("yaml.syntax", message, place, "Take it out."))
    return faults


_OPENED = {
    "quoted scalar": "the quote that opens here is not closed",
    "flow mapping": "the block that '{' opens here is not closed",
    "flow sequence": "the list that '[' opens here is not closed",
}


def _syntax(error: MarkedYAMLError, place: SpecPlace) -> Finding:
    """The fault of a text that is no YAML; what is not closed is said where it opens."""
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or "syntax error"
    context, opening = error.context or "", error.context_mark
    opened = next((words for what, words in _OPENED.items() if what in context), "")
    closed = opening is None or mark is None or opening.line == mark.line
    if opened and not closed and opening is not None:
        mark, message = opening, opened
    if mark is not None:
        place = SpecPlace(place.file, mark.line + 1, mark.column + 1)
    return spec_fault("yaml.syntax", f"not valid YAML: {message}", place)


def load_yaml(path: Path, shown: str | None = None) -> Document:
    """Read a YAML file; `shown` is the name used in messages (relative to the study).

    Raises SpecificationFault when the file is missing, is not UTF-8 or is not YAML.
    """
    file = shown if shown is not None else path.name
    place = SpecPlace(file, 1, 1)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "the file does not exist"
        raise SpecificationFault([spec_fault("file.missing", message, SpecPlace(file))]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        message = f"byte {error.start + 1} is not UTF-8"
        fault = spec_fault("file.encoding", message, SpecPlace(file, line, 1), "Save it as UTF-8.")
        raise SpecificationFault([fault]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise SpecificationFault([spec_fault("file.unreadable", message, place)]) from None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise SpecificationFault([_syntax(error, place)]) from None
    except RecursionError:
        raise SpecificationFault([spec_fault("yaml.syntax", "nested too deeply", place)]) from None
    except YAMLError as error:
        message = f"not valid YAML: {str(error).splitlines()[0]}"
        raise SpecificationFault([spec_fault("yaml.syntax", message, place)]) from None
    tagged = _tags(text, file)
    if tagged:
        raise SpecificationFault(tagged)
    if node is None:
        raise SpecificationFault([spec_fault("yaml.empty", "the file is empty", place)])
    builder = _Builder(file)
    data = builder.build(node, ())
    if builder.faults:
        raise SpecificationFault(builder.faults)
    return Document(file, data, builder.values, builder.keys)
