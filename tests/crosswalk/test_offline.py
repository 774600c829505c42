"""A whole build asks nobody: the network is trapped below Python's sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROBES = {
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)",
    "name": "import socket; socket.getaddrinfo('localhost', 80)",
    "datagram": (
        "import socket; "
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
    ),
    "web": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
}


def test_a_build_makes_no_connection(two_builds: tuple[Any, Any]) -> None:
    for build in two_builds:
        assert build.network == ""
        assert (build.folder / "manifest.json").is_file()


@pytest.mark.parametrize("name", PROBES)
def test_the_trap_catches(tmp_path: Path, start_script: str, name: str) -> None:
    """The trap that the builds ran with, and a program that does ask."""
    script = start_script.partition("from crosswalk")[0] + PROBES[name]
    log = tmp_path / "network"
    log.touch()
    done = subprocess.run(
        [sys.executable, "-c", script, str(log)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "the network is trapped" in done.stderr
    assert log.read_text(encoding="utf-8") != ""
