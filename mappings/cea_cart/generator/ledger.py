"""planted.csv: which case lies in which raw record, and what it must become."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from mappings.cea_cart.generator.export import Export

COLUMNS = [
    "case", "title", "subject", "raw_file", "raw_key", "status", "check", "dataset", "select",
    "variable", "expected", "why",
]  # fmt: skip
MISSING = "<missing>"


def usubjid(subject: str) -> str:
    """USUBJID of a subject number."""
    return f"CEACART01-{subject}" if subject else ""


@dataclass(slots=True)
class Case:
    """One planted case, gathering the rows that say what must become of it."""

    number: str
    title: str
    subject: str
    raw_file: str
    raw_key: str
    export: Export
    rows: list[dict[str, str]]
    status: str = "now"

    def _row(self, check: str, dataset: str, select: str, variable: str, expected: str,
             why: str) -> None:  # fmt: skip
        cells = (
            self.number, self.title, usubjid(self.subject), self.raw_file, self.raw_key,
            self.status, check, dataset, select, variable, expected, why,
        )  # fmt: skip
        self.rows.append(dict(zip(COLUMNS, cells, strict=True)))

    def value(self, dataset: str, select: str, expected: dict[str, str], why: str) -> Case:
        """The rows of `select` exist, and have these values."""
        for variable, text in expected.items():
            self._row("value", dataset, select, variable, text, why)
        return self

    def count(self, dataset: str, select: str, expected: int, why: str) -> Case:
        """So many rows satisfy `select`."""
        self._row("count", dataset, select, "", str(expected), why)
        return self

    def finding(self, dataset: str, rule: str, why: str, expected: int = 1) -> Case:
        """So many findings of the rule."""
        self._row("finding", dataset, "", rule, str(expected), why)
        return self

    def nofinding(self, dataset: str, rule: str, why: str) -> Case:
        """No finding of the rule."""
        self._row("nofinding", dataset, "", rule, "0", why)
        return self

    def time(self, param: str, cnsr: int, day: int, why: str, start: int = 1) -> Case:
        """A time to event that ends on study day `day` and starts on study day `start`."""
        when = self.export.persons[self.subject].on(day).isoformat()
        expected = {"CNSR": str(cnsr), "ADT": when, "AVAL": str(day - start + 1)}
        return self.value("ADTTE", f"PARAMCD={param}", expected, why)

    def best(self, bor: str, confirmed: str, why: str) -> Case:
        """Best overall response, and the confirmed one."""
        self.value("ADRS", "PARAMCD=BOR", {"AVALC": bor}, why)
        return self.value("ADRS", "PARAMCD=CBOR", {"AVALC": confirmed}, why)


@dataclass(slots=True)
class Ledger:
    """All cases, numbered in the order they are opened."""

    export: Export
    rows: list[dict[str, str]] = field(default_factory=list)
    opened: int = 0

    def case(self, title: str, subject: str, raw_file: str, raw_key: str, *, later: bool = False
             ) -> Case:  # fmt: skip
        """Open the next case."""
        self.opened += 1
        status = "later" if later else "now"
        return Case(f"P{self.opened:02d}", title, subject, raw_file, raw_key, self.export,
                    self.rows, status)  # fmt: skip

    def write(self, path: Path) -> None:
        """Write planted.csv."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        path.write_bytes(text.getvalue().encode())
