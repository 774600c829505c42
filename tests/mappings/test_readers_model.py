"""What readers put into the raw model: rows, keys, items, codelists, and what they leave over."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.findings import Finding
from mappings.forms import OWN, read_forms
from mappings.load import load_yaml
from mappings.raw import FormSettings, RawItem, RawTable, SubjectRule, Unread, make_form
from mappings.readers import READERS, columns_of, read_tables
from mappings.readers.columns import fields, system_columns
from mappings.readers.odm import NAMES, _Reading
from mappings.readers.safe_xml import local, stream
from mappings.readers.typed import number, sas_date, sas_datetime, sas_time
from mappings.schemas import check_schema, schema
from mappings.sites import sites_of_subjects

ABOUT = """
study: {id: X, name: X, description: X, protocol: X}
created: 2025-01-01T00:00:00
standards: {sdtmig: "3.4", adamig: "1.3", terminology: 2025-03-28}
"""
DATA = Path(__file__).parents[1] / "data"


def read(sample: str, *forms: FormSettings) -> dict[str, RawTable]:
    """The tables, whose columns are what the head alone promised."""
    tables, faults = read_tables(DATA / sample, forms)
    assert [str(f) for f in faults] == []
    columns, faults = columns_of(DATA / sample, forms)
    assert columns == {name: t.columns for name, t in tables.items()}
    assert faults == []
    for table in tables.values():
        assert list(table.columns) == list(table.cells.columns)
        assert {str(t) for t in table.cells.dtypes} == {"str"}
        assert not table.cells.isna().to_numpy().any()
        assert len(table.lines) == len(table.cells)
    return tables


def viedoc(name: str) -> FormSettings:
    return FormSettings(
        name, f"{name}.csv", "viedoc", dictionary="items.csv", codelists="codelists.csv"
    )


def redcap(form: str) -> FormSettings:
    return FormSettings(
        form, "data.csv", "redcap", dictionary="dictionary.csv", form=(form,), values="label"
    )


def odm(name: str, *form: str, group: tuple[str, ...] = (), items: str = "") -> FormSettings:
    return FormSettings(name, "export.xml", "odm", form=form, group=group, items=items)


def test_viedoc_items_and_codelists() -> None:
    tables = read("viedoc", viedoc("dm"), viedoc("ae"))
    assert tables["dm"].items["SEXCD"] == RawItem("SEXCD", "Gender - Code", "text", "SEX")
    assert set(tables["dm"].codelists) == {"SEX", "RACE", "ETHNIC"}
    assert tables["ae"].lines.tolist() == [3, 4, 6]
    assert tables["ae"].cells["AECOM"].tolist() == ["", "Seen in the ward,\nkept for a night", ""]


def test_redcap_is_taken_apart() -> None:
    tables = read("redcap_events", *map(redcap, ("enrolment", "vital_signs", "adverse_event")))
    enrolment = tables["enrolment"]
    assert enrolment.lines.tolist() == [2, 6, 7]
    assert enrolment.cells["race___1"].tolist() == ["Checked", "Checked", "Unchecked"]
    assert enrolment.items["race____9"].label == "Race: Not asked"
    assert enrolment.items["consent_date"].type == "date_dmy"
    assert enrolment.codelists["sex"] == {"1": "Male", "2": "Female"}
    assert tables["vital_signs"].lines.tolist() == [2, 3, 6]
    assert tables["adverse_event"].cells["ae_term"].tolist() == ["Fever", "Cough"]
    assert "sbp" not in tables["adverse_event"].columns


def test_a_redcap_form_that_is_not_read_is_said() -> None:
    tables = read("redcap_events", redcap("enrolment"), redcap("vital_signs"))
    assert tables["enrolment"].unread == (Unread("data.csv", "adverse_event", "", 2),)
    assert tables["vital_signs"].unread == ()


def test_odm_rows_items_and_units() -> None:
    tables = read("odm", odm("dm", "DM"), odm("ae", "AE", group=("IG.AE.AE_ARRAY1",)))
    dm, ae = tables["dm"], tables["ae"]
    assert dm.cells["IT.AGE"].tolist() == ["58", "53"]
    assert dm.cells["IT.AGE.unit"].tolist() == ["MU.YEARS", ""]
    assert dm.cells["SiteOID"].tolist() == ["LOC.01", ""]
    assert dm.items["IT.AGE"].label == "How old is the subject?"
    assert dm.items["IT.AGE"].unit == "MU.YEARS|MU.MONTHS"
    assert dm.codelists == {
        "CL.SEX": {"Male": "Male", "Female": "Female"},
        "BasicDefinitions.MeasurementUnit": {"MU.YEARS": "years", "MU.MONTHS": "months"},
    }
    assert dm.items["IT.AGE.unit"].codelist == "BasicDefinitions.MeasurementUnit"
    assert ae.cells["IT.AETERM"].tolist() == ["Constipation & pain", "腹泻"]
    assert ae.cells["ItemGroupRepeatKey"].tolist() == ["1", "2"]
    assert dm.unread == (Unread("export.xml", "AE", "IG.AE", 1),)
    assert read("odm", odm("dm", "DM"))["dm"].unread == (Unread("export.xml", "AE", "", 1),)


def test_forms_of_one_file_that_are_read_in_two_ways_leave_nothing_unread() -> None:
    dm = odm("dm", "F_DEMOGRAPHICS_*")
    ae = odm("ae", "F_ADVERSEEVENTS_*", group=("IG_ADVER_EVENTS",), items="name")
    tables = read("openclinica", dm, ae)
    assert [t.unread for t in tables.values()] == [(), ()]
    assert [u.name for u in read("openclinica", dm)["dm"].unread] == ["F_ADVERSEEVENTS_V10"]
    other = odm("ae", "AE", group=("IG.AE.AE_ARRAY1",), items="name")
    tables = read("odm", odm("dm", "DM"), other)
    assert [u.name for t in tables.values() for u in t.unread] == ["AE IG.AE"]


@pytest.mark.parametrize(
    ("unread", "said"),
    [
        (Unread("x.xml", "AE", "IG.AE", 2), "the item group 'IG.AE' of the form 'AE' has 2 rows"),
        (Unread("x.xml", "AE", "", 1), "the form 'AE' has 1 row"),
    ],
)
def test_a_form_that_is_not_read_is_a_finding(unread: Unread, said: str) -> None:
    cells = pd.DataFrame({"S": pd.Series(["1"], dtype="str")})
    table = RawTable(("S",), cells, pd.Series([1]), unread=(unread,))
    rule = SubjectRule("X", re.compile("(?P<subject>.)"), ("$SUBJID",))
    form = make_form(table, FormSettings("dm", "x.xml", "odm", subject="S"), rule)
    assert form.unread == (unread,)
    (finding,) = form.findings
    assert (finding.rule, finding.scope) == ("form.unread", unread.name)
    assert str(finding) == (
        f"x.xml: {said} in this file, and study.yaml does not read them. Add it to 'raw.forms' "
        "(and give the reason in 'not_submitted' when it is left out), or explain it in "
        "findings.yaml."
    )


def test_odm_groups_of_a_form_make_one_row_unless_they_repeat(tmp_path: Path) -> None:
    text = (DATA / "odm" / "export.xml").read_text(encoding="utf-8")
    silent = text.replace('Repeating="No"', 'Repeating="Yes"')
    (tmp_path / "export.xml").write_text(silent, encoding="utf-8")
    tables, faults = read_tables(tmp_path, [odm("ae", "AE"), odm("dm", "DM")])
    assert tables == {}
    (said,) = map(str, faults)
    assert "the item group IG.AE.AE_ARRAY1 repeats within the form AE (first for" in said
    assert columns_of(tmp_path, [odm("ae", "AE")])[1] == []
    (table,) = read("redcap_odm", odm("dm", "Form.demographics")).values()
    assert table.cells[["record_id", "dob", "sex"]].to_numpy().tolist() == [
        ["1", "1961-05-30", "1"],
        ["2", "", "0"],
    ]
    assert table.cells["UniqueEventName"].tolist() == ["screening_arm_1"] * 2


def test_the_metadata_tell_which_groups_repeat_before_data_are_read() -> None:
    forms = [odm("ae", "AE"), odm("dm", "DM"), odm("x", "AEE")]
    _, faults = columns_of(DATA / "odm", forms)
    assert [str(f) for f in faults] == [
        (
            "export.xml: the item group IG.AE.AE_ARRAY1 of the form AE may repeat, by its "
            "ItemGroupDef. Say in 'group' of ae which item groups make the rows: IG.AE, "
            "IG.AE.AE_ARRAY1."
        ),
        "export.xml: there is no form 'AEE'. Did you mean 'AE'?",
    ]


def test_openclinica_attributes_and_versions() -> None:
    tables = read(
        "openclinica",
        odm("dm", "F_DEMOGRAPHICS_V10", "F_DEMOGRAPHICS_V20", items="name"),
        odm("ae", "F_ADVERSEEVENTS_*", group=("IG_ADVER_EVENTS",), items="name"),
    )
    dm = tables["dm"].cells
    assert dm["StudySubjectID"].tolist() == ["101", "201"]
    assert dm["StudyOID"].tolist() == ["S_NORTH", "S_SOUTH"]
    assert dm["EventStartDate"].tolist() == ["2024-01-08", "2024-02-20"]
    assert dm["FormVersion"].tolist() == ["v1.0", "v2.0"]
    assert dm["UniqueIdentifier"].tolist() == ["EX-101", ""]
    assert dm["DOB"].tolist() == ["1961-05-30", "1972-11-02"]
    ae = tables["ae"].cells
    assert ae["EventStartDate"].tolist() == ["", ""]
    assert ae["EventStatus"].tolist() == ["data entry started"] * 2
    assert [f for t in tables.values() for f in t.findings] == []


def test_an_attribute_that_is_not_read_is_said(tmp_path: Path) -> None:
    text = (DATA / "openclinica" / "export.xml").read_text(encoding="utf-8")
    changed = text.replace("OpenClinica:UniqueIdentifier", "OpenClinica:Colour")
    (tmp_path / "export.xml").write_text(changed, encoding="utf-8")
    forms = [odm("dm", "F_DEMOGRAPHICS_*"), odm("ae", "F_ADV*", group=("IG_ADVER_EVENTS",))]
    (finding,) = read_tables(tmp_path, forms)[0]["dm"].findings
    assert (finding.rule, finding.scope) == ("odm.attribute", "SubjectData Colour")


def test_memory_holds_one_subject_at_a_time(tmp_path: Path) -> None:
    """What was read is let go: the tree holds what lxml parsed ahead (32 KiB), never the file."""
    text = (DATA / "odm" / "export.xml").read_text(encoding="utf-8")
    start, end = text.index("<SubjectData"), text.index("</ClinicalData>")
    one = text[start : text.index("</SubjectData>") + len("</SubjectData>")]
    many = "".join(one.replace("SS_0001", f"SS_{n:04d}") for n in range(500))
    (tmp_path / "export.xml").write_text(text[:start] + many + text[end:], encoding="utf-8")
    table = read_tables(tmp_path, [odm("dm", "DM")])[0]["dm"]
    assert len(table.cells) == 500
    reading = _Reading("export.xml", [])
    most = 0
    for event, element in stream(tmp_path / "export.xml", "export.xml", NAMES):
        reading.take(event, element)
        if local(element) == "SubjectData" and event == "end":
            most = max(most, len(element.getparent()), len(element))
    assert most < 50


MEASURE = """
import re, sys
from pathlib import Path
from mappings.raw import FormSettings
from mappings.readers import read_tables
form = FormSettings("dm", "export.xml", "odm", form=("DM",))
tables, faults = read_tables(Path(sys.argv[1]), [form])
assert not faults
status = Path("/proc/self/status").read_text()
print(len(tables["dm"].cells), re.search(r"VmHWM:\\s+(\\d+)", status)[1])
"""


# getrusage would tell the largest of the parent too, which a new process takes over.
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the data that nobody reads, and as many more subjects, in the same memory."""
    text = (DATA / "odm" / "export.xml").read_text(encoding="utf-8")
    start, end = text.index("<SubjectData"), text.index("</ClinicalData>")
    one = text[start : text.index("</SubjectData>") + len("</SubjectData>")]
    item = '<ItemData ItemOID="IT.AETERM" Value="fever with chills after the infusion"/>'
    event = '<StudyEventData StudyEventOID="SE.VISIT 9"><FormData FormOID="AE">' + "".join(
        f'<ItemGroupData ItemGroupOID="IG.X" ItemGroupRepeatKey="{n}">{item}</ItemGroupData>'
        for n in range(20)
    )
    one = one.replace("</SubjectData>", f"{event}</FormData></StudyEventData></SubjectData>")
    peaks: list[int] = []
    sizes: list[int] = []
    for count in (500, 5000):
        many = "".join(one.replace("SS_0001", f"SS_{n:05d}") for n in range(count))
        file = tmp_path / "export.xml"
        file.write_text(text[:start] + many + text[end:], encoding="utf-8")
        sizes.append(file.stat().st_size)
        command = [sys.executable, "-c", MEASURE, str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, peak = map(int, ended.stdout.split())
        assert rows == count
        peaks.append(peak)
    assert sizes[1] > 9 * sizes[0]
    assert sizes[1] > 15 << 20
    assert peaks[1] < 1.15 * peaks[0]


def test_clinical_data_without_metadata_needs_them_beside(tmp_path: Path) -> None:
    text = (DATA / "odm" / "export.xml").read_text(encoding="utf-8")
    start, end = text.index("<Study "), text.index("<ClinicalData")
    (tmp_path / "export.xml").write_text(text[:start] + text[end:], encoding="utf-8")
    (tmp_path / "meta.xml").write_text(text[:end] + "</ODM>", encoding="utf-8")
    form = odm("dm", "DM")
    assert "Export with metadata" in str(read_tables(tmp_path, [form])[1][0])
    tables, faults = read_tables(tmp_path, [replace(form, dictionary="meta.xml")])
    assert faults == []
    assert tables["dm"].cells["IT.SEX"].tolist() == ["Male", "Female"]


def test_sas_values_and_items() -> None:
    (table,) = read("typed", FormSettings("dm", "dm.sas7bdat", "sas")).values()
    assert table.cells.iloc[0].tolist()[2:] == [
        *("61", "0.1", "1962-03-04", "2024-01-03T08:30:00", "08:30:00", "M", "张三"),
    ]
    assert table.cells.iloc[1].tolist()[2:5] == ["", "0.0000001", ""]
    assert table.items["AGE"] == RawItem("AGE", "Age at consent", "number")
    assert table.items["VISDTM"].type == "datetime"
    (transport,) = read("typed", FormSettings("dm", "dm.xpt", "xpt")).values()
    same = table.cells.drop(columns="NAME_CN")
    assert transport.cells.to_numpy().tolist() == same.to_numpy().tolist()


def test_special_missing_values_of_a_transport_file(tmp_path: Path) -> None:
    """One byte of a missing value tells its letter; a plain one is empty."""
    data = (DATA / "typed" / "dm.xpt").read_bytes()
    missing = b"." + bytes(7)
    assert data.count(missing) > 1
    (tmp_path / "dm.xpt").write_bytes(data.replace(missing, b"B" + bytes(7), 1))
    table = read_tables(tmp_path, [FormSettings("dm", "dm.xpt", "xpt")])[0]["dm"]
    assert table.cells.iloc[1].tolist()[2:6] == [".B", "0.0000001", "", "2024-01-04T23:59:59"]


@given(st.floats(min_value=-1e15, max_value=1e15).map(lambda v: float(f"{v:.15g}")))
def test_numbers_come_back(value: float) -> None:
    text = number(value)
    assert "e" not in text
    assert float(text) == value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (sas_date(0), "1960-01-01"),
        (sas_date(-1), "1959-12-31"),
        (sas_date(0.5), "0.5"),
        (sas_datetime(86399.5), "1960-01-01T23:59:59.5"),
        (sas_datetime(-1), "1959-12-31T23:59:59"),
        (sas_time(90000), "90000"),
        (number(-0.0), "0"),
        (number(0.1 + 0.2), "0.3"),
    ],
)
def test_sas_numbers_as_text(text: str, wanted: str) -> None:
    assert text == wanted


