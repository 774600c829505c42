"""Response criteria as data: every choice is a named setting, and a preset gives them all.

Published versions of the same criteria differ, so none of these is a constant of the program.
The names are those of study.yaml under ``response``, of ``criteria.settings`` of a module, and of
``settings`` of a parameter: `criteria` there names a preset, everything else overrides it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mappings.load import did_you_mean


class CriteriaError(ValueError):
    """Settings that are no criteria; `faults` maps each key to (what is wrong, advice)."""

    def __init__(self, faults: Mapping[str, tuple[str, str]]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(f"{said} {hint}".strip() for said, hint in faults.values()))


@dataclass(frozen=True, slots=True)
class Criteria:
    """Response criteria; the defaults are irRECIST.

    Days are differences of dates (28 means 28 days later), except `response_last_day`,
    `stable_first_day` and `benefit_first_day`, which are study days counted from the start as
    day 1. Sizes are mm, percents are of the baseline (partial response) or of the lowest burden
    (progression).
    """

    name: str = "irRECIST"

    # The responses' submission values, best first; "" where the criteria have no such response.
    complete: str = "irCR"
    partial: str = "irPR"
    stable: str = "irSD"
    neither: str = "NON-CR/NON-PD"
    disease_free: str = ""
    progression: str = "irPD"
    confirmed_progression: str = ""
    not_evaluable: str = "NE"
    not_done: str = "ND"
    no_assessment: str = "NE"

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
    confirming_mm: float = 5.0
    progression_scan: str = "last"
    response_scan: str = "last"

    # Which progression counts.
    pd_can_be_void: bool = True
    pd_judged_by: str = "next"
    pd_confirm_min_days: float = 28.0
    pd_confirm_max_days: float = math.inf
    pd_sooner_is_skipped: bool = True
    pd_unconfirmed_counts: bool = True
    pd_date: str = "first"

    # Best overall response, clinical benefit.
    response_last_day: float = math.inf
    stable_first_day: float = 28.0
    benefit_first_day: float = 28.0
    confirm_min_days: float = 28.0
    confirm_max_days: float = math.inf
    confirm_max_not_evaluable: int = 1
    confirm_max_stable: int = 0
    confirm_partial_after_complete: bool = True
    confirm_within_last_day: bool = False
    lesser_confirms: bool = True
    unconfirmed_is_stable: bool = True

    @property
    def order(self) -> tuple[str, ...]:
        """The overall responses, best first; what cannot be evaluated is last."""
        all_of_them = (
            self.complete,
            self.partial,
            self.stable,
            self.neither,
            self.disease_free,
            self.progression,
            self.confirmed_progression,
            self.not_evaluable,
            self.not_done,
            self.no_assessment,
        )
        return tuple(dict.fromkeys(value for value in all_of_them if value))

    @property
    def progressions(self) -> tuple[str, ...]:
        """The responses that are a progression, confirmed or not."""
        return tuple(v for v in (self.progression, self.confirmed_progression) if v)

    @property
    def evaluable(self) -> tuple[str, ...]:
        """The responses that say how the disease is."""
        missing = (self.not_evaluable, self.not_done, self.no_assessment)
        return tuple(value for value in self.order if value not in missing)

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, object], base: Criteria | None = None
    ) -> Criteria:
        """Criteria of a mapping of settings (YAML scalars or their text).

        `criteria` among them names a preset; without it the others override `base`. Raises
        CriteriaError with every fault at once: unknown keys and presets (with the nearest known
        one) and values of the wrong kind.
        """
        start = base or cls()
        known = {f.name: f.default for f in fields(cls)}
        faults: dict[str, tuple[str, str]] = {}
        values: dict[str, object] = {}
        for key, value in settings.items():
            if key == "criteria":
                preset = PRESETS.get(str(value))
                if preset is None:
                    said = f"there are no response criteria '{value}'"
                    faults[key] = (said, did_you_mean(str(value), list(PRESETS)))
                else:
                    start = preset
            elif key not in known:
                hint = did_you_mean(key, ["criteria", *known])
                faults[key] = (f"there is no response setting '{key}'", hint)
            elif key in _WORDS and value not in _WORDS[key]:
                words = " or ".join(_WORDS[key])
                faults[key] = (f"the response setting {key} is {words}, not '{value}'", "")
            else:
                read = _read(value, known[key])
                if read is None:
                    wanted = _KINDS.get(type(known[key]), "text")
                    faults[key] = (f"the response setting {key} is {wanted}, not '{value}'", "")
                else:
                    values[key] = read
        if faults:
            raise CriteriaError(faults)
        return replace(start, **values)  # type: ignore[arg-type]


#: Settings that are one of a few words.
_WORDS = {
    "pd_date": ("first", "confirming"),
    "pd_judged_by": ("next", "other"),
    "progression_scan": ("first", "last"),
    "response_scan": ("first", "last"),
}
_KINDS = {bool: "true or false", int: "a whole number from 0 on", float: "a number from 0 on"}

_RECIST = Criteria(
    name="RECIST 1.1",
    complete="CR",
    partial="PR",
    stable="SD",
    neither="NON-CR/NON-PD",
    disease_free="NED",
    progression="PD",
    burden_includes_new=False,
    new_lesion_is_pd=True,
    complete_allows_new_gone=False,
    progression_scan="first",
    pd_can_be_void=False,
    stable_first_day=42.0,
    benefit_first_day=42.0,
    lesser_confirms=False,
    confirm_partial_after_complete=False,
)

#: All settings by the name that `criteria` gives.
PRESETS: Mapping[str, Criteria] = {
    "recist-1.1": _RECIST,
    "irecist": replace(
        _RECIST,
        name="iRECIST",
        complete="iCR",
        partial="iPR",
        stable="iSD",
        neither="NON-iCR/NON-iUPD",
        progression="iUPD",
        confirmed_progression="iCPD",
        complete_allows_new_gone=True,
        pd_can_be_void=True,
        pd_judged_by="other",
        pd_confirm_max_days=56.0,
    ),
    "irrecist": Criteria(),
    "imrecist": Criteria(
        name="imRECIST",
        complete="CR",
        partial="PR",
        stable="SD",
        progression="PD",
        non_target_pd=False,
    ),
}


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
    return str(value) if isinstance(value, str) else None
