"""The command as users run it, a last good package to protect, and two published packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import mappings.study
from crosswalk.cli import app
from mappings.load import Document, load_yaml

Content = dict[str, bytes]

START = """
import sys
log = open(sys.argv.pop(1), "a")
NET = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
       "socket.sendto", "socket.sendmsg", "urllib.Request")
def trap(event, given):
    if event in NET:
        log.write(f"{event} {given[1:]}\\n")
        log.flush()
        raise OSError(f"the network is trapped: {event}")
sys.addaudithook(trap)
from crosswalk.__main__ import main
main()
"""


@dataclass(frozen=True)
class Published:
    """A package on disk, how its build ended, and what the trapped network was asked for."""

    folder: Path
    code: int
    stdout: str
    stderr: str
    network: str

    @property
    def m5(self) -> Path:
        return self.folder / "m5" / "datasets" / "ceacart01"

    @property
    def homes(self) -> tuple[Path, Path]:
        """The folders of the SDTM and of the ADaM datasets."""
        return self.m5 / "tabulations" / "sdtm", self.m5 / "analysis" / "adam" / "datasets"


def content(folder: Path) -> Content:
    """Every file below a folder with its bytes; empty folders as names that end in a slash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[f"{name}/"] = b""
    return found


@pytest.fixture(name="content")
def _content() -> Callable[[Path], Content]:
    return content


@pytest.fixture
def command() -> Callable[..., Result]:
    """Run ``crosswalk`` with arguments in this process."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments], prog_name="crosswalk")

    return run


@pytest.fixture
def last_good(tmp_path: Path) -> Path:
    """A folder that looks like a published package; small, so that tests are fast."""
    out = tmp_path / "out"
    home = out / "m5" / "datasets" / "ceacart01" / "tabulations" / "sdtm"
    home.mkdir(parents=True)
    (home / "dm.xpt").write_bytes(b"the last good package\x00")
    (out / "manifest.json").write_text('{"status": "final"}\n', encoding="utf-8")
    return out


def once(factory: pytest.TempPathFactory, make: Callable[[Path], None], name: str) -> Path:
    """A folder made by the first worker that needs it; the others wait for it."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, done = root / name, root / f"{name}.done"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(6000):
            if done.exists():
                assert done.read_text(encoding="utf-8") == "well", "the builds failed elsewhere"
                return folder
            time.sleep(0.1)
        raise
    try:
        make(folder)
    except BaseException:
        done.write_text("badly", encoding="utf-8")
        raise
    done.write_text("well", encoding="utf-8")
    return folder


def start(
    folder: Path, arguments: list[str], log: Path, surroundings: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start the command with a trapped network in a folder and surroundings of its own."""
    paths = os.pathsep.join(str(Path(p or ".").resolve()) for p in sys.path)
    env = {**os.environ, "PYTHONPATH": paths, **surroundings}
    return subprocess.Popen(
        [sys.executable, "-c", START, str(log), *arguments],
        cwd=folder,
        env=env,
        stdout=(folder / "stdout").open("w", encoding="utf-8"),
        stderr=(folder / "stderr").open("w", encoding="utf-8"),
        text=True,
    )


SURROUNDINGS: tuple[tuple[str, dict[str, str]], ...] = (
    ("a", {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0", "LANG": "C"}),
    (
        "elsewhere/deep er",
        {
            "LC_ALL": "tr_TR.UTF-8",
            "TZ": "Asia/Shanghai",
            "PYTHONHASHSEED": "4242",
            "HOME": "/nowhere",
            "COLUMNS": "300",
        },
    ),
)


@pytest.fixture(scope="session")
def two_builds(
    tmp_path_factory: pytest.TempPathFactory, reference_study: Path
) -> tuple[Published, Published]:
    """The reference study built twice by the command: other folder, locale, time zone, seed."""

    def make(root: Path) -> None:
        running = []
        for name, surroundings in SURROUNDINGS:
            folder = root / name
            folder.mkdir(parents=True)
            leave = shutil.ignore_patterns("generator", "__pycache__")
            shutil.copytree(reference_study, folder / "study", ignore=leave)
            (folder / "network").touch()
            arguments = ["build", "study", "-o", "package"]
            if name != "a":
                arguments = ["build", str(folder / "study"), "--out", str(folder / "package")]
            running.append((folder, start(folder, arguments, folder / "network", surroundings)))
        for folder, process in running:
            code = process.wait(timeout=500)
            (folder / "code").write_text(str(code), encoding="utf-8")

    root = once(tmp_path_factory, make, "two_builds")

    def published(name: str) -> Published:
        def text(file: str) -> str:
            return (root / name / file).read_text(encoding="utf-8", errors="replace")

        parts = (int(text("code")), text("stdout"), text("stderr"), text("network"))
        return Published(root / name / "package", *parts)

    (first, _), (second, _) = SURROUNDINGS
    return published(first), published(second)


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Parse the same bytes of YAML only once in these tests; faults are not remembered."""
    known: dict[tuple[str, bytes], Document] = {}

    def remembered(path: Path, shown: str | None = None) -> Document:
        if not path.is_file():
            return load_yaml(path, shown)
        key = (shown or path.name, path.read_bytes())
        if key not in known:
            known[key] = load_yaml(path, shown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mappings.study, "load_yaml", remembered)
        yield


STUDY = """\
study: {id: TINY01, name: TINY01, description: Two subjects, protocol: TINY01}
created: 2024-09-02T08:00:00
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
raw:
  subject:
    pattern: '(?P<site>\\d{2})-(?P<subject>\\d{3})'
    usubjid: [$STUDYID, "-", $SITEID, "-", $SUBJID]
  forms:
    dm: {file: raw/dm.csv, reader: csv, subject: SUBJECT, id: [SUBJECT]}
"""
DM = """\
target: DM
from: dm
keys: [USUBJID]
vars:
  SUBJID: {copy: SUBJID}
  SITEID: {copy: SITEID}
  SEX: {map: SEX, ct: C66731}
  COUNTRY: {const: CHN}
  RFSTDTC: {date: START, format: YYYY-MM-DD}
  AGE: {call: age, reads: [YEARS], method: As given}
  ARMCD: {const: A}
  ARM: {const: Dose A}
  ACTARM: {const: Dose A}
  ACTARMCD: {const: A}
  ACTARMUD: {const: ""}
  AGEU: {const: YEARS}
  ARMNRS: {const: ""}
  DTHDTC: {const: ""}
  DTHFL: {const: ""}
  RACE: {const: ""}
  RFENDTC: {date: START, format: YYYY-MM-DD}
  RFICDTC: {const: ""}
  RFPENDTC: {const: ""}
  RFXENDTC: {const: ""}
  RFXSTDTC: {const: ""}
"""
DERIVE = """\
import pandas as pd
from mappings.registry import derivation


@derivation
def age(frame: pd.DataFrame) -> pd.Series:
    return pd.to_numeric(frame["YEARS"])
"""
ROWS = "SUBJECT,SEX,START,YEARS\n01-001,F,2024-01-02,55\n01-002,M,2024-02-03,61\n"


@pytest.fixture
def tiny_study(tmp_path: Path) -> Path:
    """A study of one form and one module, which builds fast (as a draft)."""
    folder = tmp_path / "tiny"
    for name, text in (
        ("study.yaml", STUDY),
        ("sdtm/dm.yaml", DM),
        ("derive.py", DERIVE),
        ("raw/dm.csv", ROWS),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def start_script() -> str:
    """The program by which `two_builds` start the command."""
    return START
