"""The SDTM datasets of a study: modules compiled and run, then every domain finished.

Two passes. First all modules run in the order of what they look up. When the reference dates
(DM), elements (SE) and visits (SV) exist, each domain gets its study days, EPOCH, visits and
flags, is sorted by its keys and numbered, after the numbers of an earlier cut if one is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from mappings.built import BuiltDataset
from mappings.coded import say_copied_codes
from mappings.compile import compile_module
from mappings.findings import Finding, SpecificationFault
from mappings.frames import blank_text, is_numeric, take_table, text_series
from mappings.iso8601 import first_day, last_day, seconds
from mappings.load import spec_fault
from mappings.modules import Module, Workshop, made_by
from mappings.names import Function, Source
from mappings.order import in_order
from mappings.raw import RawForm
from mappings.registry import study_functions
from mappings.rules import Rule
from mappings.run import SUPP, Mapped, SetAside, run_late, run_module
from mappings.scope import Report
from mappings.study import Study
from mappings.tables import table_frames, table_sources
from mappings.verbs import verbs
from sdtm.comments import CODE as COMMENTS
from sdtm.comments import check_comments, point, spread
from sdtm.merged import merged
from sdtm.numbering import (
    Earlier,
    Numbering,
    count,
    count_after,
    counted_by,
    key_variables,
    keys_of,
)
from sdtm.packages import study_terminology
from sdtm.relrec import check_relationships, relationships
from sdtm.results import add_standard_results
from sdtm.standard import Domain, UnknownName, dataset_order, domain
from sdtm.supp import COLUMNS as SUPP_COLUMNS
from sdtm.supp import Qualifier, continued, supplemental, whole_qualifiers
from sdtm.swapped import say_swapped
from sdtm.target import (
    by_subject,
    sequence,
    standard_results,
    target,
    test_name,
    unknown_settings,
)
from sdtm.terminology import Terminology, sdtm_terminology
from sdtm.timing import epochs, last_before_exposure, reference_days
from sdtm.trial import check_summary, summary, summary_variables
from sdtm.visits import add_visits, check_visits, unscheduled_table

SUBJECT = ("STUDYID", "USUBJID", "SUBJID", "SITEID")
QORIG = {"Collected": "CRF", "Derived": "Derived", "Assigned": "Assigned", "Protocol": "Protocol"}


@dataclass(frozen=True)
class SdtmPlan:
    """The compiled modules in the order in which they run."""

    study: Study
    modules: tuple[Module, ...]
    terminology: Terminology


@dataclass(frozen=True)
class SdtmResult:
    """The finished datasets in define.xml's order, and the rows set aside on the way.

    `numbering` tells, by domain, how records were numbered after an earlier cut.
    """

    datasets: tuple[BuiltDataset, ...]
    set_aside: tuple[SetAside, ...]
    numbering: Mapping[str, Numbering] = field(default_factory=dict)

    def frames(self) -> dict[str, pd.DataFrame]:
        """The records by dataset name."""
        return {d.name: d.frame for d in self.datasets}


def plan_sdtm(
    study: Study,
    headers: Mapping[str, Sequence[str]],
    functions: Mapping[str, Function] | None = None,
) -> SdtmPlan:
    """Compile every module against the headers of the raw forms.

    `functions` are those of the study's derive.py, when they are loaded already. Raises
    SpecificationFault with every fault of every module.
    """
    terminology, faults = study_terminology(study, "SDTM", sdtm_terminology)
    faults.extend(check_summary(study, terminology))
    faults.extend(check_visits(study))
    sources = {name: Source(name, (*columns, *SUBJECT)) for name, columns in headers.items()}
    sources.update(table_sources(study))
    for document in study.sdtm:
        code = str(document.data["target"])
        made = made_by(document.data)
        extra = standard_results(document.data, code)
        subject = ("STUDYID", "USUBJID")
        sources[code] = Source(code, tuple(dict.fromkeys((*subject, *made, *extra))), "dataset")
    own = study_functions(study.folder) if functions is None else functions
    workshop = Workshop(sources, terminology, own, verbs(), study.folder)
    modules: list[Module] = []
    for document in study.sdtm:
        try:
            about = target(str(document.data["target"]), document.data)
        except UnknownName as error:
            place = document.place(("target",))
            faults.append(spec_fault("name.domain", str(error), place))
            continue
        if any(m.target == about.name for m in modules):
            place = document.place(("target",))
            faults.append(spec_fault("module.twice", f"{about.name} has two modules", place))
            continue
        module, found = compile_module(document, about, workshop)
        faults.extend(found)
        faults.extend(unknown_settings(module, about))
        faults.extend(check_comments(module))
        faults.extend(_without_grounds(module, study))
        modules.append(module)
    ordered, cycles = in_order(modules)
    faults.extend(cycles)
    plan = SdtmPlan(study, tuple(ordered), terminology)
    if not faults:
        faults.extend(check_relationships(study, planned_variables(plan)))
    if faults:
        raise SpecificationFault(faults)
    return plan


def _without_grounds(module: Module, study: Study) -> list[Finding]:
    """Timing that could only give empty variables: no visits, no event, no elements."""
    timing = module.data.get("timing") or {}
    faults: list[Finding] = []
    if timing.get("visit") == "true":
        place = module.document.place(("timing", "visit"))
        if not study.visits:
            message = "'visit' needs 'visits' in study.yaml"
            faults.append(spec_fault("timing.visit", message, place))
        lacking = [
            b.source.name
            for b in module.blocks
            if b.source.name in study.forms and not study.forms[b.source.name].event
        ]
        for name in dict.fromkeys(lacking):
            message = f"'visit' needs the 'event' of the form {name} in study.yaml"
            faults.append(spec_fault("timing.visit", message, place))
    if timing.get("epoch"):
        targets = {str(d.data["target"]) for d in study.sdtm}
        if "SE" not in targets or not study.epochs:
            message = "'epoch' needs a module of SE, and 'epochs' in study.yaml"
            place = module.document.place(("timing", "epoch"))
            faults.append(spec_fault("timing.epoch", message, place))
    return faults


def planned_variables(plan: SdtmPlan) -> dict[str, tuple[str, ...]]:
    """The variables of each dataset to come, supplemental qualifiers beside their parent's."""
    planned = {
        m.target: (
            *_final_names(m, domain(m.target)),
            *dict.fromkeys(r.variable for b in m.blocks for r in b.supp),
        )
        for m in plan.modules
    }
    if plan.study.ts:
        planned["TS"] = tuple(v.name for v in domain("TS"))
    return planned


