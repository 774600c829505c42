"""Codelists of a study: the published list behind a variable, cut to the terms in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from define.model import Codelist, Standard, Term
from mappings.findings import Finding, Severity
from sdtm.terminology import PublishedCodelist, Terminology


@dataclass
class CodelistMaker:
    """Makes codelists for the variables of one document, and reports values that break them."""

    terminologies: Sequence[tuple[Terminology, Standard]]
    findings: list[Finding] = field(default_factory=list)

    def find(self, codes: Iterable[str]) -> list[tuple[PublishedCodelist, Standard]]:
        """The published lists of these C-codes, in the given order."""
        found = []
        for code in codes:
            for terminology, standard in self.terminologies:
                if code in terminology:
                    found.append((terminology.codelist(code), standard))
                    break
        return found

    def covers(self, codes: Iterable[str], values: Sequence[str]) -> bool:
        """Whether one of the lists holds all values."""
        return any(all(v in c for v in values) for c, _ in self.find(codes))

    def published(
        self,
        dataset: str,
        variable: str,
        codes: Iterable[str],
        values: Sequence[str],
        *,
        numeric: bool = False,
        decodes: Mapping[str, str] | None = None,
    ) -> Codelist | None:
        """The list of the first C-code that holds all values, else the first extensible one.

        A value that is not in it is a sponsor's term of an extensible list (a notice), or a
        finding where the list cannot be extended.
        """
        lists = self.find(codes)
        if not lists or not values:
            return None
        extensible = next(((c, s) for c, s in lists if c.extensible), lists[0])
        chosen, standard = next(
            ((c, s) for c, s in lists if all(v in c for v in values)), extensible
        )
        others = [c for c, _ in lists if c is not chosen]
        terms = tuple(
            self._term(dataset, variable, chosen, others, v, decodes or {}) for v in values
        )
        return Codelist(
            key=f"{chosen.submission}.{dataset}.{variable}",
            name=f"{chosen.name} ({dataset}.{variable})",
            datatype="integer" if numeric else "text",
            ccode=chosen.code,
            standard=standard,
            terms=terms,
        )

    def _term(
        self,
        dataset: str,
        variable: str,
        chosen: PublishedCodelist,
        others: Sequence[PublishedCodelist],
        value: str,
        decodes: Mapping[str, str],
    ) -> Term:
        if value in chosen:
            return Term(value, decodes.get(value, ""), chosen.term(value).code)
        if value in chosen.besides:
            # The guide itself writes it: no finding, and no C-code.
            return Term(value, decodes.get(value, ""), "", extended=True)
        if any(value in other for other in others):
            # A variable with several lists (DSDECOD) holds terms of each; define.xml has one.
            return Term(value, decodes.get(value, ""), "", extended=True)
        if chosen.extensible:
            rule, severity = "codelist.extended", Severity.NOTICE
            message = f"'{value}' extends the codelist {chosen.name}"
            advice = "Look whether a published term fits."
        else:
            rule, severity = "codelist.value", Severity.ERROR
            message = f"'{value}' is not in the codelist {chosen.name}, which cannot be extended"
            advice = "Map it to a published term."
        self.findings.append(
            Finding(
                rule,
                severity,
                message,
                advice,
                dataset=dataset,
                variable=variable,
                scope=value,
                value=value,
            )
        )
        return Term(value, decodes.get(value, ""), "", extended=True)

    def sponsor(
        self,
        dataset: str,
        variable: str,
        values: Sequence[str],
        *,
        numeric: bool = False,
        decodes: Mapping[str, str] | None = None,
    ) -> Codelist | None:
        """A list of the study's own."""
        if not values:
            return None
        table = decodes or {}
        return Codelist(
            key=f"{dataset}.{variable}",
            name=f"{dataset}.{variable}",
            datatype="integer" if numeric else "text",
            terms=tuple(Term(v, table.get(v, "")) for v in values),
        )