def test_sites_that_contradict_or_are_unknown() -> None:
    tables = read("redcap_events", redcap("enrolment"), redcap("vital_signs"))
    forms = {
        name: replace(redcap(name), subject="record_id", site="redcap_data_access_group")
        for name in tables
    }
    codes = {"North Clinic": "01", "South Clinic": "02"}
    sites, found = sites_of_subjects(tables, forms, codes)
    assert sites == {"1": "01", "2": "02", "3": "02"}
    assert found == {"enrolment": [], "vital_signs": []}
    _, found = sites_of_subjects(tables, forms, {"North Clinic": "01"})
    assert [f.scope for f in found["enrolment"]] == ["2 South Clinic", "3 South Clinic"]
    tables["vital_signs"].cells.loc[2, "redcap_data_access_group"] = "North Clinic"
    _, found = sites_of_subjects(tables, forms, codes)
    (finding,) = found["vital_signs"]
    assert finding.message == "the subject 2 is at site 01 here, at 02 above"
    assert finding.raw is not None
    assert finding.raw.row == 6


def test_a_collected_site_that_is_not_the_one_in_the_number() -> None:
    tables = read("redcap_events", redcap("enrolment"))
    forms = {
        "enrolment": replace(
            redcap("enrolment"), subject="record_id", site="redcap_data_access_group"
        )
    }
    rule = SubjectRule("S", re.compile(r"(?P<subject>(?P<site>\d))"), ("$SUBJID",))
    codes = {"North Clinic": "1", "South Clinic": "2"}
    sites, found = sites_of_subjects(tables, forms, codes, rule)
    (finding,) = found["enrolment"]
    assert str(finding).endswith(
        "the number of the subject 3 says site 3, and this is 2. The number counts; ask the site, "
        "or correct 'sites' of study.yaml, or take 'site' out of the form."
    )
    assert finding.rule == "subject.site"
    assert "3" not in sites


