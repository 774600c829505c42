"""Rules of response: RS against TR and TU, and overall against its parts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from mappings.findings import Severity
from validation.locate import Mask
from validation.rules.model import Data, Hit, named, rule
from validation.rules.oncology import assessment, coded_groups, common
from validation.rules.tools import among, equals, floats, present, text

_GUIDE = "SDTMIG 3.4 section 6.3.12"
_SIZES = ("LDIAM", "LPERP", "DIAMETER", "LMAXSP", "SAXIS")
_WORDS = {
    **dict.fromkeys(("CR", "IRCR", "ICR", "IMCR"), "CR"),
    **dict.fromkeys(("PR", "IRPR", "IPR", "IMPR"), "PR"),
    **dict.fromkeys(("SD", "IRSD", "ISD", "IMSD"), "SD"),
    **dict.fromkeys(("PD", "IRPD", "IUPD", "ICPD", "IMPD"), "PD"),
    **dict.fromkeys(("NE", "IRNE", "INE"), "NE"),
    **dict.fromkeys(
        ("NON-CR/NON-PD", "NON-ICR/NON-IUPD", "IRNN", "NN", "NON-ICR/NON-ICPD", "IRNON-CR/NON-PD"),
        "NN",
    ),
}
"""What a response says, whichever of the criteria of RECIST's family it is of."""


def meaning(column: pd.Series) -> pd.Series:
    """CR, PR, SD, PD, NN (neither complete nor progressed), NE; "" for any other word."""
    return column.fillna("").astype("str").str.upper().str.strip().map(_WORDS).fillna("")


def _of_recist(frame: pd.DataFrame) -> Mask:
    """Responses by criteria of which the overall one follows from its parts as in RECIST."""
    if "RSCAT" not in frame:
        return np.ones(len(frame), dtype=bool)
    category = text(frame, "RSCAT")
    return (category.str.contains("(?i)RECIST", regex=True) | (category == "")).to_numpy(dtype=bool)


def _immune(frame: pd.DataFrame) -> Mask:
    """Responses by criteria in which a new lesion alone is no progression (irRC, irRECIST)."""
    word = text(frame, "RSSTRESC").str.upper()
    immune = word.str.startswith("IR") | word.str.startswith("IM")
    if "RSCAT" in frame:
        immune |= text(frame, "RSCAT").str.contains("(?i)irRECIST|imRECIST|irRC", regex=True)
    return np.asarray(immune.to_numpy(dtype=bool))


def _part(data: Data, name: str, *tests: str) -> npt.NDArray[np.str_]:
    """For each record of RS the response of its assessment in one of `tests`, "" without one."""
    frame = data[name]
    keys = [*assessment(data, name), *(["RSCAT"] if "RSCAT" in frame else [])]
    group = coded_groups(frame, keys)
    said = equals(frame, "RSTESTCD", *tests)
    found = np.full(group.max(initial=-1) + 1, "", dtype="U40")
    found[group[said]] = text(frame, "RSSTRESC")[said].to_numpy(dtype="U40")
    return np.asarray(found[group])


