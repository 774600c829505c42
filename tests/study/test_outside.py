"""Flags, numbers and visits of the reference study, worked out again from the finished records."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crosswalk.build import Package

Texts = Callable[[str], pd.DataFrame]


def before(moment: str, start: str) -> bool:
    """Whether a moment is certainly not later than the first exposure."""
    if len(moment) < 10 or len(start) < 10:
        return False
    if moment[:10] != start[:10]:
        return moment[:10] < start[:10]
    return len(moment) > 10 and len(start) > 10 and moment <= start


@pytest.mark.parametrize("name", ["LB", "VS"])
def test_one_last_result_before_exposure(name: str, texts: Texts) -> None:
    start = dict(texts("DM")[["USUBJID", "RFXSTDTC"]].to_numpy())
    wanted: dict[tuple[str, str], tuple[str, str, float]] = {}
    flagged: dict[tuple[str, str], float] = {}
    for row in texts(name).to_dict("records"):
        key = (row["USUBJID"], row[f"{name}TESTCD"])
        moment, number = row[f"{name}DTC"], float(row[f"{name}SEQ"])
        if row[f"{name}ORRES"] and before(moment, start[row["USUBJID"]]):
            order = (moment[:10], moment[10:], number)
            wanted[key] = max(wanted.get(key, order), order)
        if row[f"{name}LOBXFL"]:
            assert row[f"{name}LOBXFL"] == "Y"
            assert key not in flagged
            flagged[key] = number
    assert len(wanted) > 100
    assert flagged == {key: order[2] for key, order in wanted.items()}


def test_numbers_count_the_records_in_the_order_of_the_keys(reference: Package) -> None:
    seen = 0
    for built in reference.datasets.values():
        number = f"{built.name}SEQ"
        if built.name.startswith("AD") or number not in built.variables or built.name == "TS":
            continue
        records: dict[str, list[tuple[float, list[object]]]] = {}
        for row in built.frame.to_dict("records"):
            keys = [("" if row[k] != row[k] else row[k]) for k in built.keys]
            keys = [(isinstance(k, float), k) for k in keys]
            records.setdefault(row["USUBJID"], []).append((row[number], keys))
        for rows in records.values():
            assert [n for n, _ in rows] == [*range(1, len(rows) + 1)]
            assert [k for _, k in rows] == sorted(k for _, k in rows), built.name
        seen += 1
    assert seen > 10


def test_a_visit_has_one_number_and_one_name_in_the_whole_package(reference: Package) -> None:
    names: dict[float, set[str]] = {}
    numbers: dict[str, set[float]] = {}
    for built in reference.datasets.values():
        if {"VISIT", "VISITNUM"} <= set(built.variables):
            pairs = built.frame[["VISITNUM", "VISIT"]].drop_duplicates().dropna()
            for number, name in pairs.to_numpy():
                names.setdefault(number, set()).add(name)
                numbers.setdefault(name, set()).add(number)
    assert len(names) > 20
    assert {n: v for n, v in names.items() if len(v) > 1} == {}
    assert {n: v for n, v in numbers.items() if len(v) > 1} == {}
