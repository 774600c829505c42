"""The files of a report: ``findings.csv``, ``findings.json``, ``index.html`` and the suites.

The same findings give the same bytes: no clock, no path, no version of Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from validation.exports import findings_csv, findings_json
from validation.page import index_html
from validation.suites import Suite, suite_json
from validation.summary import DatasetRow, Report, dataset_rows, make_report

__all__ = ["DatasetRow", "Report", "dataset_rows", "make_report", "write_reports"]


def write_reports(
    folder: Path, report: Report, suites: Mapping[str, Suite] | None = None
) -> list[Path]:
    """Write the report's files into `folder` (made when absent); returns their paths.

    `suites` by dataset name are written as ``suites/<name>.json``.
    """
    texts = {
        "findings.csv": findings_csv(report),
        "findings.json": findings_json(report),
    }
    for name, content in sorted((suites or {}).items()):
        texts[f"suites/{name.lower()}.json"] = suite_json(content)
    texts["index.html"] = index_html(report, set(suites or {}))
    paths: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        paths.append(path)
    return paths
