"""CDISC's conformance engine CORE: run out of process, and its findings read as our own.

The engine is a program of its own with its own Python and its own rules; nothing of it is
imported. What it did not answer (absent, stopped, a rule that it skipped) is said to be not run.
"""

from __future__ import annotations

from validation.core.engine import COMMAND, MINUTES, CoreNotRun, Engine, engine_of, run_engine
from validation.core.findings import core_run, not_run
from validation.core.model import CoreRun
from validation.core.report import CoreReport, CoreUnreadable, read_core_report

__all__ = [
    "COMMAND",
    "MINUTES",
    "CoreNotRun",
    "CoreReport",
    "CoreRun",
    "CoreUnreadable",
    "Engine",
    "core_run",
    "engine_of",
    "not_run",
    "read_core_report",
    "run_engine",
]
