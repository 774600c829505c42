"""A define as facts: each thing that it describes, by name, with its attributes as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from define.definexml.texts import ANNOTATED_CRF
from define.diff import words
from define.diff.model import LEFT, Thing
from define.model import Codelist, Comment, Dataset, Metadata, PageRef, Variable
from define.read import ReadDefine
from define.wheres import where_text

UNTOLD = (
    "the source of an origin",
    "standards of terminology",
    "the standard of a dataset or codelist",
    "what is non-standard or has no data",
    "subclasses",
    "titles of pages",
)
"""What Define-XML 2.0 does not tell, and is therefore not compared with it."""


@dataclass
class Facts:
    """Attributes by thing, the thing that each belongs to, and the order of things of a kind."""

    things: dict[Thing, dict[str, str]] = field(default_factory=dict)
    parents: dict[Thing, Thing] = field(default_factory=dict)
    orders: dict[Thing, tuple[str, list[str]]] = field(default_factory=dict)

    def add(
        self, area: str, name: str, attributes: Mapping[str, str], parent: Thing | None = None
    ) -> Thing:
        """A thing; a second one of the same name gets a number."""
        thing, count = Thing(area, name), 1
        while thing in self.things:
            count += 1
            thing = Thing(area, f"{name} #{count}")
        self.things[thing] = {k: v for k, v in attributes.items() if v}
        if parent is not None:
            self.parents[thing] = parent
        return thing


def codelist_names(metadata: Metadata) -> dict[str, str]:
    """The name of each codelist by its key; two of one name get a number."""
    names: dict[str, str] = {}
    for codelist in _codelists(metadata):
        if codelist.key in names:
            continue
        name, count = codelist.name, 1
        while name in names.values():
            count += 1
            name = f"{codelist.name} #{count}"
        names[codelist.key] = name
    return names


def users(metadata: Metadata) -> dict[str, frozenset[str]]:
    """The variables that use each codelist, by its key."""
    found: dict[str, set[str]] = {}
    for dataset in metadata.datasets:
        for variable in dataset.variables:
            for part in variable.parts:
                if part.codelist:
                    place = f"{dataset.name}.{variable.name}.{part.name}"
                    found.setdefault(part.codelist.key, set()).add(place)
    return {key: frozenset(places) for key, places in found.items()}


def facts_of(read: ReadDefine, *, old: bool = False, names: Mapping[str, str]) -> Facts:
    """The facts of a define.

    `old` leaves out what Define-XML 2.0 does not tell; `names` are the names of its codelists
    by key.
    """
    return _Maker(read, names, old=old).make()


def _codelists(metadata: Metadata) -> Iterable[Codelist]:
    variables = (v for d in metadata.datasets for v in d.variables)
    return (p.codelist for v in variables for p in v.parts if p.codelist)


def _gaps(dataset: Dataset) -> str:
    """The numbers of the keys where they do not count from 1, which the names do not show."""
    numbers = sorted(v.key_sequence for v in dataset.variables if v.key_sequence)
    counted = numbers == list(range(1, len(numbers) + 1))
    return "" if counted else ", ".join(str(n) for n in numbers)


class _Maker:
    def __init__(self, read: ReadDefine, names: Mapping[str, str], *, old: bool) -> None:
        self.read, self.names, self.old = read, names, old
        self.facts = Facts()
        self.files = {key: href for key, href, _ in read.metadata.documents}

    def make(self) -> Facts:
        metadata, facts = self.read.metadata, self.facts
        top = facts.add("document", "", self._about(metadata))
        self._standards(metadata)
        for key, href, title in metadata.documents:
            role = "annotated CRF" if key == ANNOTATED_CRF else ""
            facts.add("file", href, {"title": title, "role": role})
        for dataset in metadata.datasets:
            self._dataset(dataset)
        facts.orders[top] = ("order of datasets", [d.name for d in metadata.datasets])
        for codelist in {c.key: c for c in _codelists(metadata)}.values():
            self._codelist(codelist)
        self._displays(metadata)
        left: dict[str, dict[str, list[str]]] = {}
        for other in self.read.others:
            left.setdefault(other.place, {}).setdefault(other.part, []).append(other.value)
        for place, parts in left.items():
            told = {p or "itself": " | ".join(v or "there" for v in vs) for p, vs in parts.items()}
            facts.add(LEFT, place, told)
        return facts

    def _about(self, metadata: Metadata) -> dict[str, str]:
        remarks = [self._comment(c) for c in metadata.comments]
        return {
            "Define-XML": self.read.version,
            "study name": metadata.study_name,
            "study description": metadata.study_description,
            "protocol name": metadata.protocol_name,
            "purpose": metadata.purpose,
            "comment": "; ".join(remarks),
        }

    def _standards(self, metadata: Metadata) -> None:
        for standard in metadata.standards:
            if self.old and standard.type != "IG":
                continue
            about = {"version": standard.version, "type": standard.type}
            if not self.old:
                about |= {"status": standard.status, "comment": self._comment(standard.comment)}
            name = " ".join(p for p in (standard.name, standard.publishing_set) if p)
            self.facts.add("standard", name, about)

    def _dataset(self, dataset: Dataset) -> None:
        about = {
            "label": dataset.label,
            "class": dataset.class_name,
            "structure": dataset.structure,
            "keys": ", ".join(dataset.keys),
            "key sequence": _gaps(dataset),
            "domain": dataset.domain,
            "domain description": dataset.domain_description,
            "repeating": words.yes(dataset.repeating),
            "reference data": words.yes(dataset.reference_data),
            "comment": self._comment(dataset.comment),
        }
        if not self.old:
            about |= {
                "subclass": dataset.subclass,
                "standard": words.standard(dataset.standard),
                "has no data": words.yes(dataset.records == 0),
            }
        thing = self.facts.add("dataset", dataset.name, about)
        for variable in dataset.variables:
            own = self.facts.add(
                "variable", f"{dataset.name}.{variable.name}", self._variable(variable), thing
            )
            self._values(dataset, variable, own)
        variables = [v.name for v in dataset.variables]
        self.facts.orders[thing] = ("order of variables", variables)

    def _values(self, dataset: Dataset, variable: Variable, parent: Thing) -> None:
        names = []
        for value in variable.values:
            clauses = (value.where, *value.also)
            where = " or ".join(sorted(where_text(c, dataset.name) for c in clauses))
            joins = [self._comment(c.comment) for c in clauses if c.comment]
            about = self._variable(value.item)
            about |= {"name": value.item.name, "join": "; ".join(joins)}
            name = f"{dataset.name}.{variable.name} where {where}"
            names.append(self.facts.add("value level", name, about, parent).name)
        if names:
            self.facts.orders[parent] = ("order of value level", names)

    def _variable(self, of: Variable) -> dict[str, str]:
        about = {
            "label": of.label,
            "type": of.datatype,
            "length": words.length(of),
            "significant digits": words.number(of.significant_digits),
            "format": of.format,
            "role": of.role,
            "mandatory": words.yes(of.mandatory),
            "codelist": self.names[of.codelist.key] if of.codelist else "",
            "origin": " and ".join(words.origin(o, self.files, old=self.old) for o in of.origins),
            "comment": self._comment(of.comment),
            **words.method(of.method, self.files, titles=not self.old),
        }
        if not self.old:
            about |= {
                "non-standard": words.yes(of.non_standard),
                "has no data": words.yes(of.has_no_data),
            }
        return about

    def _codelist(self, codelist: Codelist) -> None:
        name = self.names[codelist.key]
        about = {
            "name": codelist.name,
            "type": codelist.datatype,
            "C-code": codelist.ccode,
            "dictionary": codelist.dictionary,
            "dictionary version": codelist.dictionary_version,
            "dictionary address": codelist.dictionary_href,
            "comment": codelist.comment,
        }
        if not self.old:
            about["standard"] = words.standard(codelist.standard)
        thing = self.facts.add("codelist", name, about)
        terms = []
        for term in codelist.terms:
            told = {
                "decode": term.decode,
                "C-code": term.ccode,
                "extended": words.yes(term.extended),
            }
            self.facts.add("term", f"{name}: {term.value}", told, thing)
            terms.append(term.value)
        self.facts.orders[thing] = ("order of terms", terms)

    def _displays(self, metadata: Metadata) -> None:
        for display in metadata.displays:
            told = {"title": display.description, "documents": self._pages(display.documents)}
            thing = self.facts.add("display", display.name, told)
            names = []
            for result in display.results:
                about = {
                    "reason": result.reason,
                    "purpose": result.purpose,
                    "parameter of": result.parameter,
                    "datasets": "; ".join(words.analysed(d) for d in result.datasets),
                    "join": self._comment(result.join),
                    "documentation": result.documentation,
                    "documents": self._pages(result.documents),
                    "context": result.context,
                    "code": result.code,
                    "programs": self._pages(result.programs),
                }
                self.facts.add("result", f"{display.name}: {result.description}", about, thing)
                names.append(result.description)
            self.facts.orders[thing] = ("order of results", names)

    def _comment(self, of: Comment | None) -> str:
        return words.comment(of, self.files, titles=not self.old)

    def _pages(self, of: Sequence[PageRef]) -> str:
        return words.pages(of, self.files, titles=not self.old)
