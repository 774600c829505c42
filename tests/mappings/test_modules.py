from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from mappings.modules import made_by
from mappings.order import in_order

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench

HEAD = "target: AE\nfrom: ae\nkeys: [USUBJID]\n"


@dataclass(frozen=True)
class Target:
    name: str = "AE"
    required: tuple[str, ...] = ()
    automatic: tuple[str, ...] = ("STUDYID", "USUBJID", "AESEQ")
    extensible: bool = False

    def known(self, variable: str) -> bool:
        return variable.startswith("AE")

    def numeric(self, variable: str) -> bool | None:
        return variable.endswith("DY")

    def suggestions(self) -> tuple[str, ...]:
        return ("AETERM", "AESTDTC")


def faults(bench: Bench, text: str, target: Target | None = None, **forms: list[str]) -> list[str]:
    given = forms or {"ae": ["A", "B"]}
    data = {name: bench.form({c: [] for c in columns}, name) for name, columns in given.items()}
    return [str(f) for f in bench.compile(text, data, target or Target())[1]]  # type: ignore[arg-type]


def test_rules_run_after_what_they_read(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n"
        "  AEC: {copy: AE.AEB}\n"
        "  AEB: {join: [$AE.AEA, x], when: {AE.AEW: {is: present}}}\n"
        "  AEA: {copy: A}\n"
        "work:\n  AEW: {copy: B}\n"
    )
    data = {"ae": bench.form({"A": ["1", "2"], "B": ["y", ""]})}
    module, found = bench.compile(text, data)
    assert found == []
    names = [r.variable for r in module.blocks[0].rules]
    assert sorted(names) == ["AEA", "AEB", "AEC", "AEW"]
    assert names.index("AEC") > names.index("AEB") > names.index("AEA")
    assert names.index("AEB") > names.index("AEW")
    result = bench.run(text, data)
    assert result.values("AEC") == ["1x", ""]
    assert module.hidden == {"AEW"}
    assert module.uses == ("ae",)
    assert made_by(module.data) == ("AEW", "AEC", "AEB", "AEA")


def test_cycles_name_their_members(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n  AEA: {{copy: AE.AEB}}\n  AEB: {{copy: AE.AEC}}\n  AEC: {{copy: AE.AEA}}\n"
    )
    assert faults(bench, text) == [
        "sdtm/ae.yaml:5:3: the rules read each other in a cycle: AEA -> AEB -> AEC -> AEA"
    ]


def test_a_raw_column_of_the_same_name_is_no_cycle(bench: Bench) -> None:
    assert faults(bench, f"{HEAD}vars:\n  AETERM: {{copy: AETERM}}\n", ae=["AETERM"]) == []


def test_all_faults_of_a_module_at_once(bench: Bench) -> None:
    text = (
        f"{HEAD}vars:\n"
        "  AESEQ: {const: 1}\n"
        "  AEQ: {copy: Q}\n"
        "  ZZZ: {copy: A}\n"
        "  AETRM: {map: A}\n"
        "supp:\n  QX: {copy: A}\n"
    )
    found = faults(bench, text, Target(required=("AETERM", "STUDYID")))
    assert sorted(found) == [
        "sdtm/ae.yaml:10:3: the supplemental qualifier QX needs a 'label'",
        (
            "sdtm/ae.yaml:1:1: the Required variable AETERM has no rule. Give it one; "
            "{const: \"\"} with a 'comment' when it was not collected."
        ),
        "sdtm/ae.yaml:5:3: AESEQ is made by the tool; take the rule out",
        (
            "sdtm/ae.yaml:6:15: there is no column 'Q' in ae. "
            "There are: A, B, STUDYID, SUBJID, SITEID, USUBJID, AESEQ, AEQ, ZZZ, AETRM."
        ),
        "sdtm/ae.yaml:7:3: there is no variable 'ZZZ' in AE. There are: AETERM, AESTDTC.",
        "sdtm/ae.yaml:8:10: 'map' needs 'ct', 'to' or both",
    ]


