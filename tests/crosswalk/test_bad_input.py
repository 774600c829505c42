"""Every fault of the specification and of files: one clear message, exit 2, nothing written."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import Result

import crosswalk.build

Command = Callable[..., Result]
Content = Callable[[Path], dict[str, bytes]]


@dataclass(frozen=True)
class Copy:
    """A copy of the reference study that a case spoils."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first `old`, which must be there, in a text file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is no longer in {file}: the case must be written anew"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        with (self.folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    def at(self, file: str, text: str, *, last: bool = False) -> str:
        """``file:line:column`` of a text in a file."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        hits = [(n, line.index(text) + 1) for n, line in enumerate(lines, 1) if text in line]
        line, column = hits[-1 if last else 0]
        return f"{file}:{line}:{column}"

    def lines(self, file: str) -> list[bytes]:
        return (self.folder / file).read_bytes().split(b"\n")

    def write(self, file: str, data: bytes) -> None:
        (self.folder / file).write_bytes(data)

    def rows(self, file: str, change: Callable[[list[bytes]], object]) -> None:
        """Change the lines of a raw file in place."""
        lines = self.lines(file)
        change(lines)
        self.write(file, b"\n".join(lines))


Case = Callable[[Copy], list[str]]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


EMPTY = "Export it again: even a form without records has a header row."
AGAIN = "Export it again."
CELLS = (
    "A cell with the separator in it must be quoted; a last row that is too short means that "
    "the file is cut off."
)


# Files of the specification


@case
def study_yaml_missing(study: Copy) -> list[str]:
    (study.folder / "study.yaml").unlink()
    return ["study.yaml: the file does not exist"]


@case
def study_yaml_is_a_folder(study: Copy) -> list[str]:
    (study.folder / "study.yaml").unlink()
    (study.folder / "study.yaml").mkdir()
    return ["study.yaml:1:1: cannot be read: Is a directory"]


@case
def study_yaml_empty(study: Copy) -> list[str]:
    study.write("study.yaml", b"# nothing yet\n")
    return ["study.yaml:1:1: the file is empty"]


@case
def module_in_another_encoding(study: Copy) -> list[str]:
    study.write("sdtm/ex.yaml", "target: EX\nfrom: inf\nnote: Größe\n".encode("latin-1"))
    return ["sdtm/ex.yaml:3:1: byte 30 is not UTF-8. Save it as UTF-8."]


@case
def module_cut_off(study: Copy) -> list[str]:
    study.write("sdtm/ex.yaml", b"target: EX\nkeys: [USUBJID, EXSTDTC\n")
    return ["sdtm/ex.yaml:2:7: not valid YAML: the list that '[' opens here is not closed"]


@case
def module_nested_without_end(study: Copy) -> list[str]:
    study.write("sdtm/ex.yaml", b"target: " + b"[" * 1500 + b"]" * 1500 + b"\n")
    return ["sdtm/ex.yaml:1:1: nested too deeply"]


@case
def module_with_another_ending(study: Copy) -> list[str]:
    (study.folder / "sdtm" / "dd.yaml").rename(study.folder / "sdtm" / "dd.yml")
    return ["sdtm/dd.yml: the name of a module ends in .yaml. Rename it."]


@case
def no_module(study: Copy) -> list[str]:
    for folder in ("sdtm", "adam"):
        for path in (study.folder / folder).iterdir():
            path.unlink()
    return [
        (
            "study.yaml: the study has no module. Write one file per dataset in the folder 'sdtm', "
            "such as sdtm/dm.yaml."
        )
    ]


@case
def two_modules_for_one_sdtm_dataset(study: Copy) -> list[str]:
    study.write("sdtm/ex2.yaml", (study.folder / "sdtm/ex.yaml").read_bytes())
    place = study.at("sdtm/ex2.yaml", "EX\n".strip())
    return [f"{place}: EX has a module already: sdtm/ex.yaml. Keep one of them."]


@case
def two_modules_for_one_adam_dataset(study: Copy) -> list[str]:
    study.write("adam/more.yaml", (study.folder / "adam/adae.yaml").read_bytes())
    place = study.at("adam/more.yaml", "ADAE")
    return [f"{place}: ADAE has a module already: adam/adae.yaml. Keep one of them."]


# Words of the specification


@case
def misspelt_key(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "keys:", "kees:")
    place = study.at("sdtm/ae.yaml", "kees:")
    return [
        "sdtm/ae.yaml:2:1: 'keys' is missing",
        f"{place}: unknown key 'kees'. Did you mean 'keys'?",
    ]


@case
def misspelt_key_of_the_study(study: Copy) -> list[str]:
    study.edit("study.yaml", "epochs:", "epoch:")
    place = study.at("study.yaml", "epoch:")
    return [f"{place}: unknown key 'epoch'. Did you mean 'epochs'?"]


@case
def misspelt_verb(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_EN}", "{coppy: AETERM_EN}")
    place = study.at("sdtm/ae.yaml", "coppy")
    return [f"{place}: vars.AETERM: unknown key 'coppy'. Did you mean 'copy'?"]


@case
def two_verbs(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_EN}", "{copy: AETERM_EN, const: X}")
    place = study.at("sdtm/ae.yaml", "AETERM:")
    return [f"{place}: vars.AETERM: copy and const together; a rule has exactly one verb"]


@case
def misspelt_column(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_EN}", "{copy: AETERM_ENG}")
    place = study.at("sdtm/ae.yaml", "AETERM_ENG")
    return [f"{place}: there is no column 'AETERM_ENG' in ae. Did you mean 'AETERM_EN'?"]


@case
def misspelt_column_of_a_form(study: Copy) -> list[str]:
    study.edit("study.yaml", "subject: SUBJECT\n", "subject: SUBJEKT\n")
    place = study.at("study.yaml", "SUBJEKT")
    return [
        f"{place}: there is no column 'SUBJEKT' in raw/vendor/markers.csv. Did you mean 'SUBJECT'?"
    ]


@case
def misspelt_form(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "from: ae\n", "from: aes\n")
    place = study.at("sdtm/ae.yaml", "aes")
    return [f"{place}: there is no form, dataset or table 'aes'. Did you mean 'ae'?"]


@case
def misspelt_variable(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "AESER:", "AESSER:")
    place = study.at("sdtm/ae.yaml", "AESSER:")
    return [f"{place}: there is no variable 'AESSER' in AE. Did you mean 'AESER'?"]


@case
def misspelt_adam_variable(study: Copy) -> list[str]:
    study.edit("adam/adae.yaml", "ADURU:", "ADURUN:")
    place = study.at("adam/adae.yaml", "ADURUN:")
    return [
        (
            f"{place}: there is no variable 'ADURUN' in ADAE. Did you mean 'ADURU'? "
            "A variable of your own needs a 'label'."
        )
    ]


@case
def misspelt_dataset_in_adam(study: Copy) -> list[str]:
    study.edit("adam/adae.yaml", "from: AE\n", "from: AEE\n")
    place = study.at("adam/adae.yaml", "AEE")
    return [f"{place}: there is no form, dataset or table 'AEE'. Did you mean 'AE'?"]


@case
def unknown_domain(study: Copy) -> list[str]:
    study.edit("sdtm/pr.yaml", "target: PR\n", "target: QX\n")
    place = study.at("sdtm/pr.yaml", "QX")
    return [
        (
            f"{place}: there is no domain 'QX'. There are: TA, TE, TI, TS, TV, CO, DM, SE, SV, CM, "
            "EC, EX, PR, AE, CE, DS, MH, CP, DD, EG and 13 more."
        )
    ]


@case
def misspelt_codelist(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{map: AESER_STD, ct: C66742}", "{map: AESER_STD, ct: C66743}")
    place = study.at("sdtm/ae.yaml", "C66743")
    return [f"{place}: there is no codelist 'C66743' in SDTM CT 2025-03-28. Did you mean 'C66742'?"]


@case
def value_outside_a_closed_codelist(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "RECOVERED/RESOLVED\n", "RECOVERD/RESOLVED\n")
    place = study.at("sdtm/ae.yaml", "RECOVERD")
    return [
        (
            f"{place}: 'RECOVERD/RESOLVED' is not in the codelist Outcome of Event, "
            "which cannot be extended. Did you mean 'RECOVERED/RESOLVED'?"
        )
    ]


@case
def misspelt_function(study: Copy) -> list[str]:
    study.edit("sdtm/dm.yaml", "call: completed_years", "call: complete_years")
    place = study.at("sdtm/dm.yaml", "complete_years")
    return [f"{place}: there is no function 'complete_years'. Did you mean 'completed_years'?"]


@case
def duplicate_key(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "  AEENDY:", "  AETERM: {copy: AETERM}\n  AEENDY:")
    first = study.at("sdtm/ae.yaml", "AETERM:").split(":")[1]
    place = study.at("sdtm/ae.yaml", "AETERM: {copy: AETERM}")
    return [
        (
            f"{place}: the key 'AETERM' stands twice in this block. "
            f"It was first given in line {first}; keep one of them."
        )
    ]


@case
def cycle_of_rules(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_LLT, origin: Assigned}", "{copy: AE.AEDECOD}")
    study.edit("sdtm/ae.yaml", "{copy: AETERM_PT, origin: Assigned}", "{copy: AE.AELLT}")
    place = study.at("sdtm/ae.yaml", "AELLT:")
    return [f"{place}: the rules read each other in a cycle: AELLT -> AEDECOD -> AELLT"]


@case
def rule_that_reads_itself(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_LLT, origin: Assigned}", "{copy: AE.AELLT}")
    place = study.at("sdtm/ae.yaml", "AELLT:")
    return [f"{place}: AELLT reads itself: ae has no such column. Did you mean 'AEDLT'?"]


@case
def cycle_of_modules(study: Copy) -> list[str]:
    study.edit("sdtm/ex.yaml", "{copy: LOTNO}", "{lookup: DM, get: SITEID}")
    place = study.at("sdtm/dm.yaml", "target:")
    return [f"{place}: the modules read each other in a cycle: DM -> EX -> DM"]


@case
def required_variable_without_a_rule(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "  AETERM: {copy: AETERM_EN}\n", "")
    place = study.at("sdtm/ae.yaml", "target:")
    advice = "Give it one; {const: \"\"} with a 'comment' when it was not collected."
    return [f"{place}: the Required variable AETERM has no rule. {advice}"]


@case
def absolute_path(study: Copy) -> list[str]:
    study.edit("study.yaml", "{file: raw/edc/dm.csv}", "{file: /raw/dm.csv}")
    place = study.at("study.yaml", "/raw/dm.csv")
    return [
        (
            f"{place}: '/raw/dm.csv' is an absolute path, which means nothing on another machine. "
            "Name the file from the study folder on."
        )
    ]


@case
def study_id_that_leaves_the_package(study: Copy) -> list[str]:
    study.edit("study.yaml", "id: CEACART01\n", "id: ../../../elsewhere\n")
    place = study.at("study.yaml", "../../../elsewhere")
    return [
        (
            f"{place}: '../../../elsewhere' cannot be the name of a folder. "
            "Use letters, digits, '-', '_' and '.' only."
        )
    ]


@case
def impossible_date_of_creation(study: Copy) -> list[str]:
    study.edit("study.yaml", "created: 2024-09-02T", "created: 2024-09-32T")
    place = study.at("study.yaml", "2024-09-32")
    return [f"{place}: created: there is no such date as '2024-09-32T08:00:00'"]


# findings.yaml


@case
def findings_misspelt_key(study: Copy) -> list[str]:
    study.write(
        "findings.yaml",
        b"- rule: date.impossible\n  reson: known\n  author: A\n  date: 2024-08-12\n",
    )
    return [
        "findings.yaml:1:3: 1: 'reason' is missing",
        "findings.yaml:2:3: 1: unknown key 'reson'. Did you mean 'reason'?",
    ]


@case
def findings_no_list(study: Copy) -> list[str]:
    study.write("findings.yaml", b"rule: date.impossible\n")
    return ["findings.yaml:1:1: expected a list, found a block of keys"]


@case
def findings_with_a_rule_that_is_none(study: Copy) -> list[str]:
    study.write(
        "findings.yaml",
        b"- rule: Date Impossible\n  reason: known\n  author: A\n  date: 2024-08-12\n",
    )
    return [
        ("findings.yaml:1:9: there is no rule 'Date Impossible'. Did you mean 'date.impossible'?")
    ]


@case
def findings_repeated(study: Copy) -> list[str]:
    entry = b"- rule: date.impossible\n  reason: known\n  author: A\n  date: 2024-08-12\n"
    study.write("findings.yaml", entry * 2)
    return ["findings.yaml:5:3: the entry repeats the one at findings.yaml:1:3. Keep one of them."]


# derive.py


@case
def derive_that_is_no_python(study: Copy) -> list[str]:
    study.write("derive.py", b"import math\ndef broken(:\n")
    return ["derive.py:2:1: cannot be imported: SyntaxError: invalid syntax (derive.py, line 2)"]


@case
def derive_that_imports_what_is_not_there(study: Copy) -> list[str]:
    study.write("derive.py", b"import math\nimport no_such_package\n")
    return [
        "derive.py:2:1: cannot be imported: ModuleNotFoundError: No module named 'no_such_package'"
    ]


@case
def derive_that_leaves(study: Copy) -> list[str]:
    study.write("derive.py", b"import sys\nsys.exit(0)\n")
    return ["derive.py:2:1: cannot be imported: SystemExit: 0"]


# Raw files


@case
def raw_file_missing(study: Copy) -> list[str]:
    (study.folder / "raw/edc/dth.csv").unlink()
    return [
        (
            "raw/edc/dth.csv: the file does not exist. "
            "Put the export there, or mend 'file' in study.yaml."
        )
    ]


@case
def raw_folder_missing(study: Copy) -> list[str]:
    for path in (study.folder / "raw/vendor").iterdir():
        path.unlink()
    (study.folder / "raw/vendor").rmdir()
    there = "the file does not exist. Put the export there, or mend 'file' in study.yaml."
    return [f"raw/vendor/car_kinetics.csv: {there}", f"raw/vendor/markers.csv: {there}"]


@case
def raw_file_empty(study: Copy) -> list[str]:
    study.write("raw/edc/dth.csv", b"")
    return [f"raw/edc/dth.csv: the file is empty. {EMPTY}"]


@case
def raw_file_of_line_ends(study: Copy) -> list[str]:
    study.write("raw/edc/dth.csv", b"\r\n\r\n")
    return [f"raw/edc/dth.csv: the file is empty. {EMPTY}"]


@case
def raw_file_cut_off_between_rows(study: Copy) -> list[str]:
    study.rows("raw/edc/dth.csv", lambda rows: rows.__delitem__(slice(12, None)))
    return [
        (
            "raw/edc/dth.csv, row 12: the last line is not EOF: the export is cut off. "
            "Download the clinical view again."
        )
    ]


@case
def raw_file_cut_off_in_a_row(study: Copy) -> list[str]:
    data = (study.folder / "raw/edc/dth.csv").read_bytes()
    study.write("raw/edc/dth.csv", data[: len(data) // 2])
    row = data[: len(data) // 2].count(b"\n") + 1
    return [
        (
            f"raw/edc/dth.csv, row {row}: the last line is not EOF: the export is cut off. "
            "Download the clinical view again."
        )
    ]


@case
def vendor_file_cut_off_in_a_row(study: Copy) -> list[str]:
    study.rows(
        "raw/vendor/car_kinetics.csv",
        lambda rows: rows.__setitem__(slice(9, None), [b"CEACART01,01"]),
    )
    return [
        f"raw/vendor/car_kinetics.csv, row 10: 2 cells where the header has 16: too few. {CELLS}"
    ]


@case
def vendor_file_cut_off_in_a_quoted_cell(study: Copy) -> list[str]:
    def cut(rows: list[bytes]) -> None:
        rows[9:] = [b'CEACART01,01,"01-0']

    study.rows("raw/vendor/car_kinetics.csv", cut)
    return [
        (
            "raw/vendor/car_kinetics.csv, row 10: the quoting is broken (unexpected end of data): "
            "the file may be cut off. Export it again."
        )
    ]


@case
def wrong_encoding(study: Copy) -> list[str]:
    study.edit("study.yaml", "      encoding: gb18030\n", "")
    data = (study.folder / "raw/vendor/markers.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError) as caught:
        data.decode("utf-8")
    byte = caught.value.start
    start = f"raw/vendor/markers.csv, row {data[:byte].count(10) + 1}: byte {byte + 1} is not utf-8"
    rows = [n for n, line in enumerate(data.split(b"\n"), 1) if any(b > 127 for b in line)]
    also = f"{', '.join(map(str, rows[1:21]))} and {len(rows) - 21:,} more"
    advice = "Declare the right 'encoding' for this form in study.yaml."
    return [f"{start} text; the same in rows {also}. {advice}"]


@case
def unknown_encoding(study: Copy) -> list[str]:
    study.edit("study.yaml", "encoding: gb18030", "encoding: gb18031")
    return [
        "raw/vendor/markers.csv: there is no encoding 'gb18031'. Mend 'encoding' in study.yaml."
    ]


@case
def encoding_that_is_no_text_encoding(study: Copy) -> list[str]:
    study.edit("study.yaml", "encoding: gb18030", "encoding: base64")
    return ["raw/vendor/markers.csv: there is no encoding 'base64'. Mend 'encoding' in study.yaml."]


@case
def duplicate_column(study: Copy) -> list[str]:
    study.rows("raw/edc/dth.csv", lambda r: r.__setitem__(0, r[0].replace(b"DTHSPEC", b"Dthcaus")))
    return [
        (
            "raw/edc/dth.csv, row 1: the column 'DTHCAUS' stands 2 times in the header. "
            "Names of columns must differ (capitals do not count); export it again."
        )
    ]


@case
def column_without_a_name(study: Copy) -> list[str]:
    study.rows("raw/edc/dth.csv", lambda r: r.__setitem__(0, r[0].replace(b"userid", b"")))
    return [f"raw/edc/dth.csv, row 1: the header row has a column without a name. {AGAIN}"]


@case
def too_many_cells(study: Copy) -> list[str]:
    width = study.lines("raw/edc/dth.csv")[0].count(b",") + 1
    study.rows("raw/edc/dth.csv", lambda rows: rows.__setitem__(4, rows[4] + b',"more"'))
    return [
        f"raw/edc/dth.csv, row 5: {width + 1} cells where the header has {width}: too many. {CELLS}"
    ]


@case
def too_few_cells(study: Copy) -> list[str]:
    width = study.lines("raw/edc/dth.csv")[0].count(b",") + 1
    study.rows("raw/edc/dth.csv", lambda r: r.__setitem__(4, r[4].rpartition(b",")[0]))
    return [
        f"raw/edc/dth.csv, row 5: {width - 1} cells where the header has {width}: too few. {CELLS}"
    ]


@case
def zip_given_as_csv(study: Copy) -> list[str]:
    path = study.folder / "raw/edc/dth.csv"
    text = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dth.csv", text)
    return ["raw/edc/dth.csv: this is a zip archive, not a text file. Unpack it first."]


@case
def nul_characters(study: Copy) -> list[str]:
    study.rows("raw/edc/dth.csv", lambda r: r.__setitem__(3, r[3].replace(b"PROD", b"PR\x00D")))
    return ["raw/edc/dth.csv, row 4: a NUL character: this is not a text file. Export it again."]


@case
def raw_file_is_a_folder(study: Copy) -> list[str]:
    (study.folder / "raw/edc/dth.csv").unlink()
    (study.folder / "raw/edc/dth.csv").mkdir()
    return ["raw/edc/dth.csv: cannot be read: Is a directory"]


# All at once


@case
def five_faults_in_three_files(study: Copy) -> list[str]:
    study.edit("sdtm/ae.yaml", "{copy: AETERM_EN}", "{copy: AETERM_ENG}")
    study.edit("sdtm/ae.yaml", "AESER:", "AESSER:")
    study.edit("sdtm/ex.yaml", "{copy: LOTNO}", "{coppy: LOTNO}")
    study.edit("adam/adae.yaml", "ADURU:", "ADURUN:")
    study.edit("adam/adae.yaml", "NACTDT}", "NACTDT, until: TRTEDT, days: -1}")
    return [
        (
            f"{study.at('adam/adae.yaml', 'ADURUN:')}: there is no variable 'ADURUN' in ADAE. "
            "Did you mean 'ADURU'? A variable of your own needs a 'label'."
        ),
        (f"{study.at('adam/adae.yaml', '-1}')}: 'days' is at least 0"),
        (
            f"{study.at('sdtm/ae.yaml', 'AETERM_ENG')}: there is no column 'AETERM_ENG' in ae. "
            "Did you mean 'AETERM_EN'?"
        ),
        (
            f"{study.at('sdtm/ae.yaml', 'AESSER:')}: there is no variable 'AESSER' in AE. "
            "Did you mean 'AESER'?"
        ),
        (
            f"{study.at('sdtm/ex.yaml', 'coppy')}: vars.EXLOT: unknown key 'coppy'. "
            "Did you mean 'copy'?"
        ),
    ]


@case
def faults_of_every_kind_of_file(study: Copy) -> list[str]:
    study.edit("study.yaml", "epochs:", "epoch:")
    study.edit("sdtm/ae.yaml", "{copy: AETERM_EN}", "{copy: AETERM_ENG}")
    study.edit("adam/adtte.yaml", "target:", "taget:")
    study.write("findings.yaml", b"- rule: date.impossible\n")
    study.write("raw/edc/dth.csv", b"")
    (study.folder / "raw/edc/preg.csv").unlink()
    there = "Put the export there, or mend 'file' in study.yaml."
    return [
        "adam/adtte.yaml:2:1: unknown key 'taget'. Did you mean 'target'?",
        "adam/adtte.yaml:2:1: 'target' is missing",
        "findings.yaml:1:3: 1: 'reason', 'author', 'date' are missing",
        f"raw/edc/dth.csv: the file is empty. {EMPTY}",
        f"raw/edc/preg.csv: the file does not exist. {there}",
        (
            f"{study.at('sdtm/ae.yaml', 'AETERM_ENG')}: there is no column 'AETERM_ENG' in ae. "
            "Did you mean 'AETERM_EN'?"
        ),
        f"{study.at('study.yaml', 'epoch:')}: unknown key 'epoch'. Did you mean 'epochs'?",
    ]


def said(result: Result, study: Path) -> list[str]:
    """The faults that the command told, without the study's folder; it must be on each line."""
    lines = result.stderr.splitlines()
    assert "Traceback" not in result.output + result.stderr
    *faults, end = [line for line in lines if not line.startswith("Reading the ")]
    word = "fault" if len(faults) == 1 else "faults"
    assert end == f"{len(faults)} {word}; nothing was written."
    prefix = f"{study.as_posix()}/"
    assert all(line.startswith(prefix) for line in faults), faults
    return [line.removeprefix(prefix) for line in faults]


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_said_and_nothing_is_written(
    name: str, study_copy: Path, last_good: Path, command: Command, content: Content
) -> None:
    expected = CASES[name](Copy(study_copy))
    before = content(last_good.parent)
    result = command("build", study_copy, "-o", last_good)
    assert said(result, study_copy) == expected
    assert result.stdout == ""
    assert result.exit_code == 2
    assert content(last_good.parent) == before


# What is wrong outside of the study


def test_no_such_study_folder(tmp_path: Path, last_good: Path, command: Command) -> None:
    missing = tmp_path / "nowhere"
    result = command("build", missing, "-o", last_good)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "Reading the specification",
        (
            f"{missing.as_posix()}: there is no such study folder. "
            "Name a folder that holds study.yaml."
        ),
        "1 fault; nothing was written.",
    ]


