"""``reports/account.html`` and ``reports/account.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from validation.account.model import Account, Form, Pair, State
from validation.hostile import csv_cell
from validation.render import environment, policy, source

# What is more than a reader looks through stands in the CSV.
SHOWN_PAIRS = 100
SHOWN_SUBJECTS = 300
COLUMNS = (
    *("part", "form", "file", "column", "state", "dataset", "variable"),
    *("reason", "collected", "submitted", "subject", "count"),
)


@dataclass(frozen=True, slots=True)
class Values:
    """The pairs of one variable from one raw column, and how many are not shown."""

    first: Pair
    pairs: tuple[Pair, ...]
    hidden: int


def account_csv(account: Account) -> str:
    """The account as one long table: `part` is rows, column, form, value or subject.

    Of `rows`, `state` is read, mapped, set aside or unaccounted, and `count` the rows. Of
    `column`, `count` is the rows with a value; of `form`, the rows of one that is not read. Every
    cell is safe in a spreadsheet; the mark at the start says UTF-8.
    """
    safe = lru_cache(maxsize=65536)(csv_cell)
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.DictWriter(
        stream, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    writer.writeheader()
    for line in _lines(account):
        writer.writerow({name: safe(str(cell)) for name, cell in line.items()})
    return stream.getvalue()


def _lines(account: Account) -> Iterator[dict[str, object]]:
    for form in account.forms:
        yield from _form_lines(form)
    for each in account.unread:
        place = {"part": "form", "form": each.name, "file": each.file}
        yield {**place, "state": "unread", "count": each.rows}
    for pair in account.pairs:
        yield {
            "part": "value",
            "form": pair.form,
            "column": pair.column,
            "dataset": pair.dataset,
            "variable": pair.variable,
            "collected": pair.collected,
            "submitted": pair.submitted,
            "count": pair.records,
        }
    for subject, counts in account.subjects.items():
        for domain, count in zip(account.domains, counts, strict=True):
            yield {"part": "subject", "subject": subject, "dataset": domain, "count": count}


def _form_lines(form: Form) -> Iterator[dict[str, object]]:
    own: dict[str, object] = {"form": form.name, "file": form.file}
    rows: dict[str, object] = {"part": "rows", **own}
    yield {**rows, "state": "read", "count": form.read}
    yield {**rows, "state": "mapped", "count": form.mapped}
    for dataset, count in form.datasets:
        yield {**rows, "state": "mapped to", "dataset": dataset, "count": count}
    for reason, count in form.aside:
        yield {**rows, "state": "set aside", "reason": reason, "count": count}
    if form.lost:
        yield {**rows, "state": State.UNACCOUNTED.value, "count": form.lost}
    for column in form.columns:
        line = {"part": "column", **own, "column": column.name, "state": column.state.value}
        line |= {"reason": column.reason, "count": column.values}
        for target in column.targets or ("",):
            dataset, _, variable = target.partition(".")
            yield {**line, "dataset": dataset, "variable": variable}


def account_html(
    account: Account, study_id: str, *, fictitious: bool = False, tool_version: str = ""
) -> str:
    """The page: equations first, then columns by form, values, and subjects by domain."""
    style = source("report.css") + source("account.css")
    columns = [c for f in account.forms for c in f.columns]
    subjects = list(account.subjects.items())
    return (
        environment()
        .get_template("account.html.j2")
        .render(
            account=account,
            study_id=study_id,
            fictitious=fictitious,
            tool_version=tool_version,
            State=State,
            read=sum(f.read for f in account.forms),
            mapped=sum(f.mapped for f in account.forms),
            aside=sum(f.set_aside for f in account.forms),
            lost=sum(f.lost for f in account.forms),
            states={s: sum(c.state is s for c in columns) for s in State},
            values=_values(account),
            subjects=subjects[:SHOWN_SUBJECTS],
            subjects_hidden=max(0, len(subjects) - SHOWN_SUBJECTS),
            totals=[sum(c[i] for _, c in subjects) for i in range(len(account.domains))],
            style=style,
            policy=policy(style),
        )
    )


def _values(account: Account) -> list[tuple[str, list[Values]]]:
    """Pairs by dataset, then by variable and raw column."""

    def key(pair: Pair) -> tuple[str, str, str, str]:
        return (pair.dataset, pair.variable, pair.form, pair.column)

    found: dict[str, list[Values]] = {}
    for (dataset, *_), group in groupby(account.pairs, key):
        pairs = tuple(group)
        rest = max(0, len(pairs) - SHOWN_PAIRS)
        found.setdefault(dataset, []).append(Values(pairs[0], pairs[:SHOWN_PAIRS], rest))
    return list(found.items())


def write_account(
    folder: Path,
    account: Account,
    study_id: str,
    *,
    fictitious: bool = False,
    tool_version: str = "",
) -> list[Path]:
    """Write both files into `folder` (made when absent); returns their paths."""
    page = account_html(account, study_id, fictitious=fictitious, tool_version=tool_version)
    texts = {"account.html": page, "account.csv": account_csv(account)}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
        paths.append(folder / name)
    return paths
