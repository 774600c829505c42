"""`crosswalk ct diff`: two packages made by hand, and a study that uses some of their terms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from crosswalk.ct import KINDS, Change, Used, compare, used_by
from sdtm.terminology import Terminology, load_published
from tests import tiny

Command = Callable[..., Result]

HEAD = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\tStandard and Date"
)
OLD = """
C66742||No|No Yes Response|NY||
C49488|C66742|||Y|Yes|Yes
C49487|C66742|||N|No|No
C66731||No|Sex|SEX||
C16576|C66731|||F|Female|Female
C20197|C66731|||M|Male|Male
C71620||Yes|Unit|UNIT||
C42576|C71620|||mg/L|Milligram per Liter|
C42575|C71620|||g/L|Gram per Liter; g per litre|
C64387|C71620|||mmol/L||
C66781||No|Age Unit|AGEU||
C29848|C66781|||YEARS||Year
C65047||Yes|Laboratory Test Code|LBTESTCD||
C64431|C65047|||ALB|Albumin|
C74456||Yes|Gone List|OLDLIST||
C1|C74456|||X||
"""
NEW = """
C66742||No|No Yes Response|NYR||
C49488|C66742|||Y|Yes|Yes
C99999|C66742|||N|No|No
C66731||No|Sex|SEX||
C16576|C66731|||FEMALE|F; Female|Female
C71620||No|Unit|UNIT||
C42576|C71620|||mg/L|Milligram per Liter; g per litre|
C42575|C71620|||g/L|Gram per Liter|
C65047||Yes|Laboratory Test Code|LBTESTCD||
C64431|C65047|||ALB|Albumin|
C105585|C65047|||GLUC|Glucose|
C70001|C65047|||KREA|MYCREAT|
"""


def package(folder: Path, text: str, day: str) -> Path:
    rows = [HEAD]
    for line in text.strip().splitlines():
        code, listed, extensible, name, value, synonyms, preferred = line.split("|")
        title = f"SDTM CT {day}"
        rows.append(
            "\t".join([code, listed, extensible, name, value, synonyms, "", preferred, title])
        )
    path = folder / f"SDTM Terminology {day}.txt"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return package(tmp_path, OLD, "2024-01-01"), package(tmp_path, NEW, "2025-01-01")


@pytest.fixture
def packages(files: tuple[Path, Path]) -> tuple[Terminology, Terminology]:
    return load_published(files[0]), load_published(files[1])


def changes(used: Used, packages: tuple[Terminology, Terminology]) -> list[Change]:
    return list(compare(used, *packages).changes)


def one(code: str, name: str, *values: str, texts: tuple[str, ...] = ()) -> Used:
    used = Used()
    used.lists(code, name, "XX.YY")
    for value in values:
        used.value(code, value, "XX.YY")
    for text in texts:
        used.text(code, text, "XX.YY")
    return used


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (one("C65047", "LBTESTCD", "ALB"), []),
        (one("C65047", "LBTESTCD", "GLUC"),
         ["C65047 LBTESTCD: 'GLUC': the sponsor's term is now published -> 'GLUC' (C105585)"]),
        (one("C65047", "LBTESTCD", "MYCREAT"),
         ["C65047 LBTESTCD: 'MYCREAT': the sponsor's term is now published -> 'KREA' (C70001)"]),
        (one("C66731", "SEX", "F"),
         ["C66731 SEX: 'F' (C16576): the term has another submission value -> 'FEMALE' (C16576)"]),
        (one("C66731", "SEX", "M"),
         ["C66731 SEX: 'M' (C20197): the term is no longer published"]),
        (one("C66742", "NY", "Y", "N"),
         ["C66742 NY: 'NY': the codelist has another short name -> 'NYR'",
          "C66742 NY: 'N' (C49487): the value stands for another term -> 'N' (C99999)"]),
        (one("C66781", "AGEU", "YEARS"),
         ["C66781 AGEU: the codelist is no longer published"]),
        (one("C71620", "UNIT", "CELLS", "g/L"),
         ["C71620 UNIT: 'CELLS': the codelist can no longer be extended"]),
        (one("C71620", "UNIT", texts=("g per litre", "Gram per Liter")),
         [("C71620 UNIT: 'g per litre' (C42575): the collected text means something else "
           "-> 'mg/L' (C42576)")]),
    ],
)  # fmt: skip
def test_one_change(used: Used, said: list[str], packages: tuple[Terminology, Terminology]) -> None:
    found = changes(used, packages)
    assert [str(c) for c in found] == [f"{text} [XX.YY]" for text in said]
    assert {c.kind for c in found} <= set(KINDS)


def test_a_list_of_another_standard_is_not_compared(
    packages: tuple[Terminology, Terminology],
) -> None:
    difference = compare(one("C81223", "DATEFL", "D"), *packages)
    assert difference.changes == ()
    assert difference.elsewhere == {"C81223": "DATEFL"}


def test_the_same_package_changes_nothing(packages: tuple[Terminology, Terminology]) -> None:
    used = one("C66742", "NY", "Y", "N", "perhaps", texts=("Yes", "nonsense"))
    assert compare(used, packages[0], packages[0]).changes == ()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    more = "\nts:\n  - {parameter: SEXPOP, value: BOTH}\n"
    files = {**tiny.FILES, "study.yaml": tiny.text(tiny.STUDY).replace("\nts:\n", more)}
    return tiny.write(tmp_path_factory.mktemp("ct") / "study", files)


def test_what_a_study_uses(study: Path) -> None:
    used = used_by(study)
    assert set(used.values["C66731"]) <= {"F", "M", "U"}
    assert "DM.SEX" in used.places["C66731"]
    assert "sdtm/dm.yaml" in used.places["C66731"]
    assert "ADSL.SEX" in used.places["C66731"]
    assert "GLUC" in used.values["C65047"]
    # A list of the value level: that of one parameter's values.
    assert used.values["C66732"] == {"BOTH": {"TS.TSVAL": None}}


def test_the_command_says_it_to_people_and_programs(
    command: Command, study: Path, files: tuple[Path, Path]
) -> None:
    result = command("ct", "diff", *files, study)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "Terminology 2024-01-01 -> 2025-01-01"
    assert any(line.startswith("list.gone: C66781 AGEU:") for line in lines)
    data = json.loads(command("ct", "diff", *files, study, "--json").output)
    assert (data["old"], data["new"]) == ("2024-01-01", "2025-01-01")
    assert lines[-1] == f"{len(data['changes'])} changes to what the study uses."
    gone = next(c for c in data["changes"] if c["kind"] == "list.gone")
    assert gone["codelist"] == "C66781"
    assert gone["means"] == "the codelist is no longer published"
    assert "DM.AGEU" in gone["where"]
    kinds = {c["kind"] for c in data["changes"]}
    assert {"term.published", "term.code", "list.renamed"} <= kinds


def test_nothing_that_changes_is_exit_0(
    command: Command, study: Path, files: tuple[Path, Path]
) -> None:
    result = command("ct", "diff", files[0], files[0], study)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "0 changes to what the study uses."


def test_a_file_that_is_no_terminology_is_exit_2(
    command: Command, study: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong 2024-01-01.txt"
    wrong.write_text("a\tb\n1\t2\n", encoding="utf-8")
    result = command("ct", "diff", files[0], wrong, study)
    assert result.exit_code == 2
    assert "not an NCI EVS table" in result.output
    said = command("ct", "diff", tmp_path / "none.txt", files[1], study, "--json")
    assert said.exit_code == 2
    assert json.loads(said.stdout)["faults"][0]["rule"] == "terminology.file"
    assert command("ct", "diff", *files, tmp_path).exit_code == 2


def test_help(command: Command) -> None:
    text = command("ct", "diff", "--help").output
    for word in ("--json", "--debug", "NCI EVS", "Exit code 0"):
        assert word in text
    assert "diff" in command("ct", "--help").output
