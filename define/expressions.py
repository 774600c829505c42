"""Rules as the formal expression of a method: the text that the build ran, in YAML's flow style."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mappings.modules import Block
from mappings.rules import Rule

CONTEXT = "Crosswalk"
"""The language of the expressions, as Context of FormalExpression."""

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$]*")
# Words that YAML 1.1 readers would take for something else than text.
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FOR_DEFINE = ("method", "comment", "label", "origin", "source")


def expression(pairs: Sequence[tuple[Block | None, Rule]]) -> str:
    """The rules, one a line and each once, with their sources where these differ."""
    lines: dict[str, list[str]] = {}
    for block, rule in pairs:
        told = {k: v for k, v in rule.told.items() if k not in _FOR_DEFINE}
        if not told:
            continue
        names = lines.setdefault(f"{rule.variable}: {_flow(told)}", [])
        if block is not None and block.source.name not in names:
            names.append(block.source.name)
    if len(lines) == 1:
        return next(iter(lines))
    return "\n".join(
        f"# from {', '.join(names)}\n{line}" if names else line for line, names in lines.items()
    )


def _flow(part: Any) -> str:
    if isinstance(part, Mapping):
        return f"{{{', '.join(f'{_flow(str(k))}: {_flow(v)}' for k, v in part.items())}}}"
    if isinstance(part, list | tuple):
        return f"[{', '.join(_flow(v) for v in part)}]"
    if part is None:
        return "null"
    text = str(part)
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)
