"""How the parameters of an ADaM dataset were made, in sentences for define.xml."""

from __future__ import annotations

from adam.datasets import AdamModule
from adam.parameters.responses import Response
from adam.parameters.times import TimeToEvent


def parameter_method(module: AdamModule, variable: str, records: str) -> str:
    """The method of a variable that parameters make; `records` tells that of the other records."""
    if variable == "STARTDT":
        return _starts(module)
    if variable == module.analysed:
        return _counted(module)
    texts = [records] if records else []
    texts += [
        f"{p.code}: {(p.method or p.kind.sentence()).rstrip('.')}." for p in module.parameters
    ]
    if variable == "AVAL" and module.target.data["structure"] == "TTE":
        texts.insert(0, "ADT minus STARTDT plus 1, in days where no other unit is named.")
    if variable == "CNSR":
        texts.insert(0, f"0 for an event, {_censored(module)} for a censored subject.")
    return " ".join(texts)


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