def test_system_columns_and_twins_by_reader() -> None:
    viedoc_columns = read("viedoc", viedoc("dm"))["dm"].columns
    assert len(system_columns("viedoc", viedoc_columns)) == 16
    assert fields("viedoc", viedoc_columns)["SEXCD"] == "SEX"
    odm_columns = read("openclinica", odm("dm", "F_DEMOGRAPHICS_*"))["dm"].columns
    left = set(odm_columns) - system_columns("odm", odm_columns)
    assert {"I_DEMOG_DOB", "DateOfBirth", "EventStartDate"} <= left
    assert not {"SubjectKey", "FormOID", "EventStatus"} & left
    redcap_columns = read("redcap_events", redcap("vital_signs"))["vital_signs"].columns
    left = set(redcap_columns) - system_columns("redcap", redcap_columns)
    assert left == {"record_id", "sbp", "fasting"}


RAVE = (
    "userid projectid project studyid environmentName subjectId StudySiteId Subject siteid Site "
    "SiteNumber SiteGroup instanceId InstanceName InstanceRepeatNumber folderid Folder FolderName "
    "FolderSeq TargetDays DataPageId DataPageName PageRepeatNumber RecordDate RecordId "
    "recordposition RecordActive SaveTs MinCreated MaxUpdated"
)
OWN_COLUMNS = ["AETERM", "AESTDAT", "AESTDAT_YYYY", "AESTDAT_INT", "INSTANCE9X"]


