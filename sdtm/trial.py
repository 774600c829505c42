"""TS: trial summary parameters from study.yaml."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappings.findings import Finding
from mappings.frames import text_series
from mappings.load import did_you_mean, spec_fault
from mappings.study import Study, SummaryParameter
from mappings.text import fits, pieces
from sdtm.standard import IG_VERSION, MODEL_VERSION, domain
from sdtm.terminology import Terminology

FLAVOURS = (
    *("NI", "INV", "OTH", "PINF", "NINF", "UNC", "DER", "UNK"),
    *("ASKU", "NAV", "NASK", "QS", "TRC", "MSK", "NA"),
)
"""The null flavours of ISO 21090 that SDTMIG 3.4 lists for TSVALNF."""


_NO_YES = (
    *("ADAPT", "ADDON", "BRDNAIND", "BRIND", "DMCIND", "EXTTIND", "FDADEIND", "FDADRIND"),
    *("HLTSUBJI", "ONGOSIND", "PASSIND", "PDPSTIND", "PDSTIND", "PIPIND", "RANDOM", "RDIND"),
    "SSTDYIND",
)
RESPONSES = {
    **dict.fromkeys(_NO_YES, "C66742"),
    "DOSFRM": "C66726",
    "DOSFRQ": "C71113",
    "DOSU": "C71620",
    "INTMODEL": "C99076",
    "INTTYPE": "C99078",
    "ROUTE": "C66729",
    "SEXPOP": "C66732",
    "STYPE": "C99077",
    "TBLIND": "C66735",
    "TCNTRL": "C66785",
    "TINDTP": "C66736",
    "TPHASE": "C66737",
    "TTYPE": "C66739",
}
"""The codelist of the values of each parameter that has one (SDTMIG 3.4 appendix C1)."""
CT = "CDISC CT"


def check_summary(study: Study, terminology: Terminology) -> list[Finding]:
    """Faults of `ts` in study.yaml: unknown parameters, a parameter without value and reason."""
    faults: list[Finding] = []
    codes = terminology.codelist("TSPARMCD")
    first: dict[tuple[str, str, str, str], SummaryParameter] = {}
    for parameter in study.ts:
        said = (parameter.parameter, parameter.value, parameter.null, parameter.group)
        earlier = first.setdefault(said, parameter)
        if earlier is not parameter:
            message = f"{parameter.parameter} has this value already: {earlier.place}"
            advice = "Keep one of them; several values of a parameter differ."
            faults.append(spec_fault("ts.twice", message, parameter.place, advice))
        if parameter.parameter not in codes:
            message = f"there is no trial summary parameter '{parameter.parameter}'"
            hint = did_you_mean(parameter.parameter, list(codes.values))
            faults.append(spec_fault("ts.parameter", message, parameter.place, hint))
        if bool(parameter.value) == bool(parameter.null):
            message = f"{parameter.parameter} needs either 'value' or 'null'"
            faults.append(spec_fault("ts.value", message, parameter.place))
        if parameter.null and parameter.null not in FLAVOURS:
            message = f"'{parameter.null}' is no null flavour"
            hint = did_you_mean(parameter.null, list(FLAVOURS))
            faults.append(spec_fault("ts.null", message, parameter.place, hint))
        for text in (parameter.value, parameter.code, parameter.reference, parameter.version):
            if not fits(text, study.encoding):
                message = f"'{text}' cannot stand in a package in {study.encoding}"
                advice = "Write it in other characters, or declare another 'encoding'."
                faults.append(spec_fault("ts.encoding", message, parameter.place, advice))
        faults.extend(_check_term(parameter, terminology))
        faults.extend(_check_agreement(parameter, study))
    return faults


def _check_term(parameter: SummaryParameter, terminology: Terminology) -> list[Finding]:
    """A value that its closed codelist lacks, and a code that is not the value's."""
    code = RESPONSES.get(parameter.parameter, "")
    if not code or not parameter.value:
        return []
    terms = terminology.codelist(code)
    if parameter.value not in terms:
        if terms.extensible and parameter.reference != CT:
            return []
        message = f"{parameter.parameter}: '{parameter.value}' is not in {terms.name} ({code})"
        hint = did_you_mean(parameter.value, list(terms.values))
        return [spec_fault("ts.term", message, parameter.place, hint)]
    right = terms.term(parameter.value).code
    if parameter.code and parameter.reference in ("", CT) and parameter.code != right:
        message = f"{parameter.parameter}: {parameter.code} is not the code of {parameter.value}"
        advice = f"It is {right}; without 'code' it is filled in."
        return [spec_fault("ts.code", message, parameter.place, advice)]
    return []


def _check_agreement(parameter: SummaryParameter, study: Study) -> list[Finding]:
    """A value that study.yaml says elsewhere, and otherwise."""
    told = {
        "DCUTDTC": (study.cutoff, "cutoff"),
        "SDTIGVER": (study.standards.get("sdtmig", ""), "sdtmig of standards"),
        "SDTMVER": (MODEL_VERSION, "the model of SDTMIG " + IG_VERSION),
    }
    wanted, where = told.get(parameter.parameter, ("", ""))
    if not wanted or not parameter.value or parameter.value == wanted:
        return []
    message = f"{parameter.parameter} is '{parameter.value}', but {where} is '{wanted}'"
    return [spec_fault("ts.agreement", message, parameter.place, "Correct one of the two.")]


def _coded(parameter: SummaryParameter, study: Study, terminology: Terminology) -> dict[str, str]:
    """TSVALCD, TSVCDREF and TSVCDVER; those of a published term need not be written."""
    code, reference, version = parameter.code, parameter.reference, parameter.version
    terms = terminology.codelist(RESPONSES.get(parameter.parameter, "C66742"))
    published = parameter.parameter in RESPONSES and parameter.value in terms
    if published and reference in ("", CT):
        code = terms.term(parameter.value).code
        reference, version = CT, version or study.standards.get("terminology", "")
    return {"TSVALCD": code, "TSVCDREF": reference, "TSVCDVER": version}


def summary_variables(frame: pd.DataFrame) -> tuple[str, ...]:
    """The variables of TS in their order: TSVAL1 and so on stand behind TSVAL."""
    return domain("TS").arranged(n for n in map(str, frame.columns) if not n.startswith("_"))


def summary(study: Study, terminology: Terminology) -> pd.DataFrame:
    """The records of TS in the order of TSPARMCD; a long value continues in TSVAL1 and so on."""
    decodes = terminology.decodes("TSPARMCD", "TSPARM")
    rows: list[dict[str, object]] = []
    counts: dict[str, int] = {}
    for parameter in sorted(study.ts, key=lambda p: p.parameter):
        code = parameter.parameter
        counts[code] = counts.get(code, 0) + 1
        row: dict[str, object] = {
            "STUDYID": study.id,
            "DOMAIN": "TS",
            "TSSEQ": float(counts[code]),
            "TSGRPID": parameter.group,
            "TSPARMCD": code,
            "TSPARM": decodes[code],
            "TSVALNF": parameter.null,
            **_coded(parameter, study, terminology),
            "_form": "study.yaml",
            "_row": parameter.place.line,
        }
        for i, piece in enumerate(pieces(parameter.value, study.encoding)):
            row["TSVAL" + (str(i) if i else "")] = piece
        rows.append(row)
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        if name == "TSSEQ":
            frame[name] = frame[name].astype("float64")
        elif name == "_row":
            frame[name] = frame[name].astype(np.int64)
        else:
            frame[name] = text_series(frame[name])
    return frame
