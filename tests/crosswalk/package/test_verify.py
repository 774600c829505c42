"""`crosswalk package --verify` finds every way in which a package is no longer what was written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import crosswalk.package.make
from crosswalk.guides.make import Guide
from crosswalk.package import package, profile_of

Command = Callable[..., Result]
SDTM = "m5/datasets/tiny/tabulations/sdtm"


@pytest.fixture(scope="module")
def whole(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    guide = Guide("csdrg", "SDTM", {"pdf": b"%PDF-1.4"}, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crosswalk.package.make, "guides_of", lambda *_: [guide])
        place = tmp_path_factory.mktemp("verify") / "p"
        return package(built, profile_of("fda"), place).folder


@pytest.fixture
def packed(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "p"))


def told(command: Command, folder: Path) -> list[tuple[str, str]]:
    result = command("package", "--verify", folder, "--json")
    found = [(f["rule"], f["scope"]) for f in json.loads(result.stdout)["findings"]]
    assert result.exit_code == (1 if found else 0)
    return found


def test_a_package_as_written(command: Command, packed: Path) -> None:
    assert told(command, packed) == []
    result = command("package", packed, "--verify")
    assert "files are those of the manifest; status final." in result.stdout


def change(packed: Path) -> None:
    path = packed / SDTM / "ae.xpt"
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)


def cut(packed: Path) -> None:
    path = packed / SDTM / "ae.xpt"
    path.write_bytes(path.read_bytes()[:-1])


def link(packed: Path) -> None:
    path = packed / SDTM / "ae.xpt"
    other = packed.parent / "elsewhere.xpt"
    shutil.move(path, other)
    path.symlink_to(other)


def swap(packed: Path) -> None:
    one, two = packed / SDTM / "ae.xpt", packed / SDTM / "dm.xpt"
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (change, [("package.changed", "ae.xpt")]),
        (cut, [("package.changed", "ae.xpt")]),
        (link, [("package.changed", "ae.xpt")]),
        (swap, [("package.changed", "ae.xpt"), ("package.changed", "dm.xpt")]),
        (lambda p: (p / SDTM / "ae.xpt").unlink(), [("package.missing", "ae.xpt")]),
        (lambda p: (p / SDTM / "note.txt").write_text("x"), [("package.extra", "note.txt")]),
        (
            lambda p: (p / SDTM / "ae.xpt").rename(p / SDTM / "ae2.xpt"),
            [("package.renamed", "ae.xpt")],
        ),
        (lambda p: (p / SDTM / "dead").symlink_to("nowhere"), [("package.extra", "dead")]),
    ],
)
def test_every_kind_of_tampering(
    command: Command,
    packed: Path,
    work: Callable[[Path], object],
    expected: list[tuple[str, str]],
) -> None:
    work(packed)
    assert told(command, packed) == [(rule, f"{SDTM}/{name}") for rule, name in expected]


def test_files_beside_m5_are_seen(command: Command, packed: Path) -> None:
    (packed / "notes.txt").write_text("x")
    assert told(command, packed) == [("package.extra", "notes.txt")]


def test_where_there_is_no_manifest(command: Command, packed: Path) -> None:
    (packed / "manifest.json").unlink()
    result = command("package", "--verify", packed)
    assert result.exit_code == 2
    assert "there is no manifest.json" in result.output
