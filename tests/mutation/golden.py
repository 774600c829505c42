"""The reference study as reviewed, in lines that a person can compare: what `tests/golden` holds.

One line for the values of each variable (a digest, how many there are, the smallest and the
largest), one for what define.xml says of it, one for each form and column of the account, one
for each finding. A changed line names what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from define.model import Codelist, Dataset, Metadata, Origin, Variable
from mappings.built import BuiltDataset
from mappings.findings import Finding
from mappings.frames import is_numeric
from validation.account import Account

FOLDER = Path(__file__).parents[1] / "golden" / "reference"
PROBES = Path(__file__).parents[1] / "golden" / "probes"
Facts = dict[str, str]
LINEAGE = ("_form", "_row")


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _texts(column: pd.Series[Any]) -> list[str]:
    if is_numeric(column):
        return ["" if v != v else f"{v:.15g}" for v in column.tolist()]  # noqa: PLR0124
    return [str(v) for v in column.tolist()]


def values_line(column: pd.Series[Any]) -> str:
    """A digest of the values in their order, and enough of them to recognise the column."""
    texts = _texts(column)
    given = [t for t in texts if t]
    known = set(given)
    if is_numeric(column):
        ends = [f"{v:.15g}" for v in (column.min(), column.max())] if given else []
    else:
        ends = [ascii(t[:24]) for t in (min(known), max(known))] if given else []
    span = f": {' .. '.join(ends)}" if ends else ""
    counted = f"{len(given)} of {len(texts)}, {len(known)} distinct"
    return f"{_short(chr(31).join(texts))} {counted}{span}"


def _origin(origin: Origin) -> str:
    return " ".join(t for t in (origin.type, origin.source, origin.description) if t)


def _codelist(codelist: Codelist) -> str:
    if codelist.dictionary:
        return f"dictionary {codelist.dictionary} {codelist.dictionary_version}"
    terms = ", ".join(
        f"{t.value}{'=' + t.decode if t.decode else ''}{'+' if t.extended else ''}"
        for t in codelist.terms
    )
    return f"codelist {codelist.ccode or 'own'} [{terms}]"


def said_line(variable: Variable) -> str:
    """What define.xml says of a variable."""
    size = f"{variable.datatype} {variable.length}"
    if variable.digits or variable.significant_digits:
        size += f" {variable.digits}.{variable.significant_digits}"
    parts = [
        variable.label,
        size,
        variable.format,
        "mandatory" if variable.mandatory else "",
        f"key {variable.key_sequence}" if variable.key_sequence else "",
        "no data" if variable.has_no_data else "",
        " and ".join(_origin(o) for o in variable.origins),
        variable.method.text if variable.method else "",
        f"comment: {variable.comment.text}" if variable.comment else "",
        _codelist(variable.codelist) if variable.codelist else "",
    ]
    return "; ".join(p for p in parts if p)


def dataset_facts(built: BuiltDataset, dataset: Dataset) -> Facts:
    """The lines of one dataset; ``NAME.VARIABLE =`` has values, ``NAME.VARIABLE :`` what is said.

    The lineage columns count as variables.
    """
    name = dataset.name
    about = [
        dataset.label,
        dataset.class_name,
        dataset.structure,
        f"{dataset.records} records",
        f"keys {', '.join(dataset.keys)}",
        f"comment: {dataset.comment.text}" if dataset.comment else "",
    ]
    facts = {f"{name} :": "; ".join(p for p in about if p)}
    for column in LINEAGE:
        facts[f"{name}.{column} ="] = values_line(built.frame[column])
    for variable in dataset.variables:
        facts[f"{name}.{variable.name} ="] = values_line(built.frame[variable.name])
        facts[f"{name}.{variable.name} :"] = said_line(variable)
        for value in variable.values:
            facts[f"{name}.{variable.name} in {value.where.key} :"] = said_line(value.item)
    return facts


def document_facts(metadata: Metadata) -> Facts:
    """What define.xml says of the study as a whole, and its analysis results."""
    standards = ", ".join(f"{s.name} {s.publishing_set} {s.version}" for s in metadata.standards)
    said = (
        metadata.study_id,
        metadata.study_name,
        metadata.study_description,
        metadata.protocol_name,
        metadata.created,
        standards,
    )
    facts = {f"{metadata.purpose} :": "; ".join(said)}
    for display in metadata.displays:
        facts[f"display {display.key} :"] = f"{display.name}; {display.description}"
        for result in display.results:
            data = [
                f"{d.dataset} [{', '.join(d.variables)}] {d.where.key if d.where else ''}"
                for d in result.datasets
            ]
            told = (result.description, result.reason, result.purpose, " and ".join(data))
            more = (result.parameter, result.join.text if result.join else "")
            texts = (*told, *more, result.documentation, result.context, result.code)
            facts[f"display {result.key} :"] = "; ".join(t for t in texts if t)
    return facts


def account_facts(account: Account) -> Facts:
    """The account: the equation of each form, its reasons, what became of each column and value."""
    facts: Facts = {}
    for form in account.forms:
        facts[f"form {form.name}"] = form.equation
        for i, (reason, rows) in enumerate(form.aside):
            facts[f"form {form.name} aside {i + 1}"] = f"{rows}: {reason}"
        for dataset, rows in form.datasets:
            facts[f"form {form.name} in {dataset}"] = str(rows)
        for column in form.columns:
            said = f"{column.state}; {column.values} values; {', '.join(column.targets)}"
            facts[f"column {form.name}.{column.name}"] = f"{said}; {column.reason}"
    pairs: dict[str, list[str]] = {}
    for p in account.pairs:
        key = f"pairs {p.form}.{p.column} to {p.dataset}.{p.variable}"
        pairs.setdefault(key, []).append(f"{p.collected}={p.submitted} {p.records}")
    for key, told in pairs.items():
        facts[key] = f"{_short(chr(31).join(told))} {len(told)}: {told[0][:40]!a}"
    table = [f"{name} {numbers}" for name, numbers in account.subjects.items()]
    facts["subjects"] = f"{_short(chr(31).join(table))} {len(table)}"
    return facts


def finding_line(finding: Finding) -> str:
    """A finding without its line in the specification, which moves with every edit."""
    place = f"{finding.dataset}.{finding.variable}"
    raw = f" [{finding.raw}]" if finding.raw else ""
    said = f"{finding.scope}: {finding.message}{raw}"
    return f"{finding.severity} {finding.rule} {place} {said}"


def lines(facts: Mapping[str, str]) -> list[str]:
    """Facts as the lines of a golden file."""
    return [f"{key} {value}" for key, value in facts.items()]


def write(files: Mapping[str, Iterable[str]], folder: Path = FOLDER) -> None:
    """Write golden files; those that are no more are taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names(folder):
        (folder / f"{name}.txt").unlink()
    for name, told in files.items():
        text = "".join(f"{line}\n" for line in told)
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")


def read(name: str, folder: Path = FOLDER) -> list[str]:
    """The lines of one golden file; empty when there is none."""
    path = folder / f"{name}.txt"
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []


def names(folder: Path = FOLDER) -> list[str]:
    """The golden files there are."""
    return sorted(p.stem for p in folder.glob("*.txt"))


def changed(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """What differs between two lists of lines, as lines of a diff."""
    old, new = list(before), list(after)
    gone, come = set(old) - set(new), set(new) - set(old)
    told = [f"- {t}" for t in old if t in gone] + [f"+ {t}" for t in new if t in come]
    if not told and old != new:
        return ["the order of the lines"]
    return told
