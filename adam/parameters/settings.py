"""Which response criteria a study, a module or a parameter asks for, with faults at their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adam.criteria import PRESETS, Criteria, CriteriaError
from mappings.findings import Finding
from mappings.load import Document, Steps, spec_fault

CHOOSE = f"Say in study.yaml which: response: {{criteria: ...}}; there are {', '.join(PRESETS)}."


def read_criteria(
    document: Document,
    steps: Steps,
    settings: Mapping[str, Any] | None,
    base: Criteria | None,
    faults: list[Finding],
) -> Criteria | None:
    """`base` with the settings that stand at `steps`; None when neither names criteria."""
    if not settings:
        return base
    try:
        found = Criteria.from_settings(settings, base)
    except CriteriaError as error:
        for key, (message, advice) in error.faults.items():
            place = document.place((*steps, key), key=True)
            faults.append(spec_fault("response.setting", message, place, advice))
        return base or Criteria()
    if base is None and "criteria" not in settings:
        message = "these response settings are of no criteria"
        place = document.place(steps, key=True)
        advice = f"Name them beside: criteria, one of {', '.join(PRESETS)}."
        faults.append(spec_fault("response.setting", message, place, advice))
    return found
