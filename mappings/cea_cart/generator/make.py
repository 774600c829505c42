"""Write the raw export: ``python mappings/cea_cart/generator/make.py [FOLDER]``."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from mappings.cea_cart.generator import clinical, events, labs, tumour  # noqa: E402
from mappings.cea_cart.generator.forms import KINETIC_COLUMNS, MARKER_COLUMNS  # noqa: E402
from mappings.cea_cart.generator.page import write_page  # noqa: E402
from mappings.cea_cart.generator.person import person_of  # noqa: E402
from mappings.cea_cart.generator.plans import PLANS  # noqa: E402
from mappings.cea_cart.generator.rave import Record, write_forms  # noqa: E402

Rows = list[dict[str, str]]


def build() -> tuple[list[Record], Rows, Rows]:
    """All records of the EDC, the rows of the markers and of the kinetics."""
    records: list[Record] = []
    markers: Rows = []
    kinetics: Rows = []
    for plan in PLANS:
        person = person_of(plan)
        reaction = events.reaction_of(person)
        begun = list(clinical.screening(person))
        records += begun
        treated = list(clinical.treatment(person))
        records += treated
        records += clinical.bedside(person, 38.4 + 0.4 * reaction.crs if reaction.crs else 0.0)
        records += clinical.follow_up(person)
        records += tumour.assessments(person)
        records += labs.safety_labs(person, 0.5 * reaction.crs)
        lines = events.events(person)
        records += lines
        history = {r.values["MHTERM"] for r in begun if r.form == "mh"}
        records += events.medication(person, lines, history)
        markers += labs.markers(person, reaction.crs, 100000 + len(markers))
        times = [r.values["INFSTTIM"] for r in treated if r.form == "inf"]
        if times:
            kinetics += labs.kinetics(person, times[0], times[-1], 500000 + len(kinetics))
    return records, markers, kinetics


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
    records, markers, kinetics = build()
    counts = write_forms(records, raw / "edc")
    write_rows(raw / "vendor" / "markers.csv", MARKER_COLUMNS, markers, "gb18030")
    write_rows(raw / "vendor" / "car_kinetics.csv", KINETIC_COLUMNS, kinetics, "utf-8")
    write_page(HERE)
    counts |= {"markers": len(markers), "car_kinetics": len(kinetics)}
    print("\n".join(f"{name} {n}" for name, n in counts.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "raw")
