"""SUPP--: pointers that resolve, and text over 200 bytes that goes on."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtm.supp import COLUMNS, Qualifier, continued, supplemental, whole_qualifiers

few = settings(max_examples=40, deadline=None)


def texts(values: list[str]) -> pd.Series[str]:
    return pd.Series(values, dtype="str")


def records(*terms: str) -> pd.DataFrame:
    count = len(terms)
    return pd.DataFrame(
        {
            "STUDYID": texts(["S"] * count),
            "USUBJID": texts([f"S-{i % 2}" for i in range(count)]),
            "AESEQ": [float(i // 2 + 1) for i in range(count)],
            "AETERM": texts(list(terms)),
            "_form": texts(["ae"] * count),
            "_row": pd.Series(range(2, count + 2), dtype="int64"),
        }
    )


def note(name: str, *values: str, label: str = "Note", origin: str = "CRF") -> Qualifier:
    return Qualifier(name, label, origin, "", texts(list(values)))


def test_a_record_for_each_value_in_the_order_of_the_parent() -> None:
    frame = records("a", "b", "c")
    made = supplemental(frame, "AE", "AESEQ", [note("X", "1", "", "3"), note("Y", "", "5", "6")])
    assert list(made.columns) == [*COLUMNS, "_form", "_row"]
    assert made[["USUBJID", "IDVARVAL", "QNAM", "QVAL", "_row"]].values.tolist() == [
        ["S-0", "1", "X", "1", 2],
        ["S-0", "2", "X", "3", 4],
        ["S-0", "2", "Y", "6", 4],
        ["S-1", "1", "Y", "5", 3],
    ]
    assert set(made["RDOMAIN"]) == {"AE"}
    assert set(made["IDVAR"]) == {"AESEQ"}
    assert set(made["QORIG"]) == {"CRF"}


def test_without_values_there_is_nothing() -> None:
    assert len(supplemental(records("a"), "AE", "AESEQ", [note("X", "")])) == 0
    assert len(supplemental(records("a"), "AE", "AESEQ", [])) == 0


def test_a_domain_without_seq_points_to_the_subject() -> None:
    made = supplemental(records("a"), "DM", "", [note("X", "1")])
    assert made[["IDVAR", "IDVARVAL"]].values.tolist() == [["", ""]]


def test_text_of_200_bytes_stays_whole_and_201_goes_on() -> None:
    frame, more = continued(records("x" * 200), {"AETERM": "Term"}, "ascii")
    assert more == []
    assert frame["AETERM"].tolist() == ["x" * 200]
    frame, [rest] = continued(records("x" * 201, "short"), {"AETERM": "Term"}, "ascii")
    assert frame["AETERM"].tolist() == ["x" * 200, "short"]
    assert (rest.name, rest.label, rest.values.tolist()) == ("AETERM1", "Term 1", ["x", ""])


def test_bytes_count_and_not_characters() -> None:
    frame, [rest] = continued(records("\u00e9" * 101), {"AETERM": "Term"}, "utf-8")
    assert frame["AETERM"].tolist() == ["\u00e9" * 100]
    assert rest.values.tolist() == ["\u00e9"]


def test_names_of_pieces_have_at_most_eight_characters_and_are_never_twice() -> None:
    frame = pd.DataFrame({"AEREASND": texts(["y " * 1200]), "AEREASNX": texts(["z " * 300])})
    _, more = continued(frame, {"AEREASND": "Reason", "AEREASNX": "Other"}, "ascii")
    names = [q.name for q in more]
    assert names[0] == "AEREASN1"
    assert "AEREAS10" in names
    assert max(len(n) for n in names) == 8
    assert len(set(names)) == len(names)


def test_a_piece_does_not_take_the_name_of_a_qualifier() -> None:
    _, [rest] = continued(records("x" * 201), {"AETERM": "Term"}, "ascii", {}, ["AETERM1"])
    assert rest.name == "AETERM2"


def test_the_label_of_a_piece_fits_and_its_origin_is_the_variables() -> None:
    label = "Reported Term for the Adverse Event XXXX"
    assert len(label) == 40
    _, [rest] = continued(records("x" * 201), {"AETERM": label}, "ascii", {"AETERM": "Derived"})
    assert rest.label == "Reported Term for the Adverse Event XX 1"
    assert rest.origin == "Derived"


def test_a_qualifier_over_200_bytes_goes_on_too() -> None:
    long = "word " * 90
    made = whole_qualifiers([note("AENOTE", long.strip(), "b"), note("Z", "", "c")], "ascii")
    assert [q.name for q in made] == ["AENOTE", "AENOTE1", "AENOTE2", "Z"]
    assert " ".join(q.values.iloc[0] for q in made[:3]) == long.strip()
    assert [q.values.iloc[1] for q in made] == ["b", "", "", "c"]


@few
@given(
    st.lists(st.text("ab \u00e9\u8089", max_size=500).map(str.strip), min_size=1, max_size=4),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_pieces_fit_and_lose_nothing_but_blanks(terms: list[str], encoding: str) -> None:
    frame, more = continued(records(*terms), {"AETERM": "Term"}, encoding)
    for i, term in enumerate(terms):
        pieces = [frame["AETERM"].iloc[i], *(q.values.iloc[i] for q in more)]
        assert all(len(p.encode(encoding)) <= 200 for p in pieces)
        assert "".join(pieces).replace(" ", "") == term.replace(" ", "")


@few
@given(st.lists(st.sampled_from(["", "p", "q"]), min_size=1, max_size=12))
def test_every_pointer_leads_to_one_record_with_that_value(values: list[str]) -> None:
    frame = records(*values)
    made = supplemental(frame, "AE", "AESEQ", [note("X", *values)])
    assert len(made) == len([v for v in values if v])
    if not len(made):
        return
    target = frame.assign(IDVARVAL=frame["AESEQ"].map("{:.0f}".format).astype("str"))
    found = made.merge(target, on=["USUBJID", "IDVARVAL"], how="left", validate="one_to_one")
    assert found["AETERM"].tolist() == made["QVAL"].tolist()


def test_in_the_study_every_pointer_resolves(base: object) -> None:
    supp, ae = base["SUPPAE"], base["AE"]  # type: ignore[index]
    numbers = ae["USUBJID"] + "|" + ae["AESEQ"].map("{:.0f}".format)
    assert (supp["USUBJID"] + "|" + supp["IDVARVAL"]).isin(numbers).all()
    assert supp[["IDVARVAL", "QNAM", "QVAL"]].values.tolist() == [
        ["1", "AECRS", "N"],
        ["3", "AENOTE", "given fluids"],
        ["3", "AECRS", "Y"],
    ]


@pytest.mark.parametrize("size", [0, 1])
def test_no_records(size: int) -> None:
    frame, more = continued(records(*["a"] * size), {"AETERM": "Term"}, "ascii")
    assert len(frame) == size
    assert more == []
