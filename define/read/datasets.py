"""ItemGroupDef as a dataset."""

from __future__ import annotations

from define.model import Dataset
from define.read.account import Node
from define.read.items import Items
from define.read.source import Source

_DESCRIPTION = "DomainDescription"


def read_dataset(source: Source, items: Items, node: Node, purpose: str) -> Dataset:
    """A dataset. How many records it has a define does not tell: -1, or 0 with HasNoData."""
    name = node.get("Name")
    source.account.place(node.element, name)
    if node.peek("SASDatasetName") == name:
        node.get("SASDatasetName")
    if node.peek("Purpose") == purpose:
        node.get("Purpose")
    group = node.child("Class")
    below = group.child("SubClass") if group else None
    standard = source.standard(node, name)
    if source.old:
        standard = source.standards.get("")
    dataset = Dataset(
        name=name,
        label=node.description(),
        class_name=group.get("Name") if group else node.get("Class"),
        structure=node.get("Structure"),
        variables=items.variables(node, name),
        records=0 if node.flag("HasNoData") else -1,
        domain=node.get("Domain"),
        subclass=below.get("Name") if below else "",
        repeating=node.flag("Repeating"),
        reference_data=node.flag("IsReferenceData"),
        standard=standard,
        comment=source.comment(node, name),
        domain_description=_domain(node),
    )
    _file(node, dataset)
    return dataset


def _domain(node: Node) -> str:
    for alias in node.all():
        if alias.tag == "Alias" and alias.peek("Context") == _DESCRIPTION:
            node.account.see(alias.element)
            alias.get("Context")
            return alias.get("Name")
    return ""


def _file(node: Node, dataset: Dataset) -> None:
    """The transport file has the name that the model gives it; another one is left and told."""
    leaf = node.child("leaf")
    if leaf is None:
        if dataset.records:
            node.account.note(dataset.name, "file", "none named")
        return
    if node.peek("ArchiveLocationID") == leaf.peek("ID"):
        node.get("ArchiveLocationID")
    if leaf.peek("href") == dataset.file:
        leaf.get("href")
    title = leaf.child("title")
    if title is None:
        node.account.note(dataset.name, "leaf/title", "none")
    elif (title.element.text or "").strip() == dataset.file:
        title.text()
