"""What the languages of a study ask of its documents: labels that fit, texts that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from define.collect import collect
from define.languages.wording import Wording, label_faults
from define.model import Metadata
from mappings.findings import Finding, Severity, SpecificationFault, SpecPlace
from mappings.load import did_you_mean, spec_fault
from mappings.texts import CHINESE, Texts

_SHOWN = 5


def check_languages(documents: Sequence[Metadata], texts: Texts, encoding: str) -> list[Finding]:
    """Notices texts.missing (English without Chinese) and texts.unused (Chinese for nothing).

    Raises SpecificationFault for every translated label that no transport file could hold.
    """
    if CHINESE not in texts.languages:
        return []
    _refuse_labels(documents, texts, encoding)
    found: list[Finding] = []
    said: dict[str, None] = {}
    for metadata in documents:
        told = dict.fromkeys(document_texts(metadata))
        said |= told
        wording = Wording.of(metadata)
        bare = [t for t in told if wording.chinese(t) is None]
        if bare:
            found.append(_missing(metadata, bare, texts))
    # A text may stand inside a sentence of the tool, as the description of an event does.
    whole = "\n".join(said)
    for english, place in texts.places.items():
        if english not in said and english not in whole:
            message = f"no text of the documents is '{english}'"
            advice = did_you_mean(english, list(said)) if len(said) < 5000 else ""
            found.append(
                Finding(
                    "texts.unused",
                    Severity.NOTICE,
                    message,
                    advice,
                    scope=english,
                    spec=place,
                )
            )
    return found


def document_texts(metadata: Metadata) -> Iterator[str]:
    """Every text of a document that define.xml gives in its languages, as it comes."""
    parts = collect(metadata)
    yield metadata.study_description
    for dataset in parts.datasets:
        yield dataset.label
        yield dataset.structure
        for item in (item for v in dataset.variables for item in v.parts):
            if item.label:
                yield item.label
    for codelist in parts.codelists:
        yield from (t.decode for t in codelist.terms if t.decode and t.decode != t.value)
    yield from (m.text for m in parts.methods)
    yield from (c.text for c in parts.comments)
    for display in parts.displays:
        yield display.description
        for result in display.results:
            yield result.description
            if result.documentation:
                yield result.documentation


def _refuse_labels(documents: Sequence[Metadata], texts: Texts, encoding: str) -> None:
    faults: dict[str, Finding] = {}
    for metadata in documents:
        for english, shown, reason in label_faults(metadata, encoding):
            place = texts.places.get(english, SpecPlace(texts.file or "study.yaml"))
            message = f"the label '{shown}' {reason}"
            advice = "Say it in fewer characters."
            faults.setdefault(english, spec_fault("texts.label", message, place, advice))
    if faults:
        raise SpecificationFault(list(faults.values()))


def _missing(metadata: Metadata, bare: Sequence[str], texts: Texts) -> Finding:
    kind = "SDTM" if metadata.purpose == "Tabulation" else "ADaM"
    shown = "; ".join(f"'{t}'" for t in bare[:_SHOWN])
    more = f" and {len(bare) - _SHOWN} more" if len(bare) > _SHOWN else ""
    message = f"{len(bare)} texts of define.xml of {kind} have no Chinese: {shown}{more}"
    where = texts.file or "the file that 'texts' of study.yaml names"
    advice = f"Translate them in {where}; until then they stand in English."
    return Finding(
        "texts.missing", Severity.NOTICE, message, advice, scope=kind, spec=SpecPlace("study.yaml")
    )
