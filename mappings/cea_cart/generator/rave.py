"""Records of the export and the writer of Rave clinical views."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mappings.cea_cart.generator.forms import BY_OID, CODES, FORMS, STANDARD, VISITS

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
EXPORTED = date(2024, 7, 12)
SITES = {
    "01": ("Chongqing University Cancer Hospital", "201", "3101"),
    "02": ("Henan Cancer Hospital", "202", "3102"),
}
_FOLDERS = {oid: (i, name, seq, day) for i, (oid, name, seq, day) in enumerate(VISITS)}


def raw_date(when: date) -> str:
    """A date as the sites type it, ``14 FEB 2023``."""
    return f"{when.day:02d} {MONTHS[when.month - 1]} {when.year}"


@dataclass(slots=True)
class Record:
    """One line of one form. `when` orders and time-stamps it; `values` are cells by column."""

    form: str
    subject: str
    folder: str
    when: date
    repeat: int = 0
    position: int = 0
    active: bool = True
    values: dict[str, str] = field(default_factory=dict)

    def put(self, **fields: object) -> Record:
        """Set fields by their kind: codes, dates or what was typed for a date, texts, numbers."""
        by_name = {f.name: f for f in BY_OID[self.form].fields}
        for name, value in fields.items():
            f = by_name[name]
            if value is None or value == "":
                for column in f.columns:
                    self.values[column] = ""
            elif f.kind == "coded":
                self.values[name] = CODES[f.codes][str(value)]
                self.values[f"{name}_STD"] = str(value)
            elif f.kind == "date":
                self._put_date(name, value)
            elif f.kind in ("number", "unit", "lab"):
                self._put_number(name, str(value), f.codes if f.kind != "number" else "")
            else:
                self.values[name] = str(value)
        return self

    def _put_date(self, name: str, value: object) -> None:
        raw = raw_date(value) if isinstance(value, date) else str(value)
        dd, mon, yyyy = raw.replace("-", " ").split(" ")
        day = "" if dd == "UN" else str(int(dd))
        month = "" if mon == "UNK" else str(MONTHS.index(mon) + 1)
        try:
            filled = date(int(yyyy), int(month or 1), int(day or 1)).isoformat() + "T00:00:00"
        except ValueError:
            filled = ""
        cells = ("", raw, filled, yyyy, month, day)
        for column, cell in zip(("", "_RAW", "_INT", "_YYYY", "_MM", "_DD"), cells, strict=True):
            self.values[name + column] = cell
        if day and month:
            self.values[name] = filled

    def _put_number(self, name: str, raw: str, unit: str) -> None:
        self.values[f"{name}_RAW"] = raw
        self.values[name] = raw if raw.replace(".", "", 1).isascii() and _reads(raw) else ""
        if unit and f"{name}_UN" in BY_OID[self.form].columns and not unit.startswith("("):
            self.values[f"{name}_UN"] = unit


def _reads(raw: str) -> bool:
    try:
        float(raw)
    except ValueError:
        return False
    return True


def _key(record: Record) -> tuple[object, ...]:
    order = _FOLDERS[record.folder][0] if record.folder else -1
    return (record.subject, order, record.repeat, record.position)


def write_forms(records: list[Record], folder: Path) -> dict[str, int]:
    """Write one CSV a form and give the number of records of each."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = _Ids()
    counts = {}
    for page_no, form in enumerate(FORMS):
        chosen = sorted((r for r in records if r.form == form.oid), key=_key)
        lines = [",".join(form.columns)]
        for record in chosen:
            cells = ids.standard(record, page_no)
            cells.update(record.values)
            unknown = set(record.values) - set(form.columns)
            if unknown:
                raise ValueError(f"{form.oid}: no such column {sorted(unknown)}")
            lines.append(
                ",".join('"' + cells.get(c, "").replace('"', '""') + '"' for c in form.columns)
            )
        lines.append("EOF")
        text = "\n".join(lines) + "\n"
        (folder / f"{form.oid}.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
        counts[form.oid] = len(chosen)
    return counts


class _Ids:
    """The identifiers Rave gives, stable for the same records."""

    def __init__(self) -> None:
        self.instances: dict[tuple[str, str, int], int] = {}
        self.pages: dict[tuple[str, str, int, str], int] = {}
        self.subjects: dict[str, int] = {}
        self.records = 0

    def standard(self, record: Record, page_no: int) -> dict[str, str]:
        """The 30 leading cells of one record."""
        site = record.subject[:2]
        name, siteid, studysite = SITES[site]
        subject = 41000 + 100 * int(site) + int(record.subject[3:])
        instance = self.instances.setdefault(
            (record.subject, record.folder, record.repeat), 510001 + len(self.instances)
        )
        page = self.pages.setdefault(
            (record.subject, record.folder, record.repeat, record.form),
            730001 + len(self.pages),
        )
        self.records += 1
        order, title, seq, target = _FOLDERS[record.folder] if record.folder else (-1, "", "", "")
        label = f"{title} ({record.repeat})" if record.repeat else title
        made = datetime(
            record.when.year, record.when.month, record.when.day, 8, tzinfo=UTC
        ) + timedelta(
            days=1 + self.records % 4, minutes=self.records * 7 % 540, seconds=self.records % 60
        )
        last = datetime(EXPORTED.year, EXPORTED.month, EXPORTED.day, 6, tzinfo=UTC)
        made = min(made, last)
        changed = min(made + timedelta(days=self.records * 5 % 41), last)
        cells = (
            "9001", "348", "CEACART01", "611", "PROD", str(subject), studysite, record.subject,
            siteid, name, site, "World", str(instance) if record.folder else "", label,
            str(record.repeat), str(7001 + order) if record.folder else "", record.folder, title,
            seq, target, str(page), BY_OID[record.form].name, "0", "", str(880000 + self.records),
            str(record.position), "1" if record.active else "0",
            changed.isoformat()[:19], made.isoformat()[:19], changed.isoformat()[:19],
        )  # fmt: skip
        del page_no
        return dict(zip(STANDARD, cells, strict=True))
