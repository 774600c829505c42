"""First analysis datasets for finished SDTM: what its variables and values allow, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import pandas as pd

from adam.criteria import PRESETS
from adam.standard import structure
from crosswalk.init.text import Value, flow, remark
from sdtm.standard import OBSERVATIONS, UnknownName, domain

_FIRST = "# First proposal of 'crosswalk init': check every line that says 'proposed' or 'missing'."
_FROM_ADSL = (
    *("SUBJID", "SITEID", "AGE", "SEX", "RACE", "TRT01P", "TRT01A", "TRTSDT", "TRTEDT"),
    "SAFFL",
)
_HEADS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ADSL": (
        ("label", "Subject-Level Analysis Dataset"),
        ("structure", "ADSL"),
        ("from", "DM"),
        ("keys", "[USUBJID]"),
    ),
    "ADAE": (
        ("label", "Adverse Event Analysis Dataset"),
        ("structure", "OCCDS"),
        ("from", "AE"),
        ("keys", "[USUBJID, AESEQ]"),
    ),
    "ADRS": (
        ("label", "Response Analysis Dataset"),
        ("structure", "BDS"),
        ("from", "RS"),
        ("keys", "[USUBJID, PARAMCD, ADT, SRCSEQ]"),
    ),
    "ADTTE": (
        ("label", "Time-to-Event Analysis Dataset"),
        ("structure", "TTE"),
        ("keys", "[USUBJID, PARAMCD]"),
    ),
}
_NEEDED = {
    "ADAE": ("AE.AESEQ", "AE.AETERM", "AE.AESTDTC", "AE.AEENDTC", "ADSL.TRTSDT"),
    "ADRS": ("RS.RSTESTCD=OVRLRESP", "RS.RSSEQ", "RS.RSDTC", "RS.RSSTRESC", "ADSL.TRTSDT"),
    "ADTTE": ("ADSL.TRTSDT",),
}
"""What a dataset is not proposed without."""

_NOT_ALIVE = ("DD", "DS", "MH")
_PARTS = ("work", "vars", "params", "then")


@dataclass(frozen=True)
class Line:
    """A line of the table of proposals."""

    dataset: str
    part: str
    variable: str
    rule: str
    needs: tuple[str, ...]
    why: str


@dataclass
class Analysis:
    """A proposed dataset: lines by part, what was not proposed, and what it makes."""

    name: str
    parts: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)


@dataclass
class Given:
    """The SDTM at hand: variables by dataset (qualifiers among them), and the records."""

    planned: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, pd.DataFrame]
    made: dict[str, list[str]] = field(default_factory=dict)

    def lacking(self, need: str) -> bool:
        """Whether a need is not there: DATASET.VARIABLE or DATASET.VARIABLE=VALUE."""
        place, _, value = need.partition("=")
        dataset, _, variable = place.partition(".")
        if variable not in (*self.planned.get(dataset, ()), *self.made.get(dataset, ())):
            return True
        return bool(value) and value not in self.values(dataset, variable)

    def values(self, dataset: str, variable: str) -> list[str]:
        """The values of a variable, sorted; none where it is a qualifier."""
        frame = self.frames.get(dataset)
        if frame is None or variable not in frame.columns:
            return []
        return sorted(str(v) for v in pd.unique(frame[variable]) if v)


@cache
def _lines() -> tuple[Line, ...]:
    text = files("crosswalk.init").joinpath("data", "analysis.txt").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            dataset, part, variable, rule, needs, why = (p.strip() for p in line.split("|"))
            found.append(Line(dataset, part, variable, rule, _needs(needs), why))
    return tuple(found)


def _needs(text: str) -> tuple[str, ...]:
    """Needs are parted by blanks; a value may hold one, a name never does."""
    found: list[str] = []
    for word in text.split():
        if "." in word or not found:
            found.append(word)
        else:
            found[-1] += f" {word}"
    return tuple(found)


def propose(given: Given) -> list[Analysis]:
    """ADSL, and ADAE, ADRS and ADTTE where the SDTM has what they need."""
    proposed: list[Analysis] = []
    for name in _HEADS:
        if any(given.lacking(need) for need in _NEEDED.get(name, ())):
            continue
        analysis = _analysis(name, given)
        if name == "ADTTE" and not analysis.parts.get("params"):
            continue
        proposed.append(analysis)
    return proposed


def _analysis(name: str, given: Given) -> Analysis:
    analysis = Analysis(name)
    given.made[name] = analysis.made
    own = [line for line in _lines() if line.dataset == name]
    for variable in dict.fromkeys(line.variable for line in own):
        options = [line for line in own if line.variable == variable]
        fits = [o for o in options if not any(given.lacking(n) for n in o.needs)]
        if not fits:
            lacking = [n for n in options[0].needs if given.lacking(n)]
            told = ", ".join(n.replace("=", " with the value ") for n in lacking)
            analysis.notes.append(f"not proposed: {variable}: there is no {told}")
        elif variable == "@AE":
            _copies(analysis, given)
        elif fits[0].rule == "@alive":
            _alive(analysis, given, fits[0].why)
        else:
            _add(analysis, fits[0].part, variable, fits[0].rule, f"proposed: {fits[0].why}")
    _required(analysis)
    return analysis


def _add(analysis: Analysis, part: str, name: str, rule: str, why: str) -> None:
    analysis.parts.setdefault(part, []).append(f"  {name}: {rule}  {remark(why)}")
    analysis.made.append(name)


def _copies(analysis: Analysis, given: Given) -> None:
    """Every variable of AE; qualifiers are the study's own, and need a label."""
    known = domain("AE")
    own = [n for n in given.planned["AE"] if n not in ("STUDYID", "DOMAIN", "USUBJID")]
    for name in own:
        if name in known:
            _add(analysis, "vars", name, f"{{copy: {name}}}", "proposed: the same in AE")
    strange = [n for n in own if n not in known]
    if strange:
        analysis.notes.append(f"to decide: which of these AE has beside it: {', '.join(strange)}")


