"""The records of a module's parameters, beside those of its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from adam.parameters.model import Ground, Parameter
from adam.parameters.responses import Response, assessments
from adam.response import undated, unknown_responses
from mappings.frames import concat, text_series


def with_parameters(ground: Ground, parameters: Sequence[Parameter], flag: str) -> pd.DataFrame:
    """The records of `ground.base` and those of every parameter, in order.

    `flag` names the record flag of the assessments that count ("": none): each by the first
    parameter that is made of it. A parameter sees the records of those before it.
    """
    base = ground.base
    if flag and len(base.columns):
        base = base.assign(**{flag: text_series([""] * len(base), base.index)})
    seen: set[str] = set()
    for parameter in parameters:
        kind = parameter.kind
        if isinstance(kind, Response) and kind.of not in seen:
            seen.add(kind.of)
            _say_unusable(replace(ground, base=base), kind)
            if flag:
                base = _flagged(base, kind, ground, flag)
        made = kind.rows(replace(ground, base=base))
        base = concat([base, named(parameter, made)])
    return base


def _flagged(base: pd.DataFrame, kind: Response, ground: Ground, flag: str) -> pd.DataFrame:
    """``Y`` on the assessments that are evaluable and count."""
    rows = base.loc[base["PARAMCD"] == kind.of]
    frame = assessments(rows, ground.adsl, kind.start, kind.stop)
    flags = kind.assess(frame, ground.cutoff)
    yes = (flags["analysable"] & flags["evaluable"]).reindex(base.index, fill_value=False)
    return base.assign(**{flag: base[flag].mask(yes.to_numpy(dtype=bool), "Y")})


def named(parameter: Parameter, frame: pd.DataFrame) -> pd.DataFrame:
    """The records of a parameter with PARAMCD, PARAM and PARAMN."""
    count = len(frame)
    return frame.assign(
        PARAMCD=text_series([parameter.code] * count, frame.index),
        PARAM=text_series([parameter.label] * count, frame.index),
        PARAMN=np.full(count, parameter.number),
    )


def _say_unusable(ground: Ground, kind: Response) -> None:
    """Responses that count as not evaluable, or not at all, but not in silence."""
    rows = ground.base.loc[ground.base["PARAMCD"] == kind.of]
    criteria = kind.criteria
    for rule, variable, unusable, words, advice in (
        (
            "response.unknown",
            "AVALC",
            unknown_responses(rows, criteria),
            f"'{{}}' is no response of {criteria.name}: not evaluable here",
            "Map it to a response of the criteria, or name it under 'response' in study.yaml.",
        ),
        (
            "response.undated",
            "ADT",
            undated(rows, criteria),
            "the response {} has no complete date and counts nowhere",
            "Complete the date of the assessment, or impute it in the rule for ADT.",
        ),
    ):
        ground.report.rows(
            rule,
            rows,
            unusable.to_numpy(dtype=bool),
            "",
            advice,
            dataset=ground.target,
            variable=variable,
            values=rows["AVALC"],
            wording=words.format,
        )