def test_own_variables_of_an_extensible_target_need_a_label(bench: Bench) -> None:
    target = Target(extensible=True)
    assert faults(bench, f"{HEAD}vars:\n  MINE: {{copy: A, label: Mine}}\n", target) == []
    assert faults(bench, f"{HEAD}vars:\n  MINE: {{copy: A}}\n", target) == [
        (
            "sdtm/ae.yaml:5:3: there is no variable 'MINE' in AE. There are: AETERM, AESTDTC. "
            "A variable of your own needs a 'label'."
        )
    ]


@pytest.mark.parametrize(
    ("label", "size"), [("x" * 40, 0), ("x" * 41, 41), ("é" * 20, 0), ("é" * 21, 42)]
)
def test_labels_are_measured_in_bytes(bench: Bench, label: str, size: int) -> None:
    expected = [f"sdtm/ae.yaml:5:3: the label '{label}' has {size} bytes; at most 40 fit"]
    assert faults(bench, f"{HEAD}supp:\n  QX: {{copy: A, label: {label}}}\n") == (
        expected if size else []
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("target: AE\nkeys: [USUBJID]\nvars:\n  AEA: {copy: A}\n", "1:1: 'from' is missing"),
        (
            "target: AE\nfrom: aee\nkeys: [USUBJID]\n",
            "2:7: there is no form, dataset or table 'aee'. Did you mean 'ae'?",
        ),
        (
            "target: AE\nfrom: ae\nkeys: [USUBJID, AETRM]\nvars:\n  AETERM: {copy: A}\n",
            "3:17: the key 'AETRM' is no variable of this dataset. Did you mean 'AETERM'?",
        ),
        (
            f"{HEAD}where: {{A: x}}\n",
            (
                "4:8: a 'where' that sets rows aside needs a 'reason'. "
                "Say why these rows are not submitted."
            ),
        ),
        (
            f"{HEAD}where: {{AE.AEA: x}}\nreason: no\nvars:\n  AEA: {{copy: A}}\n",
            "4:1: where reads AEA, which is made later. 'where' reads columns of the source only.",
        ),
        (
            f"{HEAD}one: {{per: [Q], order: A, take: first, reason: r}}\n",
            (
                "4:13: there is no column 'Q' in ae. "
                "There are: A, B, STUDYID, SUBJID, SITEID, USUBJID."
            ),
        ),
        (
            (
                f"{HEAD}one: {{per: [A], order: AE.AEDY, take: first, reason: r}}\n"
                "vars:\n  AEDTC: {copy: A}\n  AEDY: {day: AEDTC}\n"
            ),
            "4:1: one reads AEDY, which is made later",
        ),
        (
            (
                f"{HEAD}supp:\n  QX: {{copy: AE.AEDY, label: L}}\n"
                "vars:\n  AEDTC: {copy: A}\n  AEDY: {day: AEDTC}\n"
            ),
            "5:3: the qualifier QX reads AEDY, which is made later",
        ),
        (
            f"{HEAD}blocks:\n  - from: ae\n",
            "2:1: 'from' stands in each of the blocks",
        ),
    ],
)
def test_one_fault(bench: Bench, text: str, fault: str) -> None:
    assert faults(bench, text) == [f"sdtm/ae.yaml:{fault}"]


BLOCKS = """target: AE
keys: [USUBJID]
vars:
  AECAT: {const: ALL}
blocks:
  - from: one
    vars: {AEA: {copy: A}}
    supp: {QX: {copy: A, label: L}}
  - from: two
    where: {B: {ne: skip}}
    reason: To be skipped
    vars: {AEB: {num: B}}
"""


