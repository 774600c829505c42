"""The engine as a program beside ours: its command line, its end, its report.

Written for the command line of CDISC's executable: ``core validate -s -v -d -ct -dxp -of -o``.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from validation.core.report import CoreReport, CoreUnreadable, read_core_report
from validation.outcome import one_line

COMMAND = "core"
MINUTES = 60.0
_VALIDATE = "validate"
_REPORT = "core-report"
# Ours would lead the engine's Python to our packages.
_OUR_OWN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


class CoreNotRun(Exception):
    """The engine gave no answer; the text says why, without a path of this machine."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How the engine is started on this machine. `minutes` is how long it may take."""

    command: tuple[str, ...] = (COMMAND,)
    minutes: float = MINUTES

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return Path(self.command[0]).name


def engine_of(command: str, minutes: float = MINUTES) -> Engine:
    """The engine that a command line names, such as ``python3.12 /opt/core/core.py``.

    Raises ValueError for an empty one, or one with a quote that is not closed.
    """
    words = tuple(shlex.split(command, posix=os.name != "nt"))
    if not words:
        raise ValueError("it is empty")
    if not minutes > 0:
        raise ValueError("it must have more than 0 minutes")
    return Engine(words, minutes)


def run_engine(
    engine: Engine,
    data: Path,
    *,
    standard: str,
    version: str,
    terminology: Sequence[str] = (),
    define: Path | None = None,
) -> CoreReport:
    """Have the datasets in the folder `data` judged by `standard` (sdtmig) `version` (3.4).

    `terminology` are packages such as ``sdtmct-2025-03-28``. Raises CoreNotRun when the engine is
    absent, ends in an error, takes too long, or leaves no whole report on what it was asked.
    """
    program = shutil.which(engine.command[0])
    if program is None:
        raise CoreNotRun(f"there is no program '{engine.name}'")
    words = [str(Path(program).absolute()), *engine.command[1:]]
    if _VALIDATE not in words:
        words.append(_VALIDATE)
    words += ["-s", standard, "-v", version.replace(".", "-"), "-d", str(data.resolve())]
    for package in terminology:
        words += ["-ct", package]
    if define is not None:
        words += ["-dxp", str(define.resolve())]
    with TemporaryDirectory(prefix="crosswalk-core-") as folder:
        report = Path(folder).resolve() / _REPORT
        words += ["-of", "JSON", "-o", str(report)]
        code, told = _run(words, engine, _home(words))
        written = report.with_name(f"{_REPORT}.json")
        told = told.replace(str(data.resolve()), "DATA").replace(str(report.parent), "OUT")
        # A wrapper may end with 1 to say that there are issues; its report decides.
        if code not in (0, 1) or not written.is_file():
            said = f": {one_line(told, 400)}" if told.strip() else ""
            raise CoreNotRun(f"'{engine.name}' wrote no report and ended with {code}{said}")
        try:
            found = read_core_report(written.read_bytes())
        except CoreUnreadable as error:
            raise CoreNotRun(f"the report of '{engine.name}' cannot be used: {error}") from None
    if (found.standard, found.version) != (standard, version):
        raise CoreNotRun(
            f"'{engine.name}' judged by {found.standard} {found.version}, not by {standard}"
            f" {version}"
        )
    return found


def _home(words: Sequence[str]) -> Path:
    """The folder of the engine's own files, which it opens relative to where it is started."""
    own = next((w for w in words[1:] if w.endswith(".py") and Path(w).is_file()), words[0])
    return Path(own).resolve().parent


def _run(words: Sequence[str], engine: Engine, home: Path) -> tuple[int, str]:
    """The exit code and the end of what it printed."""
    surroundings = {k: v for k, v in os.environ.items() if k not in _OUR_OWN}
    # Relative paths in the command are the user's, from where the user stands.
    words = [str(Path(w).absolute()) if "/" in w and Path(w).exists() else w for w in words]
    try:
        process = subprocess.Popen(
            words,
            cwd=home,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=sys.platform != "win32",
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CoreNotRun(f"'{engine.name}' cannot be started ({reason})") from None
    try:
        told, _ = process.communicate(timeout=engine.minutes * 60)
    except subprocess.TimeoutExpired:
        _end(process)
        raise CoreNotRun(
            f"'{engine.name}' was stopped, it had not ended after {engine.minutes:g} minutes"
        ) from None
    except BaseException:
        _end(process)
        raise
    return process.returncode, told[-2000:]


def _end(process: subprocess.Popen[str]) -> None:
    """End the engine with the workers that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
