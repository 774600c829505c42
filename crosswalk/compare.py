"""`crosswalk compare`: two files or two folders of datasets, whatever their formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from define.known import DefineUnreadable, read_define
from mappings.load import did_you_mean
from validation.compare.datasets import compare_tables
from validation.compare.model import ATTRIBUTES, Compared, Options, Tolerance
from validation.compare.table import ENDINGS, Table, TableUnreadable, ending, read_table, stem

DEFINE = "define.xml"
_ENCODING = re.compile(r"\bis not [\w-]+( text)?$")


class CompareRefused(Exception):
    """The two cannot be compared as asked; the text says why and what to do."""


def options_of(by: str, tolerances: list[str], ignore: list[str], first: int) -> Options:
    """The options as they are typed. Raises CompareRefused.

    A tolerance is ``0.001`` or ``abs:0.001`` in the unit of the variable, ``rel:1e-9`` as a
    fraction of the larger number.
    """
    found = {"abs": 0.0, "rel": 0.0}
    for text in tolerances:
        kind, _, number = text.rpartition(":")
        try:
            if (kind or "abs") not in found:
                raise ValueError(text)
            found[kind or "abs"] = float(number)
            Tolerance(found["abs"], found["rel"])
        except ValueError:
            raise CompareRefused(
                f"--tolerance {text}: it is a number from 0, such as 0.001 or abs:0.001, or one "
                "relative to the larger value, such as rel:1e-9"
            ) from None
    for name in ignore:
        if name not in ATTRIBUTES:
            hint = did_you_mean(name, list(ATTRIBUTES))
            raise CompareRefused(f"--ignore {name}: there is no such attribute. {hint}")
    if first < 0:
        raise CompareRefused(f"--first {first}: it is a number from 0")
    keys = tuple(dict.fromkeys(k.strip() for k in by.split(",") if k.strip()))
    return Options(keys, Tolerance(found["abs"], found["rel"]), frozenset(ignore), first)


def compare(a: Path, b: Path, options: Options, encoding: str = "utf-8") -> Compared:
    """Compare two files, or each dataset of two folders with its namesake.

    Keys are `options.by`, or those of the define.xml beside the files, or those that the files
    tell themselves. Raises CompareRefused.
    """
    for path in (a, b):
        if not path.exists():
            raise CompareRefused(f"{path}: there is no such file or folder")
    if a.is_dir() != b.is_dir():
        folder, file = (a, b) if a.is_dir() else (b, a)
        raise CompareRefused(f"{folder} is a folder and {file} a file; name two of one kind")
    if a.is_dir():
        in_a, in_b = _datasets(a), _datasets(b)
        if not set(in_a) & set(in_b):
            there = f"A has {', '.join(sorted(in_a))}; B has {', '.join(sorted(in_b))}"
            raise CompareRefused(f"no dataset is in both folders: {there}")
    else:
        in_a, in_b = {"": a}, {"": b}
    defines: dict[Path, Mapping[str, tuple[str, ...]]] = {}
    found = []
    for name in sorted(set(in_a) & set(in_b)):
        try:
            one = read_table(in_a[name], encoding)
            other = read_table(in_b[name], encoding)
        except TableUnreadable as error:
            hint = "; say with --encoding which one it is" if _ENCODING.search(str(error)) else ""
            raise CompareRefused(f"{error}{hint}") from None
        keys, told_by = _keys(one, other, options, defines)
        found.append(compare_tables(one, other, keys, told_by, options))
    return Compared(
        str(a),
        str(b),
        tuple(found),
        tuple(sorted(set(in_a) - set(in_b))),
        tuple(sorted(set(in_b) - set(in_a))),
        options,
    )


def write_page(path: Path, page: str) -> None:
    """Write the page. Raises CompareRefused."""
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CompareRefused(f"--html {path}: it cannot be written: {error.strerror}") from None


def _datasets(folder: Path) -> dict[str, Path]:
    """The datasets of a folder by name; of a package, all that are below its m5."""
    package = (folder / "m5").is_dir()
    every = (folder / "m5").rglob("*") if package else folder.iterdir()
    found: dict[str, Path] = {}
    for path in sorted(p for p in every if p.is_file() and ending(p)):
        other = found.setdefault(stem(path), path)
        if other.parent != path.parent:
            raise CompareRefused(
                f"{folder} holds two datasets {stem(path)}: {other} and {path}; "
                "compare the folders that they are in"
            )
        if ENDINGS.index(ending(path)) < ENDINGS.index(ending(other)):
            found[stem(path)] = path
    if not found:
        raise CompareRefused(f"{folder} holds no dataset ({', '.join(ENDINGS)})")
    return found


def _keys(
    a: Table, b: Table, options: Options, defines: dict[Path, Mapping[str, tuple[str, ...]]]
) -> tuple[tuple[str, ...], str]:
    """The keys that match records, and in words where they come from."""
    common = [n for n in a.frame.columns if n in set(b.frame.columns)]
    if options.by:
        for key in options.by:
            for table in (a, b):
                if key not in table.frame.columns:
                    hint = did_you_mean(key, list(table.frame.columns))
                    raise CompareRefused(f"--by {key}: {table.file} has no such variable. {hint}")
        return options.by, "as --by says"
    for table in (a, b):
        place = Path(table.file).parent / DEFINE
        if place not in defines:
            defines[place] = _told(place)
        keys = defines[place].get(table.name, ())
        if keys and set(keys) <= set(common):
            return keys, f"the keys in {place}"
    for table in (a, b):
        if table.keys and set(table.keys) <= set(common):
            return table.keys, f"the keys in {table.file}"
    return (), "no define.xml tells keys that both have; --by names some"


def _told(place: Path) -> Mapping[str, tuple[str, ...]]:
    if not place.is_file():
        return {}
    try:
        return read_define(place.read_bytes()).keys
    except DefineUnreadable as error:
        raise CompareRefused(f"{place}: {error}; name the keys with --by") from None
    except OSError as error:
        raise CompareRefused(f"{place}: {error.strerror}; name the keys with --by") from None
