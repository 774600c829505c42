"""Same input, same bytes: whatever the folder, the locale, the time zone and the hash seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Content = Callable[[Path], dict[str, bytes]]


def test_two_builds_give_identical_bytes(two_builds: tuple[Any, Any], content: Content) -> None:
    first, second = (content(build.folder) for build in two_builds)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert len(first) > 50


def test_both_builds_end_alike(two_builds: tuple[Any, Any]) -> None:
    """Exit code 0 and status final: nothing in the reference study is unexplained."""
    for build in two_builds:
        assert "Traceback" not in build.stderr
        manifest = json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))
        assert (build.code, manifest["status"]) == (0, "final"), build.stdout


def test_the_manifest_tells_every_byte(two_builds: tuple[Any, Any], content: Content) -> None:
    for build in two_builds:
        files = content(build.folder)
        manifest = json.loads(files.pop("manifest.json"))
        found = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        assert manifest["outputs"] == found


def test_no_place_of_this_machine(two_builds: tuple[Any, Any], content: Content) -> None:
    for build in two_builds:
        place = str(build.folder.parent).encode()
        assert [n for n, data in content(build.folder).items() if place in data] == []
