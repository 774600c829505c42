"""Great Expectations' own pages of a published package, in a folder outside of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from crosswalk.manifest import sha256, whole_manifest
from crosswalk.publish import MANIFEST, unfinished
from define.xpt_read import XptUnreadable, read_xpt
from validation.expectations import Suite
from validation.gx_docs import build_pages
from validation.suites import load_suite

SUITES = "reports/suites"


class PagesRefused(Exception):
    """The pages cannot be made; said in words, nothing was written."""


@dataclass(frozen=True)
class Pages:
    """What was made: the page to open, the suites that pass and fail, datasets without records."""

    page: Path
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    empty: tuple[str, ...]


def gx_pages(package: Path, out: Path, suites: Path | None = None) -> Pages:
    """Run the suites of the package over its datasets and write Data Docs to the new folder `out`.

    `suites` is a folder of edited ones that take the place of the package's. Raises PagesRefused.
    """
    outputs = _outputs(package)
    if out.exists():
        raise PagesRefused(f"{out} is there already; name a new folder")
    if out.resolve().is_relative_to(package.resolve()):
        raise PagesRefused(f"{out} is inside the package, which is never added to")
    found = _suites(package, outputs) if suites is None else _folder(suites)
    frames = _frames(package, outputs, found)
    lacking = [name for name in found if name not in frames]
    chosen = {name: suite for name, suite in found.items() if name in frames}
    fresh = unfinished(out)
    try:
        fresh.mkdir(parents=True)
        _, verdicts = build_pages(chosen, frames, fresh.resolve())
        fresh.rename(out)
    except OSError as error:
        raise PagesRefused(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Pages(
        out / "index.html",
        tuple(name for name, good in verdicts.items() if good),
        tuple(name for name, good in verdicts.items() if not good),
        tuple(lacking),
    )


def _outputs(package: Path) -> Mapping[str, str]:
    shown = package.as_posix()
    try:
        manifest = whole_manifest((package / MANIFEST).read_bytes())
    except OSError:
        raise PagesRefused(
            f"{shown} is no package of Crosswalk (there is no {MANIFEST} that can be read); name"
            " the folder that a build wrote"
        ) from None
    if manifest is None:
        raise PagesRefused(f"{shown}/{MANIFEST} is not the manifest of a package of Crosswalk")
    outputs: Mapping[str, str] = manifest["outputs"]
    return outputs


def _published(package: Path, name: str, outputs: Mapping[str, str], hint: str = "") -> Path:
    """The file, which must be the one that was published."""
    path = package / name
    try:
        same = sha256(path) == outputs[name]
    except OSError:
        raise PagesRefused(f"{path.as_posix()}, which the manifest names, cannot be read") from None
    if not same:
        raise PagesRefused(f"{path.as_posix()} is not the file that was published{hint}")
    return path


def _suites(package: Path, outputs: Mapping[str, str]) -> dict[str, Suite]:
    names = sorted(n for n in outputs if n.startswith(f"{SUITES}/") and n.endswith(".json"))
    if not names:
        raise PagesRefused(f"{package.as_posix()} has no suites in {SUITES}")
    hint = "; edited suites belong in a folder of their own, named with --suites"
    return _loaded([_published(package, name, outputs, hint) for name in names])


def _folder(folder: Path) -> dict[str, Suite]:
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise PagesRefused(f"there is no suite (*.json) in {folder.as_posix()}")
    return _loaded(paths)


def _loaded(paths: list[Path]) -> dict[str, Suite]:
    found = {}
    for path in paths:
        try:
            found[path.stem.upper()] = load_suite(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PagesRefused(f"{path.as_posix()} is no suite: {error}") from None
    return found


def _frames(
    package: Path, outputs: Mapping[str, str], suites: Mapping[str, Suite]
) -> dict[str, pd.DataFrame]:
    frames: dict[str, pd.DataFrame] = {}
    for name in sorted(outputs):
        dataset = PurePosixPath(name).stem.upper()
        if name.endswith(".xpt") and dataset in suites:
            try:
                frames[dataset] = read_xpt(_published(package, name, outputs))[0]
            except XptUnreadable as error:
                raise PagesRefused(f"{name} cannot be read: {error.reason}") from None
    return frames
