"""A font made by hand, and the annotated CRF of a small study."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from crosswalk.acrf import make_acrf
from crosswalk.plan import make_plan
from define.acrf.make import Acrf
from define.describe import describe_sdtm
from mappings.export import read_export
from mappings.findings import SpecificationFault
from mappings.scope import Report
from sdtm.domains import run_sdtm
from validation.account import take_account


def truetype(characters: Iterable[str], *, restricted: bool = False) -> bytes:
    """The smallest TrueType font that has a square for each of `characters`."""
    codes = sorted(ord(c) for c in characters)
    count = len(codes) + 1
    outline = struct.pack(">hhhhh", 1, 50, 0, 750, 700)
    outline += struct.pack(">HH", 3, 0) + bytes([1, 1, 1, 1])
    outline += struct.pack(">hhhh", 50, 700, 0, -700) + struct.pack(">hhhh", 0, 0, 700, 0)
    outline += bytes(-len(outline) % 4)
    segments = [*codes, 0xFFFF]
    arrays = [
        struct.pack(f">{len(segments)}H", *segments),
        struct.pack(">H", 0),
        struct.pack(f">{len(segments)}H", *segments),
        struct.pack(
            f">{len(segments)}H",
            *[(n + 1 - c) & 0xFFFF for n, c in enumerate(codes)],
            1,
        ),
        struct.pack(f">{len(segments)}H", *[0] * len(segments)),
    ]
    body = b"".join(arrays)
    two = 2 * len(segments)
    cmap4 = struct.pack(">HHHHHHH", 4, 14 + len(body), 0, two, 2, 0, 0) + body
    names = [(1, "Hand"), (2, "Regular"), (4, "Hand Regular"), (6, "Hand-Regular")]
    strings = b"".join(text.encode("utf-16-be") for _, text in names)
    records, offset = b"", 0
    for number, text in names:
        size = 2 * len(text)
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, size, offset)
        offset += size
    tables = {
        b"OS/2": struct.pack(">HhHHH", 3, 800, 400, 5, 2 if restricted else 0) + bytes(86),
        b"cmap": struct.pack(">HHHHL", 0, 1, 3, 1, 12) + cmap4,
        b"glyf": outline * count,
        b"head": struct.pack(
            ">LLLLHHQQhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 800, 800, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(">LhhhH", 0x10000, 800, -200, 0, 800) + bytes(22) + b"\0\x01",
        b"hmtx": struct.pack(">Hh", 800, 0) + bytes(2 * len(codes)),
        b"loca": struct.pack(f">{count + 1}L", *[len(outline) * n for n in range(count + 1)]),
        b"maxp": struct.pack(">LH", 0x10000, count) + bytes(26),
        b"name": struct.pack(">HHH", 0, len(names), 6 + 12 * len(names)) + records + strings,
        b"post": struct.pack(">LLhhL", 0x30000, 0, -100, 50, 0) + bytes(16),
    }
    place = 12 + 16 * len(tables)
    directory, content = b"", b""
    for tag, data in tables.items():
        directory += tag + struct.pack(">LLL", 0, place + len(content), len(data))
        content += data + bytes(-len(data) % 4)
    return struct.pack(">LHHHH", 0x10000, len(tables), 128, 3, 32) + directory + content


@pytest.fixture(scope="session")
def hand_font() -> Callable[..., bytes]:
    return truetype


@dataclass(frozen=True)
class Crf:
    """What came of a study: its annotated CRF, or the faults that stopped it."""

    acrf: Acrf | None
    faults: tuple[str, ...] = ()

    @property
    def made(self) -> Acrf:
        assert self.acrf is not None, self.faults
        return self.acrf


def build(folder: Path) -> Crf:
    try:
        plan = make_plan(folder)
    except SpecificationFault as fault:
        return Crf(None, tuple(str(f) for f in fault.findings))
    forms = read_export(plan.study)
    report = Report({n: f.settings.file for n, f in forms.items()})
    sdtm = run_sdtm(plan.sdtm, forms, report)
    metadata, _ = describe_sdtm(plan.sdtm, sdtm, "0")
    account = take_account(
        plan.study,
        plan.sdtm.modules,
        forms,
        sdtm.datasets,
        sdtm.set_aside,
        report.looked_up,
        metadata,
    )
    return Crf(make_acrf(plan, forms, account, metadata))


@pytest.fixture(scope="session")
def base_crf(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Crf:
    """The annotated CRF of the tiny study as it is."""
    files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
    return build(tiny.write(tmp_path_factory.mktemp("crf"), files))


@pytest.fixture(scope="session")
def crf(tiny: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Crf]:
    """The annotated CRF of the tiny study with texts of files replaced and files added."""

    def made(
        edits: Mapping[str, Mapping[str, str]] | None = None,
        more: Mapping[str, str | bytes] | None = None,
    ) -> Crf:
        files = {n: t for n, t in tiny.FILES.items() if not n.startswith("adam/")}
        for name, pairs in (edits or {}).items():
            for old, new in pairs.items():
                assert old in files[name], (name, old)
                files[name] = files[name].replace(old, new)
        folder = tiny.write(tmp_path_factory.mktemp("crf"), files)
        for name, content in (more or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return build(folder)

    return made


@pytest.fixture(scope="session")
def edited_crf(crf: Callable[..., Crf]) -> Crf:
    """A study with what is left out, what no field gives, a form of a vendor and a long text."""
    return crf(
        {
            "study.yaml": {
                "    lb: {file: raw/lb.csv}": "    lb: {file: raw/lb.csv, source: Vendor}",
                "    rs: {file: raw/rs.csv}": "    rs: {file: raw/rs.csv}\n"
                "    diary: {file: raw/diary.csv}",
                "\nts:": "\nnot_submitted:\n"
                "  ae: {NOTE: Only for monitors}\n"
                "  diary: {'*': Kept by the subject \u533b\u751f}\n"
                "ts:",
            },
            "sdtm/ae.yaml": {
                "  AENOTE: {copy: NOTE, label: Note of the Site}\n": "",
                "AEREL: {const: RELATED}": "AEREL: {const: RELATED, origin: Collected}",
            },
            "sdtm/rs.yaml": {
                "RSEVAL: {const: INVESTIGATOR}": "RSEVAL: {const: INVESTIGATOR}\n"
                "  RSNAM: {copy: RSEVAL}"
            },
            "raw/ae.csv": {"fever": "word " * 60},
        },
        {"raw/diary.csv": "SUBJECT,EVENT,REPEAT,RECID,PAIN\n01-001,SCR,1,90,3\n"},
    )
