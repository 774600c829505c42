"""Hand-built histories through the reference study's own modules of ADSL, ADRS and ADTTE.

Days are study days; day 1 is the first infusion, 1 July 2023, so the data cut-off, 30 June 2024,
is day 366. irPD that a first evaluable assessment 28 days later or more does not repeat is void;
best response looks at days up to 183; stable disease as best response needs day 28. Each history
says in words why the answer is what it is. `PFS` and the other times are (AVAL, CNSR).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from adam.datasets import AdamPlan
from adam.run import run_adam
from crosswalk.plan import make_plan
from mappings.frames import text_series
from mappings.scope import Report
from sdtm.domains import planned_variables
from sdtm.standard import UnknownName, domain

INFUSION = pd.Timestamp("2023-07-01")
SAS_DAY_1 = (INFUSION - pd.Timestamp("1960-01-01")).days
Scans = list[tuple[int, str]]


@dataclass(frozen=True)
class History:
    """What happened to one subject; `death` is a day or a partial date."""

    scans: Scans
    death: int | str | None = None
    therapy: int | None = None
    alive: int = 100
    second: int | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)


HISTORIES: dict[str, History] = {
    # irPD on 28; the next evaluable assessment, 29 days later, is irPR: void. irPR on 57 comes
    # again on 90 (33 days): confirmed. Nothing ends the response: censored on 90.
    "pseudoprogression": History(
        [(28, "irPD"), (57, "irPR"), (90, "irPR")],
        expected={
            "PD": None,
            "BOR": "irPR",
            "CBOR": "irPR",
            "RSP": 57,
            "PFS": (90, 1),
            "DOR": (34, 1),
            "TTR": (57, 0),
            "OS": (100, 1),
            "counted": [28, 57, 90],
        },
    ),
    # irPD as the last scan is never confirmed, and counts. irSD on day 28 is just late enough.
    "progression as last scan": History(
        [(28, "irSD"), (60, "irPD")],
        expected={"PD": 60, "BOR": "irSD", "PFS": (60, 0), "DORREG": (33, 0), "DOR": None},
    ),
    # The first irPD is void by the irSD of day 60; the one of day 90 is confirmed on 120.
    "void, then progression": History(
        [(28, "irPD"), (60, "irSD"), (90, "irPD"), (120, "irPD")],
        expected={"PD": 90, "BOR": "irSD", "PFS": (90, 0), "counted": [28, 60, 90]},
    ),
    # irSD 12 days after the irPD is too soon to void it, and nothing later does: it counts from
    # day 28, and irSD comes after it.
    "sooner than 28 days does not void": History(
        [(28, "irPD"), (40, "irSD")],
        expected={"PD": 28, "BOR": "irPD", "PFS": (28, 0), "counted": [28]},
    ),
    # The same with a scan that may judge: 31 days after the irPD it is irSD, so void.
    "sooner than 28 days is passed over": History(
        [(28, "irPD"), (40, "irSD"), (59, "irSD")],
        expected={"PD": None, "BOR": "irSD", "PFS": (59, 1)},
    ),
    # NE is not evaluable and judges nothing: the irPD counts.
    "only not evaluable after progression": History(
        [(28, "irPD"), (60, "NE"), (90, "NE")],
        expected={"PD": 28, "PFS": (28, 0)},
    ),
    # irPR on 28 and 60 (32 days) with one NE between: confirmed.
    "one NE between two irPR": History(
        [(28, "irPR"), (45, "NE"), (60, "irPR")],
        expected={"BOR": "irPR", "CBOR": "irPR", "PFS": (60, 1)},
    ),
    # Two NE are too many: irPR is not confirmed, and stable from day 28 on.
    "two NE between two irPR": History(
        [(28, "irPR"), (40, "NE"), (50, "NE"), (60, "irPR")],
        expected={"BOR": "irPR", "CBOR": "irSD"},
    ),
    # A void irPD between two irPR breaks the confirmation.
    "void progression between two irPR": History(
        [(28, "irPR"), (56, "irPD"), (90, "irPR")],
        expected={"PD": None, "BOR": "irPR", "CBOR": "irSD"},
    ),
    # irSD on day 27 is too soon for a best response; the registered DOR knows no minimum.
    "stable too soon": History(
        [(27, "irSD"), (60, "NE")],
        expected={"BOR": "NE", "CBOR": "NE", "DORREG": (1, 1), "PFS": (27, 1)},
    ),
    # New therapy on 50: the irPD of 56 does not count. Censored at the last scan before, day 28.
    "new therapy before progression": History(
        [(28, "irPR"), (56, "irPD")],
        therapy=50,
        expected={
            "PD": None,
            "PFS": (28, 1),
            "PFS ends with": "New anticancer therapy",
            "counted": [28],
        },
    ),
    # A scan on the first day of new therapy still counts.
    "progression on the day of new therapy": History(
        [(28, "irPR"), (50, "irPD")], therapy=50, expected={"PD": 50, "PFS": (50, 0)}
    ),
    # New therapy also keeps a later scan from voiding: the irPD of 28 counts.
    "new therapy before the judging scan": History(
        [(28, "irPD"), (60, "irPR")], therapy=40, expected={"PD": 28, "PFS": (28, 0)}
    ),
    # Death after new therapy is no event of PFS, but of OS.
    "death after new therapy": History(
        [(28, "irSD")], therapy=50, death=80, alive=79, expected={"PFS": (28, 1), "OS": (80, 0)}
    ),
    # Death the day after the last scan ends PFS and the registered DOR, both by one day more.
    "death the day after the last scan": History(
        [(28, "irSD")],
        death=29,
        alive=28,
        expected={
            "PFS": (29, 0),
            "PFS ends with": "Death",
            "DORREG": (2, 0),
            "OS": (29, 0),
        },
    ),
    # Nothing after the infusion: censored on day 1, and not evaluable.
    "no scan at all": History(
        [],
        alive=10,
        expected={
            "BOR": "NE",
            "PFS": (1, 1),
            "PFS because": "No assessment after infusion",
            "DOR": None,
            "DORREG": None,
            "OS": (10, 1),
        },
    ),
    # A screening scan is before the infusion and no assessment.
    "only a scan before the infusion": History(
        [(-5, "irSD")], alive=10, expected={"BOR": "NE", "PFS": (1, 1), "counted": []}
    ),
    # What happens on the day of the cut-off counts.
    "progression on the cut-off": History(
        [(28, "irSD"), (366, "irPD")], alive=366, expected={"PD": 366, "PFS": (366, 0)}
    ),
    "death on the cut-off": History(
        [(28, "irSD")], death=366, alive=365, expected={"PFS": (366, 0), "OS": (366, 0)}
    ),
    # What happens the day after does not; who was alive later is alive at the cut-off.
    "everything after the cut-off": History(
        [(28, "irSD"), (367, "irPD")],
        death=380,
        alive=379,
        expected={"PD": None, "PFS": (28, 1), "OS": (366, 1), "OS because": "Last known alive"},
    ),
    # Progression and death on one day: the event named first describes it.
    "progression and death on one day": History(
        [(28, "irSD"), (60, "irPD")],
        death=60,
        alive=59,
        expected={"PFS": (60, 0), "PFS ends with": "Progressive disease"},
    ),
    # Death on the day of the last evaluable assessment: an event, not a censoring of that day.
    "death and censoring on one day": History(
        [(28, "irSD"), (60, "irSD")], death=60, alive=59, expected={"PFS": (60, 0)}
    ),
    # September 2023: the first possible day, 1 September, is day 63, after the last day alive.
    "death known to the month": History(
        [(28, "irSD")],
        death="2023-09",
        alive=40,
        expected={"OS": (63, 0), "PFS": (63, 0), "DTHDTF": "D"},
    ),
    # Alive on 20 September (day 82): the death is the day after.
    "death known to the month, alive in it": History(
        [(28, "irSD")], death="2023-09", alive=82, expected={"OS": (83, 0), "DTHDTF": "D"}
    ),
    # Died some day in 2024, and was alive on day 368, two days after the cut-off: not dead by then.
    "partial death, alive after the cut-off": History(
        [(28, "irSD")],
        death="2024",
        alive=368,
        expected={
            "OS": (366, 1),
            "OS because": "Last known alive",
            "PFS": (28, 1),
            "DTHDTF": "",
            "DTHFL": "",
        },
    ),
    # The same, last seen alive on the day before the cut-off: dead on the cut-off at the earliest.
    "partial death, alive before the cut-off": History(
        [(28, "irSD")],
        death="2024",
        alive=365,
        expected={"OS": (366, 0), "DTHDTF": "M", "DTHFL": "Y"},
    ),
    # The second infusion neither moves the start nor ends anything; irPR on day 90 of the first.
    "second infusion": History(
        [(28, "irSD"), (59, "irSD"), (90, "irPR")],
        second=60,
        expected={"BOR": "irPR", "CBOR": "irSD", "PFS": (90, 1), "TTR": (90, 0)},
    ),
    # irPR on day 190 is outside the window of best response, inside that of time to response.
    "response after the window": History(
        [(28, "irSD"), (190, "irPR")],
        alive=200,
        expected={"BOR": "irSD", "RSP": 190, "TTR": (190, 0), "DOR": (1, 1)},
    ),
    # irPR starts in the window and is confirmed after it.
    "confirmed after the window": History(
        [(180, "irPR"), (210, "irPR")], alive=220, expected={"CBOR": "irPR", "RSP": 180}
    ),
    # After the irPD that counts, no response counts.
    "response after a progression that counts": History(
        [(28, "irPD"), (56, "irPD"), (90, "irCR")],
        expected={"PD": 28, "BOR": "irPD", "RSP": None, "counted": [28]},
    ),
}

RESPONSES = ["irCR", "irPR", "irSD", "NON-CR/NON-PD", "irPD", "NE", ""]


def any_history(random: Random) -> History:
    """Up to nine scans in the year before the cut-off, and perhaps new therapy or cells again."""
    count = random.randint(0, 9)
    scans = [(random.randint(-20, 340), random.choice(RESPONSES)) for _ in range(count)]
    return History(
        sorted(scans, key=lambda scan: scan[0]),
        therapy=random.choice([None, random.randint(1, 340)]),
        second=random.choice([None, random.randint(28, 200)]),
        alive=random.randint(1, 360),
    )


#: Subjects without an expected answer, for what holds of everybody.
OTHERS = {f"R{number:03}": any_history(Random(number)) for number in range(100)}


def iso(day: int) -> str:
    """The date of a study day."""
    return str((INFUSION + pd.Timedelta(days=day - 1 if day > 0 else day)).date())


@pytest.fixture(scope="session")
def plan(reference_study: Path) -> tuple[AdamPlan, dict[str, pd.DataFrame]]:
    """The reference study's ADSL, ADRS and ADTTE as compiled, and its tabulations, empty."""
    whole = make_plan(reference_study)
    assert whole.adam is not None
    wanted = ("ADSL", "ADRS", "ADTTE")
    modules = tuple(m for m in whole.adam.modules if m.module.target in wanted)
    empty = {name: blank(name, names) for name, names in planned_variables(whole.sdtm).items()}
    return replace(whole.adam, modules=modules), empty


