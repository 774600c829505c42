"""The files of a report: the page, the findings in four formats, queries and suites.

The same findings give the same bytes: no clock, no path, no version of Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from validation.expectations import Suite
from validation.exports import entries, findings_csv, findings_json, findings_xlsx
from validation.page import index_html
from validation.queries import Query, queries_csv, queries_xlsx
from validation.sarif import findings_sarif
from validation.suites import suite_json
from validation.summary import DatasetRow, Report, dataset_rows, make_report

__all__ = ["DatasetRow", "Report", "dataset_rows", "make_report", "write_reports"]


def write_reports(
    folder: Path,
    report: Report,
    suites: Mapping[str, Suite] | None = None,
    queries: Sequence[Query] | None = None,
) -> list[Path]:
    """Write the report's files into `folder` (made when absent); returns their paths.

    `suites` by dataset name are written as ``suites/<name>.json``, `queries` as CSV and Excel;
    None where there is no raw export that a site could be asked about.
    """
    texts: dict[str, str | bytes] = {
        "findings.csv": findings_csv(report),
        "findings.json": findings_json(report),
        "findings.xlsx": findings_xlsx(report),
        "findings.sarif": findings_sarif(report, list(entries(report))),
    }
    if queries is not None:
        texts["queries.csv"] = queries_csv(queries)
        texts["queries.xlsx"] = queries_xlsx(queries)
    for name, content in sorted((suites or {}).items()):
        texts[f"suites/{name.lower()}.json"] = suite_json(content)
    texts["index.html"] = index_html(report, set(suites or {}), queries)
    paths: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        paths.append(path)
    return paths
