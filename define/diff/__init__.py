"""What two defines say differently: by meaning, whatever their OIDs and the order of the file."""

from __future__ import annotations

from define.diff.compare import diff
from define.diff.model import Change, Difference

__all__ = ["Change", "Difference", "diff"]
