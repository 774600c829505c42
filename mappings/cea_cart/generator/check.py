"""Check the finished files: ``python mappings/cea_cart/generator/check.py [FOLDER]``.

Reads only the CSVs and planted.csv, and computes every response again from the lesions with
code of its own. Ends with exit 1 when something is wrong.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from mappings.cea_cart.generator.forms import BY_OID, FORMS, STANDARD, VISITS  # noqa: E402

Row = dict[str, str]
DISAGREE = {("01-014", "W8")}
NAMES = {"CR": "irCR", "PR": "irPR", "SD": "irSD", "PD": "irPD", "NE": "NE"}


def read(raw: Path, wrong: list[str]) -> dict[str, list[Row]]:
    """Every form's active and deleted rows; layout faults go to `wrong`."""
    forms = {}
    ids: set[str] = set()
    for form in FORMS:
        data = (raw / "edc" / f"{form.oid}.csv").read_bytes()
        lines = data.decode("utf-8-sig").split("\n")
        if not data.startswith(b"\xef\xbb\xbf") or lines[-2:] != ["EOF", ""] or b"\r" in data:
            wrong.append(f"{form.oid}: byte-order mark, EOF or line ends")
        rows = list(csv.DictReader(lines[:-2]))
        if lines[0].split(",") != STANDARD + form.columns[30:]:
            wrong.append(f"{form.oid}: header")
        for row in rows:
            if row["RecordId"] in ids:
                wrong.append(f"{form.oid}: RecordId {row['RecordId']} twice")
            ids.add(row["RecordId"])
            if (row["recordposition"] == "0") == form.log:
                wrong.append(f"{form.oid}: recordposition of {row['RecordId']}")
        forms[form.oid] = rows
    return forms


def day_of(row: Row, name: str) -> date | None:
    """A full date of a field, None when blank, partial or impossible."""
    return date.fromisoformat(row[name][:10]) if row[name] else None


def millimetres(row: Row, name: str) -> float:
    """What a lesion counts."""
    state = row[f"{name}STATE_STD"]
    return float(row[f"{name}DIAM"]) if state == "MEAS" else {"SMALL": 5.0}.get(state, 0.0)


