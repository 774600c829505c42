"""The records of a module's parameters, beside those of its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from adam.criteria import Criteria
from adam.parameters.model import Ground, Parameter
from adam.parameters.responses import Response, analysed
from adam.response import unknown_responses
from mappings.frames import concat, text_series
from mappings.scope import Report


def with_parameters(
    ground: Ground, parameters: Sequence[Parameter], flag: str, start: str, stop: str
) -> pd.DataFrame:
    """The records of `ground.base` and those of every parameter, in order.

    `flag` names the record flag of the assessments that count ("": none), by the ADSL dates
    `start` and `stop`. A parameter sees the records of those before it.
    """
    base = ground.base
    assessments = sorted({p.kind.of for p in parameters if isinstance(p.kind, Response)})
    for code in assessments:
        rows = base.loc[base["PARAMCD"] == code]
        _say_unknown(rows, ground.criteria, ground.report, ground.target)
    if flag and len(base.columns):
        marks = text_series([""] * len(base), base.index)
        for code in assessments:
            rows = base.loc[base["PARAMCD"] == code]
            marks.loc[rows.index] = analysed(rows, ground, start, stop)
        base = base.assign(**{flag: marks})
    for parameter in parameters:
        made = parameter.kind.rows(replace(ground, base=base))
        base = concat([base, named(parameter, made)])
    return base


def named(parameter: Parameter, frame: pd.DataFrame) -> pd.DataFrame:
    """The records of a parameter with PARAMCD, PARAM and PARAMN."""
    count = len(frame)
    return frame.assign(
        PARAMCD=text_series([parameter.code] * count, frame.index),
        PARAM=text_series([parameter.label] * count, frame.index),
        PARAMN=np.full(count, parameter.number),
    )


def _say_unknown(rows: pd.DataFrame, criteria: Criteria, report: Report, target: str) -> None:
    """A response that the criteria do not know counts as not evaluable, but not in silence."""
    report.rows(
        "response.unknown",
        rows,
        unknown_responses(rows, criteria).to_numpy(dtype=bool),
        "",
        "Map it to a response of the criteria, or name it under 'response' in study.yaml.",
        dataset=target,
        variable="AVALC",
        values=rows["AVALC"],
        wording=lambda value: f"'{value}' is no response of {criteria.name}: not evaluable here",
    )
