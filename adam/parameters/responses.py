"""Response parameters: what the assessments of a subject say together, by the criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from adam.parameters.model import Ground, Making
from adam.response import assess, best_response, first_progression
from mappings.frames import text_series
from mappings.load import did_you_mean

_SENTENCES = {
    "progression": "the first progression that counts by the criteria in the study's settings",
    "best": "the best response of the assessments that count, within the window of the criteria",
    "confirmed": "the best response that a later assessment confirms by the criteria",
}


@dataclass(frozen=True)
class Response:
    """First progression, best or confirmed best response, one record per treated subject."""

    response: str
    of: str
    start: str
    stop: str
    uses: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], making: Making) -> Response:
        """From the parameter's entry in `params`."""
        found = cls(str(data["response"]), str(data.get("of", "")), making.start, making.stop)
        if not found.start:
            advice = "Give the module 'criteria' with 'start' and 'stop'."
            making.fault("param.start", "has no start", advice)
        if not found.of:
            advice = "Say with 'of' which PARAMCD holds the assessments."
            making.fault("param.of", "has no assessments to be made of", advice)
        check_assessments(data, making, "of")
        return found

    def rows(self, ground: Ground) -> pd.DataFrame:
        """One record per subject with a start."""
        adsl = ground.adsl
        treated = adsl.loc[adsl[self.start].notna(), "USUBJID"].drop_duplicates()
        base = ground.base.loc[ground.base["PARAMCD"] == self.of]
        frame = _assessments(base, adsl, self.start, self.stop)
        criteria = ground.criteria
        flags = assess(
            frame, criteria, start=self.start, new_therapy=self.stop, cutoff=ground.cutoff
        )
        if self.response == "progression":
            made = first_progression(frame, flags, treated)
        else:
            confirmed = self.response == "confirmed"
            made = best_response(
                frame, flags, treated, criteria, confirmed=confirmed, start=self.start
            )
        place = made["source"].to_numpy(dtype=np.intp)
        found = place >= 0
        number = np.append(frame["SRCSEQ"].to_numpy(dtype="float64"), np.nan)[place]
        row = np.append(frame["_row"].to_numpy(dtype=np.int64), 0)[place]
        there = pd.Series(found, index=made.index)
        return pd.DataFrame(
            {
                "USUBJID": text_series(made["USUBJID"]),
                "ADT": made["ADT"].astype("float64"),
                "AVALC": text_series(made["AVALC"]),
                "SRCDOM": text_series(["RS"] * len(made)).where(there, ""),
                "SRCVAR": text_series(["RSSTRESC"] * len(made)).where(there, ""),
                "SRCSEQ": np.where(found, number, np.nan),
                "_form": text_series(["RS"] * len(made)),
                "_row": np.where(found, row, 0),
            }
        )

    def sentence(self) -> str:
        """How the records are made, for define.xml."""
        text = _SENTENCES[self.response]
        return f"{text}, from the records of {self.of}" if self.of else text


def check_assessments(data: Mapping[str, Any], making: Making, key: str) -> None:
    """A fault when the PARAMCD that `key` names is given by no rule of the module."""
    code = str(data.get(key, ""))
    if code and making.fixed is not None and code not in making.fixed:
        message = f"is made of '{code}', which no rule for PARAMCD gives"
        making.fault("param.of", message, did_you_mean(code, list(making.fixed)), key)


def analysed(base: pd.DataFrame, ground: Ground, start: str, stop: str) -> pd.Series[str]:
    """``Y`` on the assessments that the criteria use."""
    frame = _assessments(base, ground.adsl, start, stop)
    flags = assess(frame, ground.criteria, start=start, new_therapy=stop, cutoff=ground.cutoff)
    yes = flags["analysable"] & flags["evaluable"]
    return text_series(np.where(yes.to_numpy(), "Y", ""), base.index)


def _assessments(base: pd.DataFrame, adsl: pd.DataFrame, start: str, stop: str) -> pd.DataFrame:
    table = adsl.drop_duplicates("USUBJID").set_index("USUBJID")
    return base.assign(
        **{
            start: base["USUBJID"].map(table[start]).astype("float64"),
            stop: base["USUBJID"].map(table[stop]).astype("float64"),
        }
    ).reset_index(drop=True)
