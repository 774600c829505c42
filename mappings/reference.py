"""The reference manual from the schemas: ``python -m mappings.reference > docs/reference.md``.

Every key stands with the description that editors show; the examples are run as tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from mappings.reference_examples import CALLED, EXAMPLES, Example
from mappings.schemas import schema

Json = Mapping[str, Any]

_HEAD = """\
# Reference of keys

Made from the JSON Schemas by `python -m mappings.reference`; do not edit it here. What the words
mean together is told in [The mapping language](language.md).

`A.B` is the key B in the block A, `A[]` an entry of the list A, and `NAME` stands for a name of
your own. A key in bold must be given.
"""
_SECTIONS = (
    ("sdtm", "sdtm/*.yaml: module of an SDTM dataset"),
    ("adam", "adam/*.yaml: module of an ADaM dataset"),
    ("study", "study.yaml"),
    ("findings", "findings.yaml: explained findings"),
    ("expectations", "expectations.yaml: what the study expects of its datasets"),
)
_SCALARS = {"string", "number", "integer", "boolean"}
_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "block",
    "null": "null",
}
_NAMED = {
    "condition": "[condition](#conditions)",
    "clause": "[condition](#conditions)",
    "rule": "[rule](#rules)",
    "rules": "[rules](#rules)",
    "text": "text",
    "from": "text",
    "reason": "text",
    "one": "block",
    "rows": "block",
    "source": "block",
    "test": "test",
}
_OPENED = ("one", "rows", "source")


def _definition(part: Json) -> tuple[str, Json]:
    """The name and content of the definition that a part refers to; "" and itself otherwise."""
    target = str(part.get("$ref", ""))
    if not target:
        return "", part
    name = target.rpartition("/")[2]
    return name, schema("common")["definitions"][name]


def _shape(part: Json) -> str:
    name, _ = _definition(part)
    if name:
        return _NAMED[name]
    if "enum" in part:
        return " or ".join(f"`{v}`" for v in part["enum"])
    given = part.get("type", "object")
    types = [given] if isinstance(given, str) else list(given)
    if set(types) >= _SCALARS:
        types = ["string", *(t for t in types if t not in _SCALARS)]
    words = [_WORDS[t] for t in types]
    if "array" in types:
        items = part.get("items", {})
        inner = _shape(items) if items.get("$ref") or "enum" in items else ""
        inner = inner or {"string": "texts", "object": "blocks"}.get(
            str(items.get("type")), "texts"
        )
        words[types.index("array")] = f"list of {inner}"
    return " or ".join(words)


def keys(part: Json, path: str = "") -> Iterator[tuple[str, ...]]:
    """Path, shape, description and whether it must be given, of every key below a part."""
    must = part.get("required", [])
    for key, value in part.get("properties", {}).items():
        name, content = _definition(value)
        here = f"{path}.{key}" if path else key
        text = str(value.get("description") or content.get("description", ""))
        yield here, _shape(value), text, "yes" if key in must else ""
        if not name or name in _OPENED:
            yield from keys(content, here)
    items = part.get("items")
    if isinstance(items, Mapping):
        name, content = _definition(items)
        if not name or name in _OPENED:
            yield from keys(content, f"{path}[]")
    others = [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
    for other in others:
        if isinstance(other, Mapping):
            yield from keys(other, f"{path}.NAME")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _table(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield "| key | is | |"
    yield "|---|---|---|"
    for path, shape, text, must in rows:
        key = f"**`{path}`**" if must else f"`{path}`"
        yield f"| {key} | {shape} | {_cell(text)} |"
    yield ""


def _once(rows: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows without the settings of forms a second time, which `raw.defaults` repeats."""
    known = set()
    for path, shape, text, must in rows:
        if path.startswith("raw.forms.NAME."):
            known.add((path.removeprefix("raw.forms.NAME."), text))
        if (path.removeprefix("raw.defaults."), text) in known and "defaults." in path:
            continue
        more = " The keys are those of `raw.forms.NAME`." if path == "raw.defaults" else ""
        yield path, shape, text + more, must


def _value(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _grid(rows: list[Mapping[str, str]], bold: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    columns = list(dict.fromkeys(k for row in rows for k in row))
    made = list(bold)
    yield "| " + " | ".join([*columns, *(f"**{m}**" for m in made)]) + " |"
    yield "|" + "---|" * (len(columns) + len(made))
    for number, row in enumerate(rows):
        cells = [_value(row[c]) for c in columns] + [_value(bold[m][number]) for m in made]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _example(example: Example) -> Iterator[str]:
    yield example.title
    yield ""
    yield "```yaml"
    yield example.rules
    yield "```"
    yield ""
    if example.verb == "call":
        yield "```python"
        yield CALLED.rstrip("\n")
        yield "```"
        yield ""
    for table, rows in example.tables.items():
        yield f"The table `{table}` of study.yaml:"
        yield ""
        yield from _grid(list(rows), {})
    for form, rows in example.others.items():
        yield f"The form `{form}`:"
        yield ""
        yield from _grid(list(rows), {})
    yield from _grid(list(example.rows), example.gives)
    if example.finds:
        yield f"Findings: {', '.join(f'`{f}`' for f in example.finds)}."
        yield ""


def verbs() -> tuple[str, ...]:
    """The verbs, in the order of the schema."""
    return tuple(o["required"][0] for o in schema("common")["definitions"]["rule"]["oneOf"])


def _rules() -> Iterator[str]:
    rule = schema("common")["definitions"]["rule"]
    names = verbs()
    yield "## Rules"
    yield ""
    yield "A rule has exactly one of the verbs"
    yield f"{', '.join(f'[{v}](#{v})' for v in names)}."
    yield "Beside it may stand:"
    yield ""
    rows = list(keys(rule))
    yield from _table(r for r in rows if r[0].partition(".")[0].partition("[")[0] not in names)
    needs = [
        f"`{key}` needs {' and '.join(f'`{n}`' for n in needed)}"
        for key, needed in rule["dependencies"].items()
    ]
    yield f"{'; '.join(needs)}."
    yield ""
    for verb in names:
        yield f"### {verb}"
        yield ""
        yield rule["properties"][verb]["description"]
        yield ""
        inner = [r for r in rows if r[0] != verb and r[0].startswith((f"{verb}.", f"{verb}["))]
        if inner:
            yield from _table(iter(inner))
        for example in EXAMPLES:
            if example.verb == verb:
                yield from _example(example)


def _conditions() -> Iterator[str]:
    definitions = schema("common")["definitions"]
    yield "## Conditions"
    yield ""
    yield definitions["condition"]["description"]
    yield ""
    yield from _table(keys(definitions["test"]))


def page() -> str:
    """The manual as Markdown."""
    lines = [*_HEAD.splitlines(), ""]
    for name, title in _SECTIONS:
        lines += [f"## {title}", "", *_table(_once(keys(schema(name))))]
    lines += [*_rules(), *_conditions()]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(page())
