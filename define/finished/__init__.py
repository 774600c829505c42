"""Finished SDTM in a folder, as the source of a study: XPT, Dataset-JSON or CSV.

Each file is one dataset. Rows carry `_row`: the record's number, in CSV the line of the file.
"""

from __future__ import annotations

from define.finished.folder import ENDINGS, look
from define.finished.model import FinishedSdtm, Head
from define.finished.rows import read_finished

__all__ = ["ENDINGS", "FinishedSdtm", "Head", "look", "read_finished"]
