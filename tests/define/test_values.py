"""The value level: slices say what the variable does not, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree

from define.definexml import to_xml
from define.describe import describe_adam, describe_sdtm
from define.measure import narrow
from define.model import Check, Codelist, Metadata, Origin, Term, Value, Variable, WhereClause
from define.origins import Told, derived
from define.reconcile import reconcile
from define.schema_check import schema_check
from define.slices import SliceFacts, Slicing, part_of, with_values

VENDOR, SITE = Origin("Collected", "Vendor"), Origin("Collected", "Investigator")
SLICING = Slicing("LB", "LBTESTCD", {"ALB": "Albumin", "CEA": "Carcinoembryonic Antigen"}, "ascii")


def texts(*values: str) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


def results(**values: list[str]) -> pd.DataFrame:
    tests = [test for test, shown in values.items() for _ in shown]
    column = [value for shown in values.values() for value in shown]
    return pd.DataFrame({"LBTESTCD": texts(*tests), "LBORRES": texts(*column)})


LBORRES = Variable("LBORRES", "Result", "text", False, 6, 1, origin=SITE, other_origins=(VENDOR,))


def same(_: str, __: pd.DataFrame) -> SliceFacts:
    return SliceFacts(Told((SITE,)))


@pytest.mark.parametrize(
    ("values", "datatype", "significant"),
    [
        (["1", "-20", "0"], "integer", 0),
        (["1.50", "2"], "float", 2),
        (["012"], "text", 0),
        (["+1"], "text", 0),
        (["1e3"], "text", 0),
        (["1", "BLQ"], "text", 0),
        (["", ""], "text", 0),
        (["2024-01-02"], "text", 0),
    ],
)
def test_text_that_shows_only_numbers_is_a_number(
    values: list[str], datatype: str, significant: int
) -> None:
    found = narrow(texts(*values), "ascii")
    assert (found.datatype, found.significant, found.numeric) == (datatype, significant, False)


@pytest.mark.parametrize(
    ("values", "datatype"),
    [
        (["2024-01-02"], "date"),
        (["2024-01-02", "2024-01"], "partialDate"),
        (["P18Y", "P75Y"], "durationDatetime"),
        (["2024"], "integer"),
        (["3.4"], "text"),
        (["PARTIAL"], "text"),
    ],
)
def test_dates_and_durations_where_there_may_be_some(values: list[str], datatype: str) -> None:
    assert narrow(texts(*values), "ascii", dates=True, decimals=False).datatype == datatype


def test_slices_that_are_alike_make_no_list() -> None:
    frame = results(ALB=["1.5", "20.5"], CEA=["7.1"])
    assert with_values(LBORRES, frame, SLICING, same) == LBORRES


def test_a_length_alone_is_not_worth_a_list() -> None:
    frame = results(ALB=["LOW"], CEA=["POSITIVE"])
    assert with_values(LBORRES, frame, SLICING, same).values == ()


def test_types_by_slice_leave_the_origin_with_the_variable() -> None:
    made = with_values(LBORRES, results(ALB=["35", ""], CEA=["7.25"]), SLICING, same)
    assert [(v.item.name, v.item.label, v.item.datatype, v.item.length) for v in made.values] == [
        ("ALB", "Albumin", "integer", 2),
        ("CEA", "Carcinoembryonic Antigen", "float", 4),
    ]
    assert made.origins == (SITE, VENDOR)
    assert not any(v.item.origins for v in made.values)
    assert [v.where.oid for v in made.values] == [
        "WC.LB.LBTESTCD.EQ.ALB",
        "WC.LB.LBTESTCD.EQ.CEA",
    ]


def test_origins_and_methods_by_slice_are_told_there_only() -> None:
    def facts(test: str, _: pd.DataFrame) -> SliceFacts:
        if test == "CEA":
            return SliceFacts(Told((VENDOR,)))
        return SliceFacts(derived("LB", "LBORRES", "As computed."))

    frame = results(ALB=["1"], ALT=["2"], CEA=["3"])
    made = with_values(LBORRES, frame, SLICING, facts)
    assert (made.origins, made.method) == ((), None)
    by_name = {v.item.name: v.item for v in made.values}
    assert by_name["CEA"].origins == (VENDOR,)
    method = by_name["ALB"].method
    assert method is not None
    assert method == by_name["ALT"].method
    assert (method.key, method.name) == ("LB.LBORRES.ALB", "Derivation of LB.LBORRES (ALB, ALT)")


def test_a_slice_without_values_is_no_entry() -> None:
    made = with_values(LBORRES, results(ALB=["35"], CEA=["7.2"], CRP=["", ""]), SLICING, same)
    assert [v.item.name for v in made.values] == ["ALB", "CEA"]


def test_terms_are_text_also_when_they_are_digits() -> None:
    def facts(test: str, _: pd.DataFrame) -> SliceFacts:
        return SliceFacts(Told((SITE,)), Codelist(f"G.{test}", f"G.{test}", terms=(Term("0"),)))

    made = with_values(LBORRES, results(ECOG=["0"], CEA=["0"]), SLICING, facts, always=True)
    assert {v.item.datatype for v in made.values} == {"text"}


def test_a_codelist_is_cut_to_what_the_slice_uses() -> None:
    units = Codelist("UNIT.LB", "Unit (LB)", terms=(Term("g/L"), Term("ug/L")))
    cut = part_of(units, "CEA", texts("ug/L", ""))
    assert (cut.key, cut.name) == ("UNIT.LB.CEA", "Unit (LB.CEA)")
    assert [t.value for t in cut.terms] == ["ug/L"]
    assert part_of(units, "ALL", texts("ug/L", "g/L")) is units


@pytest.fixture(scope="module")
def made(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny.build(tmp_path_factory.mktemp("values"))


@pytest.fixture(scope="module")
def documents(made: Any) -> tuple[Metadata, Metadata]:
    return (
        describe_sdtm(made.plan.sdtm, made.sdtm, "0")[0],
        describe_adam(made.plan.adam, made.adam, "0")[0],
    )


def variable(document: Metadata, name: str) -> Variable:
    dataset, _, column = name.partition(".")
    return next(v for v in document.dataset(dataset).variables if v.name == column)


def test_value_lists_of_the_tiny_study_fit_its_data(made: Any, documents: Any) -> None:
    for document in documents:
        frames = {d.name: made[d.name] for d in document.datasets}
        assert any(v.values for d in document.datasets for v in d.variables)
        found = [f for f in reconcile(document, frames, "ascii") if f.rule != "define.crf"]
        assert found == []
        assert schema_check(to_xml(document)) == []


def test_qualifiers_have_their_own_label_and_origin(documents: Any) -> None:
    values = variable(documents[0], "SUPPAE.QVAL").values
    labels = {v.item.name: v.item.label for v in values}
    assert set(labels) == {v.where.checks[0].values[0] for v in values}
    assert all(labels.values())


def test_trial_summary_by_parameter(tiny: Any, tmp_path: Path) -> None:
    files = dict(tiny.FILES)
    more = "- {parameter: RANDOM, value: N}\n  - {parameter: AGEMIN, value: P18Y}\n  - {parameter: "
    more += "PLANSUB, value: '9'}\n  - {parameter: SDTIGVER, value: '3.4'}\n  - {parameter: TITLE,"
    files["study.yaml"] = files["study.yaml"].replace("- {parameter: TITLE,", more)
    built = tiny.build(tmp_path, files)
    document, _ = describe_sdtm(built.plan.sdtm, built.sdtm, "0")
    by_name = {v.item.name: v.item for v in variable(document, "TS.TSVAL").values}
    assert {n: i.datatype for n, i in by_name.items()} == {
        "AGEMIN": "durationDatetime",
        "PLANSUB": "integer",
        "RANDOM": "text",
        "SDTIGVER": "text",
        "TITLE": "text",
    }
    assert by_name["TITLE"].label == "Trial Title"
    assert by_name["RANDOM"].codelist is not None
    assert by_name["RANDOM"].codelist.ccode == "C66742"


def test_the_method_of_a_parameter_belongs_to_its_value(documents: Any) -> None:
    answers = variable(documents[1], "ADRS.AVALC")
    assert (answers.origins, answers.method) == ((), None)
    by_name = {v.item.name: v.item for v in answers.values}
    assert all(item.method for item in by_name.values() if item.origins[0].type == "Derived")
    assert by_name["PD"].codelist is not None
    assert by_name["PD"].codelist.ccode == "C66742"


# Damage of ADTTE.AVAL: what the data are held against, and the rule that tells.
def entry(name: str, *values: str, **facts: object) -> Value:
    described: dict[str, Any] = {
        "datatype": "float",
        "digits": 5,
        "significant_digits": 1,
        "length": 8,
        **facts,
    }
    item = Variable(name, f"Label of {name}", numeric=True, order=1, **described)
    check = Check("ADTTE", "PARAMCD", "EQ" if len(values) < 2 else "IN", values or (name,))
    return Value(WhereClause(f"ADTTE.PARAMCD.EQ.{name}", (check,)), item)


def adtte(metadata: Metadata, *values: Value) -> Metadata:
    dataset = metadata.dataset("ADTTE")
    variables = tuple(
        replace(v, values=values) if v.name == "AVAL" else v for v in dataset.variables
    )
    others = tuple(d for d in metadata.datasets if d.name != "ADTTE")
    return replace(metadata, datasets=(*others, replace(dataset, variables=variables)))


def test_sound_value_lists_have_no_finding(adam: Any) -> None:
    metadata = adtte(adam.metadata, entry("OS", datatype="integer", digits=3), entry("PFS"))
    assert reconcile(metadata, adam.frames) == []
    root = etree.fromstring(to_xml(metadata))
    assert [e.get("OID") for e in root.iter("{*}WhereClauseDef")] == [
        "WC.ADTTE.PARAMCD.EQ.OS",
        "WC.ADTTE.PARAMCD.EQ.PFS",
    ]
    assert schema_check(to_xml(metadata)) == []


OTHER = Codelist("X", "X", datatype="integer", terms=(Term("7"),))


@pytest.mark.parametrize(
    ("rule", "words", "values"),
    [
        ("define.where", "selects no record", (entry("OS"), entry("PFS"), entry("DOR"))),
        ("define.where", "by no entry", (entry("OS"),)),
        ("define.where", "by more than one", (entry("OS", "OS", "PFS"), entry("PFS"))),
        ("define.type", "is not an integer", (entry("OS"), entry("PFS", datatype="integer"))),
        ("define.type", "is text", (entry("OS", datatype="text"), entry("PFS"))),
        ("define.type", "not known", (entry("OS", datatype="number"), entry("PFS"))),
        ("define.length", "has the length", (entry("OS", digits=50), entry("PFS"))),
        ("define.codelist", "is not a term", (entry("OS", codelist=OTHER), entry("PFS"))),
        ("define.value", "no label", (entry("OS"), entry("PFS"))),
        ("define.value", "given twice", (entry("OS"), entry("PFS"), entry("PFS"))),
        (
            "define.origin",
            "all entries",
            (
                entry("OS", origin=Origin("Assigned", "Sponsor")),
                entry("PFS", origin=Origin("Assigned", "Sponsor")),
            ),
        ),
        (
            "define.method",
            "without a method",
            (entry("OS", origin=Origin("Derived", "Sponsor")), entry("PFS")),
        ),
        (
            "define.origin",
            "does not exist",
            (entry("OS", origin=Origin("Collected", "Vendor")), entry("PFS")),
        ),
    ],
)
def test_damage_is_named(adam: Any, rule: str, words: str, values: tuple[Value, ...]) -> None:
    if words == "no label":
        first = values[0]
        values = (replace(first, item=replace(first.item, label="")), *values[1:])
    found = reconcile(adtte(adam.metadata, *values), adam.frames)
    assert any(f.rule == rule and words in f.message for f in found), found


def test_a_clause_on_a_variable_that_is_not_there(adam: Any) -> None:
    clause = WhereClause("ADTTE.PARCAT1.EQ.X", (Check("ADTTE", "PARCAT1", "EQ", ("X",)),))
    metadata = adtte(adam.metadata, replace(entry("OS"), where=clause), entry("PFS"))
    found = reconcile(metadata, adam.frames)
    assert any(f.rule == "define.where" and "PARCAT1" in f.message for f in found)
    assert any(f.rule == "define.reference" for f in schema_check(to_xml(metadata)))
