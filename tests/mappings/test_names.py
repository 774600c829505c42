from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mappings.names import Names, Source

if TYPE_CHECKING:
    from tests.mappings.conftest import Bench


@pytest.fixture
def names(bench: Bench) -> Names:
    document = bench.document("vars:\n  X:\n    copy: A\n")
    source = Source("ae", ("AETERM", "Folder", "AESTDTC", "_row"))
    made = ("AETERM", "AESER", "AESTDTC")
    others = {"dm": Source("dm", ("AGE",)), "DM": Source("DM", ("AGE",), "dataset")}
    return Names(document, "AE", source, made, others, None, {}, [], ("vars", "X"))  # type: ignore[arg-type]


def test_the_source_comes_first(names: Names) -> None:
    assert names.column("AETERM") == "AETERM"
    assert names.column("AE.AETERM") == "AE.AETERM"
    assert names.column("AESER") == "AE.AESER"
    assert names.column("AE.AESER") == "AE.AESER"
    assert names.faults == []


def test_capitals_do_not_matter_in_the_source_when_it_is_clear(names: Names) -> None:
    assert names.column("folder") == "Folder"
    both = names.over(Source("dm", ("Age", "AGE")))
    assert both.column("Age") == "Age"
    assert both.column("age") == "age"
    assert [str(f) for f in names.faults] == [
        "sdtm/ae.yaml:3:5: there is no column 'age' in dm. Did you mean 'Age'?"
    ]


def test_unknown_names_say_what_is_near(names: Names) -> None:
    names.column("AESTDTX", "copy")
    names.column("AE.Folder", "copy")
    names.over(Source("DM", ("AGE",), "dataset")).column("SEX", "copy")
    names.other("dmm", "copy")
    assert [str(f) for f in names.faults] == [
        "sdtm/ae.yaml:3:11: there is no column 'AESTDTX' in ae. Did you mean 'AESTDTC'?",
        "sdtm/ae.yaml:3:11: there is no column 'AE.Folder' in ae. Did you mean 'Folder'?",
        "sdtm/ae.yaml:3:11: there is no variable 'SEX' in DM. There are: AGE.",
        "sdtm/ae.yaml:3:11: there is no form, dataset or table 'dmm'. Did you mean 'dm'?",
    ]


def test_another_source_makes_no_variables(names: Names) -> None:
    other = names.over(names.others["dm"])
    other.column("AESER", "copy")
    assert [f.rule for f in names.faults] == ["name.column"]


def test_words_of_the_catalogue(names: Names) -> None:
    filled = replace(names, fill={"column": "AETERM", "side": "LO"})
    assert filled.text("{column}_{side}") == "AETERM_LO"
    assert filled.column("{column}") == "AETERM"
    condition = filled.condition({"{column}": {"ne": "{side}"}, "Folder": "${column}"})
    assert condition.sentence() == 'AETERM is not "LO" and Folder is AETERM'
    assert names.faults == []


def test_faults_of_conditions_have_their_own_places(bench: Bench) -> None:
    text = (
        "target: AE\nfrom: ae\nkeys: [USUBJID]\nvars:\n  X:\n    const: x\n    when:\n"
        "      - {A: 1, Q: 2}\n      - {A: $R}\n"
    )
    _, faults = bench.compile(text, {"ae": bench.form({"A": []})})
    assert [str(f).partition(" There")[0] for f in faults] == [
        "sdtm/ae.yaml:8:19: there is no column 'Q' in ae.",
        "sdtm/ae.yaml:9:13: there is no column 'R' in ae.",
    ]
