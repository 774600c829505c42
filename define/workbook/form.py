"""Sheets and columns of the workbook, as Pinnacle 21 names them.

The columns of `OWN` are ours: they hold what a define.xml says and that form has no column for.
Readers that do not know them pass them over.
"""

from __future__ import annotations

from dataclasses import dataclass

ATTRIBUTES = "Define"

SHEETS: dict[str, tuple[str, ...]] = {
    ATTRIBUTES: ("Attribute", "Value"),
    "Standards": ("Name", "Type", "Publishing Set", "Version", "Status", "Comment"),
    "Datasets": (
        *("Dataset", "Label", "Class", "SubClass", "Structure", "Purpose", "Key Variables"),
        *("Standard", "Has No Data", "Repeating", "Reference Data", "Comment", "Developer Notes"),
    ),
    "Variables": (
        *("Order", "Dataset", "Variable", "Label", "Data Type", "Length", "Significant Digits"),
        *("Format", "Mandatory", "Assigned Value", "Codelist", "Common", "Origin", "Source"),
        *("Pages", "Method", "Predecessor", "Role", "Has No Data", "Comment", "Developer Notes"),
    ),
    "ValueLevel": (
        *("Order", "Dataset", "Variable", "Where Clause", "Label", "Data Type", "Length"),
        *("Significant Digits", "Format", "Mandatory", "Assigned Value", "Codelist", "Origin"),
        *("Source", "Pages", "Method", "Predecessor", "Comment", "Join Comment"),
        "Developer Notes",
    ),
    "WhereClauses": ("ID", "Dataset", "Variable", "Comparator", "Value", "Comment"),
    "Codelists": (
        *("ID", "Name", "NCI Codelist Code", "Data Type", "Terminology", "Comment", "Order"),
        *("Term", "NCI Term Code", "Decoded Value"),
    ),
    "Dictionaries": ("ID", "Name", "Data Type", "Dictionary", "Version"),
    "Methods": (
        *("ID", "Name", "Type", "Description", "Expression Context", "Expression Code"),
        *("Document", "Pages"),
    ),
    "Comments": ("ID", "Description", "Document", "Pages"),
    "Documents": ("ID", "Title", "Href"),
    "Analysis Displays": ("ID", "Title", "Document", "Pages"),
    "Analysis Results": (
        *("Display", "ID", "Description", "Reason", "Purpose", "Join Comment", "Documentation"),
        *("Documentation Refs", "Pages", "Programming Context", "Programming Code"),
        *("Programming Document", "Programming Pages"),
    ),
    "Analysis Criteria": ("Display", "Result", "Dataset", "Variables", "Where Clause"),
}
OWN: dict[str, tuple[str, ...]] = {
    "Datasets": ("Domain", "Domain Description"),
    "Variables": ("Numeric", "Non Standard", "Origin Description", "Further Origins"),
    "ValueLevel": ("Name", "Numeric", "Role", "Origin Description", "Further Origins"),
    "Codelists": ("Extended", "Non Standard"),
    "Dictionaries": ("Href", "Terminology", "Comment"),
    "Methods": ("Page Title",),
    "Comments": ("Page Title",),
    "Analysis Displays": ("Page Title",),
    "Analysis Results": ("Parameter Dataset", "Page Title", "Programming Page Title"),
}
BY = " by "
"""Between type and source of a further origin."""

NAMES = {"Study": ATTRIBUTES, "Value Level": "ValueLevel", "Where Clauses": "WhereClauses"}
"""Names of sheets in other editions of the form."""

COLUMNS = {"Description": "Label", "Keys": "Key Variables", "Data type": "Data Type"}
"""Names of columns of Datasets, Variables and ValueLevel in other editions."""

BETWEEN = " | "
"""Between where clauses of which any may hold."""

NEEDED: dict[str, tuple[str, ...]] = {
    ATTRIBUTES: ("Attribute", "Value"),
    "Standards": ("Name", "Type", "Version"),
    "Datasets": ("Dataset", "Label"),
    "Variables": ("Dataset", "Variable", "Label", "Data Type"),
    "ValueLevel": ("Dataset", "Variable", "Where Clause", "Data Type"),
    "WhereClauses": ("ID", "Dataset", "Variable", "Comparator", "Value"),
    "Codelists": ("ID", "Name", "Term"),
    "Dictionaries": ("ID", "Name", "Dictionary"),
    "Methods": ("ID", "Description"),
    "Comments": ("ID", "Description"),
    "Documents": ("ID", "Href"),
    "Analysis Displays": ("ID", "Title"),
    "Analysis Results": ("Display", "ID", "Description"),
    "Analysis Criteria": ("Display", "Result", "Dataset"),
}
"""Columns without which a sheet cannot be read."""

REQUIRED = ("Datasets", "Variables")
"""Sheets without which there is no specification."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as text: its columns, and rows with their number in the file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def columns_of(name: str) -> tuple[str, ...]:
    """All columns that are written to a sheet, ours last."""
    return (*SHEETS[name], *OWN.get(name, ()))
