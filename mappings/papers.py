"""What study.yaml says of PDFs: the fonts of those that are made, and a CRF that is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from mappings.findings import Finding, SpecPlace
from mappings.load import Document, did_you_mean, spec_fault

ANY = "*"
"""The fields of a form whose pages are not given one by one."""


@dataclass(frozen=True)
class GivenCrf:
    """An annotated CRF of the sponsor's: its file, and the pages of fields by form and column.

    `places` says where the pages of a form and column stand in study.yaml.
    """

    file: str
    place: SpecPlace
    pages: Mapping[str, Mapping[str, tuple[int, ...]]]
    places: Mapping[tuple[str, str], SpecPlace] = field(default_factory=dict)

    def of(self, form: str, *columns: str) -> tuple[int, ...]:
        """The pages of the first of `columns` that has some, else those of the form."""
        given = self.pages.get(form, {})
        return next((given[c] for c in (*columns, ANY) if c in given), ())


@dataclass(frozen=True)
class Papers:
    """Font files with where each is named, and the given CRF if there is one."""

    fonts: tuple[tuple[str, SpecPlace], ...] = ()
    acrf: GivenCrf | None = None


def read_papers(main: Document, forms: Mapping[str, Any], faults: list[Finding]) -> Papers:
    """`fonts` and `acrf` of study.yaml; what is wrong with them is added to `faults`."""
    given = main.data.get("fonts", [])
    named = given if isinstance(given, list) else [given]
    fonts = tuple(
        (str(f), main.place(("fonts", i) if isinstance(given, list) else ("fonts",)))
        for i, f in enumerate(named)
    )
    acrf = _acrf(main, forms, faults) if "acrf" in main.data else None
    files = [*fonts, *([(acrf.file, acrf.place)] if acrf else [])]
    for file, place in files:
        if PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute():
            message = f"'{file}' is an absolute path, which means nothing on another machine"
            advice = "Name the file from the study folder on."
            faults.append(spec_fault("raw.path", message, place, advice))
    return Papers(fonts, acrf)


def _acrf(main: Document, forms: Mapping[str, Any], faults: list[Finding]) -> GivenCrf | None:
    data = main.data["acrf"]
    if "raw" not in main.data:
        message = "'acrf' does nothing in a study that starts from finished SDTM"
        faults.append(spec_fault("acrf.none", message, main.place(("acrf",), key=True)))
        return None
    pages: dict[str, dict[str, tuple[int, ...]]] = {}
    places: dict[tuple[str, str], SpecPlace] = {}
    for form, given in data["pages"].items():
        at = ("acrf", "pages", form)
        if form not in forms:
            message = f"there is no form '{form}'"
            hint = did_you_mean(form, list(forms))
            faults.append(spec_fault("name.form", message, main.place(at, key=True), hint))
            continue
        whole = given if isinstance(given, dict) else {ANY: given}
        for column, numbers in whole.items():
            listed = numbers if isinstance(numbers, list) else [numbers]
            pages.setdefault(form, {})[column] = tuple(sorted({int(n) for n in listed}))
            steps = (*at, column) if isinstance(given, dict) else at
            places[form, column] = main.place(steps, key=True)
    return GivenCrf(str(data["file"]), main.place(("acrf", "file")), pages, places)
