"""What a define.xml says that neither the schema looks at nor our model of metadata holds.

The attributes that say one thing twice (SASDatasetName and Name), that must stand together
(HasNoData and a comment), or that are numbered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from lxml.etree import QName, _Element

from define.acrf.pdf_pages import NotPdf, count_pages
from define.definexml.items import WITH_LENGTH
from define.elements import ccodes, children, said, text_of, words
from define.reconcile.finding import error, listed, notice, warning
from define.reconcile.results import check_displays
from mappings.findings import Finding

_COMPARED_WITH_ONE = ("EQ", "NE", "LT", "LE", "GT", "GE")
_OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:")


def check_document(root: _Element) -> list[Finding]:
    """Findings about a document of Define-XML, without a look at the files beside it.

    A document of version 2.0 is not asked for what only 2.1 has.
    """
    new = not any(
        said(v, "DefineVersion").startswith("2.0") for v in root.iter("{*}MetaDataVersion")
    )
    return [
        *(_head(root) if new else ()),
        *_groups(root, new=new),
        *_items(root),
        *_lists(root),
        *_wheres(root),
        *_codelists(root, new=new),
        *_texts(root),
        *_pages(root),
        *check_displays(root),
    ]


def _head(root: _Element) -> Iterator[Finding]:
    if said(root, "ODMVersion") != "1.3.2":
        message = f"ODMVersion is {said(root, 'ODMVersion')!r}; Define-XML 2.1 stands in ODM 1.3.2."
        yield error("define.version", message, scope="ODMVersion")
    if said(root, "FileType") != "Snapshot":
        message = f"FileType is {said(root, 'FileType')!r}; a define.xml is a Snapshot."
        yield error("define.version", message, scope="FileType")
    if said(root, "Context") != "Submission":
        message = f"def:Context is {said(root, 'Context')!r}, so this is not for a submission."
        yield notice("define.version", message, scope="Context")
    for version in root.iter("{*}MetaDataVersion"):
        told = said(version, "DefineVersion")
        if not re.fullmatch(r"2\.1\.\d+", told):
            message = f"def:DefineVersion is {told!r}, not one of 2.1."
            yield error("define.version", message, scope="DefineVersion")


def _groups(root: _Element, *, new: bool) -> Iterator[Finding]:
    for group in root.iter("{*}ItemGroupDef"):
        name = said(group, "Name")
        other = said(group, "SASDatasetName")
        if other and other != name:
            message = f"SASDatasetName is {other!r}, Name {name!r}."
            yield error("define.name", message, name, scope="SASDatasetName", value=other)
        analysis = said(group, "Purpose") == "Analysis"
        needed = ["Repeating", "Structure", *(["IsReferenceData"] if new else [])]
        if not analysis and name not in ("RELREC", "RELSPEC", "RELSUB", "POOLDEF"):
            needed.append("Domain")
        for attribute in (a for a in needed if not said(group, a)):
            message = f"The dataset has no {attribute}."
            yield warning("define.attribute", message, name, scope=attribute)
        if said(group, "IsReferenceData") == "Yes" and said(group, "Repeating") == "Yes":
            message = "Reference data cannot repeat: IsReferenceData and Repeating are both Yes."
            yield warning("define.repeating", message, name, scope="reference")
        yield from _parent(group, root, name, analysis=analysis)
        empty = said(group, "HasNoData") == "Yes"
        if empty and not said(group, "CommentOID"):
            message = "def:HasNoData of a dataset needs a comment that says why."
            yield error("define.nodata", message, name, scope="comment")
        if new:
            yield from _one_standard(group, name, f"dataset {name}")
        yield from _archive(group, root, name, empty=empty)
        references = children(group, "ItemRef")
        yield from _numbers(references, "OrderNumber", name, "variables")
        for reference in references:
            yield from _reference(reference, name)
        roles = [said(r, "ItemOID") for r in references if said(r, "Role")]
        if analysis and roles:
            message = f"Variables of analysis data have no role: {listed(roles)}."
            yield notice("define.role", message, name)


def _parent(group: _Element, root: _Element, name: str, *, analysis: bool) -> Iterator[Finding]:
    """What a dataset says of the domain that it is a part of."""
    if said(group, "Purpose") != said(next(root.iter("{*}ItemGroupDef")), "Purpose"):
        message = f"The purpose is {said(group, 'Purpose')!r}, that of the first dataset another."
        yield error("define.purpose", message, name)
    domain = said(group, "Domain")
    if analysis or domain in ("", name):
        return
    told = [a for a in children(group, "Alias") if said(a, "Context") == "DomainDescription"]
    label = next((words(g) for g in root.iter("{*}ItemGroupDef") if said(g, "Name") == domain), "")
    if not told:
        message = (
            f"The dataset belongs to {domain}, but no Alias (DomainDescription) says what it is."
        )
        yield warning("define.domain", message, name, scope="alias")
    elif label and said(told[0], "Name") != label:
        message = f"The Alias calls {domain} {said(told[0], 'Name')!r}, its label is {label!r}."
        yield error("define.domain", message, name, scope="alias")


def _one_standard(element: _Element, dataset: str, what: str) -> Iterator[Finding]:
    if bool(said(element, "StandardOID")) == (said(element, "IsNonStandard") == "Yes"):
        message = f"The {what} needs either def:StandardOID or def:IsNonStandard."
        yield error("define.standard", message, dataset, scope=what)


def _archive(group: _Element, root: _Element, name: str, *, empty: bool) -> Iterator[Finding]:
    oid = said(group, "ArchiveLocationID")
    if not oid:
        if not empty:
            message = "The dataset has no def:ArchiveLocationID: its file is not named."
            yield error("define.file", message, name, scope="ArchiveLocationID")
        return
    leaf = next((e for e in root.iter("{*}leaf") if said(e, "ID") == oid), None)
    if leaf is None:
        return
    file = PurePosixPath(said(leaf, "href")).name
    if PurePosixPath(file).stem.upper() != name:
        message = f"Its def:ArchiveLocationID names the file {file!r}."
        yield error("define.file", message, name, scope="name", value=file)
    title = text_of(leaf.find("{*}title"))
    if not title:
        yield warning("define.file", "Its def:leaf has no title.", name, scope="title")
    elif "." in title and " " not in title and title != file:
        message = f"Its def:leaf is called {title!r} and leads to {file!r}."
        yield warning("define.file", message, name, scope="title", value=title)


def _reference(reference: _Element, dataset: str) -> Iterator[Finding]:
    oid = said(reference, "ItemOID")
    if reference.find("{*}WhereClauseRef") is not None:
        message = f"The reference to {oid} has a where clause; only value lists have."
        yield error("define.where", message, dataset, scope=oid)


def _items(root: _Element) -> Iterator[Finding]:
    groups = list(root.iter("{*}ItemGroupDef"))
    owners: dict[str, list[tuple[_Element, _Element]]] = {}
    for group in groups:
        for reference in children(group, "ItemRef"):
            owners.setdefault(said(reference, "ItemOID"), []).append((group, reference))
    for item in root.iter("{*}ItemDef"):
        oid, name, kind = said(item, "OID"), said(item, "Name"), said(item, "DataType")
        uses = owners.get(oid, [])
        where = (said(uses[0][0], "Name"), name) if uses else ("", "")
        field = said(item, "SASFieldName")
        if uses and field and field != name:
            message = f"SASFieldName is {field!r}, Name {name!r}."
            yield error("define.name", message, *where, scope="SASFieldName", value=field)
        length, digits = said(item, "Length"), said(item, "SignificantDigits")
        if kind in WITH_LENGTH and not length:
            yield error("define.length", f"{oid} ({kind}) has no Length.", *where, scope=oid)
        if kind not in WITH_LENGTH and length:
            message = f"{oid} is {kind} and cannot have a Length."
            yield error("define.length", message, *where, scope=oid)
        if kind == "float" and not digits:
            message = f"{oid} (float) has no SignificantDigits."
            yield warning("define.digits", message, *where, scope=oid)
        if kind != "float" and digits not in ("", "0"):
            message = f"{oid} is {kind} and cannot have SignificantDigits."
            yield error("define.digits", message, *where, scope=oid)
        if digits.isdecimal() and length.isdecimal() and int(digits) >= int(length) > 0:
            message = f"{oid} has {digits} digits after the point in a Length of {length}."
            yield warning("define.digits", message, *where, scope=f"{oid} length")
        for group, reference in uses:
            commented = said(item, "CommentOID") or said(group, "CommentOID")
            if said(reference, "HasNoData") == "Yes" and not commented:
                message = "def:HasNoData of a variable needs a comment that says why."
                yield error("define.nodata", message, said(group, "Name"), name, scope="comment")


def _lists(root: _Element) -> Iterator[Finding]:
    for values in root.iter("{*}ValueListDef"):
        oid = said(values, "OID")
        references = children(values, "ItemRef")
        if not references:
            yield error("define.value", f"The value list {oid} has no entry.", scope=oid)
        yield from _numbers(references, "OrderNumber", "", oid)
        for reference in references:
            item = said(reference, "ItemOID")
            if reference.find("{*}WhereClauseRef") is None:
                message = f"The entry {item} of {oid} has no where clause."
                yield error("define.value", message, scope=item)
            if said(reference, "KeySequence"):
                message = f"The entry {item} of {oid} has a KeySequence; only variables have."
                yield error("define.key", message, scope=item)


def _wheres(root: _Element) -> Iterator[Finding]:
    for clause in root.iter("{*}WhereClauseDef"):
        oid = said(clause, "OID")
        checks = children(clause, "RangeCheck")
        if not checks:
            yield error("define.where", f"The where clause {oid} checks nothing.", scope=oid)
        for check in checks:
            values = children(check, "CheckValue")
            comparator = said(check, "Comparator")
            if not values or (comparator in _COMPARED_WITH_ONE and len(values) > 1):
                message = f"The where clause {oid} compares {comparator} with {len(values)} values."
                yield error("define.where", message, scope=oid)
            if said(check, "SoftHard") != "Soft":
                message = f"A check of the where clause {oid} is not Soft."
                yield warning("define.where", message, scope=f"{oid} SoftHard")
            told = [text_of(v) for v in values]
            twice = sorted(v for v, k in Counter(told).items() if k > 1)
            if twice:
                message = f"The where clause {oid} names twice: {listed(twice)}."
                yield warning("define.where", message, scope=f"{oid} twice")


def _codelists(root: _Element, *, new: bool) -> Iterator[Finding]:
    items = {said(i, "OID"): said(i, "DataType") for i in root.iter("{*}ItemDef")}
    used: dict[str, set[str]] = {}
    for item in root.iter("{*}ItemDef"):
        chosen = item.find("{*}CodeListRef")
        if chosen is not None:
            used.setdefault(said(chosen, "CodeListOID"), set()).add(items[said(item, "OID")])
    for codelist in root.iter("{*}CodeList"):
        oid = said(codelist, "OID")
        if not said(codelist, "Name"):
            yield error("define.codelist", f"{oid} has no name.", scope=f"{oid} Name")
        if new and codelist.find("{*}ExternalCodeList") is None:
            yield from _one_standard(codelist, "", f"codelist {oid}")
        kind = said(codelist, "DataType")
        odd = sorted(used.get(oid, set()) - _fitting(kind))
        if odd:
            message = f"{oid} holds {kind}, variables that use it {', '.join(odd)}."
            yield error("define.codelist", message, scope=f"{oid} DataType")
        terms = [*children(codelist, "EnumeratedItem"), *children(codelist, "CodeListItem")]
        yield from _numbers(terms, "OrderNumber", "", oid)
        yield from _numbers(terms, "Rank", "", oid)
        for term in children(codelist, "CodeListItem"):
            if not words(term, "Decode"):
                message = f"{oid}: the term {said(term, 'CodedValue')!r} has an empty decode."
                yield error("define.decode", message, scope=f"{oid} {said(term, 'CodedValue')}")
        codes = Counter(code for term in terms for code in ccodes(term))
        doubled = sorted(code for code, times in codes.items() if times > 1)
        if doubled:
            message = f"{oid}: terms with one C-code: {listed(doubled)}."
            yield error("define.codelist", message, scope=f"{oid} codes")


def _fitting(kind: str) -> set[str]:
    """The types of the variables that may use a codelist of a type."""
    return {"text"} if kind == "text" else {"integer", "float"}


def _texts(root: _Element) -> Iterator[Finding]:
    for method in root.iter("{*}MethodDef"):
        oid = said(method, "OID")
        if not said(method, "Name"):
            yield error("define.text", f"{oid} has no name.", scope=f"{oid} Name")
        for formal in children(method, "FormalExpression"):
            if not said(formal, "Context"):
                message = f"{oid} has a FormalExpression without a Context."
                yield error("define.text", message, scope=f"{oid} Context")


def _pages(root: _Element) -> Iterator[Finding]:
    forms = {said(r, "leafID") for a in root.iter("{*}AnnotatedCRF") for r in a.iter("{*}*")}
    others: Counter[str] = Counter()
    for origin in root.iter("{*}Origin"):
        named = {said(r, "leafID") for r in children(origin, "DocumentRef")}
        if said(origin, "Type") == "Collected" and not named & forms:
            others.update(named)
    for oid, times in sorted(others.items()):
        message = f"{times} origins are collected on pages of {oid}, which is no def:AnnotatedCRF."
        yield error("define.crf", message, scope=f"{oid} document")
    for place in root.iter("{*}PDFPageRef"):
        owner = next((e for e in place.iterancestors() if said(e, "OID")), None)
        oid = said(owner, "OID")
        refs, kind = said(place, "PageRefs"), said(place, "Type")
        first, last = said(place, "FirstPage"), said(place, "LastPage")
        if not refs and not (first and last):
            yield error("define.crf", f"{oid} names no page of its document.", scope=oid)
        elif kind == "PhysicalRef":
            told = [*refs.split(), *(p for p in (first, last) if p)]
            wrong = [p for p in told if not p.isdecimal() or int(p) < 1]
            if wrong:
                message = f"{oid} names what is no page number: {listed(wrong)}."
                yield error("define.crf", message, scope=oid)


def check_files_named(root: _Element, folder: Path) -> Iterator[Finding]:
    """Files that the document names and that are not there, or lack the pages; `folder` is its."""
    yield from _pages_there(root, folder)
    for leaf in root.iter("{*}leaf"):
        href = said(leaf, "href").partition("#")[0]
        parent = leaf.getparent()
        inside = parent is not None and QName(parent).localname == "ItemGroupDef"
        dataset = said(parent, "Name") if inside else ""
        if not href:
            message = f"def:leaf {said(leaf, 'ID')} leads nowhere."
            yield error("define.file", message, dataset, scope=said(leaf, "ID"))
        elif not _OUTSIDE.match(href) and not (folder / href).is_file():
            message = f"def:leaf {said(leaf, 'ID')} leads to {href!r}, which is not there."
            yield error("define.file", message, dataset, scope=said(leaf, "ID"), value=href)


def _pages_there(root: _Element, folder: Path) -> Iterator[Finding]:
    """Pages that a PDF beside the document does not have."""
    files = {said(leaf, "ID"): folder / said(leaf, "href") for leaf in root.iter("{*}leaf")}
    counts: dict[str, int] = {}
    for key, path in files.items():
        if path.suffix.lower() == ".pdf" and path.is_file():
            try:
                counts[key] = count_pages(path.read_bytes())
            except (NotPdf, OSError) as reason:
                message = f"{path.name} {reason}: the pages named of it are NOT CHECKED."
                yield warning("define.crf", message, scope=path.name)
    for reference in root.iter("{*}DocumentRef"):
        most = counts.get(said(reference, "leafID"))
        if most is None:
            continue
        told = [
            *(p for r in children(reference, "PDFPageRef") for p in said(r, "PageRefs").split()),
            *(
                said(r, n)
                for r in children(reference, "PDFPageRef")
                for n in ("FirstPage", "LastPage")
            ),
        ]
        beyond = [p for p in told if p.isdecimal() and int(p) > most]
        if beyond:
            owner = next((e for e in reference.iterancestors() if said(e, "OID")), None)
            oid = said(owner, "OID")
            name = files[said(reference, "leafID")].name
            message = f"{oid} names page {', '.join(beyond)} of {name}, which has {most}."
            yield error("define.crf", message, scope=oid)


def _numbers(
    elements: Iterable[_Element], attribute: str, dataset: str, what: str
) -> Iterator[Finding]:
    """Numbers that some have and others not, or that two have."""
    told = [said(e, attribute) for e in elements]
    given = [t for t in told if t]
    if given and len(given) < len(told):
        message = f"{attribute} stands only at {len(given)} of {len(told)} of {what}."
        yield error("define.order", message, dataset, scope=f"{what} {attribute} some")
    twice = sorted(t for t, times in Counter(given).items() if times > 1)
    if twice:
        message = f"{attribute} stands twice in {what}: {listed(twice)}."
        yield error("define.order", message, dataset, scope=f"{what} {attribute} twice")
