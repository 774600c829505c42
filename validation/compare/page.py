"""A comparison as one page that needs nothing else, every value escaped."""

from __future__ import annotations

import math

from validation.compare.model import Compared
from validation.compare.text import key_text, many, matching, verdict
from validation.render import environment, policy, source


def as_html(result: Compared) -> str:
    """The whole page."""
    style = source("report.css")
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            result=result,
            verdict=verdict(result),
            matching=matching,
            key_text=key_text,
            many=many,
            isnan=math.isnan,
            style=style,
            policy=policy(style),
        )
    )
