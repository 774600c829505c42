"""The difference of two defines as one page that needs nothing else, every value escaped."""

from __future__ import annotations

from itertools import groupby

from define.diff.model import Difference
from define.diff.text import verdict
from validation.render import environment, policy, source


def define_page(of: Difference) -> str:
    """The whole page: changes by area, then by thing."""
    style = source("report.css") + source("define_diff.css")
    areas = [
        (area, [(thing, list(each)) for thing, each in groupby(changes, lambda c: c.thing)])
        for area, changes in groupby(of.changes, lambda c: c.thing.area)
    ]
    return (
        environment()
        .get_template("define_diff.html.j2")
        .render(of=of, areas=areas, verdict=verdict(of), style=style, policy=policy(style))
    )
