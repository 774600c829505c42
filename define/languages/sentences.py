"""Sentences that the tool makes, from English into Chinese: by the table `define.languages.zh`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from define.languages.zh import DATED, SENTENCES, TESTS, WORDS

_HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_QUOTED = re.compile(r'"[^"]*"')
_CAPITALS = r"[A-Z_][A-Z0-9_.]*"
_NAME = r"[A-Za-z_$][\w.$-]*|-?\d[\d.]*"
_MARK = re.compile("\x02(\\d+)\x03")
_PICKED = re.compile(
    r"(.+?)(?=, in the order of|, not after)"
    r"(?:, in the order of ([\w.]+))?(?:, not after ([\w.]+))?"
)
_TAIL = ("dated", "span", "grouped", "lesions", "new", "until", "exists")
_STOP = re.compile(r"(?<=\.) (?=[A-Z(0-9])")
_FROM = re.compile(r"(?:^| )Records from ([\w, ]+): ")
_FIRST = re.compile(r"; \(\d+\) ")
_ITEM = re.compile(r"([^;]*?) ?\((\w+\.\w+)(?: where (.*))?\)")


def in_chinese(text: str, given: Mapping[str, str]) -> str | None:
    """The Chinese of a sentence that the tool made, None where it is none of them.

    `given` are the translations of the study, for the texts of its own inside the sentence.
    """
    # What is quoted is data: it is set aside, so that no word in it is taken for the tool's.
    quoted: list[str] = []

    def away(match: re.Match[str]) -> str:
        quoted.append(match.group())
        return f"\x02{len(quoted) - 1}\x03"

    bare = _QUOTED.sub(away, text)
    said = _Translator(given, quoted).text(bare)
    return _restored(said.replace(" （", "（"), quoted) if said is not None else None


def _restored(text: str, quoted: Sequence[str]) -> str:
    return _MARK.sub(lambda m: quoted[int(m.group(1))], text)


class _Translator:
    """One sentence, its parts and their parts; every method gives None where nothing fits."""

    def __init__(self, given: Mapping[str, str], quoted: Sequence[str]) -> None:
        self._given = given
        self._quoted = quoted

    def _own(self, text: str) -> str | None:
        """What the study says for a text of its own."""
        return self._given.get(_restored(text, self._quoted))

    def text(self, text: str) -> str | None:
        """A whole text: of several sources, or of several sentences."""
        sources = _FROM.split(text)
        if len(sources) > 1 and not sources[0]:
            parts = [self.text(s) for s in sources[2::2]]
            if any(p is None for p in parts):
                return None
            return "".join(
                f"来自 {names} 的记录：{p}" for names, p in zip(sources[1::2], parts, strict=True)
            )
        whole = self._stopped(text)
        if whole is not None:
            return whole
        pieces = _STOP.split(text)
        if len(pieces) == 1:
            return None
        # A sentence of the table may itself have a full stop inside.
        for cut in range(len(pieces) - 1, 0, -1):
            first = self._stopped(" ".join(pieces[:cut]))
            rest = self.text(" ".join(pieces[cut:])) if first is not None else None
            if first is not None and rest is not None:
                return first + rest
        return None

    def _stopped(self, text: str) -> str | None:
        if (own := self._own(text)) is not None:
            return own
        said = self.said(text.removesuffix("."))
        if said is None or not text.endswith("."):
            return said
        return f"{said}。"

    def said(self, text: str) -> str | None:
        """One sentence without its full stop."""
        if (own := self._own(text)) is not None:
            return own.removesuffix("。")
        start = "The first that is there: (1) "
        if text.startswith(start):
            return self._joined(_FIRST.split(text.removeprefix(start)), self.said, numbered=True)
        otherwise = re.fullmatch("(.*); otherwise (\x02\\d+\x03)", text)
        if otherwise:
            said = self.said(otherwise.group(1))
            return f"{said}；否则为 {otherwise.group(2)}" if said is not None else None
        for at in [m.start() for m in re.finditer(", where ", text)]:
            when = self.when(text[at + len(", where ") :])
            said = self.said(text[:at]) if when is not None else None
            if said is not None:
                return f"{said}，条件：{when}"
        code = re.fullmatch(r"([A-Z][A-Z0-9_]*): (.+)", text)
        if code and (said := self.said(code.group(2))) is not None:
            return f"{code.group(1)}：{said}"
        upper = text[:1].upper() + text[1:]
        return self._by(SENTENCES, text) or (self._by(SENTENCES, upper) if upper != text else None)

    def when(self, text: str) -> str | None:
        """A condition: tests that all hold, or several such."""
        return self._joined(text.split(", or "), self._all, "，或 ")

    def _all(self, text: str) -> str | None:
        return self._joined(text.split(" and "), lambda t: self._by(TESTS, t), " 且 ")

    def _joined(
        self,
        parts: list[str],
        each: Callable[[str], str | None],
        between: str = "；",
        *,
        numbered: bool = False,
    ) -> str | None:
        said: list[str] = []
        for number, part in enumerate(parts, start=1):
            one = each(part)
            if one is None:
                return None
            said.append(f"({number}) {one}" if numbered else one)
        return f"取首个有值者：{between.join(said)}" if numbered else between.join(said)

    def _by(self, table: tuple[tuple[str, str], ...], text: str) -> str | None:
        for pattern, holes, chinese in _compiled(table):
            match = pattern.fullmatch(text)
            if match is None:
                continue
            found = {n: self._hole(kind, match.group(n)) for n, kind in holes}
            if all(v is not None for v in found.values()):
                return chinese.format(**found)
        return None

    def _hole(self, kind: str, text: str) -> str | None:
        if kind in WORDS:
            return WORDS[kind].get(text)
        if kind in _TAIL:
            return self._tail(text)
        if kind == "free":
            return self._own(text) or text
        if kind == "order":
            return text.replace(" (downwards)", "（降序）").replace(" and ", ", ")
        if kind == "keys":
            told = text.replace("subject", "受试者", 1).replace(" and ", ", ").replace(", ", "、")
            return told if told.endswith("者") else f"{told} "
        if kind in ("names", "or", "numbers", "units", "values"):
            return text.replace(" and ", ", ").replace(" or ", ", ")
        readers = {
            "when": self.when,
            "said": self.said,
            "events": self._events,
            "places": self._places,
            "records": self._records,
            "windows": _windows,
        }
        return readers[kind](text) if kind in readers else text.replace(" is ", " 为 ")

    def _tail(self, text: str) -> str | None:
        """Ends that follow each other, each as long as can be."""
        if not text:
            return ""
        for end in range(len(text), 0, -1):
            said = self._by(DATED, text[:end]) if _cut_here(text, end) else None
            rest = self._tail(text[end:]) if said is not None else None
            if said is not None and rest is not None:
                return said + rest
        return None

    def _records(self, text: str) -> str | None:
        match = re.fullmatch(r"the records of (\w+)(?: where (.+))?", text)
        if match is None:
            return None
        when = self.when(match.group(2)) if match.group(2) else ""
        if when is None:
            return None
        return f"{match.group(1)} 的记录" + (f"（{when}）" if when else "")

    def _events(self, text: str) -> str | None:
        """Events or censorings: what each is called, and where its date stands."""
        said = []
        for part in text.split("; "):
            match = _ITEM.fullmatch(part)
            if match is None:
                return None
            name, place, where = match.groups()
            when = self.when(where) if where else ""
            if when is None:
                return None
            called = self._own(name) or name
            said.append(f"{called}（{place}{'，' if when else ''}{when}）")
        return "；".join(said)

    def _places(self, text: str) -> str | None:
        """Where a value is looked up: a column, or a rule on another source; and in which order."""
        tail = _PICKED.fullmatch(text)
        if tail:
            places = self._places(tail.group(1))
            order = f"，按 {tail.group(2)} 的顺序" if tail.group(2) else ""
            asof = f"，不晚于 {tail.group(3)}" if tail.group(3) else ""
            return f"{places}{order}{asof}" if places is not None else None
        return self._joined(
            re.split(r" or (?=\w+[.:])| and (?=\w+\.\w+(?: |$))", text), self._place
        )

    def _place(self, text: str) -> str | None:
        match = re.fullmatch(r"(\w+\.[\w$]+|\w+: .+?)(?: where (.+))?", text)
        if match is None:
            return None
        what, where = match.groups()
        when = self.when(where) if where else ""
        source, colon, rule = what.partition(": ")
        said = self.said(rule) if colon else None
        if when is None or (colon and said is None):
            return None
        shown = f"{source} 中{said}" if colon else what
        return f"{shown}（{when}）" if when else shown


def _cut_here(text: str, end: int) -> bool:
    """Whether an end may begin at `end`: at the end of the text, a comma, semicolon or blank."""
    return end == len(text) or text[end] in ",; "


def _windows(text: str) -> str | None:
    said = []
    for part in text.split("; "):
        match = re.fullmatch(r"(.+) \((any day|up to day .+|day .+ on|days .+ to .+)\)", part)
        if match is None:
            return None
        days = match.group(2)
        days = re.sub(r"^up to day (\S+)$", r"至第 \1 天", days)
        days = re.sub(r"^day (\S+) on$", r"第 \1 天起", days)
        days = re.sub(r"^days (\S+) to (\S+)$", r"第 \1 至 \2 天", days).replace(
            "any day", "任意日"
        )
        said.append(f"{match.group(1)}（{days}）")
    return "；".join(said)


@cache
def _compiled(
    table: tuple[tuple[str, str], ...],
) -> tuple[tuple[re.Pattern[str], tuple[tuple[str, str], ...], str], ...]:
    """Each sentence as a pattern, its holes with their kinds, and the Chinese with plain holes."""
    made = []
    for english, chinese in table:
        pattern, at = "", 0
        holes = []
        for hole in _HOLE.finditer(english):
            name, kind = hole.group(1), hole.group(2) or ""
            pattern += re.escape(english[at : hole.start()]) + f"(?P<{name}>{_shape(kind)})"
            holes.append((name, kind))
            at = hole.end()
        pattern += re.escape(english[at:])
        made.append((re.compile(pattern, re.DOTALL), tuple(holes), chinese))
    return tuple(made)


def _shape(kind: str) -> str:
    """What may stand in a hole of a kind."""
    if kind in WORDS:
        return "|".join(re.escape(w) for w in sorted(WORDS[kind], key=len, reverse=True))
    name = f"(?:{_NAME})"
    quoted = "\x02\\d+\x03"
    return {
        "": name,
        "text": quoted,
        "sign": r"[-+*/]",
        "names": rf"{name}(?:(?:, | and ){name})*",
        "or": r"\S+(?: or \S+)*",
        "numbers": r"\d+(?: or \d+)*",
        "parts": rf"(?:{name}|{quoted})(?:, (?:{name}|{quoted}))*",
        "pairs": rf"{quoted} is {quoted}(?:, {quoted} is {quoted})*",
        "units": rf"{name} in \w+(?: and {name} in \w+)*",
        "value": rf"{quoted}|{name}",
        "values": rf"(?:{quoted}|{name})(?:, (?:{quoted}|{name}))*",
        "keys": rf"subject(?:(?:, | and ){_CAPITALS})*",
        "order": rf"{_CAPITALS}(?: \(downwards\))?(?:(?:, | and ){_CAPITALS}(?: \(downwards\))?)*",
        **dict.fromkeys(_TAIL, ".*?"),
        "new": "(?: and the new measurable lesions)?",
        "lesions": "(?:, (?:TU where|TR where|for each) .+?)*",
    }.get(kind, ".+?")
