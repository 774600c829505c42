"""`crosswalk define`: defines of anybody compared, and put into a workbook."""

from __future__ import annotations

from pathlib import Path

from define.diff import Difference, diff
from define.read import DefineUnreadable, ReadDefine, read_define

DEFINE = "define.xml"


class DefineRefused(Exception):
    """There is no define.xml that can be used; the text says why and what to do."""


def find_define(place: Path) -> Path:
    """The define.xml that `place` is, or that the folder or package has. Raises DefineRefused."""
    if place.is_file():
        return place
    if not place.is_dir():
        raise DefineRefused(f"{place.as_posix()}: there is no such file or folder")
    if (place / DEFINE).is_file():
        return place / DEFINE
    found = sorted(place.rglob(DEFINE))
    if len(found) == 1:
        return found[0]
    if not found:
        raise DefineRefused(f"{place.as_posix()} holds no {DEFINE}")
    listed = ", ".join(p.as_posix() for p in found)
    raise DefineRefused(f"{place.as_posix()} holds {len(found)} of {DEFINE}; name one: {listed}")


def load_define(place: Path) -> ReadDefine:
    """Read it. Raises DefineRefused."""
    path = find_define(place)
    try:
        return read_define(path.read_bytes())
    except DefineUnreadable as error:
        raise DefineRefused(f"{path.as_posix()} cannot be read as define.xml: {error}") from None
    except OSError as error:
        raise DefineRefused(f"{path.as_posix()} cannot be read: {error.strerror}") from None


def define_diff(old: Path, new: Path) -> Difference:
    """What `new` says differently from `old`. Raises DefineRefused."""
    a, b = load_define(old), load_define(new)
    return diff(a, b, a=find_define(old).as_posix(), b=find_define(new).as_posix())


def write_file(path: Path, content: bytes, option: str) -> None:
    """Write what was asked for. Raises DefineRefused."""
    try:
        path.write_bytes(content)
    except OSError as error:
        message = f"{option} {path.as_posix()}: it cannot be written: {error.strerror}"
        raise DefineRefused(message) from None
