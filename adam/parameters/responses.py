"""Response parameters: what the assessments of a subject say together, by the criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.criteria import Criteria
from adam.parameters.model import Ground, Making
from adam.parameters.settings import CHOOSE, read_criteria
from adam.response import (
    assess,
    benefit_rows,
    best_response,
    first_of,
    first_progression,
    last_evaluable,
    response_rows,
)
from mappings.conditions import Condition
from mappings.frames import blank_number, blank_text, text_series
from mappings.load import did_you_mean

_SENTENCES = {
    "progression": "Y with the first progression that counts, else N",
    "first": "Y with the first assessment that is {}, before or at a progression that counts, "
    "else N",
    "best": "the best response of the assessments that count, with its first date",
    "benefit": "Y with the first response, or the first evaluable assessment without progression "
    "from study day {} on, whichever is earlier, else N",
    "last": "the last evaluable assessment, not after a progression that counts",
}
#: What a later assessment may have to confirm.
CONFIRMABLE = ("first", "best", "benefit")


@dataclass(frozen=True)
class Response:
    """Progression, first, best or last response, clinical benefit: one record per subject."""

    response: str
    of: str
    start: str
    stop: str
    subjects: Condition
    criteria: Criteria
    responses: tuple[str, ...] = ()
    confirmed: bool = False
    uses: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> Response:
        """From the parameter's entry in `params`."""
        response, of = str(data["response"]), str(data.get("of", ""))
        criteria = criteria_of(data, making)
        responses = tuple(str(r) for r in data.get("responses", []))
        confirmed = str(data.get("confirmed", "false")) == "true"
        if not making.start:
            making.fault("param.start", "has no start", "Give the module 'criteria' with 'start'.")
        if not of:
            advice = "Say with 'of' which PARAMCD holds the assessments."
            making.fault("param.of", "has no assessments to be made of", advice)
        check_assessments(data, making, "of")
        lacking = [n for n in ("PARAMCD", "ADT", "AVALC") if n not in making.made]
        if of and lacking:
            message = f"is made of assessments, which need a rule for {' and '.join(lacking)}"
            making.fault("param.of", message, "", "of")
        if confirmed and response not in CONFIRMABLE:
            message = f"is '{response}', which nothing confirms"
            making.fault("param.confirmed", message, "Leave 'confirmed' out.", "confirmed")
        if responses and response != "first":
            message = f"is '{response}'; only a first response is one of 'responses'"
            making.fault("param.responses", message, "Leave 'responses' out.", "responses")
        for i, value in enumerate(responses):
            if value not in criteria.order:
                message = f"asks for '{value}', which is no response of {criteria.name}"
                advice = did_you_mean(value, list(criteria.order))
                making.fault("param.responses", message, advice, "responses", i)
        return cls(
            response,
            of,
            making.start,
            making.stop_date,
            making.subjects,
            criteria,
            responses,
            confirmed,
        )

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per chosen subject with a start."""
        chosen = ground.subjects(self.subjects, self.start)
        base = ground.base.loc[ground.base["PARAMCD"] == self.of]
        frame = assessments(base, ground.adsl, self.start, self.stop)
        flags = self.assess(frame, ground.cutoff)
        made = self._made(frame, flags, chosen)
        place = made["source"].to_numpy(dtype=np.intp)
        row = np.append(frame["_row"].to_numpy(dtype=np.int64), 0)[place]
        return pd.DataFrame(
            {
                "USUBJID": text_series(made["USUBJID"]),
                "ADT": made["ADT"].astype("float64"),
                "AVALC": text_series(made["AVALC"]),
                "SRCDOM": _taken(frame, "SRCDOM", place),
                "SRCVAR": _taken(frame, "SRCVAR", place),
                "SRCSEQ": _number(frame, "SRCSEQ", place),
                "_form": _taken(frame, "_form", place),
                "_row": np.where(place >= 0, row, 0),
            }
        )

    def assess(self, frame: pd.DataFrame, cutoff: float) -> pd.DataFrame:
        """What each assessment is good for, by `adam.response.assess`."""
        stop = self.stop or _NO_STOP
        return assess(frame, self.criteria, start=self.start, new_therapy=stop, cutoff=cutoff)

    def _made(
        self, frame: pd.DataFrame, flags: pd.DataFrame, chosen: pd.Series[str]
    ) -> pd.DataFrame:
        c, start, confirmed = self.criteria, self.start, self.confirmed
        if self.response == "progression":
            return first_progression(frame, flags, chosen)
        if self.response == "last":
            return last_evaluable(frame, flags, chosen)
        if self.response == "best":
            return best_response(frame, flags, chosen, c, confirmed=confirmed, start=start)
        if self.response == "first":
            rows = response_rows(frame, flags, c, self.responses, confirmed=confirmed, start=start)
        else:
            rows = benefit_rows(frame, flags, c, confirmed=confirmed, start=start)
        return first_of(frame, rows, chosen)

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        c = self.criteria
        text = _SENTENCES[self.response]
        if self.response == "first":
            text = text.format(" or ".join(self.responses or (c.complete, c.partial)))
        if self.response == "benefit":
            text = text.format(f"{c.benefit_first_day:g}")
        if self.confirmed:
            text += f"; a response is confirmed at least {c.confirm_min_days:g} days later"
        if self.response == "best" and np.isfinite(c.response_last_day):
            text += f"; up to study day {c.response_last_day:g}"
        text += f"; by {c.name}"
        return f"{text}, from the records of {self.of}" if self.of else text


#: Stands for the date of new therapy where the module names none.
_NO_STOP = "_stop"


def criteria_of(data: Mapping[str, Any], making: Making) -> Criteria:
    """The criteria of a parameter: the module's with its own `settings`; a fault without any."""
    steps = (*making.names.steps, "settings")
    faults = making.names.faults
    own = data.get("settings")
    found = read_criteria(making.document, steps, own, making.criteria, faults)
    if found is None:
        place = making.document.place(("target",), key=True)
        making.fault_at(place, "param.criteria", "no response criteria are named", CHOOSE)
    return found or Criteria()


