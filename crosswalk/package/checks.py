"""Checks of the files themselves, before any is written: names, paths, sizes, labels, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crosswalk.guides.facts import Facts
from crosswalk.package.planned import ADAM, HOMES, SDTM, SPLIT, File, Planned
from crosswalk.package.profiles import Profile
from define.xport.version import RECORD, V5, head_record
from define.xpt_read import XptUnreadable, read_head
from mappings.findings import Finding, Severity, SpecPlace

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\.[a-z0-9]+")
_DATASET = re.compile(r"[a-z][a-z0-9]{0,7}\.xpt")
_ANALYSIS = re.compile(r"ad[a-z0-9]{1,6}\.xpt")
_FOLDER_LIMIT = 32
_PAIRS = ("()", "[]", "{}")
_STYLESHEET = re.compile(rb'<\?xml-stylesheet[^>]*href="([^"]+)"')
_CHINESE = b'xml:lang="zh'


def check_files(planned: Planned, profile: Profile, facts: Facts) -> list[Finding]:
    """Everything that the agency would not take, as errors; what it would ask about, as notices."""
    return [
        *_names(planned, profile),
        *_contents(planned, profile),
        *_links(planned, facts),
        *_datasets(planned, profile, facts),
        *_of_agency(planned, profile, facts),
    ]


def _error(rule: str, message: str, advice: str, scope: str = "") -> Finding:
    return Finding(rule, Severity.ERROR, message, advice, scope=scope)


def _notice(rule: str, message: str, advice: str = "", scope: str = "") -> Finding:
    return Finding(rule, Severity.NOTICE, message, advice, scope=scope)


def _names(planned: Planned, profile: Profile) -> Iterator[Finding]:
    names = planned.names()
    for name, count in Counter(names).items():
        if count > 1:
            message = f"{name} would be written {count} times"
            yield _error("package.twice", message, "Rename one of the datasets.", name)
    for folder in sorted({f for n in names for f in n.split("/")[:-1]}):
        if len(folder) > _FOLDER_LIMIT:
            message = f"the folder {folder} has {len(folder)} characters, more than {_FOLDER_LIMIT}"
            yield _error("package.name", message, "Shorten the study's id.", folder)
    for name in dict.fromkeys(names):
        base = name.rpartition("/")[2]
        if len(base) > profile.name_limit:
            message = f"{name}: the file's name has {len(base)} characters, more than "
            message += str(profile.name_limit)
            yield _error("package.name", message, "Rename the file it is made of.", name)
        elif base.endswith(".xpt") and not _DATASET.fullmatch(base):
            message = f"{name}: a dataset is called by at most 8 small letters and digits,"
            message += " a letter first"
            yield _error("package.name", message, "Rename the dataset.", name)
        elif not _NAME.fullmatch(base):
            message = f"{name}: a file is called by small letters, digits and _ - . only"
            yield _error("package.name", message, "Rename the file it is made of.", name)
        if len(name) > profile.path_limit:
            message = f"{name}: the path has {len(name)} characters, more than {profile.path_limit}"
            yield _error("package.path", message, "Shorten names, or the study's id.", name)


def _contents(planned: Planned, profile: Profile) -> Iterator[Finding]:
    for file in planned.files:
        if not file.size:
            message = f"{file.name} is empty"
            yield _error("package.empty", message, "Build it again, or take it out.", file.name)
        elif file.ending == "xpt":
            yield from _transport(file)
        elif file.ending == "txt" and profile.ascii_programs:
            yield from _ascii_text(file, profile)


def _transport(file: File) -> Iterator[Finding]:
    head = head_record(V5.head_word)[:48]
    if file.source is not None:
        with file.source.open("rb") as stream:
            begins = stream.read(RECORD)
        if begins[:48] != head:
            message = f"{file.name} is no transport file of version 5"
            yield _error("package.transport", message, "Agencies take version 5.", file.name)


def _ascii_text(file: File, profile: Profile) -> Iterator[Finding]:
    if file.source is None:
        return
    for number, line in enumerate(file.source.read_bytes().split(b"\n"), 1):
        place = next((i for i, byte in enumerate(line, 1) if byte > 127), 0)
        if place:
            base = file.source.name
            yield Finding(
                "package.text",
                Severity.ERROR,
                f"{profile.agency} takes programs as ASCII text, and here is another character",
                "Write it in ASCII, in YAML and Python as \\u and its code.",
                scope=file.name,
                spec=SpecPlace(base, number, place),
            )
            return


def _links(planned: Planned, facts: Facts) -> Iterator[Finding]:
    """What define.xml points at and the package lacks."""
    for document in facts.documents:
        name = f"{HOMES[document.level]}/{document.href}"
        outside = ":" in document.href or document.href.startswith(("..", "/"))
        if not outside and planned.file(name) is None:
            message = f"define.xml of {document.level} points at {document.href}, which is not here"
            advice = "Put the document where study.yaml says, and build again."
            yield _error("package.link", message, advice, name)
    for level, home in HOMES.items():
        define = planned.file(f"{home}/define.xml")
        if define is None or define.source is None:
            continue
        told = _STYLESHEET.search(define.source.read_bytes()[:4096])
        if told is not None and planned.file(f"{home}/{told[1].decode('utf-8')}") is None:
            message = f"define.xml of {level} names the stylesheet {told[1].decode('utf-8')},"
            message += " which is not here"
            yield _error("package.link", message, "Install defineutils, and build again.", home)
    if "SDTM" in facts.levels and planned.file(f"{SDTM}/acrf.pdf") is None:
        message = "there is no annotated CRF (acrf.pdf)"
        yield _notice("package.acrf", message, "Add it to the folder of the SDTM datasets.", SDTM)


def _datasets(planned: Planned, profile: Profile, facts: Facts) -> Iterator[Finding]:
    for file in planned.files:
        if file.ending != "xpt" or file.source is None or file.folder.endswith(f"/{SPLIT}"):
            continue
        try:
            columns, name, label = read_head(file.source, facts.encoding)
        except (XptUnreadable, OSError) as error:
            message = f"{file.name} cannot be read: {error}"
            yield _error("package.dataset", message, "Build it again.", file.name)
            continue
        labels = [("", label), *((c.name, c.label) for c in columns)]
        for variable, text in labels:
            what = f"{name}.{variable}" if variable else name
            if profile.ascii_labels and not text.isascii():
                message = f"the label of {what} is not ASCII: {text}"
                yield _error("package.label", message, "Give it an English label.", what)
            if not _balanced(text):
                message = f"the label of {what} has a quote or bracket without its fellow: {text}"
                yield _notice("package.label", message, scope=what)
    if profile.ascii_values and facts.encoding != "ascii":
        message = (
            f"the datasets are in {facts.encoding}; {profile.agency} discourages all but ASCII"
        )
        yield _notice("package.encoding", message)


def _balanced(text: str) -> bool:
    pairs = all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)
    return pairs and text.count('"') % 2 == 0 and text.count("'") % 2 == 0


def _of_agency(planned: Planned, profile: Profile, facts: Facts) -> Iterator[Finding]:
    adsl = facts.dataset("ADSL")
    if profile.analysis_names and "ADaM" in facts.levels:
        for file in planned.files:
            wrong = file.ending == "xpt" and not _ANALYSIS.fullmatch(file.base)
            if wrong and file.folder == f"{planned.home}/{ADAM}":
                message = f"{file.name}: an analysis dataset is called ad and 1 to 6 more"
                yield _error("package.name", message, "Rename the dataset.", file.name)
        if adsl is None:
            yield _error("package.adsl", "there is no ADSL", "Add a module that makes it.")
        elif adsl.records != adsl.subjects:
            message = f"ADSL has {adsl.records} records of {adsl.subjects} subjects, not one each"
            yield _error("package.adsl", message, "Look at its keys.")
    if profile.results_wanted and "ADaM" in facts.levels and not facts.displays:
        message = f"define.xml of ADaM tells no analysis results, which {profile.agency} prefers"
        yield _notice("package.results", message, "Declare 'analyses' in study.yaml.")
    if profile.chinese_wanted:
        for level, home in HOMES.items():
            define = planned.file(f"{home}/define.xml")
            if define is None or define.source is None:
                continue
            if _CHINESE not in define.source.read_bytes():
                message = f"define.xml of {level} has no Chinese labels, which {profile.agency}"
                message += " wants of datasets, variables and coded terms"
                yield _notice("package.chinese", message, "Give them in study.yaml.", level)
