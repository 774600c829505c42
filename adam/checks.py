"""Faults of an ADaM module beyond its rules: names, labels, and what parameters need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adam.target import LABEL_BYTES, AdamTarget, dataset_label
from mappings.findings import Finding
from mappings.load import Document, did_you_mean, spec_fault
from mappings.modules import Module, Workshop
from mappings.rules import Rule
from mappings.study import Study


def check_subjects(
    study: Study, targets: Sequence[tuple[Document, AdamTarget]], faults: list[Finding]
) -> None:
    """The analysis datasets without ADSL; what names ADSL only follows from that."""
    if not targets or "ADSL" in (*(t.name for _, t in targets), *study.left_out):
        return
    faults[:] = [f for f in faults if "ADSL" not in f.message]
    place = targets[0][0].place(("target",), key=True)
    message = "the study has no module for ADSL, which every other analysis dataset needs"
    faults.append(spec_fault("adam.adsl", message, place, "Write adam/adsl.yaml."))


def check_tables(study: Study, datasets: Iterable[str]) -> list[Finding]:
    """Tables of study.yaml that are called as a dataset is, and would take its place."""
    known = set(datasets)
    return [
        spec_fault(
            "table.name",
            f"'{name}' is a dataset already",
            study.document.place(("tables", name), key=True),
            "Give the table another name.",
        )
        for name in study.tables
        if name in known
    ]


def check_adsl(
    document: Document, taken: Sequence[str], workshop: Workshop, faults: list[Finding]
) -> None:
    """Variables that are taken from ADSL and are not in it."""
    known = workshop.sources["ADSL"].columns if "ADSL" in workshop.sources else ()
    for i, name in enumerate(taken):
        if name not in known:
            message = f"there is no variable '{name}' in ADSL"
            place = document.place(("adsl", i))
            faults.append(spec_fault("name.column", message, place, did_you_mean(name, [*known])))


def check_names(
    document: Document,
    about: AdamTarget,
    module: Module,
    then: Sequence[Rule],
    faults: list[Finding],
) -> None:
    """Variables, labels and keys that are not as the structure wants them."""
    for rule in then:
        if not about.known(rule.variable) and not rule.label:
            message = f"there is no variable '{rule.variable}' in {about.structure.name}"
            hint = did_you_mean(rule.variable, list(about.suggestions()))
            advice = f"{hint} A variable of your own needs a 'label'."
            faults.append(spec_fault("name.variable", message, rule.place, advice))
    rules = [r for b in module.blocks for r in (*b.rules, *b.after)]
    for rule in (*rules, *then):
        known = about.structure.find(rule.variable)
        kept = rule.variable not in module.hidden
        if known is not None and not known.label and not rule.label and kept:
            message = f"the standard leaves the label of {rule.variable} to the sponsor"
            faults.append(spec_fault("label.missing", message, rule.place, "Give a 'label'."))
    made = {*about.automatic, *about.parameters, *module.variables}
    made.update(n for r in then for n in r.makes)
    flag = (about.data.get("criteria") or {}).get("analysed")
    if flag and not about.known(flag):
        message = f"there is no variable '{flag}' in {about.structure.name}"
        hint = did_you_mean(flag, list(about.suggestions()))
        where = document.place(("criteria", "analysed"))
        faults.append(spec_fault("name.variable", message, where, hint))
    size = len(dataset_label(about).encode())
    if size > LABEL_BYTES:
        message = f"the label '{dataset_label(about)}' has {size} bytes; at most 40 fit"
        faults.append(spec_fault("label.long", message, document.place(("label",))))
    place = document.place(("target",), key=True)
    for name in about.required:
        if name not in made:
            message = f"the Required variable {name} has no rule"
            faults.append(spec_fault("rule.required", message, place))
    for i, key in enumerate(module.keys):
        if key not in made or key in module.hidden:
            message = f"the key '{key}' is no variable of this dataset"
            where = document.place(("keys", i))
            faults.append(spec_fault("name.key", message, where, did_you_mean(key, sorted(made))))
