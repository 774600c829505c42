"""`call`: a registered function that sees only the columns it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mappings.frames import is_numeric
from mappings.names import Function, Names
from mappings.scope import Scope


class CallFault(Exception):
    """A registered function broke its contract or failed: a fault of the study's code."""


@dataclass(frozen=True)
class Call:
    """The column that the function `name` returns for a frame of the columns in `given`."""

    name: str
    function: Function | None
    given: tuple[str, ...]
    resolved: tuple[str, ...]
    method: str
    origin = "Derived"
    uses = ()

    @classmethod
    def parse(cls, data: Mapping[str, Any], names: Names) -> Call:
        given = tuple(names.text(r) for r in data["reads"])
        short = [g.rpartition(".")[2] for g in given]
        for i, name in enumerate(short):
            if name in short[:i]:
                names.fault(
                    "call.reads",
                    f"two columns called {name} cannot both be read",
                    "Make a working variable of one of them.",
                    "reads",
                    i,
                )
        resolved = tuple(names.column(r, "reads", i) for i, r in enumerate(given))
        function = names.function(data["call"], "call")
        return cls(str(data["call"]), function, given, resolved, names.text(data["method"]))

    @property
    def reads(self) -> tuple[str, ...]:
        return self.resolved

    def run(self, scope: Scope) -> pd.Series[Any]:
        assert self.function is not None
        columns = {
            g.rpartition(".")[2]: scope[r] for g, r in zip(self.given, self.resolved, strict=True)
        }
        frame = pd.DataFrame(columns, index=scope.index).reset_index(drop=True)
        try:
            result = self.function(frame)
        except KeyError as error:
            raise CallFault(
                f"{scope.spec}: the function '{self.name}' reads {error}, which is not in 'reads'"
            ) from error
        except Exception as error:
            raise CallFault(
                f"{scope.spec}: the function '{self.name}' failed: {type(error).__name__}: {error}"
            ) from error
        if (
            not isinstance(result, pd.Series)
            or len(result) != len(frame)
            or not result.index.sort_values().equals(frame.index)
        ):
            raise CallFault(
                f"{scope.spec}: the function '{self.name}' must return one value per row"
            )
        if result.dtype.kind in "mM":
            raise CallFault(
                f"{scope.spec}: the function '{self.name}' returns {result.dtype}; "
                "it must return text or numbers"
            )
        # Values go to the row whose label they carry, also when the function sorted them.
        result = result.loc[frame.index]
        if is_numeric(result):
            return result.astype("float64").set_axis(scope.index)
        return result.astype("str").fillna("").set_axis(scope.index)

    def sentence(self) -> str:
        return self.method.rstrip(".")
