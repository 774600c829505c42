"""How the parameters of an ADaM dataset were made, in sentences for define.xml."""

from __future__ import annotations

from adam.datasets import AdamModule
from adam.parameters import EventSource, Parameter

_RESPONSES = {
    "progression": "the first progression that counts by the criteria in the study's settings",
    "best": "the best response of the assessments that count, within the window of the criteria",
    "confirmed": "the best response that a later assessment confirms by the criteria",
    "lesions": "the response computed from TU and TR by the criteria, for each assessment",
}


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
    texts += [f"{p.code}: {(p.method or _parameter(p)).rstrip('.')}." for p in module.parameters]
    if variable == "AVAL" and module.target.data["structure"] == "TTE":
        texts.insert(0, "ADT minus STARTDT plus 1, in days.")
    if variable == "CNSR":
        texts.insert(0, "0 for an event, 1 for a censored subject.")
    return " ".join(texts)


def parameter_comment(module: AdamModule) -> str:
    """What the module remarks on its parameters; "" when it remarks nothing."""
    remarks = [f"{p.code}: {p.comment.rstrip('.')}." for p in module.parameters if p.comment]
    return " ".join(remarks)


def _parameter(parameter: Parameter) -> str:
    if parameter.response:
        text = _RESPONSES[parameter.response]
        if parameter.of:
            text += f", from the records of {parameter.of}"
        return text
    events = "; ".join(_source(s) for s in parameter.events)
    censors = "; ".join(_source(s) for s in parameter.censors)
    text = f"the earliest of: {events}. Without an event the latest of: {censors}"
    if parameter.stop:
        text += f". Nothing after {parameter.stop} counts, but what is on that day does"
    return text


def _source(source: EventSource) -> str:
    text = f"{source.desc} ({source.dataset}.{source.date}"
    if source.where.clauses:
        text += f" where {source.where.sentence()}"
    return text + ")"


def _starts(module: AdamModule) -> str:
    own = [
        f"{p.code}: the earliest {_source(p.start).strip()}."
        for p in module.parameters
        if p.start is not None
    ]
    return " ".join([f"ADSL.{module.start}.", *own])