def _alive(analysis: Analysis, given: Given, why: str) -> None:
    places: list[Value] = []
    for name, columns in sorted(given.planned.items()):
        try:
            kind = domain(name).class_name
        except UnknownName:
            continue
        if name in _NOT_ALIVE or (kind not in OBSERVATIONS and name != "SV"):
            continue
        # In findings --DTC is the day of the observation, elsewhere that of filling in the page.
        ends = ("DTC", "ENDTC") if kind.startswith("FINDINGS") else ("STDTC", "ENDTC")
        dates = [f"{name}{end}" for end in ends]
        there = [d for d in dates if d in columns and "USUBJID" in columns]
        places.extend({"in": name, "get": {"date": date}} for date in there)
    if places:
        rule = flow({"lookup": places, "pick": "last"})
        _add(analysis, "vars", "LSTALVDT", rule, f"proposed: {why}")
    else:
        analysis.notes.append("not proposed: LSTALVDT: there is no dated record of the subject")


def _required(analysis: Analysis) -> None:
    """What the standard requires and the SDTM does not have is left empty, and said."""
    required: Sequence[str] = ()
    if analysis.name == "ADSL":
        listed = structure("ADSL").required
        required = [n.replace("xx", "01") for n in listed if n not in ("STUDYID", "USUBJID")]
    elif analysis.name == "ADAE":
        hierarchy = ("--BDSYCD", "--LLT", "--LLTCD", "--PTCD", "--HLT", "--HLTCD", "--HLGT")
        left = (*hierarchy, "--HLGTCD", "--SOC", "--SOCCD", "--BODSYS", "STUDYID", "USUBJID")
        names = [n for n in structure("ADAE").required if n not in left]
        required = [n.replace("--", "AE") for n in names]
    for name in required:
        if name not in analysis.made:
            why = "missing: required, and the SDTM has nothing that it could be made of"
            _add(analysis, "vars", name, '{const: ""}', why)


def render(analysis: Analysis, given: Given) -> str:
    """The module as text, with a remark on every proposal."""
    name = analysis.name
    lines = [_FIRST, f"target: {name}"]
    lines += [f"{key}: {value}" for key, value in _HEADS[name]]
    if name == "ADRS":
        where: dict[str, Value] = {"RSTESTCD": "OVRLRESP"}
        why = "proposed: all overall responses"
        if "INVESTIGATOR" in given.values("RS", "RSEVAL"):
            where["RSEVAL"] = "INVESTIGATOR"
            why = "proposed: the investigator's; the protocol decides whose response counts"
        lines += [f"where: {flow(where)}  {remark(why)}", "reason: Not an overall response"]
    if name != "ADSL":
        taken = [n for n in _FROM_ADSL if n in given.made["ADSL"]]
        lines.append(f"adsl: [{', '.join(taken)}]  {remark('proposed: what analyses often need')}")
    if name == "ADRS":
        lines.append(
            "criteria: {start: TRTSDT, analysed: ANL01FL}  "
            + remark("proposed: what comes after the first treatment; new therapy is not looked at")
        )
    if name == "ADTTE":
        told = "proposed: from the first treatment; where there is randomisation, RANDDT"
        lines += ["subjects: {TRTSDT: {is: present}}", f"start: TRTSDT  {remark(told)}"]
    for part in _PARTS:
        if part in analysis.parts:
            lines += [f"{part}:", *analysis.parts[part]]
    return "\n".join([*lines, *(remark(n) for n in analysis.notes)]) + "\n"


def criteria(given: Given) -> tuple[str, str]:
    """The preset of response criteria that knows the responses, and why; "" where none does."""
    said = set(given.values("RS", "RSSTRESC"))
    frame = given.frames.get("RS")
    if frame is not None and "RSTESTCD" in frame.columns:
        said = set(frame.loc[frame["RSTESTCD"] == "OVRLRESP", "RSSTRESC"]) - {""}
    for name, preset in PRESETS.items():
        own = {preset.complete, preset.partial, preset.stable, preset.progression}
        if said & own:
            strange = sorted(said - set(preset.order))
            more = f"; it does not know {', '.join(strange)}" if strange else ""
            return name, f"proposed: the responses in RS{more}; the protocol decides"
    return "", "to decide: the criteria; no preset knows the responses in RS"
