"""What the records of TR say of a lesion: one size or state of each at each assessment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from adam.criteria import PRESETS
from adam.lesions import respond
from adam.parameters.computed import identified
from adam.parameters.model import Ground
from adam.parameters.scans import measures, nodes
from mappings.findings import SpecPlace
from mappings.scope import Report

PLACE = SpecPlace("adam/adrs.yaml", 1, 1)
DAYS = {"2024-01-05": 1, "2024-02-21": 2, "2024-04-03": 3}
FIRST, SECOND = "2024-01-05", "2024-02-21"

Row = tuple[str, str, str, float | str]


def tr_of(rows: Sequence[Row]) -> pd.DataFrame:
    """TR of (lesion, test, date, size or words)."""
    words = [v if isinstance(v, str) else "" for *_, v in rows]
    sizes = [np.nan if isinstance(v, str) else float(v) for *_, v in rows]
    text = {
        "USUBJID": ["S"] * len(rows),
        "TRLNKID": [r[0] for r in rows],
        "TRTESTCD": [r[1] for r in rows],
        "TRDTC": [r[2] for r in rows],
        "TRSTRESC": [w or f"{s:g}" for w, s in zip(words, sizes, strict=True)],
    }
    frame = pd.DataFrame(text).astype("str")
    visit = [float(DAYS.get(r[2][:10], 1)) for r in rows]
    row = np.arange(len(rows), dtype="int64")
    return frame.assign(TRSTRESN=sizes, VISITNUM=visit, _form="TR", _row=row)


def lesions_of(kinds: dict[str, tuple[str, str]], tr: pd.DataFrame) -> pd.DataFrame:
    """Lesions of number to kind and site."""
    tu = pd.DataFrame(
        {
            "USUBJID": ["S"] * len(kinds),
            "TULNKID": list(kinds),
            "TULOC": [place for _, place in kinds.values()],
        }
    ).astype("str")
    return pd.DataFrame(
        {
            "USUBJID": tu["USUBJID"],
            "LNKID": tu["TULNKID"],
            "KIND": pd.Series([kind for kind, _ in kinds.values()], dtype="str"),
            "NODE": np.where(nodes(tu, tr), "Y", "N"),
            "MEASURABLE": "Y",
        }
    )


def answer(
    rows: Sequence[Row], key: str = "ADT", **kinds: tuple[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """The responses by RECIST 1.1 from 10 January 2024 on, and the rules of the findings."""
    tr = tr_of(rows)
    lesions = lesions_of(kinds, tr)
    report = Report({}, "ascii")
    scans = measures(tr, lesions, key, report, PLACE)
    start = pd.Series({"S": 23385.0})
    made = respond(lesions, scans, start, PRESETS["recist-1.1"], assessment=key)
    return made, [f.rule for f in report.findings]


LUNG, NODE, OTHER = ("TARGET", "LUNG"), ("TARGET", "LYMPH NODE"), ("NON-TARGET", "LIVER")


def test_of_two_diameters_the_one_of_the_kind_of_lesion_counts() -> None:
    rows: list[Row] = []
    for day, lung, short in ((FIRST, 40, 20), (SECOND, 20, 16)):
        rows += [("T1", "LDIAM", day, lung), ("T1", "LPERP", day, lung - 8)]
        rows += [("T2", "LDIAM", day, 30), ("T2", "LPERP", day, short)]
    made, found = answer(rows, T1=LUNG, T2=NODE)
    # 40 + 20 falls to 20 + 16: by 40 %.
    assert made[["BASE", "BURDEN", "OVRLRESP"]].values.tolist() == [[60.0, 36.0, "PR"]]
    assert found == []


def test_a_short_axis_alone_is_a_node_wherever_it_lies() -> None:
    rows: list[Row] = [("T1", "LPERP", FIRST, 20), ("T1", "LPERP", SECOND, 9)]
    made, _ = answer(rows, T1=("TARGET", ""))
    assert made["OVRLRESP"].tolist() == ["CR"]


def test_a_lesion_that_is_present_is_evaluable() -> None:
    rows: list[Row] = [("N1", "TUMSTATE", FIRST, "PRESENT"), ("N1", "TUMSTATE", SECOND, "Present")]
    made, found = answer(rows, N1=OTHER)
    assert made[["OVRLRESP", "NTRGRESP", "LACKING"]].values.tolist() == [
        ["NON-CR/NON-PD", "NON-CR/NON-PD", ""]
    ]
    assert found == []


def test_a_state_beside_the_size_adds_nothing() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40), ("T1", "LDIAM", SECOND, 40)]
    rows += [("T1", "TUMSTATE", day, "PRESENT") for day in (FIRST, SECOND)]
    made, found = answer(rows, T1=LUNG)
    assert made[["BURDEN", "OVRLRESP"]].values.tolist() == [[40.0, "SD"]]
    assert found == []


def test_a_size_is_better_than_too_small_to_measure() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40), ("T1", "LDIAM", SECOND, 3)]
    rows += [("T1", "TUMSTATE", SECOND, "TOO SMALL TO MEASURE")]
    assert answer(rows, T1=LUNG)[0]["BURDEN"].tolist() == [3.0]
    rows[1:] = [("T1", "LDIAM", SECOND, "TOO SMALL TO MEASURE")]
    assert answer(rows, T1=LUNG)[0]["BURDEN"].tolist() == [5.0]


def test_a_lesion_that_merged_is_nothing_of_its_own() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 20), ("T2", "LDIAM", FIRST, 20)]
    rows += [("T1", "LDIAM", SECOND, 38), ("T2", "TUMSTATE", SECOND, "MERGED")]
    made, _ = answer(rows, T1=LUNG, T2=LUNG)
    assert made[["BURDEN", "OVRLRESP"]].values.tolist() == [[38.0, "SD"]]


def test_a_state_that_is_not_known_is_a_finding_and_not_evaluable() -> None:
    rows: list[Row] = [("N1", "TUMSTATE", FIRST, "PRESENT"), ("N1", "TUMSTATE", SECOND, "HAZY")]
    made, found = answer(rows, N1=OTHER)
    assert made["OVRLRESP"].tolist() == ["NE"]
    assert found == ["lesion.state"]


@pytest.mark.parametrize(("again", "sum_", "rules"), [(30, 30.0, []), (25, None, ["lesion.twice"])])
def test_two_results_of_one_day_are_not_added(
    again: int, sum_: float | None, rules: list[str]
) -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40)]
    rows += [("T1", "LDIAM", SECOND, 30), ("T1", "LDIAM", SECOND, again)]
    made, found = answer(rows, T1=LUNG)
    assert made["BURDEN"].astype(object).where(made["BURDEN"].notna(), None).tolist() == [sum_]
    assert sorted(set(found)) == rules


def test_of_two_scans_of_a_visit_the_last_stands() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40), ("T1", "LDIAM", SECOND, 30)]
    rows += [("T1", "LDIAM", "2024-02-25", 28)]
    tr = tr_of(rows).assign(VISITNUM=[1.0, 2.0, 2.0])
    lesions = lesions_of({"T1": LUNG}, tr)
    scans = measures(tr, lesions, "VISITNUM", Report({}, "ascii"), PLACE)
    assert scans["DIAM"].tolist() == [40.0, 28.0]


def test_fragments_add_up() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40)]
    rows += [("T1.1", "LDIAM", SECOND, 15), ("T1.2", "LDIAM", SECOND, 10)]
    assert answer(rows, T1=LUNG)[0]["BURDEN"].tolist() == [25.0]


def test_a_scan_without_a_day_is_a_finding() -> None:
    rows: list[Row] = [("T1", "LDIAM", FIRST, 40), ("T1", "LDIAM", "2024-02", 60)]
    made, found = answer(rows, T1=LUNG)
    assert len(made) == 0
    assert found == ["lesion.undated"]


def test_a_lesion_without_a_number_is_told() -> None:
    """Without TULNKID or TRLNKID nothing links a lesion and its sizes; a sum has none to lack."""
    tr = tr_of(
        [("", "LDIAM", FIRST, 30.0), ("T1", "LDIAM", FIRST, 20.0), ("", "SUMDIAM", FIRST, 50.0)]
    )
    tu = pd.DataFrame(
        {
            "USUBJID": ["S", "S"],
            "TULNKID": ["T1", ""],
            "TUTESTCD": ["TUMIDENT", "TUMIDENT"],
            "TUSTRESC": ["TARGET", "TARGET"],
        }
    ).astype("str")
    tu = tu.assign(_form="TU", _row=np.arange(2, dtype="int64"))
    report = Report({})
    ground = Ground({}, pd.DataFrame(), pd.DataFrame(), np.inf, report, "ADRS")
    made = identified(tu, tr, ground, PLACE)
    assert made["LNKID"].tolist() == ["T1"]
    told = [(f.rule, f.dataset, f.variable) for f in report.findings]
    assert told == [("lesion.unknown", "TU", "TULNKID"), ("lesion.unknown", "TR", "TRLNKID")]
