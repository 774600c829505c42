"""`guide` in study.yaml: the sponsor's own words, each for one section of one guide."""

from __future__ import annotations

from collections.abc import Mapping

from mappings.findings import Finding
from mappings.load import did_you_mean, spec_fault
from mappings.study import Study

DATASETS = "datasets"
"""The section whose texts are for one dataset each."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "csdrg": (
        "acronyms",
        "standards",
        "protocol",
        "design",
        "trial_design",
        "overview",
        "flow",
        "annotated_crf",
        "domains",
        DATASETS,
        "conformance",
        "legacy",
    ),
    "adrg": (
        "acronyms",
        "standards",
        "sources",
        "protocol",
        "design",
        "content",
        "core_variables",
        "treatments",
        "special_rules",
        "windows",
        "imputation",
        "split",
        "dependencies",
        "intermediate",
        "conventions",
        "overview",
        DATASETS,
        "conformance",
        "programs",
        "outputs",
        "macros",
    ),
}
"""The sections that a sponsor may say something in, in the order of PHUSE's templates."""

_KINDS = {"csdrg": "SDTM", "adrg": "ADaM"}
Key = tuple[str, str, str]


def sponsor_texts(study: Study) -> dict[Key, tuple[str, ...]]:
    """Paragraphs by guide, section and dataset ("" where the text is not for one).

    Keys that the schema refuses are passed over; it has said so.
    """
    found: dict[Key, tuple[str, ...]] = {}
    given = study.document.data.get("guide", {})
    for guide, known in SECTIONS.items():
        for section, text in given.get(guide, {}).items():
            if section not in known:
                continue
            if section == DATASETS:
                for name, own in text.items():
                    found[guide, section, name] = _paragraphs(own)
            else:
                found[guide, section, ""] = _paragraphs(text)
    order = {(g, s): i for g, names in SECTIONS.items() for i, s in enumerate(names)}
    return dict(sorted(found.items(), key=lambda f: (f[0][0], order[f[0][:2]], f[0][2])))


def _paragraphs(text: object) -> tuple[str, ...]:
    every = text if isinstance(text, list) else [text]
    return tuple(" ".join(str(t or "").split()) for t in every)


def check_guide(study: Study) -> list[Finding]:
    """Texts that would go nowhere: of a guide or a dataset that is not there, or empty ones."""
    faults: list[Finding] = []
    document = study.document
    there = {
        "csdrg": _targets(study, "csdrg"),
        "adrg": _targets(study, "adrg"),
    }
    for guide in document.data.get("guide", {}):
        if guide in there and not there[guide]:
            message = f"guide: there is no {guide}, because the study has no modules of "
            message += _KINDS[guide]
            place = document.place(("guide", guide), key=True)
            faults.append(spec_fault("guide.none", message, place, "Take it out."))
    for (guide, section, dataset), paragraphs in sponsor_texts(study).items():
        steps = ("guide", guide, section, *([dataset] if dataset else []))
        if dataset and there[guide] and dataset not in there[guide]:
            message = f"guide: there is no dataset '{dataset}' in the {guide}"
            place = document.place(steps, key=True)
            hint = did_you_mean(dataset, sorted(there[guide]))
            faults.append(spec_fault("guide.dataset", message, place, hint))
        if not all(paragraphs) or not paragraphs:
            message = f"guide: the text for '{dataset or section}' of the {guide} is empty"
            place = document.place(steps, key=True)
            faults.append(spec_fault("guide.empty", message, place, "Write it, or take it out."))
    return faults


def _targets(study: Study, guide: str) -> set[str]:
    if guide == "adrg":
        names = {str(d.data["target"]) for d in study.adam}
    else:
        names = {str(d.data["target"]) for d in study.sdtm}
        # Made without a module of their own.
        names |= {"RELREC", "TS"} if names else set()
        names |= {f"SUPP{n}" for n in names if len(n) == 2}
    # A module with faults of its own is left out, and is still a dataset of the study.
    return names | {n for n in study.left_out if n.startswith("AD") == (guide == "adrg")}
