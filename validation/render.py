"""Templates of the self-contained pages, and the policy that lets them load nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from validation.hostile import shortened, visible

_TEMPLATES = Path(__file__).parent / "templates"


def policy(style: str, script: str = "") -> str:
    """A content security policy that allows this style and this script, and nothing else."""
    parts = ["default-src 'none'", f"style-src {_hash(style)}"]
    if script:
        parts.append(f"script-src {_hash(script)}")
    return "; ".join(parts)


@cache
def source(name: str) -> str:
    """The text of a file beside the templates."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def environment() -> Environment:
    """Templates with everything escaped and undefined names refused.

    The filter `safe_text` shows what no escaping shows, `short` also cuts, `count` groups
    thousands.
    """
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["safe_text"] = lambda text: visible(str(text))
    made.filters["short"] = lambda text: shortened(visible(str(text)))
    made.filters["count"] = lambda number: f"{number:,}"
    return made
