"""Standard results of a findings domain: result, unit and both limits moved in one act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappings.frames import blank_text, map_distinct_numbers, take_table
from mappings.modules import Module
from mappings.scope import Report
from mappings.text import number
from sdtm.terminology import Terminology
from sdtm.units import Status, standardise

_NO_UNIT = "Ask for the unit; where one was collected, mend the finding of its variable first."
_WORDS = {
    Status.MISSING_UNIT: ("unit.missing", "the result '{}' has no unit", _NO_UNIT),
    Status.UNKNOWN_UNIT: (
        "unit.unknown",
        "no conversion to the standard unit is known for the unit '{}'",
        "Ask the laboratory, or mend 'units'.",
    ),
    Status.DECIMAL_COMMA: (
        "num.decimal_comma",
        "'{}' has a decimal comma: the number is not guessed",
        "Ask the laboratory.",
    ),
}


def add_standard_results(
    frame: pd.DataFrame,
    settings: Mapping[str, Any],
    report: Report,
    terminology: Terminology,
    module: Module,
) -> pd.DataFrame:
    """--STRESC, --STRESN, --STRESU and, where limits are named, --STNRLO, --STNRHI, --NRIND.

    A missing or unknown unit, or a decimal comma, is a finding and leaves them missing.
    """
    target = module.target
    spec = module.document.place(("standard",), key=True)
    where = {
        "result": module.read_from(frame, str(settings["result"])),
        "unit": module.read_from(frame, str(settings["unit"])),
        "limits": module.read_from(
            frame, str(settings.get("low", "")), str(settings.get("high", ""))
        ),
    }
    units = {code: str(unit or "") for code, unit in settings["units"].items()}
    tests = frame[f"{target}TESTCD"]
    unlisted = ~tests.isin(list(units)).to_numpy(dtype=bool)
    report.rows(
        "unit.unlisted",
        frame,
        unlisted,
        "",
        "Add the test to 'units' of this module (null when it has no unit).",
        dataset=target,
        variable=f"{target}STRESU",
        values=tests,
        spec=spec,
        wording=lambda value: f"the test {value} has no standard unit in this module",
    )
    blank = blank_text(frame.index)
    original = frame[settings["result"]]
    unit = frame[settings["unit"]]
    made = standardise(
        original,
        unit,
        frame[settings["low"]] if "low" in settings else blank,
        frame[settings["high"]] if "high" in settings else blank,
        tests,
        take_table(tests, units),
        terminology,
    )
    for status, (rule, words, advice) in _WORDS.items():
        shown = unit if status is Status.UNKNOWN_UNIT else original
        mask = (made["STATUS"] == status).to_numpy(dtype=bool) & ~unlisted
        report.rows(
            rule,
            frame,
            mask,
            "",
            advice,
            dataset=target,
            variable=f"{target}STRESC",
            values=shown,
            column=where["result" if status is Status.DECIMAL_COMMA else "unit"],
            spec=spec,
            wording=words.format,
        )
    limits = (made["LIMITS"] != Status.OK).to_numpy(dtype=bool)
    whole = made["STATUS"].isin([Status.OK, Status.NOT_NUMERIC]).to_numpy(dtype=bool)
    report.rows(
        "unit.limit",
        frame,
        limits & whole & ~unlisted,
        "a limit of the reference range is not a number that could be converted",
        "Ask the laboratory.",
        dataset=target,
        variable=f"{target}STNRLO",
        values=unit,
        column=where["limits"],
        spec=spec,
    )
    texts = {str(k): str(v) for k, v in (settings.get("texts") or {}).items()}
    if texts:
        numbers = {t: number(v) for t, v in texts.items()}
        counts = [t for t, v in numbers.items() if not np.isnan(v)]
        # The same word may be a size of one test (ABSENT, 0 mm) and the whole result of another.
        state = original.isin(counts) & (take_table(tests, units) == "")
        worded = (original.isin(list(texts)) & ~state).to_numpy(dtype=bool)
        made.loc[worded, "STRESC"] = take_table(original, texts)[worded]
        value = map_distinct_numbers(original, lambda ts: [numbers.get(t, np.nan) for t in ts])
        counted = worded & value.notna().to_numpy(dtype=bool)
        made.loc[counted, "STRESN"] = value[counted]
        made.loc[counted, "STRESU"] = take_table(tests, units)[counted]
    unlisted_mask = pd.Series(unlisted, index=frame.index)
    names = ["STRESC", "STRESN", "STRESU"]
    if "low" in settings or "high" in settings:
        names += ["STNRLO", "STNRHI", "NRIND"]
    columns = {}
    for name in names:
        empty: Any = np.nan if name in ("STRESN", "STNRLO", "STNRHI") else ""
        columns[f"{target}{name}"] = made[name].where(~unlisted_mask, empty)
    return frame.assign(**columns)
