"""A study's own JSON Schemas: what an editor underlines, and what it must not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7
from typer.testing import Result

from crosswalk.schema import FOLDER, study_schemas, write_schemas
from mappings.findings import SpecificationFault
from mappings.load import Text, load_yaml
from tests import tiny

STUDY = Path(__file__).parents[2] / "mappings" / "cea_cart"
OTHERS = Path(__file__).parents[1] / "studies"
STUDIES = [STUDY, *sorted(p.parent for p in OTHERS.glob("*/study.yaml"))]
Command = Callable[..., Result]


def as_editor(value: Any) -> Any:
    """The data as an editor reads them: plain numbers and booleans have their types."""
    if isinstance(value, dict):
        return {str(k): as_editor(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_editor(v) for v in value]
    if not isinstance(value, Text) or not value.plain:
        return None if value is None else str(value)
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"[-+]?\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"[-+]?\d*\.\d+", value) else str(value)


@cache
def schemas(folder: Path) -> dict[str, Any]:
    return study_schemas(folder)


def errors(folder: Path, name: str, data: Any) -> Iterator[Any]:
    made = schemas(folder)
    registry: Registry[Any] = Registry().with_resources(
        [(file, DRAFT7.create_resource(content)) for file, content in made.items()]
    )
    return Draft7Validator({"$ref": f"{name}.json"}, registry=registry).iter_errors(data)


def underlined(folder: Path, name: str, data: Any) -> set[str]:
    return {".".join(map(str, e.absolute_path)) for e in errors(folder, name, data)}


def module(name: str) -> Any:
    return as_editor(load_yaml(STUDY / name).data)


@pytest.mark.parametrize("folder", STUDIES, ids=lambda p: p.name)
def test_a_study_validates_against_its_own_schemas(folder: Path) -> None:
    for content in schemas(folder).values():
        Draft7Validator.check_schema(content)
        assert content["$schema"] == "http://json-schema.org/draft-07/schema#"
    found = {}
    for file in [folder / "study.yaml", *folder.glob("sdtm/*.yaml"), *folder.glob("adam/*.yaml")]:
        name = file.parent.name if file.parent != folder else "study"
        data = as_editor(load_yaml(file).data)
        if where := underlined(folder, name, data):
            found[file.relative_to(folder).as_posix()] = where
    assert found == {}


def changed(file: str, old: str, new: str) -> Any:
    text = (STUDY / file).read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("sdtm/ae.yaml", "{copy: AETERM_EN}", "{copy: AETERM_EM}", "vars.AETERM.copy"),
        ("sdtm/ae.yaml", "  AETERM: ", "  AETREM: ", "vars"),
        ("sdtm/ae.yaml", "C66742", "C66743", "vars.AESER.ct"),
        ("sdtm/ae.yaml", "from: ae", "from: aes", "from"),
        ("sdtm/dm.yaml", "{lookup: EX, get: EXSTDTC", "{lookup: EXX, get: EXSTDTC",
         "vars.RFSTDTC.lookup"),
        ("sdtm/dm.yaml", "{lookup: EX, get: EXSTDTC", "{lookup: EX, get: EXSTDT",
         "vars.RFSTDTC.get"),
        ("sdtm/dm.yaml", "get: {date: [DTHDAT_YYYY", "get: {date: [DTHDAT_YYY",
         "vars.DTHDTC.get.date.0"),
        ("sdtm/dm.yaml", "SSSTRESC: ALIVE", "SSSTRES: ALIVE",
         "vars.RFPENDTC.first.1.lookup.1.where"),
        ("sdtm/dm.yaml", "call: completed_years", "call: completed_year", "vars.AGE.call"),
        ("sdtm/dm.yaml", "reads: [DM.BRTHDTC", "reads: [DM.BRTHDT", "vars.AGE.reads.0"),
        ("sdtm/dm.yaml", "keys: [USUBJID]", "keys: [USUBJD]", "keys.0"),
        ("sdtm/dm.yaml", "target: DM", "target: DN", "target"),
        ("sdtm/lb.yaml", "{copy: SAMPLEID}", "{copy: SAMPLID}", "blocks.2.vars.LBREFID.copy"),
        ("sdtm/lb.yaml", "      LBREFID: ", "      LBREFD: ", "blocks.2.vars"),
        ("sdtm/lb.yaml", "{day: LBDTC}", "{day: LBDTX}", "vars.LBDY.day"),
        ("adam/adsl.yaml", "{copy: AGEU}", "{copy: AGEUU}", "vars.AGEU.copy"),
        ("adam/adsl.yaml", "  AGEU: ", "  AGUE: ", "vars.AGUE"),
        ("adam/adsl.yaml", "in: ALL.SV", "in: ALL.SW", "vars.LSTALVDT.lookup.0.in"),
        ("adam/adae.yaml", "order: [-ATOXGRN", "order: [-ATOXGN", "vars.AOCCIFL.order.0"),
        ("adam/adae.yaml", "per: [AESOC]", "per: [AESOK]", "vars.AOCCSFL.per.0"),
        ("adam/adae.yaml", "since: RFXSTDTC", "since: RFXSTDTK", "vars.TRTEMFL.since"),
        ("adam/adae.yaml", "{span: [ADAE.ASTDT,", "{span: [ADAE.ASTDX,", "vars.ADURN.span.0"),
        ("adam/adsl.yaml", '[ADSL.TR02SDT, "-"', '[ADSL.TR02SDK, "-"', "vars.AP01EDT.calc.0"),
        ("adam/adtte.yaml", "date: ADT", "date: ADTT", "params.PFS.event.0.date"),
        ("adam/adtte.yaml", "start: TRTSDT", "start: TRTSDTT", "start"),
        ("study.yaml", "previous: PRVSUBJ", "previous: PRVSUB", "raw.subject.rescreened.previous"),
        ("study.yaml", "subject: SUBJECT", "subject: SUBJ", "raw.forms.markers.subject"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_underlined(
    file: str, old: str, new: str, where: str, tmp_path: Path
) -> None:
    path = tmp_path / "changed.yaml"
    path.write_text(changed(file, old, new), encoding="utf-8")
    name = file.partition("/")[0] if "/" in file else "study"
    places = underlined(STUDY, name, as_editor(load_yaml(path).data))
    assert where in places
    # Nothing else is underlined, unless all the names of a module hang on the changed one.
    assert where in ("from", "target") or places == {where}


def test_capitals_of_columns_and_words_of_a_catalogue_are_no_fault() -> None:
    data = module("sdtm/ae.yaml")
    data["vars"]["AETERM"] = {"copy": "aeterm_EN"}
    assert underlined(STUDY, "sdtm", data) == set()
    data["vars"]["AETERM"] = {"copy": "{column}_RAW"}
    assert underlined(STUDY, "sdtm", data) == set()


def test_a_new_module_is_completed_from_its_form() -> None:
    data = {"target": "FA", "from": "ae", "keys": ["USUBJID"]}
    data["vars"] = {"FAORRES": {"copy": "AETERM_EN"}}  # type: ignore[assignment]
    assert underlined(STUDY, "sdtm", data) == set()
    data["vars"] = {"FAORRES": {"copy": "AETERM_EM"}}  # type: ignore[assignment]
    assert underlined(STUDY, "sdtm", data) == {"vars.FAORRES.copy"}


def test_variables_are_described() -> None:
    listed = schemas(STUDY)["common.json"]["definitions"]["sdtm.vars.AE"]["properties"]
    assert listed["AETERM"]["description"] == "Reported Term for the Adverse Event. Req; Char"
    assert "AESEQ" not in listed


def test_the_command_writes_beside_the_study_and_again(command: Command, tmp_path: Path) -> None:
    study = tiny.write(tmp_path / "study", tiny.FILES)
    result = command("schema", study)
    assert result.exit_code == 0
    names = ["adam.json", "common.json", "sdtm.json", "study.json"]
    assert sorted(p.name for p in (study / FOLDER).iterdir()) == names
    first = {n: (study / FOLDER / n).read_bytes() for n in names}
    assert command("schema", study, "--json").exit_code == 0
    assert {n: (study / FOLDER / n).read_bytes() for n in names} == first
    other = command("schema", study, "-o", tmp_path / "elsewhere", "--json")
    assert json.loads(other.output)["written"] == [
        (tmp_path / "elsewhere" / n).as_posix()
        for n in ("common.json", "sdtm.json", "adam.json", "study.json")
    ]
    assert {n: (tmp_path / "elsewhere" / n).read_bytes() for n in names} == first


def test_a_file_of_somebody_else_stays(command: Command, tmp_path: Path) -> None:
    study = tiny.write(tmp_path / "study", tiny.FILES)
    (study / FOLDER).mkdir()
    (study / FOLDER / "adam.json").write_text("{}", encoding="utf-8")
    result = command("schema", study)
    assert result.exit_code == 2
    assert "was not written by crosswalk" in result.output
    assert [p.name for p in (study / FOLDER).iterdir()] == ["adam.json"]
    assert (study / FOLDER / "adam.json").read_text(encoding="utf-8") == "{}"


def test_modules_and_forms_with_faults_do_not_stop_it(tmp_path: Path) -> None:
    files = {**tiny.FILES, "sdtm/ae.yaml": "target: AE\nfrom: ae\nkeys: [USUBJID]\nvrs: {}\n"}
    study = tiny.write(tmp_path / "study", files)
    (study / "raw" / "ex.csv").unlink()
    (study / "derive.py").write_text("1 +\n", encoding="utf-8")
    made = study_schemas(study)
    assert made["common.json"]["definitions"]["names.sdtm.of.ex"] == {}
    assert "enum" not in made["common.json"]["definitions"]["rule"]["properties"]["call"]
    assert len(write_schemas(study)) == 4


def test_a_study_that_cannot_be_read_is_a_fault(command: Command, tmp_path: Path) -> None:
    with pytest.raises(SpecificationFault):
        study_schemas(tmp_path)
    assert command("schema", tmp_path).exit_code == 2