def cut(names: list[str]) -> list[str]:
    """Names as SAS cuts them to eight letters: those that would be the same get numbers."""
    found: list[str] = []
    for name in names:
        short, number = name.upper()[:8], 2
        while short in found:
            short, number = f"{name.upper()[:7]}{number}", number + 1
        found.append(short)
    return found


@pytest.mark.parametrize("case", [str, str.upper, str.lower])
@pytest.mark.parametrize("reader", ["sas", "xpt", "parquet", "csv", "excel"])
def test_clinical_views_of_rave_in_a_typed_file(reader: str, case: Callable[[str], str]) -> None:
    columns = [case(n) for n in (*RAVE.split(), *OWN_COLUMNS)]
    own = {case(n) for n in OWN_COLUMNS}
    assert set(columns) - system_columns(reader, columns) == own
    assert fields(reader, columns)[case("AESTDAT_YYYY")] == case("AESTDAT")
    assert fields(reader, columns)[case("AESTDAT_INT")] == case("AESTDAT_INT")
    # Not every file that has a column SUBJECT is one of Rave's.
    assert system_columns(reader, [c for c in columns if c.lower() != "savets"]) == set()


def test_clinical_views_of_rave_with_names_cut_for_a_transport_file() -> None:
    names = cut(RAVE.split())
    assert {"INSTANCE", "INSTANC2", "DATAPAGE", "DATAPAG2", "RECORDID"} <= set(names)
    columns = [*names, "AETERM", "INSTAN12", "DATADAT2"]
    left = set(columns) - system_columns("xpt", columns)
    assert left == {"AETERM", "INSTAN12", "DATADAT2"}