@dataclass
class _Work:
    """The state of one run."""

    plan: SdtmPlan
    report: Report
    data: dict[str, pd.DataFrame]
    earlier: Mapping[str, Earlier]
    mapped: dict[str, Mapped] = field(default_factory=dict)
    numbering: dict[str, Numbering] = field(default_factory=dict)
    finished: dict[str, BuiltDataset] = field(default_factory=dict)


def _numeric(about: Domain, name: str) -> bool | None:
    return about.allowed(name).numeric if name in about else None


def run_sdtm(
    plan: SdtmPlan,
    forms: Mapping[str, RawForm],
    report: Report,
    earlier: Mapping[str, Earlier] | None = None,
) -> SdtmResult:
    """Build every SDTM dataset; faults of the data go to `report`.

    `earlier` are domains of an earlier cut whose --SEQ is kept.
    """
    data = {name: form.frame for name, form in forms.items()}
    data.update(table_frames(plan.study))
    work = _Work(plan, report, data, earlier or {})
    say_copied_codes(plan.modules, forms, report)
    for module in plan.modules:
        _map(module, work)
    loose = unscheduled_table(plan.study, _frame(work, "SV"))
    datasets: list[BuiltDataset] = []
    # Comments come last: they point at the records of the others by --SEQ.
    for module in sorted(plan.modules, key=lambda m: m.target == COMMENTS):
        built = _finish(module, work, loose)
        work.finished[module.target] = built[0]
        datasets.extend(built)
    if plan.study.ts:
        frame = summary(plan.study, plan.terminology)
        names = summary_variables(frame)
        datasets.append(BuiltDataset("TS", frame, names, ("STUDYID", "TSPARMCD", "TSSEQ")))
    by_name = {d.name: d for d in datasets}
    related = relationships(plan.study, merged(datasets))
    if related is not None:
        by_name["RELREC"] = related
    aside = tuple(a for m in work.mapped.values() for a in m.set_aside)
    finished = tuple(by_name[n] for n in dataset_order(by_name))
    return SdtmResult(finished, aside, work.numbering)


