"""Write the raw export: ``python mappings/cea_cart/generator/make.py``."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from mappings.cea_cart.generator.page import write_page  # noqa: E402


def main() -> None:
    """Write every file of the export, FORMS.md and planted.csv."""
    write_page(HERE)


if __name__ == "__main__":
    main()
