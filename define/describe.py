"""The metadata model of the datasets as built: from standard, rules and measured values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from adam.datasets import AdamPlan, AdamResult
from adam.target import dataset_label
from define.analysis import analysis_variable, own_labels
from define.codelists import CodelistMaker
from define.documents import documents_of
from define.model import Comment, Dataset, Metadata, Standard
from define.results import result_displays
from define.tabulation import tabulation_told, tabulation_variable
from define.tabulation_values import with_tabulation_values
from mappings.built import BuiltDataset
from mappings.findings import Finding
from mappings.study import Study
from sdtm.domains import SdtmPlan, SdtmResult
from sdtm.standard import domain
from sdtm.terminology import Terminology

SDTMIG = Standard("SDTMIG", "IG", "3.4")
ADAMIG = Standard("ADaMIG", "IG", "1.3")


def creation_time(study: Study) -> str:
    """The date and time of creation: SOURCE_DATE_EPOCH when set, else what the study says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return study.created


def _package(terminology: Terminology) -> tuple[Terminology, Standard]:
    return terminology, Standard("CDISC/NCI", "CT", terminology.version, terminology.name)


def describe_sdtm(
    plan: SdtmPlan, result: SdtmResult, version: str
) -> tuple[Metadata, list[Finding]]:
    """The document of the tabulations, and findings about values outside their codelists."""
    study = plan.study
    terminologies = [_package(plan.terminology)]
    maker = CodelistMaker(terminologies)
    labels = {d.name: domain(d.name).label for d in result.datasets}
    parents = {d.name: d for d in result.datasets}
    datasets = []
    for built in result.datasets:
        about = domain(built.name)
        variables = []
        for order, name in enumerate(built.variables, 1):
            facts = about.allowed(name)
            told = tabulation_told(study, built, name)
            made = tabulation_variable(study, built, name, order, facts, told, maker)
            variables.append(with_tabulation_values(study, built, made, parents, maker))
        parent = labels.get(built.parent, "")
        datasets.append(
            Dataset(
                name=built.name,
                label=about.label,
                class_name=about.class_name,
                structure=about.structure,
                variables=tuple(variables),
                records=len(built.frame),
                domain=built.parent or built.name,
                repeating=about.repeating,
                reference_data=about.reference_data,
                standard=SDTMIG,
                comment=_dataset_comment(built),
                domain_description=parent,
            )
        )
    return _document(study, "Tabulation", SDTMIG, terminologies, datasets, version), maker.findings


def _document(
    study: Study,
    purpose: str,
    guide: Standard,
    terminologies: Sequence[tuple[Terminology, Standard]],
    datasets: Sequence[Dataset],
    version: str,
) -> Metadata:
    return Metadata(
        study_id=study.id,
        study_name=study.name,
        study_description=study.description,
        protocol_name=study.protocol,
        purpose=purpose,
        created=creation_time(study),
        standards=(guide, *(s for _, s in terminologies)),
        datasets=tuple(datasets),
        tool_version=version,
        documents=documents_of(study, purpose),
        languages=study.texts.languages,
        chinese=study.texts.chinese,
    )


def _dataset_comment(built: BuiltDataset) -> Comment | None:
    text = str(built.module.data.get("comment", "")) if built.module else ""
    return Comment(built.name, text) if text else None


def describe_adam(
    plan: AdamPlan, result: AdamResult, version: str
) -> tuple[Metadata, list[Finding]]:
    """The document of the analysis datasets, and findings about values outside codelists."""
    study = plan.study
    both = plan.terminology
    terminologies = [_package(both.sdtm), _package(both.adam)]
    maker = CodelistMaker(terminologies)
    modules = {m.module.target: m for m in plan.modules}
    labels = own_labels(modules["ADSL"]) if "ADSL" in modules else {}
    datasets = []
    for built in result.datasets:
        module = modules[built.name]
        about = module.target.structure
        variables = [
            analysis_variable(study, built, module, name, order, maker, labels)
            for order, name in enumerate(built.variables, 1)
        ]
        datasets.append(
            Dataset(
                name=built.name,
                label=dataset_label(module.target),
                class_name=about.class_name,
                subclass=about.subclass,
                structure=_records_of(built, about.structure),
                variables=tuple(variables),
                records=len(built.frame),
                repeating=built.name != "ADSL",
                standard=ADAMIG
                if about.standard == "ADaMIG"
                else Standard(about.standard, "IG", about.version),
                comment=_dataset_comment(built),
            )
        )
    document = _document(study, "Analysis", ADAMIG, terminologies, datasets, version)
    displays = result_displays(plan.analyses, datasets)
    return replace(document, displays=displays), maker.findings


def _records_of(built: BuiltDataset, structure: str) -> str:
    """What one record is: a dataset with one record per parameter has no analysis timepoints."""
    if built.keys == ("STUDYID", "USUBJID", "PARAMCD"):
        return "One record per subject per parameter"
    return structure
