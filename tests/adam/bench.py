"""Rules of a small ADaM module, compiled and run on a table of a few cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adam.standard import adam_terminology
from adam.target import target
from adam.verbs import Tables, adam_verbs
from mappings.compile import compile_module
from mappings.findings import Finding, SpecPlace
from mappings.load import load_yaml
from mappings.modules import Module, Workshop
from mappings.names import Source
from mappings.run import run_module
from mappings.schemas import check_schema
from mappings.scope import Report
from mappings.verbs import verbs

#: Faults of a module that is no whole dataset.
WHOLE = ("rule.required", "name.key")
HEAD = "target: ADXX\nfrom: AE\nkeys: [USUBJID]\n"
Columns = Mapping[str, Sequence[Any]]


def table(columns: Columns) -> pd.DataFrame:
    """Records of AE; their rows are counted from 1, and all are of one subject unless said."""
    count = len(next(iter(columns.values())))
    data: dict[str, pd.Series[Any]] = {}
    for name, cells in columns.items():
        text = any(isinstance(c, str) for c in cells)
        data[name] = pd.Series(list(cells), dtype="str" if text else "float64")
    frame = pd.DataFrame(data, index=pd.RangeIndex(count))
    if "USUBJID" not in frame:
        frame["USUBJID"] = pd.Series("S1", index=frame.index, dtype="str")
    frame["_form"] = pd.Series("AE", index=frame.index, dtype="str")
    frame["_row"] = np.arange(1, count + 1, dtype=np.int64)
    return frame


@dataclass
class Bench:
    """Compiles and runs the rules of a module over AE."""

    folder: Path
    structure: str = "OCCDS"
    cutoff: float = np.inf
    compiled: dict[str, Module] = field(default_factory=dict)

    def compile(
        self,
        rules: str,
        columns: Sequence[str],
        tables: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        head: str = HEAD,
    ) -> tuple[Module, list[Finding]]:
        """The module and its faults, but for what it lacks as a whole dataset."""
        path = self.folder / "adxx.yaml"
        lines = "".join(f"  {line}\n" for line in rules.splitlines())
        text = f"{head}structure: {self.structure}\nvars:\n{lines}"
        path.write_text(text, encoding="utf-8")
        document = load_yaml(path, "adam/adxx.yaml")
        broken = check_schema(document, "adam")
        if broken:
            return Module(document, "ADXX", (), (), {}), broken
        places = Tables(tables or {}, lambda _, row: SpecPlace("study.yaml", row + 1, 1))
        sources = {"AE": Source("AE", ("USUBJID", *columns), "dataset")}
        for name, rows in (tables or {}).items():
            known = tuple(dict.fromkeys(k for row in rows for k in row))
            sources[name] = Source(name, known, "table", by_subject=False)
        own = verbs(adam_verbs(self.cutoff, places))
        workshop = Workshop(sources, adam_terminology(), {}, own, self.folder)
        module, faults = compile_module(document, target(document.data), workshop)
        return module, [f for f in faults if f.rule not in WHOLE]

    def faults(
        self,
        rules: str,
        columns: Sequence[str] = (),
        tables: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        head: str = HEAD,
    ) -> list[str]:
        """The faults as a user reads them."""
        return [str(f) for f in self.compile(rules, columns, tables, head)[1]]

    def run(
        self,
        rules: str,
        frame: pd.DataFrame,
        tables: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    ) -> tuple[pd.DataFrame, list[Finding]]:
        """The records with what the rules make, and the findings."""
        columns = [str(c) for c in frame.columns if not str(c).startswith("_")]
        key = f"{rules}|{columns}|{tables}"
        if key not in self.compiled:
            found = self.compile(rules, [c for c in columns if c != "USUBJID"], tables)
            assert [str(f) for f in found[1]] == []
            self.compiled[key] = found[0]
        module = self.compiled[key]
        about = target(module.data)

        def numeric(name: str) -> bool | None:
            found = about.structure.find(name)
            return found.numeric if found is not None else None

        report = Report({})
        made = run_module(module, {"AE": frame}, report, numeric, ("USUBJID",)).frame
        return made, report.findings

    def values(
        self,
        rules: str,
        columns: Columns,
        name: str,
        tables: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    ) -> list[Any]:
        """One variable, with None for a missing number; no finding may come out."""
        made, findings = self.run(rules, table(columns), tables)
        assert [str(f) for f in findings] == []
        return [None if pd.isna(v) else v for v in made[name].tolist()]
