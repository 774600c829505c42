"""EPOCH, reference days and the last-before-exposure flag: timing that needs other domains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappings.frames import Mask, blank_text, present, take_table
from mappings.iso8601 import complete_day, first_day, last_day, seconds
from mappings.study import Study

#: Seconds of a day.
DAY = 86400.0


def reference_days(frame: pd.DataFrame, dm: pd.DataFrame | None) -> pd.Series[float]:
    """SAS day of DM.RFSTDTC for each record; NaN where the subject has none."""
    if dm is None or "RFSTDTC" not in dm.columns or "USUBJID" not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype="float64")
    table = dm.drop_duplicates("USUBJID").set_index("USUBJID")["RFSTDTC"]
    return frame["USUBJID"].map(complete_day(table)).astype("float64")


def epochs(
    frame: pd.DataFrame, dates: pd.Series[str], elements: pd.DataFrame | None, study: Study
) -> pd.Series[str]:
    """EPOCH of each date: that of the subject's element (SE) which holds it.

    An element reaches from its start to the start of the next; the day on which two meet
    belongs to the later one, unless both times are known and the record is the earlier. A
    partial date has an EPOCH only when its first and its last possible day lie in elements of
    the same epoch (SDTMIG 5.3 SE, 4.4.4), and so has a date beside an element's partial one.
    """
    if elements is None:
        return blank_text(frame.index)
    table = pd.DataFrame(
        {
            "USUBJID": elements["USUBJID"],
            "start": seconds(elements["SESTDTC"]).fillna(last_day(elements["SESTDTC"]) * DAY),
            "end": first_day(elements["SEENDTC"]),
            "longest": last_day(elements["SEENDTC"]),
            "epoch": take_table(elements["ETCD"], dict(study.epochs)),
        }
    ).dropna(subset="start")
    table = table.sort_values(["start", "end", "USUBJID", "epoch"], kind="stable")
    # A partial date between two elements leaves the days open that may be in either; behind the
    # last element there is no other to be in.
    final = ~table.duplicated("USUBJID", keep="last")
    table["end"] = table["end"].mask(final, table["longest"])
    time = seconds(dates)
    first = _epoch_on(frame["USUBJID"], first_day(dates), time, table)
    last = _epoch_on(frame["USUBJID"], last_day(dates), time, table)
    return first.where(first == last, "")


def _epoch_on(
    subjects: pd.Series[str], days: pd.Series[float], time: pd.Series[float], table: pd.DataFrame
) -> pd.Series[str]:
    moment = time.fillna(days * DAY + (DAY - 1))
    wanted = pd.DataFrame({"USUBJID": subjects, "day": days, "moment": moment})
    wanted = wanted.dropna(subset="day").rename_axis("at").reset_index()
    wanted = wanted.sort_values(["moment", "at"], kind="stable")
    found = pd.merge_asof(wanted, table, left_on="moment", right_on="start", by="USUBJID")
    inside = (found["end"].isna() | (found["day"] <= found["end"])).to_numpy(dtype=bool)
    values = found["epoch"].where(inside).fillna("").astype("str")
    result = blank_text(subjects.index)
    result.loc[found["at"]] = values.to_numpy()
    return result


def last_before_exposure(
    frame: pd.DataFrame,
    dates: pd.Series[str],
    result: pd.Series[str],
    by: list[str],
    start: pd.Series[str],
) -> pd.Series[str]:
    """``Y`` on the last record with a result before the first exposure, per subject and `by`.

    `start` is DM.RFXSTDTC of each record's subject. On the day of exposure a record counts only
    when both times are known and it is not later (SDTMIG 4.5.9 --LOBXFL).
    """
    eligible = before(dates, start) & present(result)
    order = pd.DataFrame({"day": complete_day(dates), "second": seconds(dates).fillna(-1.0)})
    part = frame.loc[eligible, ["USUBJID", *by]].join(order[eligible])
    part = part.rename_axis("at").reset_index()
    part = part.sort_values(["day", "second", "at"], kind="stable")
    chosen = part.drop_duplicates(["USUBJID", *by], keep="last")["at"]
    flag = blank_text(frame.index)
    flag.loc[chosen] = "Y"
    return flag


def before(dates: pd.Series[str], start: pd.Series[str]) -> Mask:
    """True where a complete date is before `start`; on the same day only by known times."""
    day, reference = complete_day(dates), complete_day(start)
    earlier = (day < reference).to_numpy(dtype=bool)
    same = (day == reference).to_numpy(dtype=bool)
    in_time = (seconds(dates) <= seconds(start)).to_numpy(dtype=bool)
    return earlier | (same & in_time)
