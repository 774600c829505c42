"""manifest.json: what went in, what came out, with which versions, and the status."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crosswalk.publish import MANIFEST as NAME
from mappings.study import Study
from mappings.study_tables import catalogue_files
from sdtm.numbering import Numbering

TABULATIONS = "tabulations/sdtm"
BASELINE = f"--baseline/{NAME}"
"""What the manifest of an earlier cut is called among the inputs: wherever it lay."""


def sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def whole_manifest(data: bytes) -> Mapping[str, Any] | None:
    """The manifest of a package; None when what is needed of it is not there or of another kind."""
    try:
        content = json.loads(data)
        whole = (
            isinstance(content["study"], str)
            and all(isinstance(v, str) for v in content["outputs"].values())
            and all(
                isinstance(n, int) and n > 0
                for told in content.get("sequence", {}).values()
                for n in told["highest"].values()
            )
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return content if whole else None


def input_files(study: Study, sources: Iterable[str] = ()) -> dict[str, Path]:
    """The files that decide the output: raw forms, derive.py, tables.

    By name as the study gives it; `sources` are the files of finished SDTM.
    """
    folder = study.folder
    names = [d.file for d in (study.document, *study.sdtm, *study.adam)]
    names += [f for s in study.forms.values() for f in s.files]
    names += [file for file, _ in study.terminology]
    names += [d.file for d in study.documents]
    if study.texts.file:
        names.append(study.texts.file)
    names += [file for file, _ in study.papers.fonts]
    if study.papers.acrf is not None:
        names.append(study.papers.acrf.file)
    if study.findings is not None:
        names.append(study.findings.file)
    if study.expectations is not None:
        names.append(study.expectations.file)
    if (folder / "derive.py").exists():
        names.append("derive.py")
    names += catalogue_files(study.tables, (*study.sdtm, *study.adam))
    return {name: folder / name for name in sorted({*names, *sources})}


def write_manifest(
    folder: Path,
    study: Study,
    *,
    status: str,
    tool: str,
    created: str,
    baseline: str = "",
    numbering: Mapping[str, Numbering] | None = None,
    sources: Iterable[str] = (),
) -> Path:
    """Write the manifest of the package in `folder`, over all files that are there.

    `baseline` is the SHA-256 of the manifest of an earlier cut, `numbering` what became of its
    records by domain, `sources` the files of finished SDTM.
    """
    outputs = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != NAME]
    inputs = {name: sha256(path) for name, path in input_files(study, sources).items()}
    content: dict[str, Any] = {
        "study": study.id,
        "status": status,
        "created": created,
        "tool": {"name": "Crosswalk", "version": tool},
        "standards": dict(study.standards),
        "inputs": {**inputs, BASELINE: baseline} if baseline else inputs,
        "outputs": {p.relative_to(folder).as_posix(): sha256(p) for p in outputs},
    }
    if baseline:
        content["sequence"] = {n: asdict(told) for n, told in sorted((numbering or {}).items())}
    path = folder / NAME
    path.write_text(json.dumps(content, indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
    return path
