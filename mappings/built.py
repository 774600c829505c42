"""A dataset as built: its records, its variables in order, its keys, and the module behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mappings.modules import Module


@dataclass(frozen=True)
class BuiltDataset:
    """Records of one dataset; the frame also carries the lineage columns.

    `module` is None for datasets that no module describes (TS, SUPP--). `parent` is the parent
    domain of a SUPP--. `follows` tells that --SEQ was kept from an earlier data cut.
    """

    name: str
    frame: pd.DataFrame
    variables: tuple[str, ...]
    keys: tuple[str, ...]
    module: Module | None = None
    parent: str = ""
    follows: bool = False
