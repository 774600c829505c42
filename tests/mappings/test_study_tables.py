"""Tables of study.yaml that stand in a file of their own: what they give, and every fault."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crosswalk.manifest import input_files
from mappings.findings import SpecificationFault
from mappings.study import read_study

YAML = """
    # MedDRA 27.0
    bleeding:
      - {term: Epistaxis, query: Haemorrhages, scope: NARROW}
      - {term: NO, query: Haemorrhages, scope: 012}
    empty: []
    words: bleeding
    broken:
      - Epistaxis
      - {term: [Epistaxis]}
    """
CSV = """
    term,query,scope
    Epistaxis,Haemorrhages,NARROW
    "NO","Haemor, rhages",012
    Pyrexia,,
    """


def files(tiny: ModuleType, table: str, **more: str) -> dict[str, str]:
    study = tiny.text(tiny.STUDY).replace("tables:\n", f"tables:\n  queries: {table}\n")
    return {**tiny.FILES, "study.yaml": study, "tables/q.yaml": YAML, "tables/q.csv": CSV, **more}


def told(tiny: ModuleType, folder: Path, table: str, **more: str) -> list[str]:
    _, faults = read_study(tiny.write(folder, files(tiny, table, **more)))
    return [f"{f.rule}: {f}" for f in faults]


def rows(tiny: ModuleType, folder: Path, table: str, **more: str) -> list[dict[str, str]]:
    study, faults = read_study(tiny.write(folder, files(tiny, table, **more)))
    assert faults == []
    assert study is not None
    return list(study.tables["queries"].entries)


def test_a_section_of_a_yaml_file_is_text(tiny: ModuleType, tmp_path: Path) -> None:
    assert rows(tiny, tmp_path, "{file: tables/q.yaml#bleeding}") == [
        {"term": "Epistaxis", "query": "Haemorrhages", "scope": "NARROW"},
        {"term": "NO", "query": "Haemorrhages", "scope": "012"},
    ]


def test_cells_of_a_csv_file_are_text(tiny: ModuleType, tmp_path: Path) -> None:
    assert rows(tiny, tmp_path, "{file: tables/q.csv}") == [
        {"term": "Epistaxis", "query": "Haemorrhages", "scope": "NARROW"},
        {"term": "NO", "query": "Haemor, rhages", "scope": "012"},
        {"term": "Pyrexia", "query": "", "scope": ""},
    ]


def test_another_encoding_is_declared(tiny: ModuleType, tmp_path: Path) -> None:
    tiny.write(tmp_path, files(tiny, "{file: tables/q.csv, encoding: gb18030}"))
    (tmp_path / "tables/q.csv").write_bytes("term,query\n发热,Q\n".encode("gb18030"))
    study, _ = read_study(tmp_path)
    assert study is not None
    assert study.tables["queries"].entries == [{"term": "发热", "query": "Q"}]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "{file: tables/none.yaml#bleeding}",
            "25:19: the catalogue tables/none.yaml: the file does not exist",
        ),
        (
            "{file: tables/none.csv}",
            "25:19: the catalogue tables/none.csv: the file does not exist",
        ),
        (
            "{file: tables/q.yaml#bleding}",
            "25:19: the catalogue tables/q.yaml has no section 'bleding'. Did you mean 'bleeding'?",
        ),
        (
            "{file: tables/q.yaml}",
            (
                "25:19: 'tables/q.yaml' names no section of the catalogue. "
                "Write tables/q.yaml#SECTION. There are: bleeding, empty, words, broken."
            ),
        ),
        (
            "{file: tables/q.csv#bleeding}",
            (
                "25:19: tables/q.csv is a CSV file, which has no section 'bleeding'. "
                "Write tables/q.csv alone."
            ),
        ),
        (
            "{file: /tables/q.csv}",
            (
                "25:19: '/tables/q.csv' is an absolute path, which means nothing on another "
                "machine. Name the file from the study folder on."
            ),
        ),
        (
            "{file: tables/q.yaml#bleeding, encoding: gb18030}",
            "25:43: 'encoding' means nothing beside a YAML file, which is UTF-8. Take it out.",
        ),
    ],
)
def test_a_name_that_hits_nothing(tiny: ModuleType, tmp_path: Path, table: str, said: str) -> None:
    assert told(tiny, tmp_path, table) == [f"table.file: study.yaml:{said}"]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("empty", ["5:8: the section 'empty' is not a list of entries. "]),
        ("words", ["6:8: the section 'words' is not a list of entries. "]),
        (
            "broken",
            [
                "8:5: this entry is not a block of names and texts",
                "9:12: this entry is not a block of names and texts",
            ],
        ),
    ],
)
def test_a_section_that_is_no_table(
    tiny: ModuleType, tmp_path: Path, section: str, said: list[str]
) -> None:
    found = told(tiny, tmp_path, f"{{file: tables/q.yaml#{section}}}")
    advice = "An entry is {NAME: value, ...}."
    said = [f"{s}{advice}" if s.endswith(" ") else s for s in said]
    assert found == [f"table.file: tables/q.yaml:{s}" for s in said]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"term,query\na,b,c\nd,e\nf\n",
            [
                (
                    "2:1: 3 cells where the header has 2: too many. A cell with the separator in "
                    "it must be quoted; a last row that is too short means that the file is "
                    "cut off."
                ),
                "4:1: 1 cells where the header has 2: too few",
            ],
        ),
        (
            b"term,TERM\na,b\n",
            [
                (
                    "1:1: the column 'term' stands 2 times in the header. Names of columns must "
                    "differ (capitals do not count); export it again."
                )
            ],
        ),
        (
            b"term,query\na,\xb7\xa2\n",
            [
                (
                    "2:1: byte 14 is not utf-8 text. "
                    "Save it as UTF-8, or name its 'encoding' beside 'file'."
                )
            ],
        ),
        (b"term,query\n", ["1:1: the table has no row below its header. Add its rows."]),
    ],
)
def test_a_csv_file_that_is_no_table(
    tiny: ModuleType, tmp_path: Path, content: bytes, said: list[str]
) -> None:
    tiny.write(tmp_path, files(tiny, "{file: tables/q.csv}"))
    (tmp_path / "tables/q.csv").write_bytes(content)
    _, faults = read_study(tmp_path)
    assert [str(f) for f in faults] == [f"tables/q.csv:{s}" for s in said]
    assert {f.rule for f in faults} == {"table.file"}


def test_a_fault_of_yaml_is_told_where_it_stands(tiny: ModuleType, tmp_path: Path) -> None:
    more = {"tables/q.yaml": "bleeding:\n  - {term: a\n"}
    (said,) = told(tiny, tmp_path, "{file: tables/q.yaml#bleeding}", **more)
    assert said.startswith("yaml.syntax: tables/q.yaml:2:5: not valid YAML")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("visits", "the table of the planned visits"),
        ("ae", "a form"),
        ("AE", "the dataset of sdtm/ae.yaml"),
        ("ADSL", "the dataset of adam/adsl.yaml"),
    ],
)
def test_a_name_that_means_something_else(
    tiny: ModuleType, tmp_path: Path, name: str, meant: str
) -> None:
    study = tiny.text(tiny.STUDY).replace("tables:\n", f"tables:\n  {name}: [{{a: b}}]\n")
    _, faults = read_study(tiny.write(tmp_path, {**tiny.FILES, "study.yaml": study}))
    said = f"study.yaml:25:3: '{name}' is {meant} already. Give the table another name."
    assert [str(f) for f in faults] == [said]


@pytest.mark.parametrize("column", ["_row", "_form"])
def test_a_column_that_the_tool_makes(tiny: ModuleType, tmp_path: Path, column: str) -> None:
    (said,) = told(tiny, tmp_path, f"[{{term: a, {column}: b}}]")
    assert said == (
        f"table.column: study.yaml:25:3: the table 'queries' has a column '{column}', which the "
        "tool makes itself. Rename the column."
    )


def adae(tiny: ModuleType, rules: str) -> str:
    return str(tiny.text(tiny.ADAE)) + "".join(f"  {line}\n" for line in rules.splitlines())


QUERY = """\
CQ01NAM: {lookup: queries, by: {AEDECOD: term}, get: query}
CQ01SC: {lookup: queries, by: {AEDECOD: term}, get: scope, label: Scope of the Query}"""


@pytest.mark.parametrize("table", ["{file: tables/q.csv}", "{file: tables/q.yaml#fever}"])
def test_a_customised_query_from_a_file(tiny: ModuleType, tmp_path: Path, table: str) -> None:
    more: dict[str, Any] = {
        "tables/q.csv": "term,query,scope\nPyrexia,Fever (CQ),NARROW\nFatigue,Fever (CQ),BROAD\n",
        "tables/q.yaml": "fever:\n  - {term: Pyrexia, query: Fever (CQ), scope: NARROW}\n"
        "  - {term: Fatigue, query: Fever (CQ), scope: BROAD}\n",
        "adam/adae.yaml": adae(tiny, QUERY),
    }
    built = tiny.build(tmp_path, files(tiny, table, **more))
    got = built["ADAE"][["AEDECOD", "CQ01NAM", "CQ01SC"]].sort_values("AEDECOD")
    assert got.to_numpy().tolist() == [
        ["Cough", "", ""],
        ["Fatigue", "Fever (CQ)", "BROAD"],
        ["Headache", "", ""],
        ["Pyrexia", "Fever (CQ)", "NARROW"],
    ]
    named = "tables/q.csv" if "csv" in table else "tables/q.yaml"
    inputs = input_files(built.plan.study)
    assert inputs[named] == tmp_path / named
    assert {n for n in inputs if n.startswith("tables/")} == {named}


def test_a_column_that_the_file_lacks(tiny: ModuleType, tmp_path: Path) -> None:
    more = {"adam/adae.yaml": adae(tiny, QUERY.replace("get: scope", "get: scop"))}
    with pytest.raises(SpecificationFault, match="no column 'scop' in queries") as caught:
        tiny.plan(tmp_path, files(tiny, "{file: tables/q.csv}", **more))
    assert [f.rule for f in caught.value.findings] == ["name.column"]


def test_windows_of_a_file_are_at_fault_in_it(tiny: ModuleType, tmp_path: Path) -> None:
    windows = """
        AVISIT,AVISITN,from,to,target
        Baseline,0,,1,1
        Week 2,2,1,,14
        """
    more = {
        "tables/q.csv": windows,
        "adam/adrs.yaml": str(tiny.text(tiny.ADRS)) + "  AVISIT: {window: ADY, table: queries}\n",
    }
    with pytest.raises(SpecificationFault) as caught:
        tiny.plan(tmp_path, files(tiny, "{file: tables/q.csv}", **more))
    (fault,) = caught.value.findings
    assert str(fault).startswith("tables/q.csv:3:1: the table 'queries', window 2: the windows of")


def test_tests_of_rows_are_inputs(tiny: ModuleType, tmp_path: Path) -> None:
    study = {
        "catalogues/lab.yaml": "lab:\n  - {LBTESTCD: ALB}\n",
        "sdtm/lb.yaml": tiny.text(tiny.LB).replace(
            "vars:\n",
            "rows: {tests: catalogues/lab.yaml#lab, keep: {LBORRES: {is: present}}}\nvars:\n",
        ),
    }
    read, faults = read_study(tiny.write(tmp_path, {**tiny.FILES, **study}))
    assert faults == []
    assert read is not None
    assert "catalogues/lab.yaml" in input_files(read)
