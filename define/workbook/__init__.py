"""The specification workbook in the form that reviewers know from Pinnacle 21."""

from __future__ import annotations

from define.workbook.form import SHEETS, Sheet
from define.workbook.load import Specification, load_workbook
from define.workbook.tables import tables_of

__all__ = ["SHEETS", "Sheet", "Specification", "load_workbook", "tables_of"]