def test_a_field_that_ends_as_the_status_of_a_form_is_a_field() -> None:
    columns = ["record_id", "dose_complete", "dosing_complete"]
    assert system_columns("redcap", columns, ("dosing",)) == {"dosing_complete"}
    assert system_columns("redcap", columns) == {"dosing_complete"}
    assert system_columns("redcap", columns[:2], ("dosing",)) == set()


def test_the_page_of_the_readers_is_complete(tmp_path: Path) -> None:
    """Its examples obey the schema, and its table has every setting of a form."""
    page = (Path(__file__).parents[2] / "docs" / "readers.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert len(examples) == 4
    for example in examples:
        # An example without `raw` shows another key of study.yaml, beside the first one's forms.
        whole = example if example.startswith("raw:") else examples[0] + example
        file = tmp_path / "study.yaml"
        file.write_text(ABOUT + whole, encoding="utf-8")
        document = load_yaml(file)
        assert [str(f) for f in check_schema(document, "study")] == []
        faults: list[Finding] = []
        assert read_forms(document, faults)
        assert faults == []
    forms = schema("study")["properties"]["raw"]["properties"]["forms"]
    cells = re.findall(r"^\| (`.*?) \|", page, flags=re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(cells)))
    known = set(forms["additionalProperties"]["properties"])
    assert known - told == {"source"}
    assert set(OWN) == set(READERS) == told - known
