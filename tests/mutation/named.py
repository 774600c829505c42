"""Names of the reference study that exist and mean something else, for changes."""

from __future__ import annotations

import pandas as pd

from adam.cutoff import UNCUT
from mappings.frames import is_numeric
from mappings.load import Document
from tests.mutation.built import Built
from tests.mutation.mutants import Mutant, mutants


class Named(Built):
    """The study on the bench with the names that a change may put."""

    def other_column(self, document: Document, source: str, name: str) -> str:
        """Another column of the source, or variable of the document's dataset."""
        about = document.data if isinstance(document.data, dict) else {}
        own = str(about.get("target", ""))
        adam = document.file.startswith("adam/")
        prefix = f"{own}."
        places: list[tuple[pd.DataFrame | None, str]] = [
            (None if name.startswith(prefix) else self._frame(source, adam), ""),
            (self._frame(own, adam), prefix if name.startswith(prefix) else ""),
            (self._frame("ADSL", adam) if adam else None, ""),
        ]
        short = name.removeprefix(prefix)
        for frame, shown in places:
            if frame is None:
                continue
            columns = [str(c) for c in frame.columns if str(c)[0] != "_" and ":" not in str(c)]
            if short not in columns:
                continue
            here = columns.index(short)
            for other in (*columns[here + 1 :], *columns[:here]):
                same_kind = is_numeric(frame[other]) == is_numeric(frame[short])
                if same_kind and not frame[other].equals(frame[short].rename(other)):
                    return shown + other
        return ""

    def _frame(self, name: str, adam: bool) -> pd.DataFrame | None:
        if adam and name in self.data:
            return self.data[name]
        return self.work.data.get(name)

    def other_source(self, source: str) -> str:
        """Another form, dataset or table of the same kind."""
        forms, tables = list(self.forms), list(self.study.tables)
        if source.startswith(UNCUT):
            return source.removeprefix(UNCUT)
        for names in (forms, tables, list(self.made), list(self.analysis)):
            if source in names and len(names) > 1:
                return names[(names.index(source) + 1) % len(names)]
        return ""

    def other_codelist(self, name: str) -> str:
        """Another published codelist."""
        return "C66742" if name != "C66742" else "C66728"

    def other_function(self, name: str) -> str:
        """Another function that is registered."""
        names = sorted(self.functions)
        return names[(names.index(name) + 1) % len(names)] if name in names else names[0]

    def mutants(self, file: str) -> list[Mutant]:
        """All changes of one file."""
        return mutants(self.documents[file], self)