def _frame(work: _Work, name: str) -> pd.DataFrame | None:
    return work.mapped[name].frame if name in work.mapped else None


def _map(module: Module, work: _Work) -> None:
    about = domain(module.target)
    numeric = partial(_numeric, about)
    mapped = run_module(module, work.data, work.report, numeric, ("USUBJID",))
    frame = mapped.frame
    settings = module.data.get("standard")
    if settings:
        frame = add_standard_results(frame, settings, work.report, work.plan.terminology, module)
    if test_name(module.data, about):
        frame = _name_tests(frame, module, about, work)
    study = work.plan.study
    frame["STUDYID"] = text_series([study.id] * len(frame), frame.index)
    if module.target == "DM":
        # Which of two records of one subject (a finding) others look at is not left to the file.
        frame = frame.sort_values(["USUBJID", "_form", "_id", "_row"], kind="stable")
        frame = frame.reset_index(drop=True)
    work.mapped[module.target] = Mapped(module, frame, mapped.set_aside)
    work.data[module.target] = frame


def _name_tests(frame: pd.DataFrame, module: Module, about: Domain, work: _Work) -> pd.DataFrame:
    """--TEST as the decode of --TESTCD in the published pair of codelists."""
    code, test = f"{about.name}TESTCD", f"{about.name}TEST"
    pair = about.allowed(code).codelists[0], about.allowed(test).codelists[0]
    decodes = work.plan.terminology.decodes(*pair)
    values = frame[code]
    unknown = ~values.isin([*decodes, ""]).to_numpy(dtype=bool)
    work.report.rows(
        "codelist.decode",
        frame,
        unknown,
        "",
        f"Give {test} a rule.",
        dataset=about.name,
        variable=test,
        values=values,
        spec=module.document.place(("target",), key=True),
        wording=lambda value: f"the test code {value} has no published name",
    )
    return frame.assign(**{test: take_table(values, decodes)})


def _finish(module: Module, work: _Work, loose: pd.DataFrame) -> list[BuiltDataset]:
    code = module.target
    about = domain(code)
    frame = work.mapped[code].frame.copy()
    study, report, dm = work.plan.study, work.report, _frame(work, "DM")
    if by_subject(about) and dm is not None:
        _orphans(frame, dm, code, report)
    frame["_reference"] = reference_days(frame, dm)
    frame = run_late(module, frame, work.data, report, partial(_numeric, about))
    _contradictions(frame, module, report)
    say_swapped(frame, module, about, study, dm, report)
    timing = module.data.get("timing") or {}
    if timing.get("visit") == "true":
        frame = add_visits(frame, study, loose, report, code)
    if timing.get("epoch"):
        frame["EPOCH"] = epochs(frame, frame[timing["epoch"]], _frame(work, "SE"), study)
    frame["DOMAIN"] = text_series([code] * len(frame), frame.index)
    if code == COMMENTS:
        frame = point(frame, work.finished, report)
    frame = _number(frame, module, about, work)
    if timing.get("baseline"):
        # After sorting, so that of two results at one moment the later in the dataset is taken.
        frame = _flag_baseline(frame, module, dm)
    qualifiers = whole_qualifiers(_qualifiers(frame, module), study.encoding)
    _say_expected(module, about, report)
    names, begun = about.arranged(_final_names(module, about)), about.endless
    if begun in names:
        frame, rest = spread(frame, begun, study.encoding)
        names = about.arranged((*names, *rest))
    texts = {n: about.allowed(n).label for n in names if not is_numeric(frame[n])}
    origins = {n: _qorig(r) for n in texts for _, r in module.rules_of(n)[:1]}
    taken = [q.name for q in qualifiers]
    frame, more = continued(frame, texts, study.encoding, origins, taken)
    keys, follows = key_variables(module, about), code in work.numbering
    built = [BuiltDataset(code, frame, names, keys, module, follows=follows)]
    extra = supplemental(frame, code, sequence(about), [*qualifiers, *more])
    if len(extra):
        keys = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
        built.append(BuiltDataset(f"SUPP{code}", extra, SUPP_COLUMNS, keys, None, code))
    return built


