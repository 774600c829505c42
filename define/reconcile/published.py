"""define.xml against what is published: the guide's variables, the terminology's codes and names.

Only what the shipped SDTMIG, ADaMIG and terminology are of the same version as is held against
them; of any other package it is said that its codes are not checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from adam.standard import adam_terminology
from define.collect import collect
from define.model import Codelist, Dataset, Metadata, Standard, Term, Variable
from define.reconcile.finding import Where, error, listed, notice, warning
from mappings.findings import Finding
from sdtm.standard import IG_NAME, IG_VERSION, Domain, SdtmVariable, UnknownName, domain
from sdtm.terminology import PublishedCodelist, Terminology, sdtm_terminology

_VERSIONS = {
    "SDTMIG": ("3.1.2", "3.1.3", "3.2", "3.3", "3.4"),
    "ADaMIG": ("1.0", "1.1", "1.2", "1.3"),
}
_SUBCLASSES = {
    "TIME-TO-EVENT": "BASIC DATA STRUCTURE",
    "ADVERSE EVENT": "OCCURRENCE DATA STRUCTURE",
}
_RESULTS = ("ORRES", "STRESC")
_BDS = "BASIC DATA STRUCTURE"
_ADSL = "SUBJECT LEVEL ANALYSIS DATASET"


def check_published(metadata: Metadata) -> Iterator[Finding]:
    """Findings about versions, classes, variables and codelists of anybody's define.xml.

    Metadata of our own making come from these very tables, so a build has no need to ask.
    """
    parts = collect(metadata)
    for standard in parts.standards:
        known = _VERSIONS.get(standard.name, ())
        if known and standard.version not in known:
            message = f"There is no {standard.name} {standard.version!r}; versions are "
            message += f"{', '.join(known)}."
            yield warning("define.standard", message, scope=f"{standard.name} version")
    told: set[str] = set()
    for codelist in parts.codelists:
        package = codelist.standard
        if package is None or codelist.dictionary:
            continue
        terminology = _terminology(package)
        if terminology is not None:
            yield from _codelist(codelist, terminology)
        elif package.type == "CT" and package.oid not in told:
            told.add(package.oid)
            name = f"{package.publishing_set} {package.version}"
            message = f"The terminology {name} is not at hand: its C-codes are NOT CHECKED."
            yield notice("define.codelist", message, scope=package.oid)
    for dataset in parts.datasets:
        if metadata.purpose == "Analysis":
            yield from _analysis(dataset)
        elif dataset.standard is not None and _ours(dataset.standard):
            yield from _tabulation(dataset)


def _ours(standard: Standard) -> bool:
    return (standard.name, standard.version) == (IG_NAME, IG_VERSION)


def _terminology(standard: Standard) -> Terminology | None:
    shipped = {"SDTM": sdtm_terminology, "ADaM": adam_terminology}.get(standard.publishing_set)
    if shipped is None or shipped().version != standard.version:
        return None
    return shipped()


def _codelist(codelist: Codelist, terminology: Terminology) -> Iterator[Finding]:
    package = f"{terminology.name} {terminology.version}"
    if codelist.ccode not in terminology.codelists:
        if codelist.ccode:
            message = f"{codelist.oid}: {codelist.ccode} is not at hand of {package}: NOT CHECKED."
            yield notice("define.codelist", message, scope=f"{codelist.key} list")
        return
    published = terminology.codelist(codelist.ccode)
    long = _long_names(published, terminology, [t.value for t in codelist.terms])
    for term in codelist.terms:
        scope = f"{codelist.key} {term.value}"
        for message in _term(term, published):
            text = f"{codelist.oid}: {message}"
            yield error("define.codelist", text, scope=scope, value=term.value)
        if term.decode and term.value in published:
            known = published.term(term.value)
            names = {term.value, known.preferred, *known.synonyms, *long.get(term.value, ())}
            if term.decode.casefold() not in {n.casefold() for n in names}:
                text = f"{codelist.oid}: {term.value!r} means {listed(sorted(names))}"
                text += f" to the terminology, not {term.decode!r}."
                yield warning("define.decode", text, scope=scope, value=term.decode)


def _term(term: Term, published: PublishedCodelist) -> Iterator[str]:
    title = f"{published.name} ({published.code})"
    if term.value in published:
        code = published.term(term.value).code
        if term.extended:
            yield f"{term.value!r} is a term of {title}, but marked as the sponsor's."
        elif term.ccode != code:
            yield f"the C-code of {term.value!r} in {title} is {code}, not {term.ccode!r}."
    elif not term.extended:
        yield f"{term.value!r} is no term of {title} and not marked as the sponsor's."
    elif not published.extensible and term.value not in published.besides:
        yield f"{term.value!r} extends {title}, which is not extensible."


def _long_names(
    published: PublishedCodelist, terminology: Terminology, values: list[str]
) -> dict[str, list[str]]:
    """What the terms of a list of codes are called in the list of names beside it."""
    if published.submission == "DOMAIN":
        return {value: _domain_labels(value) for value in values}
    if not published.submission.endswith("CD"):
        return {}
    names = published.submission.removesuffix("CD")
    found = terminology.decodes(published.submission, names)
    return {value: [name] for value, name in found.items()}


def _domain_labels(code: str) -> list[str]:
    try:
        return [domain(code).label]
    except UnknownName:
        return []


def _tabulation(dataset: Dataset) -> Iterator[Finding]:
    about = _domain(dataset)
    if about is None:
        return
    name = dataset.name
    if dataset.class_name and dataset.class_name != about.class_name:
        message = f"The class is {dataset.class_name!r}, in the guide {about.class_name!r}."
        yield error("define.class", message, name, value=dataset.class_name)
    if dataset.repeating and not about.repeating:
        message = f"Repeating is Yes, but a subject has one record in {about.name}."
        yield warning("define.repeating", message, name, scope="guide")
    if dataset.reference_data != about.reference_data:
        is_ = "reference data" if about.reference_data else "data of subjects"
        yield error("define.attribute", f"{about.name} is {is_}.", name, scope="IsReferenceData")
    for variable in dataset.variables:
        try:
            facts = about.allowed(variable.name)
        except UnknownName:
            continue
        yield from _variable(variable, facts, (name, variable.name))


def _domain(dataset: Dataset) -> Domain | None:
    for code in (dataset.name, dataset.domain):
        try:
            return domain(code)
        except UnknownName:
            continue
    return None


def _variable(variable: Variable, facts: SdtmVariable, where: Where) -> Iterator[Finding]:
    if facts.core == "Req" and not variable.mandatory:
        message = "The guide requires the variable, but define.xml says Mandatory No."
        yield error("define.core", message, *where)
    if variable.role and facts.role and variable.role.casefold() != facts.role.casefold():
        message = f"The role is {variable.role!r}, in the guide {facts.role!r}."
        yield warning("define.role", message, *where, scope="guide", value=variable.role)
    if variable.numeric != facts.numeric:
        kind = "a number" if facts.numeric else "text"
        message = f"The type is {variable.datatype}, but in the guide the variable is {kind}."
        yield error("define.type", message, *where, scope="guide")
    codelist = variable.codelist
    told = codelist.ccode if codelist is not None else ""
    if codelist is not None and told and facts.codelists and told not in facts.codelists:
        message = f"{codelist.oid} is {told}, the guide names {', '.join(facts.codelists)}."
        yield error("define.codelist", message, *where, scope="guide")
    # Results of tests are of one list for some tests only.
    asked = facts.codelists and not facts.name.endswith(_RESULTS) and not variable.has_no_data
    if asked and not any(part.codelist for part in variable.parts):
        message = f"The guide names the codelist {', '.join(facts.codelists)}, define.xml none."
        yield notice("define.codelist", message, *where, scope="none")


def _analysis(dataset: Dataset) -> Iterator[Finding]:
    name, names = dataset.name, {v.name for v in dataset.variables}
    of_parameters = "PARAMCD" in names
    kind = dataset.class_name
    if (name == "ADSL") != (kind == _ADSL) and (name == "ADSL" or kind == _ADSL):
        yield error("define.class", f"The class of {name} cannot be {kind!r}.", name, value=kind)
    elif (kind == _BDS) != of_parameters and (kind == _BDS or kind.startswith("OCCURRENCE")):
        said = "has" if of_parameters else "lacks"
        message = f"The class is {kind!r}, but the dataset {said} PARAMCD."
        yield error("define.class", message, name, value=kind)
    of = _SUBCLASSES.get(dataset.subclass, kind)
    if of != kind:
        message = f"The subclass {dataset.subclass!r} is one of {of}, not of {kind}."
        yield error("define.class", message, name, scope="subclass", value=dataset.subclass)
    timed = dataset.subclass == "TIME-TO-EVENT"
    if kind == _BDS and timed != ("CNSR" in names):
        said = "has" if "CNSR" in names else "lacks"
        message = f"The subclass is {dataset.subclass!r}, but the dataset {said} CNSR."
        yield warning("define.class", message, name, scope="subclass", value=dataset.subclass)
    if dataset.subclass == "ADVERSE EVENT" and not names & {"AETERM", "AEDECOD"}:
        message = "The subclass is ADVERSE EVENT, but there is no adverse event."
        yield warning("define.class", message, name, scope="subclass", value=dataset.subclass)
