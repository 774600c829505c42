"""The list of names that findings may have is that of the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mappings
from validation.rule_names import known_rule, rule_names
from validation.rules import RULES

ROOT = Path(mappings.__file__).parents[1]
PACKAGES = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]*[a-z0-9])+")
FILES = re.compile(
    r".*\.(?:csv|css|html|j2|js|json|md|ndjson|pdf|py|sarif|txt|ttf|xlsx|xml|xpt|xsl|yaml|zip)"
)
#: Places whose dotted texts are no rules: parts of JSON Schemas, files of a new study, terms.
OTHERS = (
    "crosswalk/schema",
    "crosswalk/init/",
    "crosswalk/ct.py",
    "validation/rules/",
    "validation/xlsx.py",
)

#: What makes faults of the specification.
STOPPING = ("spec_fault", "fault_at")


def written() -> set[str]:
    """Every text of the form of a rule's name in the source, apart from the declared rules.

    A fault of the specification stops the build: no finding of a package ever has its name.
    """
    found = {"rule.exception"}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            shown = path.relative_to(ROOT).as_posix()
            if shown.startswith(OTHERS) or "/cea_cart/" in shown:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            stopping = {
                id(node.args[0])
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and node.args and called(node) in STOPPING
            }
            for node in ast.walk(tree):
                text = node.value if isinstance(node, ast.Constant) else None
                if not isinstance(text, str) or id(node) in stopping:
                    continue
                if NAME.fullmatch(text) and not FILES.fullmatch(text):
                    found.add(text)
    return found - {rule.id for rule in RULES}


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return ast.unparse(node.func).rpartition(".")[2]


def test_the_list_is_that_of_the_source() -> None:
    listed = set((ROOT / "validation/rule_names.txt").read_text(encoding="ascii").split())
    assert sorted(written() - listed) == [], "add these names to validation/rule_names.txt"
    assert sorted(listed - written()) == [], "take these names out of validation/rule_names.txt"


def test_names_of_every_kind_are_known() -> None:
    for name in ("date.impossible", "sdtm.orphan", "expect.in_set", "CORE-000024"):
        assert known_rule(name), name
    for name in ("date.imposible", "CORE-24", "expect.magic", ""):
        assert not known_rule(name), name
    assert len(rule_names()) > 200
