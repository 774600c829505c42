"""A package takes its place whole or not at all, whatever happens and whenever."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosswalk import publish as publishing
from crosswalk.build import Package, make_package, publish
from crosswalk.publish import CannotPublish, beside, check_place, previous, unfinished

Content = Callable[[Path], dict[str, bytes]]


def write(out: Path, text: str) -> None:
    """Publish a small package."""
    with beside(out) as folder:
        (folder / "m5").mkdir()
        (folder / "m5" / "dm.xpt").write_text(text)
        (folder / "manifest.json").write_text(text)


def test_the_first_package(tmp_path: Path, content: Content) -> None:
    out = tmp_path / "deep" / "out"
    write(out, "one")
    assert content(out) == {"m5/dm.xpt": b"one", "manifest.json": b"one"}
    assert sorted(p.name for p in out.parent.iterdir()) == ["out"]


def test_the_replaced_package_is_kept_once(tmp_path: Path, content: Content) -> None:
    out = tmp_path / "out"
    for text in ("one", "two", "three"):
        write(out, text)
    assert content(out)["m5/dm.xpt"] == b"three"
    assert content(previous(out))["m5/dm.xpt"] == b"two"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.previous"]


def test_an_empty_folder_is_taken_and_not_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write(out, "one")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_nothing_is_left_of_a_failed_first_package(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), beside(tmp_path / "a" / "b" / "out"):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_folder_that_cannot_be_replaced(name: str) -> None:
    with pytest.raises(CannotPublish, match="name a folder that may be"):
        check_place(Path(name))


def test_two_builds_never_mix(tmp_path: Path, content: Content) -> None:
    out = tmp_path / "out"
    write(out, "one")
    before = content(out)
    with beside(out) as folder:
        (folder / "manifest.json").write_text("two")
        with pytest.raises(CannotPublish, match="another build is writing there"), beside(out):
            raise AssertionError("not reached")
        assert content(out) == before
    assert content(out) == {"manifest.json": b"two"}


class Full(io.FileIO):
    """A file on a disk that is full after ten bytes."""

    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Writes:
    """Counts the files opened for writing and lets one of them fail."""

    def __init__(self, patch: pytest.MonkeyPatch, fail: int, error: Callable[[], BaseException]):
        self.count, self.fail, self.error = 0, fail, error
        self.whole = io.open
        patch.setattr(io, "open", self.open)

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "w" in mode:
            self.count += 1
            if self.count == self.fail:
                if isinstance(self.error(), OSError):
                    raw = io.BufferedWriter(Full(file, "w"))
                    return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")
                raise self.error()
        return self.whole(file, mode, *args, **kwargs)


def enospc() -> BaseException:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


ERRORS: dict[str, Callable[[], BaseException]] = {
    "disk full": enospc,
    "stopped": KeyboardInterrupt,
    "ended": lambda: SystemExit(1),
    "memory": MemoryError,
    "bug": lambda: RuntimeError("a bug"),
}


@pytest.fixture
def tiny_package(tiny_study: Path) -> Package:
    return make_package(tiny_study)


def test_each_file_may_fail(
    tiny_package: Package, last_good: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file of a package, each kind of failure: the last package stays byte for byte."""
    before = content(last_good.parent)
    with monkeypatch.context() as patch:
        writes = Writes(patch, 0, enospc)
        publish(tiny_package, last_good.parent / "whole")
    files = content(last_good.parent / "whole")
    assert writes.count == len(files) >= 9
    before |= {f"whole/{name}": data for name, data in files.items()}
    for number in range(1, writes.count + 1):
        for name, error in ERRORS.items():
            with monkeypatch.context() as patch:
                Writes(patch, number, error)
                expected = CannotPublish if name == "disk full" else type(error())
                with pytest.raises(expected):
                    publish(tiny_package, last_good)
            assert content(last_good.parent) == before, (number, name)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("name", ERRORS)
def test_each_rename_may_fail(
    last_good: Path, content: Content, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    before = content(last_good)
    whole, count = Path.rename, 0

    def rename(path: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == number:
            raise ERRORS[name]()
        return whole(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(CannotPublish if name == "disk full" else type(ERRORS[name]())):
        write(last_good, "new")
    assert content(last_good) == before
    assert not unfinished(last_good).exists()


def test_an_older_package_that_cannot_be_removed(
    last_good: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(last_good, "two")
    before = content(last_good)

    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(publishing, "_remove", refuse)
    with pytest.raises(CannotPublish) as caught:
        write(last_good, "three")
    assert str(caught.value) == (
        f"{last_good} cannot be written: Permission denied; the last package is untouched"
    )
    assert content(last_good) == before


KILLED = """
import os, shutil, sys
from pathlib import Path
from crosswalk import publish

out, moment = Path(sys.argv[1]), sys.argv[2]
rename, rmtree, names = Path.rename, shutil.rmtree, []

def slow_rename(path, target):
    names.append(path.name)
    if moment == f"before rename {len(names)}":
        os._exit(9)
    result = rename(path, target)
    if moment == f"after rename {len(names)}":
        os._exit(9)
    return result

def slow_rmtree(path, *args, **kwargs):
    rmtree(path, *args, **kwargs)
    if moment == "while removing":
        os._exit(9)

Path.rename, shutil.rmtree = slow_rename, slow_rmtree
with publish.beside(out) as folder:
    if moment == "at the start":
        os._exit(9)
    (folder / "m5").mkdir()
    (folder / "m5" / "dm.xpt").write_text("three")
    if moment == "half-way":
        os._exit(9)
    (folder / "manifest.json").write_text("three")
os._exit(0)
"""

MOMENTS = {
    "at the start": "two",
    "half-way": "two",
    "while removing": "two",
    "before rename 1": "two",
    "after rename 1": None,
    "before rename 2": None,
    "after rename 2": "three",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment(tmp_path: Path, content: Content, moment: str) -> None:
    """The last package is whole, and the next build goes through as if nothing had been."""
    out = tmp_path / "out"
    write(out, "one")
    write(out, "two")
    paths = os.pathsep.join(str(Path(p or ".").resolve()) for p in sys.path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(out), moment],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (9, "")
    expected = MOMENTS[moment]
    # Between the two renames the last package is whole under the name it is kept by.
    place = out if expected else previous(out)
    text = (expected or "two").encode()
    assert content(place) == {"m5/dm.xpt": text, "manifest.json": text}
    assert out.exists() is (expected is not None)
    write(out, "four")
    assert content(out) == {"m5/dm.xpt": b"four", "manifest.json": b"four"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out.previous"]
