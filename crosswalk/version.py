"""The version of this distribution."""

from __future__ import annotations

from importlib import metadata

from crosswalk.guard import DISTRIBUTION


def version() -> str:
    """The installed version; "0" when run from a checkout that was never installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0"
