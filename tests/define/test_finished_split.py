"""Qualifiers of a domain that is split into several datasets, as a source of ADaM."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from define.finished import look, read_finished
from mappings.findings import SpecPlace
from mappings.sdtm_folder import SdtmFolder
from sdtm.merged import merged

DM = "STUDYID,DOMAIN,USUBJID\nS,DM,S-1\nS,DM,S-2\n"
QS = "STUDYID,DOMAIN,USUBJID,QSSEQ,QSTESTCD\n"
SUPP = "STUDYID,RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL\n"
PARTS = {
    "dm.csv": DM,
    "qsco.csv": f"{QS}S,QS,S-1,1,CO1\nS,QS,S-1,2,CO2\n",
    "qsph.csv": f"{QS}S,QS,S-1,3,PH1\nS,QS,S-2,1,PH1\n",
}


def read(folder: Path, files: dict[str, str]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    (folder / "sdtm").mkdir()
    for name, text in files.items():
        (folder / "sdtm" / name).write_text(text, encoding="utf-8")
    finished, faults = look(folder, SdtmFolder("sdtm", "csv", "utf-8", SpecPlace("study.yaml")))
    assert faults == []
    datasets, findings = read_finished(folder, finished)
    told = [f"{f.rule}: {f.message}" for f in findings if f.rule != "sdtm.type"]
    frames = merged(datasets)
    for name, frame in frames.items():
        assert set(finished.planned[name]) <= set(frame.columns)
    return frames, told


@pytest.mark.parametrize("supplement", ["suppqs.csv", "suppqual.csv"])
def test_one_file_of_qualifiers_is_of_every_part(tmp_path: Path, supplement: str) -> None:
    rows = (
        "S,QS,S-1,QSSEQ,2,WHO,Who,site\n"
        "S,QS,S-1,QSSEQ,3,WHO,Who,subject\n"
        "S,QS,S-2,QSSEQ,1,WHO,Who,family\n"
    )
    frames, told = read(tmp_path, {**PARTS, supplement: SUPP + rows})
    assert told == []
    assert frames["QSCO"]["WHO"].tolist() == ["", "site"]
    assert frames["QSPH"]["WHO"].tolist() == ["subject", "family"]


def test_a_file_of_one_part_is_of_that_part(tmp_path: Path) -> None:
    files = {
        **PARTS,
        "suppqsco.csv": f"{SUPP}S,QS,S-1,QSSEQ,2,WHO,Who,site\n",
        "suppqsph.csv": f"{SUPP}S,QS,S-1,QSSEQ,3,WHO,Who,subject\nS,QS,S-2,QSSEQ,1,MORE,More,x\n",
    }
    frames, told = read(tmp_path, files)
    assert told == []
    assert frames["QSCO"]["WHO"].tolist() == ["", "site"]
    assert "MORE" not in frames["QSCO"].columns
    assert frames["QSPH"]["MORE"].tolist() == ["", "x"]


def test_one_file_of_several_domains(tmp_path: Path) -> None:
    files = {
        **PARTS,
        "suppqual.csv": f"{SUPP}S,QS,S-1,QSSEQ,1,WHO,Who,site\nS,DM,S-2,,,WHO,Who,self\n",
    }
    frames, told = read(tmp_path, files)
    assert told == []
    assert frames["QSCO"]["WHO"].tolist() == ["site", ""]
    assert frames["DM"]["WHO"].tolist() == ["", "self"]


def test_qualifiers_that_belong_nowhere_are_told(tmp_path: Path) -> None:
    rows = "S,FA,S-1,FASEQ,1,WHO,Who,x\nS,QS,S-1,QSSEQ,1,QSTESTCD,Code,x\n"
    _, told = read(tmp_path, {**PARTS, "suppqual.csv": SUPP + rows})
    assert [t.partition(" Did")[0] for t in told] == [
        (
            "supp.merge: the qualifier WHO of FA is not merged: there is no dataset FA."
            " There are: DM, QSCO, QSPH."
        ),
        (
            "supp.merge: the qualifier QSTESTCD of QS is not merged: "
            "QSCO has a variable of this name"
        ),
    ]
