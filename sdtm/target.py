"""What a mapping module may make of a domain, as the language asks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.findings import Finding
from mappings.load import Steps, did_you_mean, spec_fault
from mappings.modules import Module, made_by
from sdtm.standard import OBSERVATIONS, Domain, domain

DESIGN = "TRIAL DESIGN"
POINTER = ("RDOMAIN", "IDVAR", "IDVARVAL")
"""The variables that say which records of which dataset something is about."""


def by_subject(about: Domain) -> bool:
    """Whether the domain's records belong to subjects."""
    return about.class_name != DESIGN


def sequence(about: Domain) -> str:
    """The domain's --SEQ variable, "" where it has none."""
    name = f"{about.name}SEQ"
    return name if name in about else ""


def standard_results(data: Mapping[str, Any], code: str) -> tuple[str, ...]:
    """The variables that a module's `standard` makes."""
    given = data.get("standard")
    if not given:
        return ()
    names = [f"{code}STRESC", f"{code}STRESN", f"{code}STRESU"]
    if "low" in given or "high" in given:
        names += [f"{code}STNRLO", f"{code}STNRHI", f"{code}NRIND"]
    return tuple(names)


def timing_variables(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables that a module's `timing` makes."""
    timing = data.get("timing") or {}
    names: list[str] = []
    if timing.get("visit") == "true":
        names += ["VISITNUM", "VISIT", "VISITDY"]
    if timing.get("epoch"):
        names.append("EPOCH")
    if timing.get("baseline"):
        names.append(str(timing["baseline"]["flag"]))
    return tuple(names)


def test_name(data: Mapping[str, Any], about: Domain) -> bool:
    """Whether --TEST is made from --TESTCD: the module has no rule for it, and both are in CT."""
    code, test = f"{about.name}TESTCD", f"{about.name}TEST"
    if code not in about or test in made_by(data):
        return False
    return bool(about.allowed(code).codelists and about.allowed(test).codelists)


def pointers(data: Mapping[str, Any], about: Domain) -> tuple[str, ...]:
    """The parts of a comment's pointer that are made: those that no rule of the module makes."""
    made = made_by(data)
    if about.name != "CO" or POINTER[0] not in made:
        return ()
    return tuple(n for n in POINTER if n not in made)


@dataclass(frozen=True)
class SdtmTarget:
    """A domain of SDTMIG 3.4 with what the module's own settings make."""

    about: Domain
    data: Mapping[str, Any]
    extensible = False

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def required(self) -> tuple[str, ...]:
        return self.about.required

    @property
    def automatic(self) -> tuple[str, ...]:
        names = ["STUDYID", "DOMAIN"]
        if by_subject(self.about):
            names.append("USUBJID")
        if sequence(self.about):
            names.append(sequence(self.about))
        if test_name(self.data, self.about):
            names.append(f"{self.name}TEST")
        names.extend(pointers(self.data, self.about))
        made = (*standard_results(self.data, self.name), *timing_variables(self.data))
        return (*names, *made)

    def known(self, variable: str) -> bool:
        return variable in self.about

    def numeric(self, variable: str) -> bool | None:
        return self.about.allowed(variable).numeric if variable in self.about else None

    def suggestions(self) -> tuple[str, ...]:
        return tuple(v.name for v in self.about.model or self.about.variables)


_RESULTS = ("ORRES", "STRESC", "STRESN")


def unknown_settings(module: Module, about: SdtmTarget) -> list[Finding]:
    """Faults of a compiled module: settings beside its rules that name no variable it makes."""
    if not module.blocks:
        return []
    data, code = module.data, about.name
    made = {*module.variables, *about.automatic}
    timing, standard = data.get("timing") or {}, data.get("standard") or {}
    baseline = timing.get("baseline") or {}
    given: list[tuple[object, Steps]] = [(timing.get("epoch"), ("timing", "epoch"))]
    given += [(baseline.get(k), ("timing", "baseline", k)) for k in ("date", "result")]
    by = baseline.get("by", [])
    given += [(n, ("timing", "baseline", "by", i)) for i, n in enumerate(by)]
    given += [(standard.get(k), ("standard", k)) for k in ("result", "unit", "low", "high")]
    given += [(n, ("unique", i)) for i, n in enumerate(data.get("unique", []))]
    if standard or (baseline and not by):
        steps: Steps = ("standard",) if standard else ("timing", "baseline")
        given.append((f"{code}TESTCD", steps))
    faults: list[Finding] = []
    for name, steps in given:
        if name and name not in made:
            message = f"there is no variable '{name}' in this module"
            hint = did_you_mean(str(name), sorted(made))
            faults.append(spec_fault("name.variable", message, module.document.place(steps), hint))
    result = str(baseline.get("result", ""))
    if result in made and result[len(code) :] not in _RESULTS:
        place = module.document.place(("timing", "baseline", "result"))
        names = ", ".join(code + name for name in _RESULTS)
        message = f"{result} is no result, and the baseline is a record with one"
        faults.append(spec_fault("baseline.result", message, place, f"Name one of {names}."))
    flag = str(baseline.get("flag", ""))
    if flag and not about.known(flag):
        message = f"there is no variable '{flag}' in {code}"
        place = module.document.place(("timing", "baseline", "flag"))
        hint = did_you_mean(flag, list(about.suggestions()))
        faults.append(spec_fault("name.variable", message, place, hint))
    for rule in (r for b in module.blocks for r in b.supp):
        if rule.late:
            message = "a supplemental qualifier cannot be a study day"
            faults.append(spec_fault("supp.late", message, rule.place))
        if rule.variable in made:
            message = f"{rule.variable} is a variable of {code} and cannot be a qualifier too"
            faults.append(spec_fault("supp.name", message, rule.place))
    for i, key in enumerate(module.keys):
        last = 0 < i == len(module.keys) - 1
        if key == flag or (key == sequence(about.about) and not last):
            message = f"the key '{key}' is made after the records are sorted by the keys"
            place = module.document.place(("keys", i))
            advice = "Take it out." if key == flag else "Write it last, or take it out."
            faults.append(spec_fault("name.key", message, place, advice))
        if key in module.hidden:
            message = f"the key '{key}' is a working variable, which the dataset does not keep"
            place = module.document.place(("keys", i))
            faults.append(spec_fault("name.key", message, place, "Move its rule to 'vars'."))
    return faults


def target(code: str, data: Mapping[str, Any]) -> SdtmTarget:
    """The target of a module; UnknownName lists the domains there are."""
    return SdtmTarget(domain(code), data)


__all__ = ["OBSERVATIONS", "SdtmTarget", "by_subject", "sequence", "target", "unknown_settings"]
