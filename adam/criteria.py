"""Response criteria as data: every choice of irRECIST is a named setting with a default.

Published versions of irRECIST differ, so none of these is a constant of the program. The
names are those of study.yaml under ``response``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields


class CriteriaError(ValueError):
    """Settings that are no criteria; `faults` maps each key to what is wrong with it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(self.faults.values()))


@dataclass(frozen=True, slots=True)
class Criteria:
    """Response criteria; the defaults are irRECIST as the reference study uses it.

    Days are differences of dates (28 means 28 days later), sizes are mm, percents are of
    the baseline (partial response) or of the lowest burden (progression).
    """

    name: str = "irRECIST 1.1 (PROTOCOL-DEFINED)"

    # The responses' submission values, best first.
    complete: str = "irCR"
    partial: str = "irPR"
    stable: str = "irSD"
    neither: str = "NON-CR/NON-PD"
    progression: str = "irPD"
    not_evaluable: str = "NE"

    # Lesions to response.
    pr_percent: float = 30.0
    pd_percent: float = 20.0
    pd_mm: float = 5.0
    too_small_mm: float = 5.0
    node_normal_mm: float = 10.0
    burden_includes_new: bool = True
    new_lesion_is_pd: bool = False
    non_target_pd: bool = True
    new_non_measurable_pd: bool = False
    complete_allows_new_gone: bool = True

    # Which irPD counts.
    pd_can_be_void: bool = True
    pd_confirm_min_days: float = 28.0
    pd_confirm_max_days: float = float("inf")
    pd_sooner_is_skipped: bool = True
    pd_unconfirmed_counts: bool = True
    pd_date: str = "first"

    # Best overall response.
    response_last_day: float = 183.0
    stable_first_day: float = 28.0
    confirm_min_days: float = 28.0
    confirm_max_not_evaluable: int = 1
    confirm_over_stable: bool = False
    confirm_within_last_day: bool = False
    lesser_confirms: bool = True
    unconfirmed_is_stable: bool = True

    @property
    def order(self) -> tuple[str, ...]:
        """The overall responses, best first; what cannot be evaluated is last."""
        return (
            self.complete,
            self.partial,
            self.stable,
            self.neither,
            self.progression,
            self.not_evaluable,
        )

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Criteria:
        """Criteria of a mapping of settings (YAML scalars or their text).

        Raises CriteriaError with every fault at once: unknown keys (with the nearest known
        one) and values of the wrong kind.
        """
        known = {f.name: f.default for f in fields(cls)}
        faults: dict[str, str] = {}
        values: dict[str, object] = {}
        for key, value in settings.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                faults[key] = f"no response setting {key}: {hint}"
                continue
            read = _read(value, known[key])
            if read is None:
                kind = {bool: "true or false", int: "a whole number", float: "a number"}
                wanted = kind.get(type(known[key]), "text")
                faults[key] = f"response setting {key} must be {wanted}, not {value!r}"
            else:
                values[key] = read
        if values.get("pd_date", "first") not in ("first", "confirming"):
            faults["pd_date"] = "response setting pd_date must be first or confirming"
        if faults:
            raise CriteriaError(faults)
        return cls(**values)  # type: ignore[arg-type]


def _read(value: object, default: object) -> object | None:
    """`value` in the type of `default`, or None when it is not of that kind."""
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        return {"true": True, "false": False}.get(str(value).strip().lower())
    if isinstance(default, int | float):
        if isinstance(value, bool):
            return None
        try:
            number = float(str(value))
        except ValueError:
            return None
        if not number >= 0:
            return None
        if isinstance(default, int):
            return int(number) if number.is_integer() else None
        return number
    return value if isinstance(value, str) and value else None