def test_blocks_are_stacked(bench: Bench) -> None:
    data = {
        "one": bench.form({"A": ["a1", "a2"]}, "one"),
        "two": bench.form({"B": ["skip", "7"]}, "two"),
    }
    result = bench.run(BLOCKS, data)
    frame = result.frame
    assert frame["AECAT"].tolist() == ["ALL"] * 3
    assert frame["AEA"].tolist() == ["a1", "a2", ""]
    assert result.values("AEB") == [None, None, 7]
    assert frame["supp:QX"].tolist() == ["a1", "a2", ""]
    assert frame["_form"].tolist() == ["one", "one", "two"]
    assert frame["_row"].tolist() == [2, 3, 3]
    assert frame["_block"].tolist() == [0, 0, 1]
    assert frame["USUBJID"].tolist() == ["S1", "S2", "S2"]
    assert [(s.source, s.reason, s.rows) for s in result.set_aside] == [("two", "To be skipped", 1)]


def test_a_rule_twice_for_the_same_records(bench: Bench) -> None:
    text = BLOCKS.replace("{AEB: {num: B}}", "{AEB: {num: B}, AECAT: {const: X}}")
    assert faults(bench, text, one=["A"], two=["B"]) == [
        "sdtm/ae.yaml:12:34: AECAT has two rules for these records"
    ]


ROWS = """target: AE
from: wide
keys: [USUBJID, AETEST]
rows:
  tests:
    - {AETEST: ALT, stem: ALT, unit: "U/L"}
    - {AETEST: AST, stem: AST, unit: "%"}
  keep: {AERES: {is: present}}
vars:
  AERES: {copy: "{stem}_RAW"}
  AEUN: {const: "{unit}", when: {"{stem}_RAW": {ne: ND}}}
"""


def test_rows_make_one_record_per_test(bench: Bench) -> None:
    wide = {"ALT_RAW": ["1", "", "3"], "AST_RAW": ["4", "ND", ""]}
    result = bench.run(ROWS, {"wide": bench.form(wide, "wide")})
    shown = result.frame[["USUBJID", "AETEST", "AERES", "AEUN", "_row"]].to_numpy().tolist()
    assert shown == [
        ["S1", "ALT", "1", "U/L", 2],
        ["S3", "ALT", "3", "U/L", 4],
        ["S1", "AST", "4", "%", 2],
        ["S2", "AST", "ND", "", 3],
    ]


def test_words_that_no_column_has(bench: Bench) -> None:
    found = faults(bench, ROWS, wide=["ALT_RAW"])
    assert found == [
        f"sdtm/ae.yaml:{place}: there is no column 'AST_RAW' in wide. Did you mean 'ALT_RAW'?"
        for place in ("10:17", "11:48")
    ]


CATALOGUE = ROWS.replace(
    """
    - {AETEST: ALT, stem: ALT, unit: "U/L"}
    - {AETEST: AST, stem: AST, unit: "%"}""",
    " tests.yaml#liver",
)


@pytest.mark.parametrize(
    ("catalogue", "found"),
    [
        ('liver: [{AETEST: ALT, stem: ALT, unit: "U/L"}]\n', []),
        (
            "livr: []\n",
            ["the catalogue tests.yaml has no section 'liver'. Did you mean 'livr'?"],
        ),
        (None, ["the catalogue tests.yaml: the file does not exist"]),
    ],
)
def test_catalogues(bench: Bench, catalogue: str | None, found: list[str]) -> None:
    if catalogue is not None:
        (bench.folder / "tests.yaml").write_text(catalogue)
    data = {"wide": bench.form({"ALT_RAW": ["1"]}, "wide")}
    _, faults = bench.compile(CATALOGUE, data)
    said = [str(f) for f in faults if f.rule == "rows.catalogue"]
    assert said == [f"sdtm/ae.yaml:5:10: {f}" for f in found]
    if not found:
        assert bench.run(CATALOGUE, data).values("AERES") == ["1"]


