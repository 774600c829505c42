"""The define.xml of others: a made-up one of 2.0, and CDISC's examples where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT.parent / "shared" / "define-examples"


@pytest.fixture(scope="session")
def old() -> bytes:
    """A define.xml of version 2.0."""
    return (ROOT / "tests" / "data" / "define20.xml").read_bytes()


@pytest.fixture(scope="session", params=["SDTM", "ADaM"])
def example(request: pytest.FixtureRequest) -> bytes:
    """An official example of version 2.1."""
    path = EXAMPLES / f"defineV21-{request.param}.xml"
    if not path.is_file():
        pytest.skip("CDISC's examples are not at hand")
    return path.read_bytes()
