"""The reference study on the bench: each module built alone, over the unchanged rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

import sdtm.domains
from adam.cutoff import UNCUT, cut
from adam.datasets import AdamModule, AdamPlan, AdamResult
from adam.plan import plan_adam
from adam.run import as_source, run_one
from crosswalk.plan import Plan, make_plan
from define.describe import describe_adam, describe_sdtm
from define.model import Metadata
from mappings.built import BuiltDataset
from mappings.compile import compile_module
from mappings.export import read_export, read_headers
from mappings.findings import Finding
from mappings.load import Document, load_yaml
from mappings.modules import Module, Workshop
from mappings.names import Source
from mappings.raw import RawForm
from mappings.registry import study_functions
from mappings.run import Mapped, SetAside
from mappings.scope import LookedUp, Report
from mappings.study import Study
from mappings.tables import table_frames
from sdtm.comments import CODE as COMMENTS
from sdtm.domains import (
    SdtmPlan,
    SdtmResult,
    _finish,
    _map,
    _Work,
    plan_sdtm,
    planned_variables,
)
from sdtm.merged import merged
from sdtm.relrec import relationships
from sdtm.standard import dataset_order
from sdtm.trial import summary, summary_variables
from sdtm.visits import unscheduled_table
from tests.mutation.golden import (
    PROBES,
    Facts,
    account_facts,
    dataset_facts,
    document_facts,
    finding_line,
    lines,
    read,
    said_line,
    write,
)
from tests.mutation.probes import probes, told_apart
from tests.mutation.words import analysis_words, module_words
from validation.account import take_account

CATALOGUES = ("tables/lab.yaml", "tables/vital.yaml")


@dataclass
class Made:
    """One module run alone."""

    mapped: Mapped
    datasets: list[BuiltDataset]
    heard: list[str]
    looked_up: list[LookedUp]
    facts: Facts


@dataclass
class Whole:
    """A whole study built: what of it can be compared."""

    facts: Facts
    heard: list[str]


class Built:
    """The unchanged study with everything that judging a change needs."""

    def __init__(self, folder: Path) -> None:
        self.plan: Plan = make_plan(folder)
        self.study: Study = self.plan.study
        assert self.plan.adam is not None
        self.adam: AdamPlan = self.plan.adam
        self.headers, _ = read_headers(self.study)
        self.functions = study_functions(folder)
        self.forms: dict[str, RawForm] = read_export(self.study)
        self.planned = planned_variables(self.plan.sdtm)
        self.documents: dict[str, Document] = {
            d.file: d for d in (self.study.document, *self.study.sdtm, *self.study.adam)
        }
        for name in CATALOGUES:
            self.documents[name] = load_yaml(folder / name, name)
        self._probed: dict[str, list[str]] = {}
        self._known: dict[str, tuple[Document, Mapping[str, Source], Module]] = {}
        self._remember()
        self._build()

    def _remember(self) -> None:
        """What each module compiles to, and the names that it was compiled against."""

        def noted(document: Document, about: Any, workshop: Workshop) -> Any:
            module, faults = compile_module(document, about, workshop)
            self._known[document.file] = (document, workshop.sources, module)
            return module, faults

        with mock.patch.object(sdtm.domains, "compile_module", noted):
            plan_sdtm(self.study, self.headers, self.functions)

    def _build(self) -> None:
        """Every module alone, over the ones before it."""
        report = self._report()
        data = {n: f.frame for n, f in self.forms.items()}
        data.update(table_frames(self.study))
        self.work = _Work(self.plan.sdtm, report, data, {})
        early: dict[str, Report] = {}
        for module in self.plan.sdtm.modules:
            early[module.target] = self.work.report = self._report()
            _map(module, self.work)
        self.loose = unscheduled_table(self.study, self.work.mapped["SV"].frame)
        self.made: dict[str, Made] = {}
        for module in sorted(self.plan.sdtm.modules, key=lambda m: m.target == COMMENTS):
            self.work.report = early[module.target]
            built = _finish(module, self.work, self.loose)
            self.work.finished[module.target] = built[0]
            mapped = self.work.mapped[module.target]
            self.made[module.target] = self._described(
                self.plan.sdtm, mapped, built, self.work.report
            )
        datasets = [d for m in self.made.values() for d in m.datasets]
        datasets.append(self._summary(self.study))
        related = relationships(self.study, merged(datasets))
        assert related is not None
        datasets.append(related)
        by_name = {d.name: d for d in datasets}
        self.sdtm = {n: by_name[n] for n in dataset_order(by_name)}
        self.data = cut(merged(self.sdtm.values()), self.study.cutoff)
        whole = merged(self.sdtm.values())
        self.data.update({UNCUT + n: f for n, f in whole.items()})
        self.data.update(table_frames(self.study))
        self.analysis: dict[str, tuple[BuiltDataset, tuple[SetAside, ...], list[str], Facts]] = {}
        for adam in self.adam.modules:
            report = self._report()
            built_one, aside = run_one(adam, self.adam, self.data, report)
            self.data[built_one.name] = as_source(built_one)
            said, found = self._analysis_facts(self.adam, built_one)
            heard = sorted(finding_line(f) for f in (*report.findings, *found))
            self.analysis[built_one.name] = (built_one, aside, heard, said)
        self.facts: Facts = {}
        for name in self.sdtm:
            self.facts.update(self._own_facts(name))
        for _, _, _, said in self.analysis.values():
            self.facts.update(said)
        document, _ = describe_sdtm(self.plan.sdtm, SdtmResult(tuple(self.sdtm.values()), ()), "")
        self.said = self._said(document)
        self.account = self._account(self.plan.sdtm.modules, self.sdtm, {}, self.study)

    # ---- what is known of a build

    def _report(self) -> Report:
        files = {n: f.settings.file for n, f in self.forms.items()}
        return Report(files, self.study.encoding)

    def _own_facts(self, name: str) -> Facts:
        if name in ("TS", "RELREC"):
            return self._lone_facts(self.plan.sdtm, self.sdtm[name])
        own = self.made[name.removeprefix("SUPP")].facts
        return {k: v for k, v in own.items() if k.split(" ")[0].split(".")[0] == name}

    def _lone_facts(self, plan: SdtmPlan, built: BuiltDataset) -> Facts:
        document, _ = describe_sdtm(plan, SdtmResult((built,), ()), "")
        return dataset_facts(built, document.datasets[0])

    def _described(
        self, plan: SdtmPlan, mapped: Mapped, built: list[BuiltDataset], report: Report
    ) -> Made:
        document, found = describe_sdtm(plan, SdtmResult(tuple(built), ()), "")
        facts: Facts = {}
        for one, dataset in zip(built, document.datasets, strict=True):
            facts.update(dataset_facts(one, dataset))
        heard = sorted(finding_line(f) for f in (*report.findings, *found))
        return Made(mapped, built, heard, report.looked_up, facts)

    def _analysis_facts(self, plan: AdamPlan, built: BuiltDataset) -> tuple[Facts, list[Finding]]:
        document, found = describe_adam(plan, AdamResult((built,), ()), "")
        return dataset_facts(built, document.datasets[0]), found

    def _summary(self, study: Study) -> BuiltDataset:
        frame = summary(study, self.plan.sdtm.terminology)
        return BuiltDataset("TS", frame, summary_variables(frame), ("STUDYID", "TSPARMCD", "TSSEQ"))

    def _said(self, document: Metadata) -> Facts:
        facts = document_facts(document)
        for dataset in document.datasets:
            facts.update({f"{dataset.name}.{v.name}": said_line(v) for v in dataset.variables})
        return facts

    def _account(
        self,
        modules: Iterable[Module],
        datasets: Mapping[str, BuiltDataset],
        changed: Mapping[str, Made],
        study: Study,
    ) -> Facts:
        made = {**self.made, **changed}
        aside = [a for m in made.values() for a in m.mapped.set_aside]
        looked = [u for m in made.values() for u in m.looked_up]
        built = list(datasets.values())
        plan = replace(self.plan.sdtm, study=study, modules=tuple(modules))
        document: Metadata = describe_sdtm(plan, SdtmResult(tuple(built), ()), "")[0]
        account = take_account(study, modules, self.forms, built, aside, looked, document)
        told = {f"finding {i}": finding_line(f) for i, f in enumerate(account.findings)}
        return {**account_facts(account), **told}

    def compare_with_golden(self) -> list[str]:
        """Differences between this build and the golden files; they must be of this mapping."""
        wrong: list[str] = []
        for name in (*self.sdtm, *self.analysis):
            own = {k: v for k, v in self.facts.items() if k.split(" ")[0].split(".")[0] == name}
            kept = read(name.lower())
            if kept != lines(own):
                wrong.append(name)
        return wrong

    def write_probes(self) -> None:
        """Write the golden files of the probes."""
        write({n.lower(): self.probed_lines(n) for n in (*self.made, *self.analysis)}, PROBES)

    def compare_with_probes(self) -> list[str]:
        """Datasets whose golden lines with the probes are others."""
        names = (*self.made, *self.analysis)
        return [f"probes/{n}" for n in names if read(n.lower(), PROBES) != self.probed_lines(n)]

    # ---- modules alone

    def _plans(
        self, study: Study, headers: Mapping[str, tuple[str, ...]]
    ) -> tuple[SdtmPlan, AdamPlan]:
        with mock.patch.object(sdtm.domains, "compile_module", self._compiled):
            plan = plan_sdtm(study, headers, self.functions)
        planned = planned_variables(plan)
        if (
            study.adam is self.study.adam
            and planned == self.planned
            and study.tables == (self.study.tables)
        ):
            return plan, self.adam
        return plan, plan_adam(study, planned, self.functions)

    def _compiled(
        self, document: Document, about: Any, workshop: Workshop
    ) -> tuple[Module, list[Finding]]:
        """A module compiled; one that is unchanged, and sees the same names, only once."""
        known = self._known.get(document.file)
        if known is not None and known[0] is document and known[1] == workshop.sources:
            return known[2], []
        return compile_module(document, about, workshop)

    def _alone(
        self,
        plan: SdtmPlan,
        target: str,
        instead: Mapping[str, pd.DataFrame] | None = None,
        *,
        probed: bool = False,
    ) -> Made | str:
        """One SDTM module over the unchanged rest, but for the frames in `instead`.

        Only the golden line that is another one, where that is certain before it is finished.
        """
        module = next(m for m in plan.modules if m.target == target)
        data = {**self.work.data, **table_frames(plan.study), **(instead or {})}
        report = self._report()
        work = _Work(plan, report, data, {}, dict(self.work.mapped))
        work.finished.update(self.work.finished)
        _map(module, work)
        certain = self._certain(target, work.mapped[target].frame)
        if certain and not probed:
            return certain
        loose = self.loose
        if target == "SV" or plan.study.visits != self.study.visits:
            loose = unscheduled_table(plan.study, work.mapped["SV"].frame)
        built = _finish(module, work, loose)
        return self._described(plan, work.mapped[target], built, report)

    def _certain(self, target: str, frame: pd.DataFrame) -> str:
        """The golden line that must change when records become these, "" where none must.

        Finishing sorts records and adds variables, but moves no value to another record. So
        when the records are the same ones, told apart by their lineage and test, a value that
        differs changes the line of its variable or of those that tell the records apart.
        """
        before, built = self.made[target].mapped.frame, self.made[target].datasets[0]
        if len(before) != len(frame):
            return f"{target} :"
        same = [n for n in ("_form", "_row", "_block", f"{target}TESTCD") if n in before]
        if not all(n in frame and frame[n].equals(before[n]) for n in same):
            return ""
        if before.duplicated(same).any():
            return ""
        for name in built.variables:
            if name in before and name in frame and not frame[name].equals(before[name]):
                return f"{target}.{name} ="
        return ""

    @cached_property
    def probed_forms(self) -> dict[str, pd.DataFrame]:
        """The raw forms with the records that ask what the study does not."""
        frames = {n: f for n, f in self.work.data.items() if n not in self.study.tables}
        return probes(self.study.sdtm, frames, self.plan.sdtm.terminology, self._words())

    @cached_property
    def probed_data(self) -> dict[str, pd.DataFrame]:
        """The tabulations with such records, as the analysis datasets read them."""
        kept = {n: f for n, f in self.data.items() if not n.startswith(UNCUT)}
        people = sorted(self.data["DM"]["USUBJID"])
        added = probes(self.study.adam, kept, self.adam.terminology, {}, people)
        added["ADSL"] = told_apart(added.get("ADSL", kept["ADSL"]))
        return {**added, **{UNCUT + n: f for n, f in added.items()}}

    def _words(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for document in self.study.sdtm:
            texts = [str(part.get("rows", "")) for part in parts(document)]
            named = [
                entry
                for name in CATALOGUES
                for section, entries in self.documents[name].data.items()
                if any(f"{name}#{section}" in text for text in texts)
                for entry in entries
            ]
            for part in parts(document):
                tests = (part.get("rows") or {}).get("tests", [])
                named += tests if isinstance(tests, list) else []
            words = [str(e["column"]) for e in named if "column" in e]
            if words:
                found[document.file] = tuple(words)
        return found

    def probed_lines(self, target: str) -> list[str]:
        """The lines of one dataset with the probes, from the unchanged mapping."""
        if target not in self._probed:
            if target in self.analysis:
                adam = next(m for m in self.adam.modules if m.module.target == target)
                self._probed[target] = self._probed_analysis(self.adam, adam)
            else:
                made = self._alone(self.plan.sdtm, target, self.probed_forms, probed=True)
                assert not isinstance(made, str)
                told = [*lines(made.facts), *made.heard]
                self._probed[target] = [*told, *module_words(self._module(target))]
        return self._probed[target]

    def _module(self, target: str) -> Module:
        return next(m for m in self.plan.sdtm.modules if m.target == target)

    def _probed_analysis(self, plan: AdamPlan, module: AdamModule) -> list[str]:
        report = self._report()
        built, _ = run_one(module, plan, {**self.data, **self.probed_data}, report)
        facts, found = self._analysis_facts(plan, built)
        heard = sorted(finding_line(f) for f in (*report.findings, *found))
        return [*lines(facts), *heard, *analysis_words(module)]


def unlike(before: Facts, after: Facts) -> list[str]:
    return [k for k in {**before, **after} if before.get(k) != after.get(k)]


def parts(document: Document) -> list[dict[str, Any]]:
    return [document.data, *document.data.get("blocks", [])]
