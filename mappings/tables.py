"""Tables of the study (study.yaml's `tables`, and its visits) as rules look into them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappings.frames import text_series
from mappings.names import Source
from mappings.study import Study


def table_sources(study: Study) -> dict[str, Source]:
    """The columns of each table, for compiling."""
    return {
        name: Source(
            name,
            tuple(dict.fromkeys(k for row in table.entries for k in row)),
            "table",
            by_subject=False,
        )
        for name, table in study.tables.items()
    }


def table_frames(study: Study) -> dict[str, pd.DataFrame]:
    """The rows of each table as text; ``_row`` counts them from 1."""
    frames = {}
    for name, given in study.tables.items():
        table = pd.DataFrame(given.entries).fillna("").astype("str")
        frames[name] = table.assign(
            _form=text_series([name] * len(table)), _row=np.arange(1, len(table) + 1)
        )
    return frames
