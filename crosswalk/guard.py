"""The start-up check: the six packages are our own.

Our packages have plain names, and some of those names also exist on the package index or as
a user's own study folder. Python takes whichever it finds first, so the command looks before
it imports any of them. Only the standard library is used here.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from importlib import metadata, util
from pathlib import Path

PACKAGES = ("mappings", "sdtm", "adam", "define", "validation", "crosswalk")
"""The six packages, leftmost first: each may import only those before it."""

DISTRIBUTION = "cdisc-crosswalk"

_ADVICE = (
    "Install Crosswalk in a virtual environment of its own, and start it from a folder (and"
    " with a PYTHONPATH) that holds no package of these names."
)
_REINSTALL = "Then install Crosswalk again with pip's option --force-reinstall."


def faults() -> list[str]:
    """One sentence for each package that is not ours; empty when all six are.

    Ours means: found in the folder that holds this `crosswalk` package and, when that folder
    is where the distribution was installed, with the content that was installed. The second
    half matters because installing another distribution with a package of the same name
    overwrites files of ours without a word from pip.
    """
    home = Path(__file__).resolve().parents[1]
    hashes = _installed_hashes(home)
    found = []
    for name in PACKAGES:
        place = _init_file(name)
        if place is None:
            found.append(
                f"package '{name}' is not there (expected in {home}). {_ADVICE} {_REINSTALL}"
            )
        elif place != home / name / "__init__.py":
            found.append(
                f"package '{name}' is taken from {place}, not from Crosswalk in {home}. {_ADVICE}"
            )
        elif name in hashes and hashes[name] != _sha256(place):
            found.append(
                f"{place} is not the file that Crosswalk installed: another distribution"
                f" with a package named '{name}' has overwritten it. Remove that one. {_REINSTALL}"
            )
    return found


def enforce() -> None:
    """Leave with exit code 2 and plain sentences when a package is not ours."""
    if found := faults():
        for fault in found:
            sys.stderr.write(f"crosswalk: {fault}\n")
        raise SystemExit(2)


def _init_file(name: str) -> Path | None:
    """Where Python takes the package from; None when it is absent or a bare folder."""
    module = sys.modules.get(name)
    if module is not None:
        origin = module.__file__
    else:
        spec = util.find_spec(name)
        origin = spec.origin if spec else None
    return Path(origin).resolve() if origin else None


def _installed_hashes(home: Path) -> dict[str, str]:
    """Package name -> SHA-256 of its `__init__.py` as recorded by the installer.

    Empty in a checkout, and in an editable installation, where no such record exists.
    """
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return {}
    hashes = {}
    for file in distribution.files or ():
        if (
            len(file.parts) == 2
            and file.parts[0] in PACKAGES
            and file.name == "__init__.py"
            and file.hash is not None
            and file.hash.mode == "sha256"
            and Path(str(file.locate())).resolve().parents[1] == home
        ):
            hashes[file.parts[0]] = file.hash.value
    return hashes


def _sha256(path: Path) -> str:
    """The digest in the spelling of a RECORD file: URL-safe base64 without padding."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