@rule(
    "rs.overall",
    "the overall response is the one that follows from targets, non-targets and new lesions",
    source=f"{_GUIDE}; RECIST 1.1, iRECIST and irRECIST, tables of the overall response",
    target=named("RS"),
    needs=("*.USUBJID", "*.RSTESTCD", "*.RSSTRESC"),
    advice="Ask the evaluator which of the responses is meant.",
)
def _overall(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if not len(assessment(data, name)) > 1:
        return
    said = meaning(frame["RSSTRESC"]).to_numpy(dtype="U4")
    target = meaning(pd.Series(_part(data, name, "TRGRESP"), dtype="str")).to_numpy(dtype="U4")
    other = meaning(pd.Series(_part(data, name, "NTRGRESP"), dtype="str")).to_numpy(dtype="U4")
    new = np.isin(
        np.char.upper(_part(data, name, "NEWLPROG", "NEWLIND", "NEWLWIND")),
        ("Y", "YES", "PD", "IUPD", "ICPD", "UNEQUIVOCAL"),
    )
    immune = _immune(frame)
    asked = equals(frame, "RSTESTCD", "OVRLRESP") & (said != "") & _of_recist(frame)
    asked &= (target != "") | (other != "")
    wrong = asked & ~_follows(said, target, other, new & ~immune, immune)
    words = [
        f": targets {t or '(none)'}, non-targets {o or '(none)'}{', new lesion' if n else ''}"
        for t, o, n in zip(target[wrong], other[wrong], new[wrong], strict=True)
    ]
    yield Hit(name, ("RSSTRESC", "RSTESTCD"), wrong, words)


def _follows(
    said: npt.NDArray[np.str_],
    target: npt.NDArray[np.str_],
    other: npt.NDArray[np.str_],
    new: Mask,
    immune: Mask,
) -> Mask:
    """Where the overall response may stand beside its parts."""
    progressed = (target == "PD") | new | (other == "PD")
    # In irRECIST versions differ on whether non-target lesions alone are a progression.
    unclear = immune & (other == "PD") & (target != "PD") & ~new
    by_target = np.select(
        [
            target == "CR",
            target != "",
        ],
        [
            np.where(other == "CR", "CR", np.where(other == "", said, "PR")),
            target,
        ],
        default=other,
    )
    # Without non-target lesions the response of the targets stands; a target CR is then CR.
    alone = (target == "CR") & (other == "")
    fits = np.where(alone, np.isin(said, ("CR", "PR")), said == by_target)
    # Only non-target disease that neither is gone nor grew is called SD in older studies.
    fits |= (target == "") & (other == "NN") & (said == "SD")
    return np.asarray(
        np.where(progressed & ~unclear, said == "PD", fits | (unclear & (said == "PD")))
    )


@rule(
    "rs.new_lesion",
    "a new lesion is a progression, by criteria that say so",
    source=f"{_GUIDE}; RECIST 1.1 and iRECIST",
    target=named("RS"),
    needs=("*.USUBJID", "*.RSTESTCD", "*.RSSTRESC", "TU.USUBJID", "TU.TUSTRESC"),
    severity=Severity.WARNING,
    advice="Ask the evaluator whether the lesion is new.",
)
def _new_lesion(data: Data, name: str) -> Iterator[Hit]:
    frame, lesions = data[name], data["TU"]
    own, theirs = common(data, name, "TU")
    if len(own) < 2:
        return
    found = lesions[text(lesions, "TUSTRESC").str.startswith("NEW").to_numpy(dtype=bool)]
    renamed = found[theirs].set_axis(own, axis=1)
    overall = equals(frame, "RSTESTCD", "OVRLRESP") & (meaning(frame["RSSTRESC"]) != "").to_numpy()
    late = overall & ~_immune(frame) & _of_recist(frame) & among(frame, own, renamed)
    yield Hit(name, ("RSSTRESC",), late & (meaning(frame["RSSTRESC"]) != "PD").to_numpy())


def _sizes(data: Data, name: str) -> pd.DataFrame:
    """Each assessment of target lesions in TR: its sum in mm, and what is known of it.

    `key` holds the names that RS has too. `lost` tells a size that is missing, `left` a lesion
    that is not gone: a size over 0, of a node (a short axis) 10 mm or more.
    """
    frame = data["TR"]
    _, keys = common(data, name, "TR")
    wanted = equals(frame, "TRTESTCD", *_SIZES) & equals(frame, "TRGRPID", "TARGET")
    part = frame[wanted]
    value = floats(part, "TRSTRESN")
    node = equals(part, "TRTESTCD", "LPERP", "SAXIS")
    with np.errstate(invalid="ignore"):
        left = np.where(node, value >= 10, value > 0)
    made = part[keys].assign(_sum=value, _lost=np.isnan(value), _left=left)
    flagged = np.zeros(len(part), dtype=bool)
    for variable in [v for v in ("TRLOBXFL", "TRBLFL") if v in part]:
        flagged |= equals(part, variable, "Y")
    made = made.assign(_base=flagged)
    return made.groupby(keys, sort=False, dropna=False).agg(
        _sum=("_sum", "sum"), _lost=("_lost", "any"), _left=("_left", "any"), _base=("_base", "any")
    )


_MEASURED = (
    *("*.USUBJID", "*.RSTESTCD", "*.RSSTRESC"),
    *("TR.USUBJID", "TR.TRTESTCD", "TR.TRSTRESN", "TR.TRGRPID"),
)


def _beside(data: Data, name: str) -> pd.DataFrame:
    """For each record of RS the sizes of its assessment; NaN and False without any."""
    own, theirs = common(data, name, "TR")
    sizes = _sizes(data, name).reset_index()
    renamed = sizes.rename(columns=dict(zip(theirs, own, strict=True)))
    joined = (
        data[name][own]
        .reset_index(drop=True)
        .merge(renamed.drop_duplicates(own), on=own, how="left")
    )
    base = sizes[sizes["_base"]].drop_duplicates("USUBJID").set_index("USUBJID")
    joined["_from"] = joined["USUBJID"].map(base["_sum"].where(~base["_lost"]))
    return joined


@rule(
    "rs.complete",
    "a complete response of targets leaves no lesion, and no node of 10 mm or more",
    source=f"{_GUIDE}; RECIST 1.1",
    target=named("RS"),
    needs=_MEASURED,
    advice="Ask the evaluator for the sizes, or for the response.",
)
def _complete(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if len(common(data, name, "TR")[0]) < 2:
        return
    sizes = _beside(data, name)
    told = equals(frame, "RSTESTCD", "TRGRESP") & _of_recist(frame)
    complete = told & (meaning(frame["RSSTRESC"]) == "CR").to_numpy()
    yield Hit(name, ("RSSTRESC",), complete & sizes["_left"].eq(True).to_numpy())


@rule(
    "rs.partial",
    "a partial response of targets is a sum at least 30 percent smaller than at baseline",
    source=f"{_GUIDE}; RECIST 1.1",
    target=named("RS"),
    needs=_MEASURED,
    severity=Severity.WARNING,
    advice="Ask the evaluator for the sizes, or for the response.",
)
def _partial(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if len(common(data, name, "TR")[0]) < 2:
        return
    sizes = _beside(data, name)
    told = equals(frame, "RSTESTCD", "TRGRESP") & _of_recist(frame) & ~_with_new(data, frame)
    partial = told & (meaning(frame["RSSTRESC"]) == "PR").to_numpy()
    total, base = sizes["_sum"].to_numpy(dtype=float), sizes["_from"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        # Half a percent is left to rounding.
        small = total <= 0.705 * base
        known = ~np.isnan(base) & ~np.isnan(total) & ~sizes["_lost"].eq(True).to_numpy()
    words = [f": {t:g} mm, of {b:g}" for t, b in zip(total, base, strict=True)]
    wrong = partial & known & ~small
    yield Hit(name, ("RSSTRESC",), wrong, [w for w, bad in zip(words, wrong, strict=True) if bad])


@rule(
    "rs.progress",
    "targets that progressed are 20 percent and 5 mm larger than at their smallest before",
    source=f"{_GUIDE}; RECIST 1.1",
    target=named("RS"),
    needs=_MEASURED,
    severity=Severity.WARNING,
    advice="Ask the evaluator for the sizes, or for the response.",
)
def _progress(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    own, _ = common(data, name, "TR")
    if len(own) < 2:
        return
    sizes = _beside(data, name).assign(_when=frame[own[1]].to_numpy(), _at=range(len(frame)))
    told = equals(frame, "RSTESTCD", "TRGRESP") & _of_recist(frame) & ~_with_new(data, frame)
    total = sizes["_sum"].where(~sizes["_lost"].eq(True))
    ordered = sizes.assign(_sum=total)[told].sort_values(["USUBJID", *own[2:], "_when"])
    by = ordered.groupby(["USUBJID", *own[2:]], sort=False)["_sum"]
    # The smallest of the sums before, the one at baseline among them.
    before = by.cummin().groupby([ordered["USUBJID"], *(ordered[k] for k in own[2:])]).shift()
    smallest = np.fmin(before.to_numpy(dtype=float), ordered["_from"].to_numpy(dtype=float))
    now = ordered["_sum"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        # Half a percent and half a millimetre are left to rounding.
        grown = (now >= 1.195 * smallest) & (now >= smallest + 4.5)
        known = ~np.isnan(now) & ~np.isnan(smallest)
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[ordered["_at"].to_numpy()[known & ~grown]] = True
    wrong &= (meaning(frame["RSSTRESC"]) == "PD").to_numpy(dtype=bool)
    yield Hit(name, ("RSSTRESC",), wrong)


def _with_new(data: Data, frame: pd.DataFrame) -> Mask:
    """Subjects with new lesions whose sizes count too (irRECIST): their sums are not judged."""
    tumours = data["TR"]
    new = tumours.loc[text(tumours, "TRGRPID").str.startswith("NEW").to_numpy(dtype=bool)]
    return np.asarray(frame["USUBJID"].isin(new["USUBJID"]).to_numpy() & _immune(frame), dtype=bool)


@rule(
    "rs.not_evaluable",
    "targets of which one was not measured are not evaluable, unless they progressed",
    source=f"{_GUIDE}; RECIST 1.1",
    target=named("RS"),
    needs=_MEASURED,
    severity=Severity.WARNING,
    advice="Ask the evaluator for the size, or for the response NE.",
)
def _not_evaluable(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name]
    if len(common(data, name, "TR")[0]) < 2:
        return
    lost = _beside(data, name)["_lost"].eq(True).to_numpy()
    told = equals(frame, "RSTESTCD", "TRGRESP") & _of_recist(frame)
    said = meaning(frame["RSSTRESC"]).isin(["CR", "PR", "SD"]).to_numpy()
    yield Hit(name, ("RSSTRESC",), told & said & lost)


@rule(
    "rs.best",
    "the best response is one that some assessment had",
    source=_GUIDE,
    target=named("RS"),
    needs=("*.USUBJID", "*.RSTESTCD", "*.RSSTRESC"),
    severity=Severity.WARNING,
    advice="Derive the best response again from the overall responses.",
)
def _best(data: Data, name: str) -> Iterator[Hit]:
    frame = data[name].assign(_said=meaning(data[name]["RSSTRESC"]))
    keys = [k for k in ("USUBJID", "RSCAT", "RSEVAL", "RSEVALID") if k in frame]
    overall = frame[equals(frame, "RSTESTCD", "OVRLRESP")]
    best = (
        equals(frame, "RSTESTCD", "BESTRESP") & frame["_said"].isin(["CR", "PR", "PD"]).to_numpy()
    )
    seen = among(frame, keys, overall) & ~among(frame, [*keys, "_said"], overall)
    yield Hit(name, ("RSSTRESC",), best & seen & present(frame, "RSSTRESC"))
