"""Does an installed wheel do the main job, away from the checkout? Run by `tox -e package`.

    python -P tests/installed.py CHECKOUT WORK

Standard library only: the environment holds nothing but the wheel and what it requires.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

PACKAGES = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def need(condition: bool, sentence: str) -> None:
    """Stop with the sentence unless the condition holds."""
    if not condition:
        raise SystemExit(f"package check: {sentence}")


def same_files(checkout: Path) -> None:
    """Every file of the six folders is installed, byte for byte; the raw CSVs among them."""
    site = Path(sysconfig.get_path("purelib"))
    installed = {str(file) for file in metadata.distribution("cdisc-crosswalk").files or ()}
    raw = 0
    for package in PACKAGES:
        for file in sorted((checkout / package).rglob("*")):
            name = file.relative_to(checkout).as_posix()
            if file.is_dir() or LEFT_OUT & set(file.parts):
                continue
            need(name in installed, f"{name} is missing from the wheel")
            need(
                file.read_bytes() == (site / name).read_bytes(),
                f"{name} differs between checkout and wheel",
            )
            raw += name.startswith("mappings/cea_cart/raw/") and name.endswith(".csv")
    need(raw > 0, "the wheel holds no raw CSV of the reference study")
    print(f"package check: the wheel holds every file of the checkout, {raw} raw CSVs among them")


def run(work: Path, *arguments: str) -> str:
    """Run the installed command in the work folder; it must end with exit code 0."""
    script = Path(sysconfig.get_path("scripts")) / "crosswalk"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(script), *arguments], cwd=work, env=env, capture_output=True, text=True, check=False
    )
    print(f"$ crosswalk {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    need(done.returncode == 0, f"'crosswalk {' '.join(arguments)}' ended with {done.returncode}")
    return done.stdout


def main_job(work: Path) -> None:
    """Lay out the reference study, build it, and hold the package against its manifest."""
    run(work, "--help")
    run(work, "example", "cea_cart", "study")
    run(work, "build", "study", "-o", "package")
    package = work / "package"
    need((package / "manifest.json").is_file(), "no manifest.json was written")
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    need(manifest.get("status") == "final", f"status is {manifest.get('status')!r}, not 'final'")
    written = [file for file in sorted(package.rglob("*")) if file.is_file()]
    for ending in ("define.xml", "define.html", "define2-1.xsl", "acrf.pdf", "reports/index.html"):
        need(any(str(file).endswith(ending) for file in written), f"no {ending} was written")
    for dataset in ("dm", "ae", "rs", "lb", "adsl", "adae", "adrs", "adtte"):
        found = [file for file in written if file.name == f"{dataset}.xpt"]
        need(len(found) == 1 and found[0].stat().st_size > 0, f"no {dataset}.xpt was written")
    print(f"package check: the package has {len(written)} files; all is as it should be")


def main() -> None:
    """Both checks, in a fresh folder."""
    checkout, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() / "job"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    same_files(checkout)
    main_job(work)


if __name__ == "__main__":
    main()
