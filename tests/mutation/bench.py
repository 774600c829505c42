"""One change of the reference study at a time, and what notices it.

Only what a change concerns is built again: the module itself over the unchanged rest. When
nothing is noticed there but something that others read differs, those are built too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from unittest import mock

import pandas as pd

import mappings.catalogue
from adam.datasets import AdamPlan, AdamResult
from adam.plan import plan_adam
from adam.run import run_adam, run_one
from crosswalk.guides.sponsor import check_guide, sponsor_texts
from define.describe import describe_adam, describe_sdtm
from mappings.export import read_export, read_headers
from mappings.findings import SpecificationFault
from mappings.load import Document, load_yaml
from mappings.modules import Module
from mappings.raw import RawForm
from mappings.reads import module_uses
from mappings.run import SetAside
from mappings.schemas import check_schema
from mappings.scope import Report
from mappings.study import Study, _study, check_parts
from mappings.verbs.call import CallFault
from sdtm.domains import (
    SdtmPlan,
    SdtmResult,
    plan_sdtm,
    run_sdtm,
)
from sdtm.merged import merged
from sdtm.relrec import relationships
from tests.mutation.built import CATALOGUES, Made, Whole, parts, unlike
from tests.mutation.golden import (
    Facts,
    account_facts,
    changed,
    dataset_facts,
    document_facts,
    finding_line,
    lines,
)
from tests.mutation.mutants import Mutant
from tests.mutation.named import Named
from tests.mutation.words import RULE, module_words
from validation.account import check_not_submitted, take_account

#: Keys that only define.xml repeats; they change no record.
SAID = ("origin", "source", "method", "comment")


@dataclass(frozen=True)
class Verdict:
    """What noticed a change, each with an example; nothing means that it survived."""

    noticed: Mapping[str, str] = field(default_factory=dict)

    @property
    def survived(self) -> bool:
        return not self.noticed


def _differing(made: Facts, golden: Facts, names: Iterable[str]) -> list[str]:
    """Keys whose line is another one, among the facts of these datasets; order counts too."""
    chosen = set(names)
    old = {k: v for k, v in golden.items() if k.split(" ")[0].split(".")[0] in chosen}
    wrong = [k for k in (*old, *made) if old.get(k) != made.get(k)]
    if not wrong and list(old) != list(made):
        return ["the order of the variables :"]
    return list(dict.fromkeys(wrong))


class Bench(Named):
    """The unchanged study, and the judgement of changes."""

    def judge(self, mutant: Mutant) -> Verdict:
        """What notices a change. An exception that is no fault of the specification is raised.

        What the records of the study do not show is asked of the probes.
        """
        verdict = self._judged(mutant, probed=False)
        in_modules = mutant.document.file != "study.yaml"
        return self._judged(mutant, probed=True) if verdict.survived and in_modules else verdict

    def _judged(self, mutant: Mutant, *, probed: bool) -> Verdict:
        file = mutant.document.file
        try:
            if file in CATALOGUES:
                return self._judge_catalogue(mutant, probed=probed)
            if file == "study.yaml":
                return self._judge_study(mutant)
            standard = file.split("/")[0]
            lint = check_schema(mutant.document, standard)
            if lint:
                return Verdict({"lint": str(lint[0])})
            study = self._study_with(mutant.document)
            target = str(mutant.document.data["target"])
            if standard == "adam":
                adam = plan_adam(study, self.planned, self.functions)
                return self._judge_adam(adam, target, probed=probed)
            plan = self._plans(study, self.headers)[0]
            if probed:
                return self._judge_probed(plan, target)
            said = mutant.steps[-1] in SAID and "supp" not in mutant.steps
            return (said and self._judge_said(plan, target)) or self._judge_sdtm(plan, target)
        except SpecificationFault as fault:
            return Verdict({"lint": str(fault.findings[0])})
        except CallFault as fault:
            return Verdict({"lint": str(fault)})

    def _study_with(self, document: Document) -> Study:
        def put(given: tuple[Document, ...]) -> tuple[Document, ...]:
            return tuple(document if d.file == document.file else d for d in given)

        return replace(self.study, sdtm=put(self.study.sdtm), adam=put(self.study.adam))

    def _judge_said(self, plan: SdtmPlan, target: str) -> Verdict | None:
        """A change of what define.xml says, judged on the records as they are."""
        module = next(m for m in plan.modules if m.target == target)
        built = replace(self.made[target].datasets[0], module=module)
        facts = self._lone_facts(plan, built)
        wrong = _differing(facts, self.facts, (target,))
        return Verdict({"define": wrong[0]}) if wrong else None

    def _judge_probed(self, plan: SdtmPlan, target: str) -> Verdict:
        made = self._alone(plan, target, self.probed_forms, probed=True)
        assert not isinstance(made, str)
        module = next(m for m in plan.modules if m.target == target)
        now = [*lines(made.facts), *made.heard, *module_words(module)]
        return _told(changed(self.probed_lines(target), now))

    def _compare(self, target: str, made: Made | str) -> dict[str, str]:
        if isinstance(made, str):
            return {"golden": made}
        base = self.made[target]
        noticed: dict[str, str] = {}
        wrong = _differing(made.facts, self.facts, (target, f"SUPP{target}"))
        for kind, sign in (("golden", "="), ("define", ":")):
            told = [k for k in wrong if k.endswith(sign)]
            if told:
                noticed[kind] = told[0]
        new = [t for t in made.heard if t not in base.heard]
        gone = [t for t in base.heard if t not in made.heard]
        if new or gone:
            noticed["finding"] = f"+ {new[0]}" if new else f"- {gone[0]}"
        return noticed

    def _judge_sdtm(self, plan: SdtmPlan, target: str) -> Verdict:
        made = self._alone(plan, target)
        if isinstance(made, str):
            return Verdict({"golden": made})
        noticed = self._compare(target, made)
        if noticed:
            return Verdict(noticed)
        module = next(m for m in plan.modules if m.target == target)
        if _accounted(module, made) != _accounted(self._module(target), self.made[target]):
            datasets = dict(self.sdtm)
            for built in made.datasets:
                datasets[built.name] = built
            account = self._account(plan.modules, datasets, {target: made}, plan.study)
            wrong = unlike(self.account, account)
            if wrong:
                return Verdict({"account": wrong[0]})
        if self.made[target].mapped.frame.equals(made.mapped.frame):
            return Verdict()
        # Working variables are another's to look up, though no dataset has them.
        users = [m.target for m in plan.modules if target in m.uses and m.target != target]
        return self._sweep(plan, users, {target: made.mapped.frame})

    def _sweep(
        self, plan: SdtmPlan, targets: Iterable[str], instead: Mapping[str, pd.DataFrame]
    ) -> Verdict:
        """The first of some modules, small ones first, where a change shows."""
        for target in sorted(targets, key=lambda t: len(self.made[t].mapped.frame)):
            noticed = self._compare(target, self._alone(plan, target, instead))
            if noticed:
                return Verdict(noticed)
        return Verdict()

    def _judge_adam(self, plan: AdamPlan, target: str, *, probed: bool) -> Verdict:
        module = next(m for m in plan.modules if m.module.target == target)
        if probed:
            return _told(changed(self.probed_lines(target), self._probed_analysis(plan, module)))
        report = self._report()
        built, aside = run_one(module, plan, dict(self.data), report)
        facts, found = self._analysis_facts(plan, built)
        noticed: dict[str, str] = {}
        wrong = _differing(facts, self.facts, (target,))
        for kind, sign in (("golden", "="), ("define", ":")):
            told = [k for k in wrong if k.endswith(sign)]
            if told:
                noticed[kind] = told[0]
        base, dropped, before, _ = self.analysis[target]
        heard = sorted(finding_line(f) for f in (*report.findings, *found))
        if heard != before:
            other = [t for t in heard if t not in before] or [t for t in before if t not in heard]
            noticed["finding"] = other[0]
        if noticed:
            return Verdict(noticed)
        if _aside(dropped) != _aside(aside):
            return Verdict({"account": f"rows set aside in {target}"})
        if base.frame.equals(built.frame):
            return Verdict()
        return self._judge_whole(self.plan.sdtm, plan, self.forms)

    def _judge_catalogue(self, mutant: Mutant, *, probed: bool) -> Verdict:
        with _catalogue(mutant.document):
            plan = plan_sdtm(self.study, self.headers, self.functions)
            users = [
                str(d.data["target"])
                for d in self.study.sdtm
                if any(mutant.document.file in str(p.get("rows", "")) for p in parts(d))
            ]
            if probed:
                return self._judge_probed(plan, users[0])
            return self._judge_sdtm(plan, users[0])

    def _judge_study(self, mutant: Mutant) -> Verdict:
        lint = check_schema(mutant.document, "study") or check_parts(mutant.document, True)
        if lint:
            return Verdict({"lint": str(lint[0])})
        old = self.study
        study = _study(old.folder, mutant.document, [*old.sdtm], [*old.adam], old.findings)
        headers, forms, section = self.headers, self.forms, mutant.steps[0]
        if section == "raw":
            headers, faults = read_headers(study)
            if faults:
                return Verdict({"lint": str(faults[0])})
        faults = check_not_submitted(study, headers)
        if faults:
            return Verdict({"lint": str(faults[0])})
        plan, adam = self._plans(study, headers)
        verdict = Verdict()
        if section == "raw":
            forms = read_export(study)
            moved = {n: f.frame for n, f in forms.items() if not self._like(f)}
            users = [m.target for m in plan.modules if set(moved) & set(m.uses)]
            verdict = self._sweep(plan, users, moved)
        elif section in ("study", "created", "standards"):
            result = SdtmResult(tuple(self.sdtm.values()), ())
            document, _ = describe_sdtm(plan, result, "")
            wrong = unlike(self.said, self._said(document))
            verdict = Verdict({"define": wrong[0]} if wrong else {})
        elif section == "analyses":
            adam = plan_adam(study, self.planned, self.functions)
            wrong = unlike(self._displays(self.adam), self._displays(adam))
            return Verdict({"define": wrong[0]} if wrong else {})
        elif section == "ts":
            facts = self._lone_facts(plan, self._summary(study)) if study.ts else {}
            wrong = _differing(facts, self.facts, ("TS",))
            verdict = Verdict({"golden": wrong[0]} if wrong else {})
        elif section == "relationships":
            related = relationships(study, merged(self.sdtm.values()))
            facts = self._lone_facts(plan, related) if related is not None else {}
            wrong = _differing(facts, self.facts, ("RELREC",))
            verdict = Verdict({"golden": wrong[0]} if wrong else {})
        elif section == "not_submitted":
            wrong = unlike(self.account, self._account(plan.modules, self.sdtm, {}, study))
            return Verdict({"account": wrong[0]} if wrong else {})
        elif section == "guide":
            # What the reviewer's guides say for the sponsor; a text that goes nowhere is a fault.
            texts, base = sponsor_texts(study), sponsor_texts(old)
            told = sorted(str(k) for k in {*texts, *base} if texts.get(k) != base.get(k))
            told += [str(f) for f in check_guide(study)]
            return Verdict({"guide": told[0]} if told else {})
        elif section in ("visits", "epochs", "tables"):
            verdict = self._sweep(plan, self._users(mutant), {})
        return self._judge_whole(plan, adam, forms) if verdict.survived else verdict

    def _displays(self, plan: AdamPlan) -> Facts:
        """The analysis results; one dataset is enough, for they speak of all by name."""
        one = AdamResult((self.analysis["ADSL"][0],), ())
        return document_facts(describe_adam(plan, one, "")[0])

    def _like(self, form: RawForm) -> bool:
        return form.frame.equals(self.forms[form.name].frame)

    def _users(self, mutant: Mutant) -> list[str]:
        """Modules that a part of study.yaml concerns."""
        section = str(mutant.steps[0])
        word = str(mutant.steps[1]) if section == "tables" else section
        found = []
        for module in self.plan.sdtm.modules:
            timing = module.data.get("timing") or {}
            named = word in module.uses
            timed = {"visits": "visit", "epochs": "epoch"}.get(section, "") in timing
            if named or timed:
                found.append(module.target)
        return found

    def whole(self, plan: SdtmPlan, adam: AdamPlan, forms: Mapping[str, RawForm]) -> Whole:
        """The study built from end to end, without the checks of the finished datasets.

        Those are functions of the datasets and their metadata, which are compared here.
        """
        report = Report({n: f.settings.file for n, f in forms.items()}, plan.study.encoding)
        for form in forms.values():
            report.findings.extend(form.findings)
        result = run_sdtm(plan, forms, report)
        document, found = describe_sdtm(plan, result, "")
        account = take_account(
            plan.study,
            plan.modules,
            forms,
            result.datasets,
            result.set_aside,
            report.looked_up,
            document,
        )
        analysis = run_adam(adam, merged(result.datasets), report)
        second, more = describe_adam(adam, analysis, "")
        facts: Facts = {**document_facts(document), **document_facts(second)}
        for metadata, datasets in ((document, result.datasets), (second, analysis.datasets)):
            for built, dataset in zip(datasets, metadata.datasets, strict=True):
                facts.update(dataset_facts(built, dataset))
        facts.update(account_facts(account))
        facts["encoding"] = plan.study.encoding
        findings = [*report.findings, *account.findings, *found, *more]
        return Whole(facts, sorted(finding_line(f) for f in findings))

    def _judge_whole(self, plan: SdtmPlan, adam: AdamPlan, forms: Mapping[str, RawForm]) -> Verdict:
        base = self.base_whole
        made = self.whole(plan, adam, forms)
        noticed: dict[str, str] = {}
        wrong = unlike(base.facts, made.facts)
        if wrong:
            noticed["golden"] = wrong[0]
        if base.heard != made.heard:
            noticed["finding"] = "the findings of the whole study"
        return Verdict(noticed)

    @cached_property
    def base_whole(self) -> Whole:
        """The unchanged study from end to end, built when first asked for."""
        return self.whole(self.plan.sdtm, self.adam, self.forms)


def _told(lines_changed: list[str]) -> Verdict:
    """What the probes tell: by their values, or only by the words of a rule."""
    values = [t for t in lines_changed if t[2:].split(" ")[0] != RULE]
    if values:
        return Verdict({"probe": values[0]})
    return Verdict({"words": lines_changed[0]} if lines_changed else {})


def _accounted(module: Module, made: Made) -> tuple[object, ...]:
    """All that the account asks of a module beside its records."""
    aside = [(a.source, a.reason, a.block, a.lines.tolist()) for a in made.mapped.set_aside]
    looked = [
        (u.target, u.variable, u.form, u.used.tolist(), u.passed_over.tolist())
        for u in made.looked_up
    ]
    return aside, looked, list(module_uses(module))


def _aside(given: Iterable[SetAside]) -> list[tuple[str, str, int, int]]:
    return [(a.source, a.reason, a.block, a.rows) for a in given]


@contextmanager
def _catalogue(document: Document) -> Iterator[None]:
    """The document in place of the file of its name, where catalogues are read."""

    def loaded(path: Path, shown: str | None = None) -> Document:
        return document if shown == document.file else load_yaml(path, shown)

    with mock.patch.object(mappings.catalogue, "load_yaml", loaded):
        yield
