"""Excel workbooks of text and numbers, the same bytes for the same content.

A cell is a text or a number, never a formula: what would be one in a spreadsheet that reads text
(the same as in a CSV file) gets an apostrophe in front. Nothing is compressed, because packed
bytes differ between versions of the packing library.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from validation.hostile import csv_cell, shortened

Cell = str | int | float | None

LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767, and a cut text says how much is left out."""
ROWS = 1_000_000
"""Records on one sheet; Excel takes 1,048,576 rows."""
_STAMP = (1980, 1, 1, 0, 0, 0)
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name (at most 31 characters), header, rows, and column widths in characters."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = field(default_factory=tuple)


class _Strings:
    """The texts of a workbook, each once."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self.clean = clean
        self.numbers: dict[str, int] = {}

    def __getitem__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def xml(self) -> Iterator[str]:
        yield f'{_HEAD}<sst xmlns="{_MAIN}">'
        for text in self.numbers:
            shown = shortened(self.clean(text), LONGEST)
            # Excel reads _x0041_ in a text as the character with that code.
            safe = escape(_ESCAPED.sub("_x005F_", shown))
            yield f'<si><t xml:space="preserve">{safe}</t></si>'
        yield "</sst>"


def workbook(sheets: Sequence[Sheet], clean: Callable[[str], str] = csv_cell) -> bytes:
    """The sheets as the bytes of an .xlsx file; one with too many rows goes on in another.

    `clean` makes each text harmless.
    """
    whole = [part for sheet in sheets for part in _parts(sheet)]
    strings = _Strings(clean)
    files = {
        "[Content_Types].xml": _content_types(len(whole)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book([sheet.name for sheet in whole]),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{i}.xml") for i, _ in enumerate(whole, 1)),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ]
        ),
        "xl/styles.xml": _STYLES,
    }
    for number, sheet in enumerate(whole, 1):
        files[f"xl/worksheets/sheet{number}.xml"] = "".join(_sheet(sheet, strings))
    files["xl/sharedStrings.xml"] = "".join(strings.xml())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            about = zipfile.ZipInfo(name, _STAMP)
            # Else the file says on which system it was made.
            about.create_system = 0
            archive.writestr(about, text.encode("utf-8"))
    return stream.getvalue()


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    yield Sheet(sheet.name, sheet.header, sheet.rows[:ROWS], sheet.widths)
    for number, start in enumerate(range(ROWS, len(sheet.rows), ROWS), 2):
        rows = sheet.rows[start : start + ROWS]
        yield Sheet(f"{sheet.name} {number}", sheet.header, rows, sheet.widths)


def _sheet(sheet: Sheet, strings: _Strings) -> Iterator[str]:
    letters = [_letters(i) for i in range(len(sheet.header))]
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews>"
    if sheet.widths:
        yield "<cols>"
        for i, width in enumerate(sheet.widths, 1):
            yield f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>'
        yield "</cols>"
    yield "<sheetData>"
    yield _row(1, sheet.header, letters, strings, 1)
    for number, row in enumerate(sheet.rows, 2):
        yield _row(number, row, letters, strings, 2)
    last = f"{letters[-1]}{len(sheet.rows) + 1}"
    yield f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>'


def _row(
    number: int, cells: Sequence[Cell], letters: Sequence[str], strings: _Strings, style: int
) -> str:
    made = []
    for letter, cell in zip(letters, cells, strict=True):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            made.append(f'<c r="{letter}{number}" s="{style}" t="s"><v>{strings[cell]}</v></c>')
        else:
            made.append(f'<c r="{letter}{number}" s="{style}"><v>{cell!r}</v></c>')
    return f'<row r="{number}">{"".join(made)}</row>'


def _letters(index: int) -> str:
    """The name of a column, counted from 0: A to Z, AA and so on."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _content_types(sheets: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{i + 1}.xml", "worksheet") for i in range(sheets)]
    parts.append(("/xl/sharedStrings.xml", "sharedStrings"))
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _book(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    )


# Styles: 0 plain, 1 the header, 2 a cell, wrapped at the top; text stays text when it is edited.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"'
    ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