def test_a_file_is_no_study_folder(tiny_study: Path, command: Command) -> None:
    result = command("lint", tiny_study / "study.yaml")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        (
            f"{(tiny_study / 'study.yaml').as_posix()}: this is no folder. "
            "Name a folder that holds study.yaml."
        ),
        "1 fault; nothing was written.",
    ]


def test_faults_as_json(study_copy: Path, command: Command) -> None:
    expected = CASES["misspelt_column"](Copy(study_copy))[0].split(":")
    result = command("lint", study_copy, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "faults": [
            {
                "rule": "name.column",
                "message": "there is no column 'AETERM_ENG' in ae",
                "advice": "Did you mean 'AETERM_EN'?",
                "file": "sdtm/ae.yaml",
                "line": int(expected[1]),
                "column": expected[2],
            }
        ]
    }


def refused(
    study: Path, out: Path, sentence: str, command: Command, content: Content, where: Path
) -> None:
    """The build ends at once with exit code 2 and the sentence, and changes nothing."""
    before = content(where)
    result = command("build", study, "-o", out)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == ["Reading the specification", sentence]
    assert content(where) == before


def test_output_is_a_file(
    tiny_study: Path, tmp_path: Path, command: Command, content: Content
) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"mine")
    sentence = f"{out} is a file, not a folder; name another output folder"
    refused(tiny_study, out, sentence, command, content, tmp_path)


