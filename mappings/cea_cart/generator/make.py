"""Write the raw export: ``python mappings/cea_cart/generator/make.py [FOLDER]``.

FOLDER is where the raw files go, ../raw by default; FORMS.md and planted.csv stay beside.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from mappings.cea_cart.generator import planted_courses, planted_records  # noqa: E402
from mappings.cea_cart.generator.export import Export, Rows, build  # noqa: E402
from mappings.cea_cart.generator.forms import KINETIC_COLUMNS, MARKER_COLUMNS  # noqa: E402
from mappings.cea_cart.generator.ledger import Ledger  # noqa: E402
from mappings.cea_cart.generator.page import write_page  # noqa: E402
from mappings.cea_cart.generator.rave import write_forms  # noqa: E402


def plant(export: Export) -> Ledger:
    """Put every planted case into the export and say what each must become."""
    ledger = Ledger(export)
    planted_records.plant_dates(export, ledger)
    planted_records.plant_onset(export, ledger)
    planted_records.plant_lines(export, ledger)
    planted_records.plant_laboratory(export, ledger)
    planted_records.plant_not_done(export, ledger)
    planted_courses.plant_visits(export, ledger)
    planted_courses.plant_persons(export, ledger)
    planted_courses.plant_reactions(export, ledger)
    planted_courses.plant_deaths(export, ledger)
    planted_courses.plant_therapy(export, ledger)
    planted_courses.plant_responses(export, ledger)
    planted_courses.plant_cutoff(export, ledger)
    return ledger


def write_rows(path: Path, columns: list[str], rows: Rows, encoding: str) -> None:
    """Write a vendor file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def main(raw: Path) -> None:
    """Write every file of the export, FORMS.md and planted.csv."""
    export = build()
    ledger = plant(export)
    counts = write_forms(export.records, raw / "edc")
    write_rows(raw / "vendor" / "markers.csv", MARKER_COLUMNS, export.markers, "gb18030")
    write_rows(raw / "vendor" / "car_kinetics.csv", KINETIC_COLUMNS, export.kinetics, "utf-8")
    write_page(HERE)
    ledger.write(HERE / "planted.csv")
    counts |= {"markers": len(export.markers), "car_kinetics": len(export.kinetics)}
    print("\n".join(f"{name} {n}" for name, n in counts.items()))
    print(f"{ledger.opened} planted cases, {len(ledger.rows)} checks")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "raw")
