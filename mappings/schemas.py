"""Checks a loaded document against its JSON Schema (draft-07) and says each fault in words.

The schemas in ``schema/`` are what editors complete from; the same files are used here. They
meet texts only (see `mappings.load`), so the types of JSON Schema are read as shapes: a
number is a plain scalar that looks like one.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft7Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT7

from mappings.findings import Finding
from mappings.load import Document, Steps, Text, did_you_mean, spec_fault

_INTEGER = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_ADAM = "ADaM only"
SCHEMAS = ("study", "sdtm", "adam", "findings", "expectations", "common")


def _shape(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, Text) and value.plain and pattern.fullmatch(value) is not None


def _is_boolean(_: object, value: object) -> bool:
    return isinstance(value, Text) and value.plain and value in ("true", "false")


_types = (
    Draft7Validator.TYPE_CHECKER.redefine("integer", lambda _, v: _shape(_INTEGER, v))
    .redefine("number", lambda _, v: _shape(_NUMBER, v))
    .redefine("boolean", _is_boolean)
)
_Validator: Any = cast("Any", extend)(Draft7Validator, type_checker=_types)


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema called `name` (study, sdtm, adam, findings, expectations, common)."""
    text = files("mappings").joinpath("schema", f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(name: str) -> Any:
    # Without "$schema", because jsonschema would take its own validator class for that.
    contents = {n: {k: v for k, v in schema(n).items() if k != "$schema"} for n in SCHEMAS}
    resources = [(f"{n}.json", DRAFT7.create_resource(c)) for n, c in contents.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return _Validator({"$ref": f"{name}.json"}, registry=registry)


def check_schema(document: Document, name: str) -> list[Finding]:
    """Every way in which the document breaks the schema called `name`."""
    errors = list(_validator(name).iter_errors(document.data))
    unknown = {tuple(e.absolute_path) for e in errors if e.validator == "additionalProperties"}
    found: list[Finding] = []
    for error in errors:
        steps: Steps = tuple(error.absolute_path)
        # What is no block at all, or has a key that no verb knows, is told by that alone.
        if error.validator == "oneOf" and (
            steps in unknown or not isinstance(error.instance, dict)
        ):
            continue
        found.extend(_faults(document, steps, error, name))
    once = dict.fromkeys(found)
    return sorted(once, key=lambda f: (f.spec.line, f.spec.column) if f.spec else (0, 0))


def _dotted(steps: Steps) -> str:
    return ".".join(str(s + 1) if isinstance(s, int) else s for s in steps)


def _said(steps: Steps, message: str) -> str:
    return f"{_dotted(steps)}: {message}" if steps else message


def _twice(document: Document, steps: Steps, error: Any) -> list[Finding]:
    """Each entry that stands before it already, where it stands again."""
    given = [str(entry) for entry in error.instance]
    return [
        spec_fault(
            f"schema.{error.validator}",
            _said(steps, f"'{entry}' stands here twice"),
            document.place((*steps, i)),
        )
        for i, entry in enumerate(given)
        if entry in given[:i]
    ]


def _faults(document: Document, steps: Steps, error: Any, name: str) -> list[Finding]:
    at = document.place(steps)
    rule = f"schema.{error.validator}"
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = sorted(error.schema.get("properties", {}))
        patterns = list(error.schema.get("patternProperties", {}))
        strange = [
            k
            for k in error.instance
            if k not in known and not any(re.search(p, k) for p in patterns)
        ]
        shape = error.schema.get("x-names")
        return [
            spec_fault(
                rule,
                _said(steps, f"unknown key '{key}'"),
                document.place((*steps, key), key=True),
                f"Expected {shape}." if shape and not known else did_you_mean(key, known),
            )
            for key in strange
        ]
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [k for k in error.validator_value if k not in error.instance]
        words = ", ".join(f"'{k}'" for k in missing)
        verb = "is" if len(missing) == 1 else "are"
        message = _said(steps, f"{words} {verb} missing")
        return [spec_fault(rule, message, document.place(steps, key=True))]
    if error.validator == "dependencies":
        return [_dependency(document, steps, error)]
    if error.validator == "oneOf":
        return [_verbs(document, steps, error, name)]
    if error.validator == "type":
        # Nothing has no place of its own: YAML puts it where the next key stands.
        at = document.place(steps, key=error.instance is None)
        return [spec_fault(rule, _said(steps, _wrong_type(error)), at)]
    if error.validator == "enum":
        allowed = [str(v) for v in error.validator_value]
        message = _said(steps, f"'{error.instance}' is not one of {', '.join(allowed)}")
        return [spec_fault(rule, message, at)]
    if error.validator == "pattern":
        shape = error.schema.get("x-names", error.validator_value)
        message = _said(steps, f"'{error.instance}' is not {shape}")
        return [spec_fault(rule, message, at)]
    if error.validator in ("minItems", "maxItems") and len(error.instance):
        count = len(error.instance)
        few = error.validator == "minItems"
        bound = f"at {'least' if few else 'most'} {error.validator_value}"
        words = "1 entry" if count == 1 else f"{count} entries"
        return [spec_fault(rule, _said(steps, f"has {words}; give {bound}"), at)]
    if error.validator == "uniqueItems":
        return _twice(document, steps, error)
    if error.validator in ("minItems", "minProperties", "minLength"):
        return [spec_fault(rule, _said(steps, "must not be empty"), at)]
    return [spec_fault(rule, _said(steps, error.message), at)]


def _dependency(document: Document, steps: Steps, error: Any) -> Finding:
    instance: dict[str, Any] = dict(error.instance)
    for key, needed in error.validator_value.items():
        lacking = [n for n in needed if key in instance and n not in instance]
        if lacking:
            words = " and ".join(f"'{n}'" for n in lacking)
            message = _said(steps, f"'{key}' also needs {words}")
            return spec_fault("schema.dependencies", message, document.place(steps, key=True))
    return spec_fault("schema.dependencies", _said(steps, error.message), document.place(steps))


def _verbs(document: Document, steps: Steps, error: Any, name: str) -> Finding:
    verbs = [option["required"][0] for option in error.validator_value]
    about = error.schema["properties"]
    listed = [v for v in verbs if name == "adam" or not about[v]["description"].startswith(_ADAM)]
    given = [v for v in verbs if v in error.instance]
    place = document.place(steps, key=True)
    if given:
        message = f"{' and '.join(given)} together; a rule has exactly one verb"
    else:
        message = f"no verb; give one of {', '.join(listed)}"
    return spec_fault("schema.verb", _said(steps, message), place)


_WORDS = {
    "string": "a text",
    "object": "a block of keys",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _wrong_type(error: Any) -> str:
    wanted = error.validator_value
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    words = " or ".join(_WORDS[w] for w in wanted)
    value = error.instance
    if value is None:
        got = "nothing"
    elif isinstance(value, str):
        got = f"'{value}'"
    else:
        got = "a block of keys" if isinstance(value, dict) else "a list"
    return f"expected {words}, found {got}"