def check_assessments(data: Mapping[str, Any], making: Making, key: str) -> None:
    """A fault when the PARAMCD that `key` names is given by no rule of the module."""
    code = str(data.get(key, ""))
    if code and making.fixed is not None and code not in making.fixed:
        message = f"is made of '{code}', which no rule for PARAMCD gives"
        making.fault("param.of", message, did_you_mean(code, list(making.fixed)), key)


def assessments(base: pd.DataFrame, adsl: pd.DataFrame, start: str, stop: str) -> pd.DataFrame:
    """The assessments with start and stop beside, in an order that no input file decides."""
    table = adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    dates = {start: base["USUBJID"].map(table[start]).astype("float64")}
    if stop:
        dates[stop] = base["USUBJID"].map(table[stop]).astype("float64")
    else:
        dates[_NO_STOP] = blank_number(base.index)
    order = [n for n in ("USUBJID", "ADT", "SRCSEQ", "AVALC", "_form", "_row") if n in base]
    return base.assign(**dates).sort_values(order, kind="stable")


def _taken(frame: pd.DataFrame, name: str, place: np.ndarray[Any, Any]) -> pd.Series[str]:
    if name not in frame.columns:
        return blank_text(pd.RangeIndex(len(place)))
    return text_series(np.append(frame[name].to_numpy(dtype=object), "")[place])


def _number(frame: pd.DataFrame, name: str, place: np.ndarray[Any, Any]) -> pd.Series[float]:
    if name not in frame.columns:
        return blank_number(pd.RangeIndex(len(place)))
    return pd.Series(np.append(frame[name].to_numpy(dtype="float64"), np.nan)[place])
