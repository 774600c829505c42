"""A study that starts from finished SDTM: same ADaM as from the raw export, or a clear fault."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

from crosswalk.build import Package, make_package, publish
from define.xpt import write_dataset
from define.xpt_read import read_xpt
from mappings.findings import SpecificationFault

Command = Callable[..., Result]
Edit = Callable[[Path], None]
NUMERIC = ("float64", "int64")


def study_yaml(tiny: ModuleType, sdtm: str) -> str:
    """The tiny study's study.yaml with `sdtm` in the place of the raw export."""
    text = tiny.text(tiny.STUDY)
    start, _, rest = text.partition("raw:\n")
    visits = rest[rest.index("visits:") : rest.index("epochs:")]
    tables = rest[rest.index("tables:") : rest.index("ts:")]
    return f"{start}sdtm: {sdtm}\n{visits}{tables}"


@pytest.fixture(scope="module")
def built(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The tiny study from its raw export."""
    folder = tmp_path_factory.mktemp("raw") / "study"
    return make_package(tiny.write(folder, tiny.FILES))


def as_xpt(package: Package, place: Path) -> None:
    publish(package, place.parent / "package")
    source = place.parent / "package/m5/datasets/tiny/tabulations/sdtm"
    for path in source.glob("*.xpt"):
        shutil.copyfile(path, place / path.name)
    shutil.rmtree(place.parent / "package")


def _tables(package: Package) -> dict[str, tuple[pd.DataFrame, Any]]:
    return {
        d.name: (package.datasets[d.name].frame[[v.name for v in d.variables]], d)
        for d in package.documents[0].datasets
        if d.records
    }


def as_json(package: Package, place: Path, *, ndjson: bool = False) -> None:
    for name, (frame, about) in _tables(package).items():
        columns = [
            {
                "itemOID": f"IT.{name}.{v.name}",
                "name": v.name,
                "label": v.label,
                "dataType": "float" if v.numeric else "string",
            }
            for v in about.variables
        ]
        rows = [
            [None if pd.isna(cell) or cell == "" else cell for cell in row]
            for row in frame.to_numpy(dtype=object).tolist()
        ]
        head = {
            "datasetJSONCreationDateTime": "2024-09-01T00:00:00",
            "datasetJSONVersion": "1.1.0",
            "itemGroupOID": f"IG.{name}",
            "records": len(rows),
            "name": name,
            "label": about.label,
            "columns": columns,
        }
        if ndjson:
            lines = [json.dumps(head), *(json.dumps(row) for row in rows)]
            (place / f"{name.lower()}.ndjson").write_text("\n".join(lines), encoding="utf-8")
        else:
            text = json.dumps({**head, "rows": rows})
            (place / f"{name.lower()}.json").write_text(text, encoding="utf-8")


def as_csv(package: Package, place: Path, *, define: bool = False) -> None:
    for name, (frame, _) in _tables(package).items():
        frame.to_csv(place / f"{name.lower()}.csv", index=False, float_format="%.17g")
    if define:
        (place / "define.xml").write_bytes(package.definitions[0])


FORMATS: dict[str, Callable[[Package, Path], None]] = {
    "xpt": as_xpt,
    "json": as_json,
    "ndjson": lambda package, place: as_json(package, place, ndjson=True),
    "csv": as_csv,
    "csv with define.xml": lambda package, place: as_csv(package, place, define=True),
}


@pytest.fixture
def start(tiny: ModuleType, built: Package, tmp_path: Path) -> Callable[..., Path]:
    """A study folder with modules of ADaM and finished SDTM of a format."""

    def laid(form: str = "xpt", sdtm: str = "{folder: sdtm}") -> Path:
        folder = tmp_path / "study"
        files = {n: t for n, t in tiny.FILES.items() if n.startswith("adam/")}
        tiny.write(folder, {**files, "study.yaml": study_yaml(tiny, sdtm)})
        (folder / "sdtm").mkdir()
        FORMATS[form](built, folder / "sdtm")
        return folder

    return laid


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_adam_comes_from_every_format(
    form: str, start: Callable[..., Path], built: Package
) -> None:
    package = make_package(start(form))
    assert [d.name for d in package.documents[0].datasets] == ["ADSL", "ADAE", "ADRS", "ADTTE"]
    for name in ("ADSL", "ADAE", "ADRS", "ADTTE"):
        own, other = package.datasets[name], built.datasets[name]
        assert own.variables == other.variables
        variables = list(own.variables)
        pd.testing.assert_frame_equal(own.frame[variables], other.frame[variables])
    defined = {(v.name, v.label) for d in package.documents[0].datasets for v in d.variables}
    wanted = {(v.name, v.label) for d in built.documents[1].datasets for v in d.variables}
    assert defined == wanted


def test_what_is_published(start: Callable[..., Path], command: Command, tmp_path: Path) -> None:
    folder, out = start("xpt"), tmp_path / "out"
    result = command("build", folder, "-o", out)
    assert result.exit_code in (0, 1), result.output
    assert not (out / "m5/datasets/tiny/tabulations").exists()
    assert not (out / "reports/account.html").exists()
    assert (out / "m5/datasets/tiny/analysis/adam/programs/adsl.txt").is_file()
    page = (out / "reports/index.html").read_text(encoding="utf-8")
    assert "this package holds ADaM only" in page
    assert "account.html" not in page
    assert "judged with its own package" in page
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for path in (folder / "sdtm").glob("*.xpt"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert manifest["inputs"][f"sdtm/{path.name}"] == digest
    assert not any("tabulations" in name for name in manifest["outputs"])


def test_the_folder_may_lie_beside_the_study(
    start: Callable[..., Path], command: Command, tmp_path: Path
) -> None:
    folder = start("xpt", "{folder: ../m5/sdtm}")
    (tmp_path / "m5").mkdir()
    (folder / "sdtm").rename(tmp_path / "m5/sdtm")
    assert command("build", folder, "-o", tmp_path / "out").exit_code in (0, 1)
    text = (tmp_path / "out/manifest.json").read_text(encoding="utf-8")
    assert '"../m5/sdtm/dm.xpt"' in text
    assert str(tmp_path) not in text


def test_lint_says_what_it_would_build(start: Callable[..., Path], command: Command) -> None:
    result = command("lint", start("json"))
    assert (result.exit_code, result.output) == (
        0,
        "TINY: 4 modules without a fault (ADSL, ADAE, ADRS, ADTTE)\n",
    )


def test_schema_knows_the_datasets(start: Callable[..., Path], command: Command) -> None:
    folder = start("csv")
    assert command("schema", folder).exit_code == 0
    files = sorted((folder / ".schema").glob("*.json"))
    text = " ".join(path.read_text(encoding="utf-8") for path in files)
    # A qualifier and a variable of the finished SDTM.
    assert "BLOOD" in text
    assert "RFXSTDTC" in text


def csv_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"sdtm/{name}.csv", dtype="str", keep_default_na=False)


def test_text_survives_as_it_is(start: Callable[..., Path]) -> None:
    folder = start("csv")
    dm = csv_of(folder, "dm")
    dm["COUNTRY"] = ["NA", "NO", "null"]
    dm.to_csv(folder / "sdtm/dm.csv", index=False)
    adsl = folder / "adam/adsl.yaml"
    adsl.write_text(
        adsl.read_text(encoding="utf-8") + "  COUNTRY: {copy: COUNTRY}\n", encoding="utf-8"
    )
    assert make_package(folder).datasets["ADSL"].frame["COUNTRY"].tolist() == ["NA", "NO", "null"]


@pytest.mark.parametrize("form", ["xpt", "json", "csv"])
def test_numbers_are_exact(form: str, start: Callable[..., Path], built: Package) -> None:
    folder = start(form)
    adsl = folder / "adam/adsl.yaml"
    text = adsl.read_text(encoding="utf-8")
    rule = "  DOSE: {lookup: EX, get: EXDOSE, order: EXSTDTC, pick: first, label: Dose}\n"
    adsl.write_text(text + rule, encoding="utf-8")
    value = 0.1 + 0.2
    if form == "csv":
        ex = csv_of(folder, "ex").assign(EXDOSE=repr(value))
        ex.to_csv(folder / "sdtm/ex.csv", index=False)
    elif form == "json":
        path = folder / "sdtm/ex.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        at = [c["name"] for c in content["columns"]].index("EXDOSE")
        for row in content["rows"]:
            row[at] = value
        path.write_text(json.dumps(content), encoding="utf-8")
    else:
        about = next(d for d in built.documents[0].datasets if d.name == "EX")
        frame = read_xpt(folder / "sdtm/ex.xpt")[0].assign(EXDOSE=value)
        stamp = pd.Timestamp("2024-01-01").to_pydatetime()
        write_dataset(folder / "sdtm/ex.xpt", frame, about, stamp, encoding="ascii")
    doses = make_package(folder).datasets["ADSL"].frame["DOSE"]
    assert doses.dropna().tolist() == [value, value]


def test_an_orphan_is_found_with_file_and_row(start: Callable[..., Path]) -> None:
    folder = start("csv")
    ae = csv_of(folder, "ae")
    ae.loc[0, "USUBJID"] = "TINY-09-999"
    ae.to_csv(folder / "sdtm/ae.csv", index=False)
    package = make_package(folder)
    found = [f for f in package.report.unexplained if f.rule == "sdtm.orphan"]
    assert [(f.dataset, str(f.raw)) for f in found] == [("AE", "sdtm/ae.csv, row 2")]
    assert package.status == "draft"


def test_a_pointer_to_nothing_and_a_qualifier_of_no_dataset_are_found(
    start: Callable[..., Path],
) -> None:
    folder = start("csv")
    supp = csv_of(folder, "suppae")
    more = supp.iloc[[0, 0]].assign(IDVARVAL=["77", "1"], RDOMAIN=["AE", "CE"])
    pd.concat([supp, more]).to_csv(folder / "sdtm/suppae.csv", index=False)
    package = make_package(folder)
    rules = [f.rule for f in package.report.unexplained]
    assert "supp.pointer" in rules
    merge = [f for f in package.report.unexplained if f.rule == "supp.merge"]
    assert [f.scope for f in merge] == [f"CE.{supp['QNAM'].iloc[0]}"]
    assert "there is no dataset CE" in merge[0].message


def test_qualifiers_may_stand_in_several_files(start: Callable[..., Path], built: Package) -> None:
    folder = start("csv")
    ae, dm = csv_of(folder, "suppae"), csv_of(folder, "suppdm")
    names = sorted(set(ae["QNAM"]))
    assert len(names) > 1
    here = ae["QNAM"] == names[0]
    ae[here].to_csv(folder / "sdtm/suppae.csv", index=False)
    pd.concat([ae[~here], dm]).to_csv(folder / "sdtm/suppqual.csv", index=False)
    (folder / "sdtm/suppdm.csv").unlink()
    file = folder / "adam/adae.yaml"
    rules = "".join(f"  X{i}: {{copy: {n}, label: {n}}}\n" for i, n in enumerate(names))
    text = file.read_text(encoding="utf-8").replace("vars:\n", f"vars:\n{rules}")
    file.write_text(text, encoding="utf-8")
    frame = make_package(folder).datasets["ADAE"].frame
    given = built.datasets["SUPPAE"].frame
    for i, name in enumerate(names):
        expected = sorted(given.loc[given["QNAM"] == name, "QVAL"])
        assert sorted(v for v in frame[f"X{i}"] if v) == expected


def test_text_where_a_number_belongs_is_found(start: Callable[..., Path]) -> None:
    folder = start("csv")
    dm = csv_of(folder, "dm")
    dm.loc[1, "AGE"] = "about 50"
    dm.to_csv(folder / "sdtm/dm.csv", index=False)
    package = make_package(folder)
    found = [f for f in package.report.unexplained if f.rule == "num.unreadable"]
    assert [str(f) for f in found] == [
        (
            "sdtm/dm.csv, row 3, column AGE: 'about 50' is not a number. "
            "Mend it in the file, or tell another type in a file of labels."
        )
    ]


def test_labels_tell_the_type_of_what_no_standard_knows(start: Callable[..., Path]) -> None:
    folder = start("csv")
    dm = csv_of(folder, "dm").assign(SITEZN=["1", "2", "3"])
    dm.to_csv(folder / "sdtm/dm.csv", index=False)
    adsl = folder / "adam/adsl.yaml"
    rule = "  SITENUM: {copy: SITEZN, label: Number of the Site}\n"
    adsl.write_text(adsl.read_text(encoding="utf-8") + rule, encoding="utf-8")
    package = make_package(folder)
    told = [f for f in package.report.notices if f.rule == "sdtm.type"]
    assert [(f.dataset, f.variable) for f in told] == [("DM", "SITEZN")]
    assert package.datasets["ADSL"].frame["SITENUM"].tolist() == ["1", "2", "3"]
    labels = {"columns": [{"name": "SITEZN", "label": "Number of the Site", "type": "numeric"}]}
    (folder / "sdtm/dm.labels.json").write_text(json.dumps(labels), encoding="utf-8")
    package = make_package(folder)
    assert not [f for f in package.report.notices if f.rule == "sdtm.type"]
    assert package.datasets["ADSL"].frame["SITENUM"].tolist() == [1.0, 2.0, 3.0]


def replaced(file: str, old: str, new: str, encoding: str = "utf-8") -> Edit:
    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding=encoding)

    return edit


def removed(*files: str) -> Edit:
    def edit(folder: Path) -> None:
        for file in files:
            (folder / file).unlink()

    return edit


def written(file: str, content: str | bytes) -> Edit:
    def edit(folder: Path) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(data)

    return edit


def cut(file: str, count: int) -> Edit:
    def edit(folder: Path) -> None:
        data = (folder / file).read_bytes()
        (folder / file).write_bytes(data[:-count])

    return edit


def renamed(old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return edit


SDTM = "sdtm: {folder: sdtm}"
FAULTS: dict[str, tuple[str, Edit, list[str]]] = {
    "no such folder": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: data}"),
        [
            (
                "study.yaml:6:16: 'data': there is no such folder. Put the datasets there, or mend "
                "'folder'."
            )
        ],
    ),
    "a file": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: sdtm/dm.xpt}"),
        ["study.yaml:6:16: 'sdtm/dm.xpt': is a file, not a folder."],
    ),
    "absolute": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: /sdtm}"),
        ["study.yaml:6:16: '/sdtm' is an absolute path, which means nothing on another machine."],
    ),
    "unknown key": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: sdtm, formt: xpt}"),
        ["study.yaml:6:22: sdtm: unknown key 'formt'. Did you mean 'format'"],
    ),
    "unknown format": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: sdtm, format: sas}"),
        ["study.yaml:6:30: sdtm.format: 'sas' is not one of xpt, dataset-json, csv"],
    ),
    "two formats": (
        "xpt",
        written("sdtm/ae.csv", "USUBJID\nX\n"),
        [
            (
                "study.yaml:6:16: 'sdtm' holds files of xpt and csv. Say with 'format' which are "
                "meant (xpt, dataset-json, csv)."
            )
        ],
    ),
    "another format": (
        "xpt",
        replaced("study.yaml", SDTM, "sdtm: {folder: sdtm, format: csv}"),
        ["study.yaml:6:16: 'sdtm' holds no file of csv (.csv or .csv.gz). It holds 10 of xpt."],
    ),
    "no DM": (
        "xpt",
        removed("sdtm/dm.xpt"),
        ["study.yaml:6:16: there is no DM in 'sdtm'. There are: AE, EX"],
    ),
    "raw beside it": (
        "xpt",
        replaced("study.yaml", SDTM, f"{SDTM}\nepochs: {{A: B}}"),
        ["study.yaml:7:1: 'epochs' means nothing to a study that starts from finished SDTM."],
    ),
    "a module of SDTM": (
        "xpt",
        written("sdtm/dm.yaml", "target: DM\nfrom: dm\nkeys: [USUBJID]\nvars: {SEX: {const: M}}\n"),
        ["sdtm/dm.yaml:1:1: a module of SDTM in a study that starts from finished SDTM."],
    ),
    "neither": (
        "xpt",
        replaced("study.yaml", SDTM, ""),
        [
            (
                "study.yaml:1:1: 'raw' is missing. Describe the raw export, or name with 'sdtm' a "
                "folder of finished SDTM."
            )
        ],
    ),
    "no module": (
        "xpt",
        removed("adam/adsl.yaml", "adam/adae.yaml", "adam/adrs.yaml", "adam/adtte.yaml"),
        ["study.yaml: the study has no module of ADaM, and its SDTM is finished."],
    ),
    "unknown column": (
        "json",
        replaced("adam/adsl.yaml", "{date: RFXSTDTC}", "{date: RFXSTDT}"),
        ["'RFXSTDT'", "Did you mean 'RFXSTDTC'"],
    ),
    "unknown dataset": (
        "csv",
        replaced("adam/adsl.yaml", "lookup: SV,", "lookup: SW,"),
        ["'SW'", "SV"],
    ),
    "cut xpt": ("xpt", cut("sdtm/ae.xpt", 81), ["sdtm/ae.xpt: it is cut short"]),
    "cut json": ("json", cut("sdtm/ae.json", 9), ["sdtm/ae.json: it is no JSON, or cut short"]),
    "cut csv": (
        "csv",
        replaced("sdtm/ae.csv", "fever", '"fever'),
        ["sdtm/ae.csv, row 5: the quoting"],
    ),
    "no xpt": ("xpt", written("sdtm/ae.xpt", "x" * 800), ["sdtm/ae.xpt: it is no transport file"]),
    "another name": (
        "xpt",
        renamed("sdtm/ae.xpt", "sdtm/ce.xpt"),
        ["sdtm/ce.xpt: the file holds the dataset AE, not CE."],
    ),
    "small letters": (
        "csv",
        replaced("sdtm/ae.csv", "AETERM", "aeterm"),
        ["sdtm/ae.csv: 'aeterm' is no name of an SDTM variable."],
    ),
    "an encoding": (
        "csv",
        replaced("sdtm/ae.csv", "fever", "f\u00e8vre", "latin-1"),
        ["sdtm/ae.csv, row 4: byte"],
    ),
    "twice": (
        "csv",
        written("sdtm/dm.csv.gz", b"\x1f\x8b"),
        ["sdtm/dm.csv.gz"],
    ),
    "labels": (
        "csv",
        written("sdtm/dm.labels.json", "[]"),
        ["sdtm/dm.labels.json: this is no file of labels."],
    ),
    "define bomb": (
        "csv",
        written("sdtm/define.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><ODM/>'),
        ["sdtm/define.xml: it has a DOCTYPE"],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_said_with_its_place_and_nothing_is_written(
    case: str, start: Callable[..., Path], command: Command, tmp_path: Path
) -> None:
    form, edit, said = FAULTS[case]
    folder = start(form)
    edit(folder)
    out = tmp_path / "out"
    result = command("build", folder, "-o", out)
    assert result.exit_code == 2, result.output
    assert not out.exists()
    words = " ".join(result.output.split())
    for text in said:
        assert text in words, result.output
    assert "Traceback" not in result.output


def test_all_faults_are_said_at_once(start: Callable[..., Path]) -> None:
    folder = start("csv")
    written("sdtm/ae.csv", 'A,B\n1,"2\n')(folder)
    written("sdtm/ex.csv", "")(folder)
    replaced("adam/adsl.yaml", "{date: RFXSTDTC}", "{date: RFXSTDT}")(folder)
    with pytest.raises(SpecificationFault) as caught:
        make_package(folder)
    places = {str(f.raw or f.spec).partition(":")[0] for f in caught.value.findings}
    assert "sdtm/ex.csv" in places


def test_a_baseline_is_of_no_use(
    start: Callable[..., Path], command: Command, built: Package, tmp_path: Path
) -> None:
    folder = start("xpt")
    publish(built, tmp_path / "earlier")
    result = command("build", folder, "-o", tmp_path / "out", "--baseline", tmp_path / "earlier")
    assert result.exit_code == 2
    assert "finished SDTM" in " ".join(result.output.split())
