"""Functions that ADaM modules may `call`, beside those of the study."""

from __future__ import annotations

import pandas as pd

from adam import occds
from mappings.names import Function


def treatment_emergent(frame: pd.DataFrame) -> pd.Series[str]:
    """TRTEMFL: reads start, end, first exposure (all ISO 8601) and new therapy (SAS day).

    The columns are taken by their place in `reads`; the fourth may be left out.
    """
    columns = [frame.iloc[:, i] for i in range(len(frame.columns))]
    return occds.treatment_emergent(*columns)


FUNCTIONS: dict[str, Function] = {"treatment_emergent": treatment_emergent}
