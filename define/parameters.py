"""How the parameters of an ADaM dataset were made, in sentences for define.xml."""

from __future__ import annotations

from adam.datasets import AdamModule
from adam.parameters.times import TimeToEvent


def parameter_method(module: AdamModule, variable: str, records: str) -> str:
    """The method of a variable that parameters make; `records` tells that of the other records."""
    if variable == "STARTDT":
        return _starts(module)
    if variable == module.analysed:
        return (
            "Y on assessments that are evaluable, after the first infusion, not after the start of "
            "new anticancer therapy or the data cut-off, and not after a progression that counts."
        )
    texts = [records] if records else []
    texts += [
        f"{p.code}: {(p.method or p.kind.sentence()).rstrip('.')}." for p in module.parameters
    ]
    if variable == "AVAL" and module.target.data["structure"] == "TTE":
        texts.insert(0, "ADT minus STARTDT plus 1, in days.")
    if variable == "CNSR":
        texts.insert(0, "0 for an event, 1 for a censored subject.")
    return " ".join(texts)


def parameter_comment(module: AdamModule) -> str:
    """What the module remarks on its parameters; "" when it remarks nothing."""
    remarks = [f"{p.code}: {p.comment.rstrip('.')}." for p in module.parameters if p.comment]
    return " ".join(remarks)


def _starts(module: AdamModule) -> str:
    own = [
        f"{p.code}: the earliest {p.kind.begin.sentence().strip()}."
        for p in module.parameters
        if isinstance(p.kind, TimeToEvent) and p.kind.begin is not None
    ]
    return " ".join([f"ADSL.{module.start}.", *own])
