"""How the parameters of an ADaM dataset were made, in sentences for define.xml."""

from __future__ import annotations

from adam.datasets import AdamModule
from adam.parameters.model import Parameter
from adam.parameters.responses import Response
from adam.parameters.times import TimeToEvent

_OF_RECORD = {
    "ADT": "The date",
    "SRCDOM": "The dataset",
    "SRCVAR": "The variable",
    "SRCSEQ": "The sequence number",
    "VISIT": "The visit",
    "VISITNUM": "The number of the visit",
    "EVNTDESC": "The description",
    "CNSDTDSC": "The description of a censoring, which is that",
}
"""What variables that parameters make hold of the record that gives the value."""


def parameter_method(module: AdamModule, variable: str, records: str) -> str:
    """The method of a variable that parameters make; `records` tells that of the other records."""
    if variable == "STARTDT":
        return _starts(module)
    if variable == module.analysed:
        return _counted(module)
    texts = [f"{records.rstrip('.')}."] if records else []
    values = [v for v in ("AVAL", "AVALC") if v in module.target.parameters]
    if variable in values:
        texts += [value_method(module, p, variable, p.code) for p in module.parameters]
    elif variable == "CNSR":
        texts.append(f"0 for an event, {_censored(module)} for a censored subject.")
    else:
        which = "Of parameters: " if records else ""
        said = _OF_RECORD.get(variable, "The value")
        texts.append(f"{which}{said} of the record that the method of {values[0]} names.")
    return " ".join(texts)


def value_method(module: AdamModule, parameter: Parameter, variable: str, code: str = "") -> str:
    """How the value of a parameter is made, after its `code` where several stand together."""
    text = (parameter.method or parameter.kind.sentence()).rstrip(".") + "."
    if variable != "AVAL" or module.target.data["structure"] != "TTE":
        text = text[:1].upper() + text[1:]
    else:
        text = f"ADT minus STARTDT plus 1, in days where no other unit is named. ADT is {text}"
    return f"{code}: {text}" if code else text


def parameter_comment(module: AdamModule) -> str:
    """What the module remarks on its parameters; "" when it remarks nothing."""
    remarks = [f"{p.code}: {p.comment.rstrip('.')}." for p in module.parameters if p.comment]
    return " ".join(remarks)


def _counted(module: AdamModule) -> str:
    """What the flag of the assessments that count says."""
    kind = next(p.kind for p in module.parameters if isinstance(p.kind, Response))
    text = f"Y on assessments that are evaluable, after {kind.start}, not after "
    text += f"{kind.stop} or " if kind.stop else ""
    return text + "the data cut-off, and not after a progression that counts."


def _censored(module: AdamModule) -> str:
    """The values of CNSR of censored subjects."""
    values = {1}
    for parameter in module.parameters:
        kind = parameter.kind
        if isinstance(kind, TimeToEvent):
            values.update(s.cnsr for s in kind.censors)
            values.update(x.cnsr for x in (kind.gap, kind.stop) if x is not None and x.cnsr)
    return " or ".join(str(v) for v in sorted(values))


def _starts(module: AdamModule) -> str:
    own = [
        f"{p.code}: the earliest {p.kind.begin.sentence().strip()}."
        for p in module.parameters
        if isinstance(p.kind, TimeToEvent) and p.kind.begin is not None
    ]
    return " ".join([f"ADSL.{module.start}.", *own])
