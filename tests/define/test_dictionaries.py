"""External dictionaries and codes with their meaning."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from define.analysis_lists import _beside
from define.definexml import to_xml
from define.describe import describe_adam, describe_sdtm
from define.dictionaries import dictionary_of, dictionary_of_summary
from define.model import Codelist, Metadata
from define.schema_check import schema_check

STANDARDS = {
    "meddra": "27.0",
    "ctcae": "5.0",
    "whodrug": "GLOBALB3Mar24",
    "iso3166": "2020",
    "loinc": "2.77",
}


def named(found: Codelist | None) -> tuple[str, str] | None:
    return (found.dictionary, found.dictionary_version) if found is not None else None


@pytest.mark.parametrize(
    ("dataset", "suffix", "expected"),
    [
        ("AE", "DECOD", ("MedDRA", "27.0")),
        ("MH", "BODSYS", ("MedDRA", "27.0")),
        ("AE", "TOXGR", ("CTCAE", "5.0")),
        ("LB", "TOXGR", ("CTCAE", "5.0")),
        ("CM", "DECOD", ("WHODD", "GLOBALB3Mar24")),
        ("DM", "COUNTRY", ("ISO 3166", "2020")),
        ("LB", "LOINC", ("LOINC", "2.77")),
        # The decoded name of a procedure, a disposition or a drug group is none of MedDRA's.
        ("PR", "DECOD", None),
        ("DS", "DECOD", None),
        ("CM", "BODSYS", None),
        ("AE", "TERM", None),
    ],
)
def test_variables_of_dictionaries(
    dataset: str, suffix: str, expected: tuple[str, str] | None
) -> None:
    assert named(dictionary_of(dataset, suffix, STANDARDS)) == expected
    assert dictionary_of(dataset, suffix, {}) is None


@pytest.mark.parametrize(
    ("references", "versions", "expected"),
    [
        (["UNII"], ["2024-01"], ("UNII", "2024-01")),
        (["ISO 3166", "ISO 3166"], ["", ""], ("ISO 3166", "2020")),
        (["ISO 3166"], ["2013"], ("ISO 3166", "2013")),
        # No version is known, two of them, two dictionaries, and what is no dictionary.
        (["SNOMED"], [""], None),
        (["SNOMED", "SNOMED"], ["1", "2"], None),
        (["SNOMED", "UNII"], ["1", "1"], None),
        (["CDISC CT"], ["2025-03-28"], None),
        (["ISO 8601"], [""], None),
        (["ClinicalTrials.gov"], ["1"], None),
    ],
)
def test_trial_summary(
    references: list[str], versions: list[str], expected: tuple[str, str] | None
) -> None:
    part = pd.DataFrame({"TSVCDREF": references, "TSVCDVER": versions}, dtype="str")
    assert named(dictionary_of_summary(part, STANDARDS)) == expected


def test_the_document_of_the_tiny_study(tiny: Any, tmp_path: Any) -> None:
    files = dict(tiny.FILES)
    files["study.yaml"] = files["study.yaml"].replace(
        "terminology: 2025-03-28}", 'terminology: 2025-03-28, meddra: "27.0", iso3166: "2020"}'
    )
    files["study.yaml"] = files["study.yaml"].replace(
        "\nts:\n", "\nts:\n  - {parameter: FCNTRY, value: CHN, reference: ISO 3166}\n"
    )
    built = tiny.build(tmp_path, files)
    sdtm = describe_sdtm(built.plan.sdtm, built.sdtm, "1")[0]
    adam = describe_adam(built.plan.adam, built.adam, "1")[0]
    lists = {**of(sdtm), **of(adam)}
    assert named(lists["DM.COUNTRY"]) == ("ISO 3166", "2020")
    assert named(lists["AE.AEDECOD"]) == ("MedDRA", "27.0")
    assert named(lists["ADAE.AEDECOD"]) == ("MedDRA", "27.0")
    tsval = next(v for v in sdtm.dataset("TS").variables if v.name == "TSVAL")
    told = {v.item.name: named(v.item.codelist) for v in tsval.values if v.item.codelist}
    assert told["FCNTRY"] == ("ISO 3166", "2020")
    cnsr = lists["ADTTE.CNSR"]
    assert cnsr is not None
    assert cnsr.datatype == "integer"
    assert {(t.value, t.decode) for t in cnsr.terms} <= {("0", "Event"), ("1", "Censored")}
    for document in (sdtm, adam):
        assert schema_check(to_xml(document)) == []


def of(document: Metadata) -> dict[str, Codelist | None]:
    return {f"{d.name}.{v.name}": v.codelist for d in document.datasets for v in d.variables}


@pytest.mark.parametrize(
    ("name", "numbers", "texts", "expected"),
    [
        ("AVISITN", [1, 2, 2, None], ["A", "B", "B", ""], {"1": "A", "2": "B"}),
        ("AVISITN", [1, 1], ["A", "B"], {}),
        ("AVISITN", [1, 2], ["A", ""], {}),
        ("AVISITN", [1.5, 2], ["A", "B"], {}),
        ("AVISITN", [1, 2], ["1", "2"], {}),
        ("AVISITN", [None, None], ["", ""], {}),
    ],
)
def test_numbers_beside_a_text(
    name: str, numbers: list[float | None], texts: list[str], expected: dict[str, str]
) -> None:
    frame = pd.DataFrame(
        {name: pd.Series(numbers, dtype="float64"), "AVISIT": pd.Series(texts, dtype="str")}
    )
    assert _beside(frame, name) == expected
    assert _beside(frame[[name]], name) == {}


def test_periods_have_their_text_with_a_c() -> None:
    frame = pd.DataFrame(
        {"APERIOD": [1.0, 2.0], "APERIODC": pd.Series(["ONE", "TWO"], dtype="str")}
    )
    assert _beside(frame, "APERIOD") == {"1": "ONE", "2": "TWO"}
    # AVAL and AVALC are two values, not a code and its meaning.
    values = frame.rename(columns={"APERIOD": "AVAL", "APERIODC": "AVALC"})
    assert _beside(values, "AVAL") == {}
