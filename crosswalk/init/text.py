"""YAML as text: a proposal must carry its comment, which no writer of YAML would keep."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"-?\d+|[A-Za-z0-9_$][A-Za-z0-9_.$/*()%^-]*( [A-Za-z0-9_.$/*()%^-]+)*")
_WORDS = {"null", "true", "false", "y", "n", "yes", "no", "on", "off", "~"}
Value = str | None | Sequence["Value"] | Mapping[str, "Value"]


def flow(value: Value) -> str:
    """A value in YAML's flow style; None is null, and text is quoted where it might mislead."""
    if value is None:
        return "null"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(flow(v) for v in value) + "]"


def remark(text: str) -> str:
    """A comment's text on one line."""
    return "# " + " ".join("".join(c if c.isprintable() else " " for c in text).split())