def _say_expected(module: Module, about: Domain, report: Report) -> None:
    """A notice for each Expected variable without a rule: it should be there, even if empty."""
    made = set(_final_names(module, about))
    for name in about.expected:
        if name not in made:
            report.value(
                "rule.expected",
                f"the Expected variable {name} has no rule",
                dataset=about.name,
                variable=name,
                value=name,
                spec=module.document.place(("target",), key=True),
                advice='Give it a rule; {const: ""} when it was not collected.',
            )


def _final_names(module: Module, about: Domain) -> list[str]:
    made = (*target(about.name, module.data).automatic, *module.variables)
    return [n for n in dict.fromkeys(made) if n not in module.hidden]


def _orphans(frame: pd.DataFrame, dm: pd.DataFrame, code: str, report: Report) -> None:
    mask = ~frame["USUBJID"].isin(dm["USUBJID"]).to_numpy(dtype=bool)
    report.rows(
        "record.orphan",
        frame,
        mask,
        "",
        "Ask the site for the demographics page, or mend the subject number.",
        dataset=code,
        variable="USUBJID",
        values=frame["USUBJID"],
        wording=lambda value: f"the subject {value or '(unreadable)'} is not in DM",
    )


def _contradictions(frame: pd.DataFrame, module: Module, report: Report) -> None:
    """An end that cannot be on or after the start: both dates are kept as collected."""
    code = module.target
    start, end = f"{code}STDTC", f"{code}ENDTC"
    if start not in frame.columns or end not in frame.columns:
        return
    by_day = (last_day(frame[end]) < first_day(frame[start])).to_numpy(dtype=bool)
    by_time = (seconds(frame[end]) < seconds(frame[start])).to_numpy(dtype=bool)
    report.rows(
        "date.order",
        frame,
        by_day | by_time,
        "",
        "Ask the site; both dates are kept as collected.",
        dataset=code,
        variable=end,
        values=frame[start] + " to " + frame[end],
        column=module.read_from(frame, start, end),
        wording=lambda value: f"the end is before the start: {value}",
    )


def _flag_baseline(frame: pd.DataFrame, module: Module, dm: pd.DataFrame | None) -> pd.DataFrame:
    settings = module.data["timing"]["baseline"]
    if dm is None or "RFXSTDTC" not in dm.columns:
        return frame.assign(**{settings["flag"]: blank_text(frame.index)})
    table = dm.drop_duplicates("USUBJID").set_index("USUBJID")["RFXSTDTC"]
    start = text_series(frame["USUBJID"].map(table))
    by = list(settings.get("by", [f"{module.target}TESTCD"]))
    dates, result = frame[settings["date"]], frame[settings["result"]]
    flag = last_before_exposure(frame, dates, result, by, start)
    return frame.assign(**{settings["flag"]: flag})


def _number(frame: pd.DataFrame, module: Module, about: Domain, work: _Work) -> pd.DataFrame:
    """Sort by the keys, report records with equal keys, and number them per subject."""
    keys = list(keys_of(module, about))
    order = [*keys, *(k for k in ("_form", "_id", "_row") if k not in keys)]
    frame = frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
    unique = list(module.data.get("unique", keys))
    twice = frame.duplicated(unique, keep="first").to_numpy(dtype=bool)
    work.report.rows(
        "record.duplicate",
        frame,
        twice,
        f"another record has the same {', '.join(n for n in unique if n != 'STUDYID')}",
        "Ask the site which record is right; both are kept.",
        dataset=about.name,
        variable=unique[-1],
        column=module.read_from(frame, *unique),
    )
    number, group, earlier = sequence(about), counted_by(about), work.earlier.get(about.name)
    if number and earlier is not None:
        encoding = work.plan.study.encoding
        numbers, told = count_after(frame, keys, number, group, earlier, encoding)
        frame[number], work.numbering[about.name] = numbers, told
    elif number:
        frame[number] = count(frame, group)
    return frame


def _qorig(rule: Rule) -> str:
    return QORIG.get(rule.origin or rule.verb.origin, "Derived")


def _qualifiers(frame: pd.DataFrame, module: Module) -> list[Qualifier]:
    found: dict[str, Qualifier] = {}
    for block in module.blocks:
        for rule in block.supp:
            name, values = rule.variable, frame[SUPP + rule.variable]
            made = Qualifier(name, rule.label, _qorig(rule), rule.evaluator, values)
            found.setdefault(name, made)
    return list(found.values())
