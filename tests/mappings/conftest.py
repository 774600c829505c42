"""A small bench: modules of a few lines compiled and run on tables of a few cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mappings.compile import compile_module
from mappings.findings import Finding
from mappings.load import Document, load_yaml
from mappings.modules import Module, Workshop
from mappings.names import Function, Source
from mappings.run import SetAside, run_late, run_module
from mappings.schemas import check_schema
from mappings.scope import Report
from mappings.verbs import verbs

SUBJECT = ("STUDYID", "USUBJID", "SUBJID", "SITEID")


@dataclass(frozen=True)
class FakeMatch:
    value: str
    how: str


@dataclass(frozen=True)
class FakeList:
    """A published list: submission value to synonyms."""

    code: str
    name: str
    extensible: bool
    terms: Mapping[str, tuple[str, ...]]

    besides: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.terms)

    def match(self, values: Iterable[str]) -> dict[str, FakeMatch]:
        found: dict[str, FakeMatch] = {}
        for value in values:
            for term, synonyms in self.terms.items():
                if value == term:
                    found[value] = FakeMatch(term, "exact")
                elif value in synonyms:
                    found.setdefault(value, FakeMatch(term, "synonym"))
        return found


LISTS = {
    "C66742": FakeList("C66742", "No Yes Response", False, {"Y": ("Yes",), "N": ("No",)}),
    "C71620": FakeList("C71620", "Unit", True, {"mg": ("Milligram",), "g": ()}),
}


class FakeTerminology:
    def codelist(self, name: str) -> FakeList:
        if name not in LISTS:
            raise LookupError(f"there is no codelist '{name}'. Did you mean 'C66742'?")
        return LISTS[name]


@dataclass(frozen=True)
class FakeTarget:
    """Knows every variable of at most four letters or that starts with its own name."""

    name: str = "AE"
    required: Sequence[str] = ()
    automatic: Sequence[str] = ("STUDYID", "USUBJID", "AESEQ")
    extensible: bool = False

    def known(self, variable: str) -> bool:
        return variable.startswith(self.name) or len(variable) <= 4

    def numeric(self, variable: str) -> bool | None:
        return variable.endswith(("DY", "DOSE")) or None

    def suggestions(self) -> Sequence[str]:
        return ("AETERM", "AESTDTC", "AESTDY")


@dataclass
class Result:
    """What came out of a run."""

    frame: pd.DataFrame
    findings: list[Finding]
    set_aside: tuple[SetAside, ...]

    def values(self, name: str) -> list[Any]:
        """The column, with None for a missing number."""
        return [None if pd.isna(v) else v for v in self.frame[name].tolist()]


@dataclass
class Bench:
    """Compiles and runs; forms are given as columns of cells."""

    folder: Path
    functions: dict[str, Function] = field(default_factory=dict)
    encoding: str = "ascii"

    def form(self, columns: Mapping[str, Sequence[Any]], name: str = "ae") -> pd.DataFrame:
        """A raw form (rows of the file from line 2) with whose its rows are."""
        count = max((len(v) for v in columns.values()), default=0)
        data: dict[str, pd.Series[Any]] = {}
        for column, cells in columns.items():
            numeric = bool(cells) and not isinstance(cells[0], str)
            data[column] = pd.Series(cells, dtype="float64" if numeric else "str")
        frame = pd.DataFrame(data, index=pd.RangeIndex(count))
        for column in ("STUDYID", "SUBJID", "SITEID", "_event", "_repeat"):
            if column not in frame:
                frame[column] = pd.Series("", index=frame.index, dtype="str")
        if "USUBJID" not in frame:
            subjects = [f"S{i}" for i in range(1, count + 1)]
            frame["USUBJID"] = pd.Series(subjects, index=frame.index, dtype="str")
        frame["_form"] = pd.Series(name, index=frame.index, dtype="str")
        frame["_row"] = np.arange(2, count + 2, dtype=np.int64)
        frame["_id"] = pd.Series([f"r{i}" for i in range(1, count + 1)], frame.index, dtype="str")
        return frame

    def document(self, text: str, name: str = "sdtm/ae.yaml") -> Document:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return load_yaml(path, name)

    def compile(
        self,
        text: str,
        data: Mapping[str, pd.DataFrame],
        target: FakeTarget | None = None,
        datasets: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[Module, list[Finding]]:
        """The module and its faults; a text that breaks the schema gives those faults."""
        document = self.document(text)
        broken = check_schema(document, "sdtm")
        sources = {
            name: Source(name, tuple(str(c) for c in frame if not str(c).startswith("_")))
            for name, frame in data.items()
        }
        for name, columns in (datasets or {}).items():
            sources[name] = Source(name, tuple(columns), "dataset")
        workshop = Workshop(sources, FakeTerminology(), self.functions, verbs(), self.folder)
        module, faults = compile_module(document, target or FakeTarget(), workshop)
        return module, [*broken, *faults]

    def run(
        self,
        text: str,
        data: Mapping[str, pd.DataFrame],
        numeric: Mapping[str, bool] | None = None,
        reference: float | None = None,
    ) -> Result:
        """Compile without a fault, run, and with `reference` (SAS day) the late rules too."""
        module, faults = self.compile(text, data)
        assert [str(f) for f in faults] == []
        report = Report({n: f"raw/{n}.csv" for n in data}, self.encoding)
        kind = (numeric or {}).get
        mapped = run_module(module, data, report, kind, ("USUBJID",))
        frame = mapped.frame
        if reference is not None:
            frame = frame.assign(_reference=reference)
            frame = run_late(module, frame, data, report, kind)
        return Result(frame, report.findings, mapped.set_aside)

    def rule(
        self,
        rule: str,
        columns: Mapping[str, Sequence[Any]],
        *,
        numeric: bool | None = None,
        **others: Mapping[str, Sequence[Any]],
    ) -> tuple[list[Any], list[Finding]]:
        """Values of one rule on form `ae`, and its findings; `others` are further forms."""
        data = {"ae": self.form(columns)}
        data |= {name: self.form(cells, name) for name, cells in others.items()}
        kinds = {} if numeric is None else {"X": numeric}
        result = self.run(module(rule), data, kinds)
        return result.values("X"), result.findings

    def faults(
        self, rule: str, columns: Sequence[str] = ("A", "B", "C"), **others: Sequence[str]
    ) -> list[str]:
        """The faults of one rule, as the user reads them."""
        data = {"ae": self.form({c: [] for c in columns})}
        data |= {name: self.form({c: [] for c in names}, name) for name, names in others.items()}
        return [str(f) for f in self.compile(module(rule), data)[1]]


def module(rule: str) -> str:
    return f"target: AE\nfrom: ae\nkeys: [USUBJID]\nvars:\n  X: {rule}\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
