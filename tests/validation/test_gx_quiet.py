"""Great Expectations must not phone home, print, or leave files: proved from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import great_expectations as gx
import pandas as pd

from define.model import Dataset
from validation.suites import suite, suite_json

TRAP = """
import socket, sys
def trapped(*args, **kwargs):
    raise SystemExit(f"a socket was asked for: {args!r}")
socket.socket.connect = trapped
socket.socket.connect_ex = trapped
socket.getaddrinfo = trapped
socket.gethostbyname = trapped
socket.create_connection = trapped
import logging
logging.basicConfig(level=logging.DEBUG)
import pandas as pd
from define.model import Dataset, Variable
from validation.run import run_suite
assert "great_expectations" not in sys.modules, "imported before it is needed"
from validation.suites import suite
variables = (Variable("USUBJID", "x", "text", False, 9, 1, mandatory=True, key_sequence=1),)
frame = pd.DataFrame({"USUBJID": ["S-1", "", "S-2", "S-2"]})
dataset = Dataset("DM", "Demographics", "SPECIAL PURPOSE", "", variables, 4)
result = run_suite(suite(dataset), frame)
import os
assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
print(result.passed, result.failed, result.errored)
"""


def test_no_socket_is_opened_nothing_printed_and_no_file_left(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    env = {k: v for k, v in os.environ.items() if not k.startswith("GX_")}
    env |= {"PYTHONPATH": str(root), "HOME": str(tmp_path), "GX_ANALYTICS_ENABLED": "true"}
    env["TMPDIR"] = str(tmp_path)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, "-c", TRAP],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 2 0\n", "")
    assert list(tmp_path.rglob("*")) == []


def test_the_trap_would_spring(tmp_path: Path) -> None:
    code = (
        TRAP.split("import pandas", maxsplit=1)[0] + "socket.create_connection(('192.0.2.1', 80))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a socket was asked for" in done.stderr


def test_plain_great_expectations_runs_the_saved_suite(
    ae: Dataset, frame: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "ae.json"
    file.write_text(suite_json(suite(ae)), encoding="ascii")
    loaded = gx.ExpectationSuite(**json.loads(file.read_text(encoding="ascii")))
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch(
        batch_parameters={"dataframe": frame.drop(columns=["_form", "_row"])}
    )
    result = batch.validate(loaded)
    assert result.success, [str(r.expectation_config) for r in result.results if not r.success]
    damaged = frame.drop(columns=["_form", "_row"])
    damaged.loc[0, "AETERM"] = ""
    batch = asset.add_batch_definition_whole_dataframe("c").get_batch(
        batch_parameters={"dataframe": damaged}
    )
    assert not batch.validate(loaded).success
