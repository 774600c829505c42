"""External dictionaries: which variables hold their terms, and in which version.

The study names the versions in `standards`, the trial summary its own in TSVCDREF and TSVCDVER.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from define.model import Codelist

_MEDDRA = ("LLT", "DECOD", "HLT", "HLGT", "BODSYS", "SOC")
_WHODRUG = ("DECOD", "CLAS", "CLASCD")
_EVENTS = ("AE", "MH", "CE")

NAMES = {
    "meddra": "MedDRA",
    "ctcae": "CTCAE",
    "whodrug": "WHODD",
    "iso3166": "ISO 3166",
    "snomed": "SNOMED",
    "unii": "UNII",
    "medrt": "MED-RT",
    "loinc": "LOINC",
}
"""Key of `standards` -> the name that the enumerations of Define-XML have for it."""

_NO_DICTIONARY = ("", "CDISC CT", "ISO 8601", "ClinicalTrials.gov", "EudraCT", "CTIS")
"""What TSVCDREF names that is no dictionary: codelists, forms of dates, registers of trials."""


def dictionary(name: str, version: str) -> Codelist:
    """An external dictionary."""
    key = name.upper().replace(" ", "")
    return Codelist(key=key, name=name, dictionary=name, dictionary_version=version)


def dictionary_of(
    dataset: str, suffix: str, standards: Mapping[str, str], parent: str = ""
) -> Codelist | None:
    """The dictionary of a variable without its prefix, None where the study names no version.

    `parent` is the domain whose variables an analysis dataset took over.
    """
    domain = parent or dataset
    which = ""
    if domain in _EVENTS and suffix in _MEDDRA:
        which = "meddra"
    elif suffix == "TOXGR":
        which = "ctcae"
    elif domain == "CM" and suffix in _WHODRUG:
        which = "whodrug"
    elif suffix == "COUNTRY" and domain in ("DM", "ADSL"):
        which = "iso3166"
    elif domain == "LB" and suffix == "LOINC":
        which = "loinc"
    version = standards.get(which, "")
    return dictionary(NAMES[which], version) if version else None


def dictionary_of_summary(part: pd.DataFrame, standards: Mapping[str, str]) -> Codelist | None:
    """The dictionary that records of TS name together, where its version is known."""
    references = {str(u) for u in pd.unique(part["TSVCDREF"])} if "TSVCDREF" in part else set()
    versions = {str(u) for u in pd.unique(part["TSVCDVER"])} if "TSVCDVER" in part else set()
    if len(references) != 1 or len(versions) > 1:
        return None
    reference = next(iter(references))
    if reference in _NO_DICTIONARY:
        return None
    told = next((k for k, name in NAMES.items() if name == reference), "")
    version = next(iter(versions), "") or standards.get(told, "")
    return dictionary(reference, version) if version else None
