"""A package is written beside the old one and takes its place whole, or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MANIFEST = "manifest.json"


class CannotPublish(Exception):
    """The output folder cannot be written: said in words, nothing changed."""


def previous(out: Path) -> Path:
    """Where the package that a new one replaces is kept, once."""
    return out.with_name(out.name + ".previous")


def unfinished(out: Path) -> Path:
    """Where a package stands while it is written; a killed build leaves it behind."""
    return out.with_name(out.name + ".unfinished")


def check_place(out: Path) -> None:
    """Look, before any work is done, whether a package can go to `out`.

    Raises CannotPublish, also where the folder, or the one that is kept beside it, holds
    something that is no package: nothing of the user's is ever replaced.
    """
    if not out.name or out.name == "..":
        raise CannotPublish(f"{out} cannot be replaced; name a folder that may be")
    for place in (out, previous(out), unfinished(out)):
        if (place.exists() or place.is_symlink()) and not place.is_dir():
            raise CannotPublish(f"{place} is a file, not a folder; name another output folder")
        if place == unfinished(out):
            continue
        if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
            raise CannotPublish(
                f"{place} holds files that are no package of Crosswalk (there is no "
                f"{MANIFEST}); name another output folder"
            )
    above = _missing_parents(out)[-1].parent
    if not above.is_dir():
        raise CannotPublish(f"{out} cannot be written: {above} is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise CannotPublish(f"{out} cannot be written: {above} may not be changed by you")


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out`; it takes the place of `out` when the block ends well.

    The replaced package is kept as ``OUT.previous``. When the block fails, or the disk is full,
    the fresh folder is removed and the last package stays as it was. Raises CannotPublish for
    what the operating system refuses, and while another build writes to `out`.
    """
    check_place(out)
    fresh = unfinished(out)
    made = _missing_parents(fresh)[1:]
    try:
        fresh.mkdir(parents=True, exist_ok=True)
        lock = _lock(fresh)
    except OSError as error:
        raise CannotPublish(f"{out} cannot be written: {error.strerror}") from error
    try:
        _empty(fresh)
        yield fresh
        _replace(fresh, out)
    except OSError as error:
        _clear(fresh, made)
        message = f"{out} cannot be written: {error.strerror or error}"
        raise CannotPublish(f"{message}; the last package is untouched") from error
    except BaseException:
        _clear(fresh, made)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def _missing_parents(path: Path) -> list[Path]:
    """The path and those above it up to the first whose parent exists."""
    found = [path.absolute()]
    while not found[-1].parent.exists():
        found.append(found[-1].parent)
    return found


def _clear(fresh: Path, made: list[Path]) -> None:
    """Leave nothing behind: the fresh folder and the parents that were made for it."""
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in made:
        with suppress(OSError):
            folder.rmdir()


def _lock(folder: Path) -> int | None:
    """Hold the folder until this process lets go or dies, so that two builds never mix."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - not there on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        message = f"{folder} is in use: another build is writing there"
        raise CannotPublish(message) from error
    return handle


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _remove(package: Path) -> None:
    """Remove a package, its manifest last: killed half-way it is still known as a package."""
    if not package.exists():
        return
    for entry in package.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MANIFEST:
            entry.unlink()
    shutil.rmtree(package)


def _replace(fresh: Path, out: Path) -> None:
    kept = previous(out)
    if not out.exists():
        fresh.rename(out)
        return
    if not any(out.iterdir()):
        out.rmdir()
        fresh.rename(out)
        return
    _remove(kept)
    out.rename(kept)
    try:
        fresh.rename(out)
    except BaseException:
        kept.rename(out)
        raise
