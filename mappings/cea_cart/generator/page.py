"""FORMS.md, the data dictionary as a page, from the same definitions as the files."""

from __future__ import annotations

from pathlib import Path

from mappings.cea_cart.generator.forms import CODES, FORMS, VISITS

_KINDS = {"unit": "number with unit", "lab": "lab result"}


def forms_page(decisions: str) -> str:
    """The text of FORMS.md; `decisions` is its hand-written opening."""
    out = [decisions.rstrip(), "", "## Visits", "", "| Folder | FolderName | seq | target day |"]
    out.append("|---|---|---|---|")
    out += [f"| {oid} | {name} | {seq} | {day} |" for oid, name, seq, day in VISITS]
    out += ["", "## Forms", ""]
    for form in FORMS:
        log = "log form (recordposition 1..)" if form.log else "page (recordposition 0)"
        where = f"folder {form.folder}" if form.folder else "subject level, folder blank"
        out += [f"### {form.oid}: {form.name}", ""]
        out += [f"`raw/edc/{form.oid}.csv`, {log}, {where}. {form.note}".rstrip(), ""]
        out += ["| field | type | label | codes or unit |", "|---|---|---|---|"]
        for f in form.fields:
            codes = f"list {f.codes}" if f.kind == "coded" else f.codes
            out.append(f"| {f.name} | {_KINDS.get(f.kind, f.kind)} | {f.label} | {codes} |")
        out.append("")
    out += ["## Code lists", "", "X holds the decoded text, X_STD the code.", ""]
    for name, terms in CODES.items():
        out.append(f"- **{name}**: " + "; ".join(f"`{c}` {text}" for c, text in terms.items()))
    return "\n".join(out) + "\n"


def write_page(folder: Path) -> None:
    """Write FORMS.md into `folder` from decisions.txt there."""
    text = forms_page((folder / "decisions.txt").read_text(encoding="utf-8"))
    (folder / "FORMS.md").write_text(text, encoding="utf-8", newline="\n")
