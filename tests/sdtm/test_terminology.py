"""Controlled terminology: the shipped lists, the published file, and matching of text."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from sdtm.standard import UnknownName
from sdtm.terminology import (
    How,
    Match,
    PublishedCodelist,
    PublishedTerm,
    TerminologyError,
    load_published,
    sdtm_terminology,
)

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "ct" / "SDTM_CT_2025-03-28.txt.gz"
HEADER = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\n"
)
SMALL = (
    HEADER
    + "C66742\t\tNo\tNo Yes Response\tNY\tNo Yes Response\ttext\tCDISC NY Terminology\n"
    + 'C49487\tC66742\t\tNo Yes Response\tN\tNo\tThe "non-affirmative" response.\tNo\n'
    + "C48660\tC66742\t\tNo Yes Response\tNA\tNot Applicable\tx\tNot Applicable\n"
    + "C49488\tC66742\t\tNo Yes Response\tY\tYes\tx\tYes\n"
)
SMALL_CSV = SMALL.replace(
    'The "non-affirmative" response.', '"The ""non-affirmative"" response."'
).replace("\t", ",")
LISTS = (
    "ONCRSR ONCRSCAT ONCRTSCD ONCRTS TUTESTCD TUTEST TUIDRS TRTESTCD TRTEST UNIT PKUNIT LOC "
    "METHOD TSPARMCD TSPARM NY ROUTE FRM FREQ NCOMPLT DSCAT OUT ACN AESEV LBTESTCD LBTEST "
    "SPECTYPE ND EVAL EPOCH SSTESTCD SSTEST SSTATRS VSTESTCD VSTEST"
)


def test_shipped_package() -> None:
    package = sdtm_terminology()
    assert (package.name, package.version) == ("SDTM", "2025-03-28")
    assert {"C66742", "C96785", "C71620"} <= set(package.codelists)


@pytest.mark.parametrize("name", LISTS.split())
def test_codelists_by_submission_name(name: str) -> None:
    found = sdtm_terminology().codelist(name)
    assert found.submission == name
    assert found is sdtm_terminology().codelist(found.code)


def test_no_yes() -> None:
    found = sdtm_terminology().codelist("C66742")
    assert (found.name, found.submission, found.extensible) == ("No Yes Response", "NY", False)
    assert set(found.values) == {"Y", "N", "U", "NA"}
    assert found.term("NA") == PublishedTerm(
        "NA", "C48660", found.term("NA").synonyms, found.term("NA").preferred
    )
    assert "NA" in found
    assert found.match(["No", "yes ", "na", "N", "Maybe", ""]) == {
        "No": Match("N", How.SYNONYM),
        "yes": Match("Y", How.SYNONYM),
        "na": Match("NA", How.CASE),
        "N": Match("N", How.EXACT),
    }


def test_race_may_be_multiple_as_the_guide_writes_it() -> None:
    found = sdtm_terminology().codelist("RACE")
    assert (found.extensible, found.besides) == (False, ("MULTIPLE",))
    assert "MULTIPLE" not in found
    assert found.find("MULTIPLE") == Match("MULTIPLE", How.EXACT)
    assert found.find("Multiple") is None
    assert sdtm_terminology().codelist("SEX").besides == ()


def test_irrecist_terms() -> None:
    found = sdtm_terminology().codelist("ONCRSR")
    assert found.extensible
    assert [found.term(v).code for v in ("irCR", "irPR", "irSD", "irPD")] == [
        "C140316",
        "C140315",
        "C140317",
        "C140319",
    ]
    assert "irNE" not in found
    assert sdtm_terminology().codelist("ONCRSCAT").find("irRECIST") == Match(
        "WOLCHOK SOLID TUMORS 2009", How.SYNONYM
    )


def test_units_and_their_synonyms() -> None:
    unit = sdtm_terminology().codelist("UNIT")
    assert unit.find("ng/mL") == Match("ug/L", How.SYNONYM)
    assert unit.find("pg/mL") == Match("ng/L", How.SYNONYM)
    assert unit.find("ng/ml") == Match("ug/L", How.SYNONYM)
    assert unit.find("MG/DL") == Match("mg/dL", How.CASE)
    assert "ng/mL" in sdtm_terminology().codelist("PKUNIT")


def test_what_could_mean_two_terms_means_neither() -> None:
    unit = sdtm_terminology().codelist("UNIT")
    assert unit.find("G/L") is None  # 10^9/L by synonym, g/L but for case
    assert unit.find("AU") is None  # a synonym of several arbitrary units
    torn = PublishedCodelist(
        "C1",
        "x",
        "X",
        True,
        (PublishedTerm("mg", "C2"), PublishedTerm("Mg", "C3"), PublishedTerm("A", "C4", ("b",))),
    )
    assert torn.find("mg") == Match("mg", How.EXACT)
    assert torn.find("MG") is None
    assert torn.find("B") == Match("A", How.SYNONYM)


def test_the_preferred_term_decides_where_no_value_or_synonym_does() -> None:
    severity = sdtm_terminology().codelist("AESEV")
    assert severity.find("Mild Adverse Event") == Match("MILD", How.PREFERRED)
    assert severity.find("mild adverse event") == Match("MILD", How.PREFERRED)
    assert severity.find("Grade 1") == Match("MILD", How.SYNONYM)
    terms = (
        PublishedTerm("A", "C1", ("Shared",), "Shared"),
        PublishedTerm("B", "C2", ("Shared",), "Twice"),
        PublishedTerm("C", "C3", (), "Twice"),
        PublishedTerm("D", "C4", (), ""),
    )
    torn = PublishedCodelist("C0", "Letters", "LETTER", True, terms)
    assert torn.find("Shared") is None  # a synonym of two: the preferred term of one is no answer
    assert torn.find("Twice") is None
    assert torn.find("") is None


def test_pairs_of_short_and_long_names() -> None:
    names = sdtm_terminology().decodes("LBTESTCD", "LBTEST")
    assert names["CEA"] == "Carcinoembryonic Antigen"
    assert names["INTLK6"] == "Interleukin 6"
    assert names["CRP"] == "C Reactive Protein"


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'LBTESTCD'"):
        sdtm_terminology().codelist("LBTESCD")
    with pytest.raises(UnknownName, match=r"C66743.*SDTM CT 2025-03-28"):
        sdtm_terminology().codelist("C66743")
    with pytest.raises(UnknownName, match="NY"):
        sdtm_terminology().codelist("NY").term("YES!")


def test_loading_is_quick() -> None:
    sdtm_terminology()  # imports and page cache
    best = min(_seconds() for _ in range(5))
    assert best < 0.5  # 0.06 s on an idle machine


def _seconds() -> float:
    sdtm_terminology.cache_clear()
    start = time.perf_counter()
    sdtm_terminology()
    return time.perf_counter() - start


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".txt.gz"])
def test_a_published_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"SDTM Terminology 2025-09-26{suffix}"
    text = SMALL if "txt" in suffix else SMALL_CSV
    data = text.encode()
    path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    package = load_published(path)
    assert package.version == "2025-09-26"
    assert package.codelist("NY").values == ("N", "NA", "Y")
    assert package.codelist("NY").term("Y").synonyms == ("Yes",)


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match="not an NCI EVS table"):
        load_published(other)
    with pytest.raises(TerminologyError, match="there is no such file"):
        load_published(tmp_path / "absent.csv")
    (tmp_path / "broken.txt").write_text(HEADER + "C1\tC2\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match="cannot be read"):
        load_published(tmp_path / "broken.txt")
    (tmp_path / "latin.txt").write_bytes(
        (SMALL + "C9\tC66742\t\tx\tZ\xe9\t\t\t\n").encode("latin-1")
    )
    with pytest.raises(TerminologyError, match="cannot be read"):
        load_published(tmp_path / "latin.txt", version="2025-03-28")
    (tmp_path / "short.txt.gz").write_bytes(gzip.compress(SMALL.encode() * 50)[:-20])
    with pytest.raises(TerminologyError, match="cannot be read"):
        load_published(tmp_path / "short.txt.gz", version="2025-03-28")


def test_what_a_file_does_not_say_stays_open(tmp_path: Path) -> None:
    (tmp_path / "undated.txt").write_text(SMALL, encoding="utf-8")
    package = load_published(tmp_path / "undated.txt")
    assert (package.name, package.version) == ("", "")
    assert package.dated("2025-09-26").version == "2025-09-26"
    dated = "\n".join(
        line + ("\tStandard and Date" if i == 0 else "\tADaM CT 2025-09-26")
        for i, line in enumerate(SMALL.splitlines())
    )
    (tmp_path / "SDTM 2020-01-01.txt").write_text(dated + "\n", encoding="utf-8")
    package = load_published(tmp_path / "SDTM 2020-01-01.txt")
    assert (package.name, package.version) == ("ADaM", "2025-09-26")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("C9\tC66742\t\tx\t\t\t\t\n", "ct.txt:6: a row without a CDISC Submission Value"),
        ("\tC66742\t\tx\tZ\t\t\t\n", "ct.txt:6: a row without a Code"),
        ("C9\tC1\t\tx\tZ\t\t\t\n", "ct.txt:6: a term of a codelist that has no row of its own"),
        ("C9\t\tMaybe\tx\tZ\t\t\t\n",
         "ct.txt:6: a codelist without Yes or No in 'Codelist Extensible (Yes/No)'"),
        ("C66742\t\tNo\tx\tNY\t\t\t\n", "ct.txt:6: the codelist C66742 stands twice"),
        ("C9\tC66742\n",
         "ct.txt:6: cannot be read as terminology: Expected 8 columns, got 2: C9\tC66742"),
    ],
)  # fmt: skip
def test_a_row_that_would_be_lost(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "ct.txt").write_text(SMALL + row, encoding="utf-8")
    with pytest.raises(TerminologyError) as caught:
        load_published(tmp_path / "ct.txt")
    assert str(caught.value) == f"{tmp_path.as_posix()}/{message}"


def test_a_file_without_codelists(tmp_path: Path) -> None:
    (tmp_path / "ct.txt").write_text(HEADER + "C9\tC66742\t\tx\tZ\t\t\t\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"ct\.txt:1: no codelist in it"):
        load_published(tmp_path / "ct.txt")


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published file is not here")
def test_the_shipped_lists_are_those_published() -> None:
    whole, shipped = load_published(PUBLISHED), sdtm_terminology()
    assert whole.version == shipped.version
    for code in shipped.codelists:
        assert whole.codelist(code) == shipped.codelist(code)