def responses(forms: dict[str, list[Row]]) -> dict[tuple[str, str, str], str]:
    """The overall response by subject, folder and repeat, from tl, ntl and nl alone."""
    by: dict[tuple[str, str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    dates: dict[tuple[str, str, str], date] = {}
    for form, name in (("tl", "TL"), ("ntl", "NT"), ("nl", "NL")):
        for row in forms[form]:
            if row["RecordActive"] == "1":
                key = (row["Subject"], row["Folder"], row["InstanceRepeatNumber"])
                by[key][form].append(row)
                dates[key] = day_of(row, f"{name}SCDAT") or date.min
    out = {}
    for subject in sorted({key[0] for key in by}):
        keys = sorted((k for k in by if k[0] == subject), key=lambda k: dates[k])
        base = low = sum(millimetres(r, "TL") for r in by[keys[0]]["tl"])
        for key in keys[1:]:
            page = by[key]
            burden = sum(millimetres(r, "TL") for r in page["tl"])
            burden += sum(millimetres(r, "NL") for r in page["nl"] if r["NLMEAS_STD"] == "Y")
            out[key], evaluable = judge(page, burden, base, low)
            low = min(low, burden) if evaluable else low
    return out


def judge(page: dict[str, list[Row]], burden: float, base: float, low: float) -> tuple[str, bool]:
    """One assessment's response, and whether every target was evaluable."""
    states = [r["TLSTATE_STD"] for r in page["tl"]]
    whole = "NE" not in states
    if burden - low >= 5 and burden - low >= 0.2 * low:
        return "PD", whole
    if any(r["NTSTATE_STD"] == "UNEQ" for r in page["ntl"]):
        return "PD", whole
    if not whole:
        return "NE", whole
    small = all(
        r["TLSTATE_STD"] == "ABS" or (r["TLNODE_STD"] == "Y" and millimetres(r, "TL") < 10)
        for r in page["tl"]
    )
    if small and all(r["NTSTATE_STD"] == "ABS" for r in page["ntl"]) and not page["nl"]:
        return "CR", whole
    return ("PR" if base - burden >= 0.3 * base else "SD"), whole


def check_responses(forms: dict[str, list[Row]], wrong: list[str]) -> None:
    """The investigator's response equals the lesions' but where planted; dates agree."""
    computed = responses(forms)
    differ = set()
    for row in forms["rsp"]:
        key = (row["Subject"], row["Folder"], row["InstanceRepeatNumber"])
        if NAMES[computed.pop(key)] != row["OVRLRESP"]:
            differ.add(key[:2])
    if differ != DISAGREE or computed:
        wrong.append(f"responses: differ {sorted(differ)}, without a page {sorted(computed)}")
    scans = {(r["Subject"], r["Folder"], r["InstanceRepeatNumber"]): r["TLSCDAT"]
             for r in forms["tl"]}  # fmt: skip
    for row in forms["rsp"]:
        key = (row["Subject"], row["Folder"], row["InstanceRepeatNumber"])
        if row["RSDAT"] != scans[key]:
            wrong.append(f"rsp: date of {key}")
        overall, target = row["OVRLRESP"], row["TRGRESP"]
        fits = target == overall or (target, overall) == ("irCR", "irPR")
        if not fits and row["NTRGRESP"] != "irPD":
            wrong.append(f"rsp: target and overall response of {key}")


def check_persons(forms: dict[str, list[Row]], wrong: list[str]) -> None:
    """46 persons: 40 infused, 4 of them twice, 5 screen failures, 1 not made."""
    subjects = {r["Subject"] for r in forms["dm"]}
    again = {r["Subject"] for r in forms["ic"] if r["PRVSUBJ"]}
    infused = [r["Subject"] for r in forms["inf"]]
    failed = {r["Subject"] for r in forms["ic"] if r["ELIGYN_STD"] == "N"}
    failed -= {r["PRVSUBJ"] for r in forms["ic"]}
    counts = (len(subjects), len(subjects) - len(again), len(set(infused)), len(infused))
    if counts != (47, 46, 40, 44) or len(failed) != 5:
        wrong.append(f"persons: {counts}, screen failures {len(failed)}")
    for form, rows in forms.items():
        strangers = {r["Subject"] for r in rows} - subjects
        if strangers:
            wrong.append(f"{form}: not in dm {sorted(strangers)}")


def check_times(forms: dict[str, list[Row]], wrong: list[str]) -> None:
    """Nothing after death or export, nothing before consent but history, visits agree."""
    died = {r["Subject"]: day_of(r, "DTHDAT") or date(2021, 3, 12) for r in forms["dth"]}
    consent = {r["Subject"]: day_of(r, "ICDAT") or date.max for r in forms["ic"]}
    visits = {(r["Subject"], r["Folder"], r["InstanceRepeatNumber"]): r["VISDAT"]
              for r in forms["sv"]}  # fmt: skip
    first = {"vs": "VSDAT", "lbh": "LBDAT", "lbc": "LBDAT", "tl": "TLSCDAT", "ecog": "ECOGDAT"}
    for oid, rows in forms.items():
        fields = [f.name for f in BY_OID[oid].fields if f.kind == "date"]
        for row in rows:
            subject = row["Subject"]
            key = (subject, row["Folder"], row["InstanceRepeatNumber"])
            if oid in first and row[first[oid]] != visits[key]:
                wrong.append(f"{oid}: date of {key} is not the visit's")
            for name in fields:
                when = day_of(row, name)
                told = oid == "sfu" and row["SFUSTAT_STD"] == "DEAD"
                if when and when > min(died.get(subject, date.max), date(2024, 7, 12)) and not told:
                    wrong.append(f"{oid}: {name} of {subject} {when} too late")
                past = oid in ("dm", "mh", "ch", "act", "cm") or name == "AEENDAT"
                if when and when < consent[subject] and not past:
                    wrong.append(f"{oid}: {name} of {subject} {when} before consent")
    for row in forms["ae"]:
        start, end = day_of(row, "AESTDAT"), day_of(row, "AEENDAT")
        if start and end and end < start and row["Subject"] != "02-014":
            wrong.append(f"ae: {row['Subject']} line {row['recordposition']} ends before start")
    order = {oid: n for n, (oid, *_) in enumerate(VISITS) if n < 17}
    last: dict[str, tuple[date, int]] = {}
    for row in forms["sv"]:
        when, n = day_of(row, "VISDAT"), order.get(row["Folder"])
        if when is None or n is None:
            continue
        if row["Subject"] in last and last[row["Subject"]][0] >= when:
            wrong.append(f"sv: {row['Subject']} {row['Folder']} not after the visit before")
        last[row["Subject"]] = (when, n)


def check_vendors(raw: Path, forms: dict[str, list[Row]], wrong: list[str]) -> None:
    """Encodings, samples once, subjects and visits known."""
    names = {name for _, name, _, _ in VISITS}
    subjects = {r["Subject"] for r in forms["dm"]}
    for file, encoding in (("markers.csv", "gb18030"), ("car_kinetics.csv", "ascii")):
        data = (raw / "vendor" / file).read_bytes()
        rows = list(csv.DictReader(data.decode(encoding).split("\n")))
        if len({r["SAMPLEID"] for r in rows}) != len(rows):
            wrong.append(f"{file}: a SAMPLEID twice")
        if {r["SUBJECT"] for r in rows} - subjects or {r["VISIT"] for r in rows} - names:
            wrong.append(f"{file}: unknown subject or visit")


def check_planted(forms: dict[str, list[Row]], wrong: list[str]) -> int:
    """Every planted subject exists; gives the number of cases."""
    with (HERE / "planted.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    subjects = {f"CEACART01-{r['Subject']}" for r in forms["dm"]} | {""}
    wrong += [f"planted: {r['case']} {r['subject']}" for r in rows if r["subject"] not in subjects]
    wrong += [f"planted: {r['case']} without a reason" for r in rows if not r["why"]]
    return len({r["case"] for r in rows})


def main(raw: Path) -> int:
    """Print what is wrong; 0 when nothing is."""
    wrong: list[str] = []
    forms = read(raw, wrong)
    check_responses(forms, wrong)
    check_persons(forms, wrong)
    check_times(forms, wrong)
    check_vendors(raw, forms, wrong)
    cases = check_planted(forms, wrong)
    total = sum(map(len, forms.values()))
    print("\n".join(wrong) or f"{total} records, {len(forms['rsp'])} responses, {cases} cases: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "raw"))