@pytest.mark.parametrize(
    ("catalogue", "rule", "said"),
    [
        (
            "liver: x\n",
            "rows.catalogue",
            "1:8: the section 'liver' is not a list of entries. An entry is {NAME: value, ...}.",
        ),
        ("liver: [x]\n", "rows.catalogue", "1:9: this entry is not a block of names and texts"),
        ("", "yaml.empty", "1:1: the file is empty"),
        (
            "liver: [{a: b, a: c}]\n",
            "yaml.syntax",
            (
                "1:16: the key 'a' stands twice in this block. "
                "It was first given in line 1; keep one of them."
            ),
        ),
    ],
)
def test_faults_in_a_catalogue(bench: Bench, catalogue: str, rule: str, said: str) -> None:
    (bench.folder / "tests.yaml").write_text(catalogue)
    data = {"wide": bench.form({"ALT_RAW": ["1"]}, "wide")}
    _, faults = bench.compile(CATALOGUE, data)
    assert [(f.rule, str(f)) for f in faults if f.spec and f.spec.file == "tests.yaml"] == [
        (rule, f"tests.yaml:{said}")
    ]


ONE = f"""{HEAD}one: {{per: [USUBJID, AE.AELN], order: AE.AEDT, take: TAKE, reason: Seen before}}
vars:
  AELN: {{copy: L}}
  AEDT: {{copy: D}}
"""
LESIONS: dict[str, list[str]] = {
    "USUBJID": ["S1", "S1", "S1", "S1", "S1", "S2", ""],
    "L": ["1", "1", "1", "", "", "1", "1"],
    "D": ["2024-02", "", "2024-01", "2024-01", "2024-02", "2024-03", "2024-03"],
}


@pytest.mark.parametrize(("take", "rows"), [("first", [4, 5, 6, 7, 8]), ("last", [2, 5, 6, 7, 8])])
def test_one_record_per_key(bench: Bench, take: str, rows: list[int]) -> None:
    result = bench.run(ONE.replace("TAKE", take), {"ae": bench.form(LESIONS)})
    # the two without a lesion number and the one without a subject stand alone
    assert result.frame["_row"].tolist() == rows
    assert [(s.reason, s.rows) for s in result.set_aside] == [("Seen before", 2)]


def test_one_by_a_column_of_the_source(bench: Bench) -> None:
    text = f"{HEAD}one: {{per: [L], order: D, take: last, reason: r}}\nvars:\n  AEA: {{copy: D}}\n"
    result = bench.run(text, {"ae": bench.form({"L": ["a", "a", "b"], "D": ["9", "10", "1"]})})
    assert result.values("AEA") == ["10", "1"]


def test_modules_in_order(bench: Bench) -> None:
    def compiled(target: str, text: str) -> Any:
        columns = {
            "ae": ["A"],
            "AE": ["A", "USUBJID"],
            "DM": ["A", "USUBJID"],
            "EX": ["A", "USUBJID"],
        }
        data = {n: bench.form({c: [] for c in cs}, n) for n, cs in columns.items()}
        module, found = bench.compile(f"target: {target}\n{text}", data, Target(name=target))  # type: ignore[arg-type]
        assert [f for f in found if f.rule != "name.variable"] == []
        return module

    dm = compiled(
        "DM", "from: ae\nkeys: [USUBJID]\nvars:\n  X: {lookup: EX, get: A, pick: first}\n"
    )
    ae = compiled("AE", "from: DM\nkeys: [USUBJID]\nvars:\n  X: {copy: A}\n")
    ex = compiled("EX", "from: ae\nkeys: [USUBJID]\nvars:\n  X: {copy: A}\n")
    ordered, found = in_order([ae, dm, ex])
    assert [m.target for m in ordered] == ["EX", "DM", "AE"]
    assert found == []
    ordered, found = in_order([ae, dm, ex], {"EX": ["AE"]})
    assert [str(f) for f in found] == [
        "sdtm/ae.yaml:1:1: the modules read each other in a cycle: AE -> DM -> EX -> AE"
    ]
