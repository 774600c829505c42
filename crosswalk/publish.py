"""A package is written beside the old one and takes its place whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotPublish(Exception):
    """The output folder cannot be written: said in words, nothing changed."""


def previous(out: Path) -> Path:
    """Where the package that a new one replaces is kept, once."""
    return out.with_name(out.name + ".previous")


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out`; it takes the place of `out` when the block ends well.

    The replaced package is kept as ``OUT.previous``. When the block fails, or the disk is full,
    the fresh folder is removed and the last package stays as it was. Raises CannotPublish for
    what the operating system refuses.
    """
    fresh = out.with_name(out.name + ".new")
    try:
        if out.exists() and not out.is_dir():
            raise CannotPublish(f"{out} is a file, not a folder; name another output folder")
        if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file():
            raise CannotPublish(
                f"{out} holds files that are no package of Crosswalk (there is no manifest.json); "
                "name another output folder"
            )
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
    except OSError as error:
        raise CannotPublish(f"{out} cannot be written: {error.strerror}") from error
    try:
        yield fresh
        _replace(fresh, out)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise CannotPublish(
            f"{out} cannot be written: {error.strerror}; the last package is untouched"
        ) from error
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _replace(fresh: Path, out: Path) -> None:
    kept = previous(out)
    if out.exists():
        shutil.rmtree(kept, ignore_errors=True)
        out.rename(kept)
        try:
            fresh.rename(out)
        except OSError:
            kept.rename(out)
            raise
    else:
        fresh.rename(out)