def numeric(name: str, column: str) -> bool:
    try:
        return domain(name).variable(column).numeric
    except (UnknownName, LookupError):
        return False


def blank(name: str, columns: Iterable[str]) -> pd.DataFrame:
    """A tabulation without records."""
    kinds = {c: "float64" if numeric(name, c) else "str" for c in columns}
    kinds |= {"USUBJID": "str", "_form": "str", "_row": "int64"}
    return pd.DataFrame({c: pd.Series(dtype=kind) for c, kind in kinds.items()})


def filled(empty: pd.DataFrame, name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The tabulation with these records; what a record does not say is missing."""
    data = {}
    for column in empty.columns:
        number = pd.api.types.is_numeric_dtype(empty[column])
        values = [row.get(column, np.nan if number else "") for row in rows]
        data[column] = pd.Series(values, dtype="float64") if number else text_series(values)
    unknown = {column for row in rows for column in row} - set(empty.columns)
    assert not unknown, f"{name} has no {unknown}"
    made = pd.DataFrame(data)
    made["_form"] = text_series([name] * len(made))
    made["_row"] = np.arange(1, len(made) + 1, dtype=np.int64)
    return made


def tabulated(
    empty: Mapping[str, pd.DataFrame], histories: Mapping[str, History], shift: int = 0
) -> dict[str, pd.DataFrame]:
    """The tabulations that these histories would have; `shift` moves all days."""

    def at(day: int) -> str:
        return str((pd.Timestamp(iso(day)) + pd.Timedelta(days=shift)).date())

    rows: dict[str, list[dict[str, Any]]] = {n: [] for n in ("DM", "EX", "RS", "CM", "SV")}
    for subject, h in histories.items():
        who = {"USUBJID": subject}
        death = "" if h.death is None else at(h.death) if isinstance(h.death, int) else h.death
        rows["DM"].append(
            {
                **who,
                "RFXSTDTC": at(1),
                "RFXENDTC": at(h.second or 1),
                "RFICDTC": at(-10),
                "DTHDTC": death,
                "DTHFL": "Y" if death else "",
                "ARMCD": "DL1",
                "ARM": "CEA CAR-T Cells 1 x 10^6/kg",
                "ACTARM": "CEA CAR-T Cells 1 x 10^6/kg",
            }
        )
        infusions = [1, *([h.second] if h.second else [])]
        rows["EX"] += [
            {**who, "EXSEQ": i, "EXSPID": str(i), "EXDOSE": 1.0, "EXSTDTC": at(d), "EXENDTC": at(d)}
            for i, d in enumerate(infusions, 1)
        ]
        rows["SV"].append({**who, "VISITNUM": 1.0, "SVSTDTC": at(h.alive)})
        rows["RS"] += [
            {
                **who,
                "RSSEQ": i,
                "RSTESTCD": "OVRLRESP",
                "RSEVAL": "INVESTIGATOR",
                "RSSTRESC": value,
                "RSDTC": at(day),
                "VISITNUM": float(i),
                "VISIT": f"SCAN {i}",
            }
            for i, (day, value) in enumerate(h.scans, 1)
        ]
        if h.therapy is not None:
            new = {"CMCAT": "NEW ANTICANCER THERAPY", "CMSTDTC": at(h.therapy), "CMTRT": "X"}
            rows["CM"].append({**who, "CMSEQ": 1, **new})
    return {n: filled(f, n, rows[n]) if n in rows else f for n, f in empty.items()}


def analysed(
    plan: tuple[AdamPlan, dict[str, pd.DataFrame]], data: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """ADSL, ADRS and ADTTE of the reference study's modules."""
    result = run_adam(plan[0], data, Report({}))
    return {d.name: d.frame[list(d.variables)] for d in result.datasets}


@pytest.fixture(scope="session")
def built(plan: tuple[AdamPlan, dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Everybody in one study; the subject is the unit of work, so nobody changes another."""
    return analysed(plan, tabulated(plan[1], HISTORIES | OTHERS))


def answer(built: Mapping[str, pd.DataFrame], subject: str, what: str) -> Any:
    """What the datasets say to one expectation."""
    adsl, adrs, adtte = (
        built[n][built[n]["USUBJID"] == subject] for n in ("ADSL", "ADRS", "ADTTE")
    )
    if what in adsl.columns:
        return adsl[what].iloc[0]
    if what == "counted":
        return adrs.query("PARAMCD == 'OVR' and ANL01FL == 'Y'")["ADY"].tolist()
    code = what.split(maxsplit=1)[0]
    if code in ("PFS", "OS", "DOR", "DORREG", "TTR"):
        rows = adtte[adtte["PARAMCD"] == code]
        if rows.empty:
            return None
        row = rows.iloc[0]
        if what.endswith("with"):
            return row["EVNTDESC"]
        return row["CNSDTDSC"] if what.endswith("because") else (row["AVAL"], row["CNSR"])
    [found] = adrs[adrs["PARAMCD"] == code].to_dict("records")
    if code in ("BOR", "CBOR"):
        return found["AVALC"]
    assert (found["AVALC"] == "Y") == (not np.isnan(found["ADT"]))
    return None if found["AVALC"] == "N" else found["ADT"] - SAS_DAY_1 + 1


@pytest.mark.parametrize("subject", HISTORIES)
def test_history(subject: str, built: dict[str, pd.DataFrame]) -> None:
    expected = HISTORIES[subject].expected
    assert expected
    assert {what: answer(built, subject, what) for what in expected} == expected


def test_everybody_has_every_time_once(built: dict[str, pd.DataFrame]) -> None:
    adtte = built["ADTTE"]
    assert not adtte.duplicated(["USUBJID", "PARAMCD"]).any()
    counts = adtte["PARAMCD"].value_counts()
    assert counts["PFS"] == counts["OS"] == len(HISTORIES | OTHERS)


def test_others_meet_every_response(built: dict[str, pd.DataFrame]) -> None:
    """What holds of everybody is only worth something where something happens."""
    others = built["ADRS"][built["ADRS"]["USUBJID"].isin(OTHERS)]
    best = others.loc[others["PARAMCD"] == "CBOR", "AVALC"].value_counts()
    assert {"irCR", "irPR", "irSD", "irPD", "NE"} <= set(best.index)
    progressed = others.loc[others["PARAMCD"] == "PD", "AVALC"].value_counts()
    assert progressed.min() > 20


@pytest.mark.parametrize("shift", [-400, -1])
def test_the_calendar_does_not_matter(
    shift: int,
    plan: tuple[AdamPlan, dict[str, pd.DataFrame]],
    built: dict[str, pd.DataFrame],
) -> None:
    """All dates of a subject moved by n days: dates move by n, durations and responses do not.

    Without what the cut-off or a month decide; those are days of the calendar.
    """
    fixed = {n: h for n, h in HISTORIES.items() if "cut-off" not in n and "month" not in n}
    moved = analysed(plan, tabulated(plan[1], fixed | OTHERS, shift))
    for name in ("ADRS", "ADTTE"):
        was = built[name][built[name]["USUBJID"].isin(fixed | OTHERS)].reset_index(drop=True)
        now = moved[name].copy()
        for column in now.columns[now.columns.str.endswith("DT")]:
            now[column] -= shift
        pd.testing.assert_frame_equal(now, was)


def test_the_order_of_rows_does_not_matter(
    plan: tuple[AdamPlan, dict[str, pd.DataFrame]], built: dict[str, pd.DataFrame]
) -> None:
    data = tabulated(plan[1], HISTORIES | OTHERS)
    random = Random(7)
    mixed = {}
    for name, frame in data.items():
        places = list(range(len(frame)))
        random.shuffle(places)
        mixed[name] = frame.iloc[places].reset_index(drop=True)
    for name, frame in analysed(plan, mixed).items():
        pd.testing.assert_frame_equal(frame, built[name])


def test_a_later_scan_leaves_earlier_records_their_number(
    plan: tuple[AdamPlan, dict[str, pd.DataFrame]], built: dict[str, pd.DataFrame]
) -> None:
    """An assessment more at the end: those before it keep SRCSEQ, and the order that they had."""
    random = Random(11)
    more = {
        name: replace(one, scans=[*one.scans, (350, random.choice(RESPONSES))])
        for name, one in OTHERS.items()
    }
    after = analysed(plan, tabulated(plan[1], more))["ADRS"]
    before = built["ADRS"][built["ADRS"]["USUBJID"].isin(OTHERS)]
    numbers = ["USUBJID", "ADT", "AVALC", "SRCSEQ"]
    was, now = (a.loc[a["PARAMCD"] == "OVR", numbers] for a in (before, after))
    assert len(now) == len(was) + len(OTHERS)
    earlier = now[now["ADT"] < SAS_DAY_1 + 349]
    pd.testing.assert_frame_equal(earlier.reset_index(drop=True), was.reset_index(drop=True))
