"""--SEQ: counted in the order of the keys, or kept from an earlier data cut.

A reviewer who wrote down "AE 7 of this subject" finds the same event under that number in the
next cut: a record keeps its number as long as its key values stay, a new one gets a number that
no record of the subject ever had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mappings.frames import is_numeric, map_distinct
from mappings.modules import Module
from mappings.text import MAX_BYTES, byte_length, pieces
from sdtm.standard import Domain
from sdtm.target import by_subject, sequence

_NTH, _NUMBER = "_nth", "_number"


@dataclass(frozen=True)
class Earlier:
    """A domain in an earlier cut.

    `frame` holds at least the keys and --SEQ as a transport file gives them, in the order of the
    file. `highest` is the highest number ever given to a subject, where no record has it any more.
    """

    frame: pd.DataFrame
    highest: Mapping[str, int]


@dataclass(frozen=True)
class Numbering:
    """How a domain's records were numbered after an earlier cut.

    `kept`, `new` and `gone` count records that were there and are, that are new, and that were
    there and are not. `highest` is as in `Earlier`, for the cut after this one.
    """

    kept: int
    new: int
    gone: int
    highest: Mapping[str, int]


def keys_of(module: Module, about: Domain) -> tuple[str, ...]:
    """The variables that sort and number the dataset: study and subject, then the module's keys.

    --SEQ is not among them: `key_variables` has it where it is a key.
    """
    return tuple(n for n in key_variables(module, about) if n != sequence(about))


def key_variables(module: Module, about: Domain) -> tuple[str, ...]:
    """The key variables of define.xml: those that sort, and --SEQ where nothing else tells
    two records apart and the module says so.
    """
    first = ("STUDYID", *(("USUBJID",) if by_subject(about) else ()))
    return tuple(dict.fromkeys((*first, *module.keys)))


def counted_by(about: Domain) -> str:
    """The variable within whose values records are counted: subject, or study for a design."""
    return "USUBJID" if by_subject(about) else "STUDYID"


def count(frame: pd.DataFrame, group: str) -> pd.Series[float]:
    """1, 2, 3... within each value of `group`, in the order of the frame."""
    return (frame.groupby(group, sort=False).cumcount() + 1).astype("float64")


def count_after(
    frame: pd.DataFrame,
    keys: Sequence[str],
    number: str,
    group: str,
    earlier: Earlier,
    encoding: str,
) -> tuple[pd.Series[float], Numbering]:
    """The numbers of sorted records after an earlier cut, and what became of its records.

    A record with the key values of an earlier one keeps that one's `number` (of several with the
    same key values the first keeps the first's, and so on). The others follow after the highest
    number that was ever given within their `group`, in the order of the frame.
    """
    then = _keyed(earlier.frame, keys, encoding)
    then[_NUMBER] = earlier.frame[number].to_numpy(dtype="float64")
    now = _keyed(frame, keys, encoding)
    merged = now.merge(then, on=[*keys, _NTH], how="left")
    found = merged[_NUMBER].to_numpy(dtype="float64", copy=True)
    top = then.groupby(group)[_NUMBER].max().fillna(0.0)
    given = pd.Series(dict(earlier.highest), dtype="float64")
    given.index = given.index.astype("str")
    top = pd.concat([top, given]).groupby(level=0).max()
    new = np.isnan(found)
    start = top.reindex(frame.loc[new, group]).fillna(0.0).to_numpy(dtype="float64")
    found[new] = start + count(frame.loc[new], group).to_numpy(dtype="float64")
    numbers = pd.Series(found, index=frame.index)
    present = numbers.groupby(frame[group]).max()
    lost = top[top > present.reindex(top.index).fillna(0.0)].sort_index()
    highest = {str(k): int(v) for k, v in lost.items()}
    kept = int((~new).sum())
    return numbers, Numbering(kept, int(new.sum()), len(then) - kept, highest)


def _keyed(frame: pd.DataFrame, keys: Sequence[str], encoding: str) -> pd.DataFrame:
    """The key values as a transport file holds them, and which of several equal ones it is."""
    keyed = pd.DataFrame({k: _as_written(frame[k], encoding) for k in keys})
    keyed[_NTH] = keyed.groupby(list(keys), dropna=False, sort=False).cumcount()
    return keyed.reset_index(drop=True)


def _as_written(column: pd.Series, encoding: str) -> pd.Series:
    """A key's values as written: no blanks at the end, and of long text the first piece."""
    if is_numeric(column):
        return column.astype("float64")

    def written(texts: list[str]) -> list[str]:
        long = (byte_length(t, encoding) > MAX_BYTES for t in texts)
        cut = [pieces(t, encoding)[0] if much else t for t, much in zip(texts, long, strict=True)]
        return [t.rstrip(" \0") for t in cut]

    return map_distinct(column, written)