def test_a_file_stands_above_the_output(
    tiny_study: Path, tmp_path: Path, command: Command, content: Content
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    out = tmp_path / "file" / "deep" / "out"
    sentence = f"{out} cannot be written: {tmp_path / 'file'} is a file, not a folder"
    refused(tiny_study, out, sentence, command, content, tmp_path)


@pytest.mark.parametrize("name", ["out", "out.previous"])
def test_output_holds_other_files(
    tiny_study: Path, tmp_path: Path, command: Command, content: Content, name: str
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis.docx").write_bytes(b"mine")
    sentence = (
        f"{tmp_path / name} holds files that are no package of Crosswalk (there is no "
        "manifest.json); name another output folder"
    )
    refused(tiny_study, tmp_path / "out", sentence, command, content, tmp_path)


def test_the_study_itself_is_no_output(
    tiny_study: Path, tmp_path: Path, command: Command, content: Content
) -> None:
    sentence = (
        f"{tiny_study} holds files that are no package of Crosswalk (there is no "
        "manifest.json); name another output folder"
    )
    refused(tiny_study, tiny_study, sentence, command, content, tmp_path)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write anywhere")
def test_output_may_not_be_written(
    tiny_study: Path, tmp_path: Path, command: Command, content: Content
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    out = home / "out"
    sentence = f"{out} cannot be written: {home} may not be changed by you"
    refused(tiny_study, out, sentence, command, content, tmp_path)


# The study's own code


def call_fails(
    study: Path, out: Path, code: str, sentence: str, command: Command, content: Content
) -> None:
    text = (study / "derive.py").read_text(encoding="utf-8")
    line = '    return pd.to_numeric(frame["YEARS"])\n'
    assert line in text
    (study / "derive.py").write_text(text.replace(line, code), encoding="utf-8")
    before = content(out.parent)
    result = command("build", study, "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == sentence
    assert "Traceback" not in result.stderr
    assert content(out.parent) == before


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("    return 1 / 0\n", "failed: ZeroDivisionError: division by zero"),
        ('    return frame["AGE"]\n', "reads 'AGE', which is not in 'reads'"),
        ("    return [1.0, 2.0]\n", "must return one value per row"),
        ("    return pd.Series([1.0])\n", "must return one value per row"),
    ],
)
def test_a_call_that_fails(
    tiny_study: Path, last_good: Path, command: Command, content: Content, code: str, sentence: str
) -> None:
    place = Copy(tiny_study).at("sdtm/dm.yaml", "AGE:")
    sentence = f"{place}: the function 'age' {sentence}"
    call_fails(tiny_study, last_good, code, sentence, command, content)


def test_a_call_that_leaves(
    tiny_study: Path, last_good: Path, command: Command, content: Content
) -> None:
    sentence = "The study's own code ended the program (exit 0); nothing was written."
    call_fails(tiny_study, last_good, "    raise SystemExit(0)\n", sentence, command, content)


# The disk


def test_the_disk_is_full(
    tiny_study: Path,
    last_good: Path,
    command: Command,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = content(last_good.parent)
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "define.html":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    result = command("build", tiny_study, "-o", last_good)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        f"{last_good} cannot be written: No space left on device; the last package is untouched"
    )
    assert content(last_good.parent) == before


def test_the_disk_is_full_as_json(
    tiny_study: Path, last_good: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = command("build", tiny_study, "-o", last_good, "--json")
    assert result.exit_code == 2
    (fault,) = json.loads(result.stdout)["faults"]
    assert fault["rule"] == "publish.refused"
    assert "No space left on device" in fault["message"]


def test_memory_is_full(
    tiny_study: Path, last_good: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(crosswalk.build, "run_sdtm", full)
    result = command("build", tiny_study, "-o", last_good)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "There is not enough memory for this study."
