"""The start-up check, tried in processes of their own with foreign packages in the way."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crosswalk import guard

START = "from crosswalk.guard import enforce; enforce(); print('ours')"


def start(*path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the check in a fresh interpreter with these folders and no site-packages (-S)."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-S", "-c", START],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the six packages, installed as a wheel would be: with a RECORD."""
    home = tmp_path / "site"
    record = []
    for name in guard.PACKAGES:
        (home / name).mkdir(parents=True)
        text = f'"""{name}"""\n'
        (home / name / "__init__.py").write_bytes(text.encode())
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record.append(f"{name}/__init__.py,sha256={digest.decode().rstrip('=')},{len(text)}")
    shutil.copy(guard.__file__, home / "crosswalk" / "guard.py")
    info = home / "cdisc_crosswalk-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: cdisc-crosswalk\nVersion: 0.1.0\n")
    (info / "RECORD").write_text("\n".join(record) + "\n")
    return home


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_our_own_packages_pass() -> None:
    assert guard.faults() == []


def test_an_installed_copy_passes(site: Path, empty: Path) -> None:
    run = start(site, cwd=empty)
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "ours", "")


@pytest.mark.parametrize("name", ["validation", "mappings"])
def test_a_foreign_package_on_the_path_stops_the_start(
    site: Path, empty: Path, tmp_path: Path, name: str
) -> None:
    foreign = tmp_path / "foreign" / name / "__init__.py"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("raise RuntimeError('the check must not import this')\n")
    run = start(foreign.parents[1], site, cwd=empty)
    assert run.returncode == 2
    assert str(foreign) in run.stderr
    assert f"package '{name}'" in run.stderr
    assert "virtual environment" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_study_folder_with_our_names_but_no_package_is_harmless(
    site: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    (study / "sdtm").mkdir(parents=True)
    (study / "adam").mkdir()
    assert start(site, cwd=study).returncode == 0


def test_a_study_folder_that_is_a_package_stops_the_start(site: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    (study / "sdtm").mkdir(parents=True)
    (study / "sdtm" / "__init__.py").touch()
    run = start(site, cwd=study)
    assert run.returncode == 2
    assert str(study / "sdtm") in run.stderr


def test_a_package_overwritten_by_another_distribution_stops_the_start(
    site: Path, empty: Path
) -> None:
    (site / "validation" / "__init__.py").write_text("# another distribution's file\n")
    run = start(site, cwd=empty)
    assert run.returncode == 2
    assert "overwritten" in run.stderr
    assert "--force-reinstall" in run.stderr


def test_a_package_whose_file_was_removed_stops_the_start(site: Path, empty: Path) -> None:
    (site / "validation" / "__init__.py").unlink()
    run = start(site, cwd=empty)
    assert run.returncode == 2
    assert "'validation' is not there" in run.stderr


def test_every_fault_is_said_at_once(site: Path, empty: Path) -> None:
    (site / "validation" / "__init__.py").unlink()
    (site / "define" / "__init__.py").write_text("# another\n")
    run = start(site, cwd=empty)
    assert len(run.stderr.splitlines()) == 2


@pytest.mark.skipif(
    "CROSSWALK_TEST_INSTALLED" not in os.environ, reason="only where the wheel is installed"
)
def test_the_suite_runs_against_the_installed_wheel() -> None:
    checkout = Path(__file__).parents[1]
    assert checkout not in Path(guard.__file__).resolve().parents or ".tox" in guard.__file__
    assert set(guard._installed_hashes(Path(guard.__file__).resolve().parents[1])) == set(
        guard.PACKAGES
    )
