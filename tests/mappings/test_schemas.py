from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator

from mappings.schemas import SCHEMAS, check_schema, schema

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

HEAD = "target: AE\nfrom: ae\nkeys: [USUBJID]\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_draft_7(name: str) -> None:
    Draft7Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("vars:\n  X: {mapp: A}\n",
         "sdtm/ae.yaml:5:7: vars.X: unknown key 'mapp'. Did you mean 'map'?"),
        ("vars:\n  X: {pad: 2}\n",
         ("sdtm/ae.yaml:5:3: vars.X: no verb; give one of copy, const, map, date, num, day, "
         "duration, join, lookup, first, call")),
        ("vars:\n  X: {copy: A, map: B}\n",
         "sdtm/ae.yaml:5:3: vars.X: copy and map together; a rule has exactly one verb"),
        ("vars:\n  X: {call: f, reads: [A]}\n",
         "sdtm/ae.yaml:5:3: vars.X: 'call' also needs 'method'"),
        ("vars:\n  X: {call: f}\n",
         "sdtm/ae.yaml:5:3: vars.X: 'call' also needs 'reads' and 'method'"),
        ("vars:\n  X: {copy: [A]}\n",
         "sdtm/ae.yaml:5:13: vars.X.copy: expected a text, found a list"),
        ("vars:\n  X: {copy: }\n",
         "sdtm/ae.yaml:5:7: vars.X.copy: expected a text, found nothing"),
        ("vars:\n  X: {join: [A], pad: two}\n",
         "sdtm/ae.yaml:5:23: vars.X.pad: expected a whole number, found 'two'"),
        ('vars:\n  X: {join: [A], pad: "2"}\n',
         "sdtm/ae.yaml:5:23: vars.X.pad: expected a whole number, found '2'"),
        ("vars:\n  aeterm: {copy: A}\n",
         ("sdtm/ae.yaml:5:3: vars: unknown key 'aeterm'. Expected a variable name: capital letters "
         "and digits, at most 8.")),
        ("vars:\n  AETERMINUS: {copy: A}\n",
         ("sdtm/ae.yaml:5:3: vars: unknown key 'AETERMINUS'. Expected a variable name: capital "
         "letters and digits, at most 8.")),
        ("vars:\n  X: {first: [{copy: A}]}\n",
         "sdtm/ae.yaml:5:14: vars.X.first: has 1 entry; give at least 2"),
        ("vars:\n  X: {first: [{copy: A}, {cpoy: B}]}\n",
         "sdtm/ae.yaml:5:27: vars.X.first.2: unknown key 'cpoy'. Did you mean 'copy'?"),
        ("vars:\n  X: {const: A, when: {}}\n", "sdtm/ae.yaml:5:23: vars.X.when: must not be empty"),
        ("one: {per: [A, B, A], order: A, take: first, reason: R}\n",
         "sdtm/ae.yaml:4:19: one.per: 'A' stands here twice"),
        ("vars:\n  X: {const: A, when: {B: []}}\n",
         "sdtm/ae.yaml:5:27: vars.X.when.B: must not be empty"),
        ("vars:\n  X: {const: A, when: {B: {nott: 3}}}\n",
         "sdtm/ae.yaml:5:28: vars.X.when.B: unknown key 'nott'. Did you mean 'notin'?"),
        ("vars:\n  X: {const: A, when: {B: {is: there}}}\n",
         "sdtm/ae.yaml:5:32: vars.X.when.B.is: 'there' is not one of present, missing"),
        ("var:\n  X: {copy: A}\n", "sdtm/ae.yaml:4:1: unknown key 'var'. Did you mean 'vars'?"),
        ("one: {per: [USUBJID], order: A, take: first}\n",
         "sdtm/ae.yaml:4:1: one: 'reason' is missing"),
        ("timing: {visit: yes}\n",
         "sdtm/ae.yaml:4:17: timing.visit: expected true or false, found 'yes'"),
    ],
)  # fmt: skip
def test_one_fault(bench: Bench, text: str, fault: str) -> None:
    document = bench.document(HEAD + text)
    assert [str(f) for f in check_schema(document, "sdtm")] == [fault]


def test_faults_come_in_the_order_of_the_file(bench: Bench) -> None:
    text = "keys: [A]\nvars:\n  X: {zzz: 1}\n  Y: {copy: [A]}\nfrm: ae\n"
    found = check_schema(bench.document(text), "sdtm")
    assert [(f.spec.line, f.rule) for f in found if f.spec] == [
        (1, "schema.required"),
        (3, "schema.additionalProperties"),
        (4, "schema.type"),
        (5, "schema.additionalProperties"),
    ]


@pytest.mark.parametrize("value", ["NO", "012", "1e3", "2024-01-01", "true", '"Y"'])
def test_a_constant_may_look_like_anything(bench: Bench, value: str) -> None:
    document = bench.document(f"{HEAD}vars:\n  X: {{const: {value}, when: {{A: {value}}}}}\n")
    assert check_schema(document, "sdtm") == []
    assert document.data["vars"]["X"]["const"] == value.strip('"')
