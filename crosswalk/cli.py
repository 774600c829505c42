"""The command line: exit code 0 clean, 1 findings, 2 specification or usage, 3 fault of ours."""

from __future__ import annotations

import io
import shutil
import sys
import traceback
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from crosswalk import progress, show
from crosswalk.baseline import BaselineRefused
from crosswalk.build import STEPS, build
from crosswalk.check import CheckRefused, check, check_options, write_verdict
from crosswalk.compare import CompareRefused, compare, options_of, write_page
from crosswalk.ct import as_text, ct_diff
from crosswalk.defines import DefineRefused, define_diff, write_file
from crosswalk.gx_pages import PagesRefused, gx_pages
from crosswalk.init.first import CannotBegin, first_dict, first_study, first_text
from crosswalk.init.from_spec import spec_dict, spec_text, study_from_spec
from crosswalk.package import PackageRefused, package, profile_of, verify
from crosswalk.package.show import (
    packaged_dict,
    packaged_lines,
    refused_dict,
    refused_lines,
    verified_dict,
    verified_lines,
)
from crosswalk.plan import make_plan
from crosswalk.publish import CannotPublish
from crosswalk.schema import write_schemas
from crosswalk.version import version
from crosswalk.workbooks import define_workbook, written_lines
from define.dataset_json_write import JsonRefusal
from define.diff.text import as_lines as define_lines
from define.xpt import XptRefusal
from mappings.findings import Finding, Severity, SpecificationFault
from mappings.study import placeholders
from mappings.verbs.call import CallFault
from sdtm.terminology import TerminologyError
from validation.compare.define_page import define_page
from validation.compare.page import as_html
from validation.compare.text import as_data, as_lines
from validation.core import COMMAND, MINUTES, Engine, engine_of
from validation.exports import findings_json

FINDINGS, USAGE, OURS, STOPPED = 1, 2, 3, 130
REFUSALS: dict[type[BaseException], str] = {
    BaselineRefused: "baseline.refused",
    CannotPublish: "publish.refused",
    CheckRefused: "check.refused",
    CompareRefused: "compare.refused",
    DefineRefused: "define.refused",
    CannotBegin: "init.refused",
    CallFault: "call.failed",
    XptRefusal: "xpt.refused",
    JsonRefusal: "json.refused",
    TerminologyError: "terminology.file",
    PagesRefused: "pages.refused",
    MemoryError: "memory.full",
}
EXAMPLES = ("cea_cart",)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="From a raw EDC export to a CDISC submission package, from one text specification.",
)
ct = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(ct, name="ct", help="Controlled terminology of a study.")
docs = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(docs, name="docs", help="Pages about a package, made outside of it.")
define = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(define, name="define", help="The define.xml of anybody: differences, workbook.")

StudyFolder = Annotated[Path, typer.Argument(help="Folder that holds study.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for programs.")]
Core = Annotated[
    bool, typer.Option("--core", help="Have CDISC's engine CORE judge the SDTM datasets too.")
]
CoreCommand = Annotated[
    str,
    typer.Option(
        "--core-command",
        envvar="CROSSWALK_CORE",
        help="How CORE is started here, such as 'python3.12 /opt/core/core.py'.",
    ),
]
CoreMinutes = Annotated[
    float,
    typer.Option("--core-minutes", envvar="CROSSWALK_CORE_MINUTES", help="How long CORE may take."),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of a fault of Crosswalk itself.")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crosswalk {version()}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """From a raw EDC export to a CDISC submission package, from one text specification."""


def _guarded(study: Path, work: Callable[[], int], *, json: bool, debug: bool) -> None:
    """Run a command; every way to fail becomes words and an exit code."""
    console = show.console(stderr=True)
    try:
        code = work()
    except SpecificationFault as fault:
        if json:
            typer.echo(show.faults_json(fault.findings))
        else:
            show.faults(console, fault.findings, study)
        code = USAGE
    except tuple(REFUSALS) as fault:
        rule = next(r for kind, r in REFUSALS.items() if isinstance(fault, kind))
        text = str(fault) or "There is not enough memory for this study."
        if json:
            typer.echo(show.faults_json([Finding(rule, Severity.ERROR, text)]))
        console.print(text)
        code = USAGE
    except KeyboardInterrupt:
        console.print("Stopped; nothing was written.")
        code = STOPPED
    except SystemExit as end:
        # derive.py is the study's own code; by leaving early it must not set our exit code.
        text = f"The study's own code ended the program (exit {end.code}); nothing was written."
        console.print(text)
        code = USAGE
    except Exception as error:
        if debug:
            traceback.print_exc()
        console.print(
            f"A fault of Crosswalk itself, not of your study: {type(error).__name__}: {error}"
        )
        console.print(
            "Nothing was written. Run it again with --debug and report what it prints.",
        )
        code = OURS
    raise typer.Exit(code)


def _engine(command: str, minutes: float) -> Engine:
    try:
        return engine_of(command, minutes)
    except ValueError as error:
        raise CheckRefused(f"the command '{command}' of CDISC CORE is unusable: {error}") from None


@app.command(name="build")
def build_command(
    study: StudyFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Output folder; out/STUDYID when not given."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", help="Package of an earlier data cut; its records keep their --SEQ."
        ),
    ] = None,
    core: Core = False,
    core_command: CoreCommand = COMMAND,
    core_minutes: CoreMinutes = MINUTES,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Build the package: SDTM, ADaM, XPT, define.xml, checks and reports.

    Exit code 0: final, nothing is unexplained. 1: published as draft, there are findings to mend
    or explain. 2: the specification, the command or a file is at fault; nothing was written.
    """

    def work() -> int:
        console = show.console(stderr=True)
        engine = _engine(core_command, core_minutes) if core else None
        if json:
            package, place = build(study, out, baseline=baseline, engine=engine)
            typer.echo(show.as_json(package, place))
            return package.exit_code
        with progress.shown(console, STEPS + core) as step:
            package, place = build(study, out, step, baseline, engine)
        show.summary(show.console(), package, place)
        return package.exit_code

    _guarded(study, work, json=json, debug=debug)


@app.command(name="check")
def check_command(
    package: Annotated[
        Path, typer.Argument(help="A package, or a folder of datasets with or without define.xml.")
    ],
    study: Annotated[
        Path | None,
        typer.Option("--study", help="Its study: explanations, and raw rows of the findings."),
    ] = None,
    define: Annotated[
        Path | None,
        typer.Option("--define", help="The define.xml of the datasets, if it lies elsewhere."),
    ] = None,
    standard: Annotated[
        str,
        typer.Option("--standard", help="What the datasets are where nothing says so: sdtm, adam."),
    ] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of XPT and CSV.")] = "utf-8",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the report to this folder too."),
    ] = None,
    core: Core = False,
    core_command: CoreCommand = COMMAND,
    core_minutes: CoreMinutes = MINUTES,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check anybody's package as it lies there: XPT or Dataset-JSON, with or without define.xml.

    Files against the manifest if there is one, expectations of every dataset, rules of SDTM, ADaM
    and across both, define.xml by itself and against the data; with --core CDISC's rules. What
    could not be run is said, and never counts as passed. Exit code 0: nothing is left to mend or
    explain. 1: findings. 2: there is nothing to check, or the study is at fault.
    """

    def work() -> int:
        engine = _engine(core_command, core_minutes) if core else None
        check_options(package, standard, encoding, out)
        verdict = check(package, engine, study, define=define, standard=standard, encoding=encoding)
        report = verdict.report
        if out is not None:
            write_verdict(out, verdict)
        if json:
            typer.echo(findings_json(report), nl=False)
        else:
            show.checked(show.console(), report)
        return 0 if report.status == "final" else FINDINGS

    _guarded(package if study is None else study, work, json=json, debug=debug)


@app.command(name="package")
def package_command(
    build_out: Annotated[
        Path, typer.Argument(help="What 'crosswalk build' wrote; with --verify a package.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the package; BUILD_OUT-PROFILE by default."),
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="The agency that takes it: fda, pmda or nmpa.")
    ] = "fda",
    draft: Annotated[
        bool, typer.Option("--draft", help="Package what is no more than a draft, marked as one.")
    ] = False,
    font: Annotated[
        list[Path] | None,
        typer.Option("--font", help="TrueType font for the guides, such as a Chinese one."),
    ] = None,
    verify_only: Annotated[
        bool, typer.Option("--verify", help="Check a package's files against its manifest again.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make the package of one agency: the m5 tree, reviewer's guides, file checks, a manifest.

    Exit code 0: a final package, or one that is as it was written. 1: refused, because the build
    is a draft, was changed, or would not be taken (--draft writes it all the same); or files that
    differ. 2: it is no build, or the command is at fault; nothing was written.
    """

    def work() -> int:
        try:
            if verify_only:
                seen = verify(build_out)
                shown, lines, code = verified_dict(seen), verified_lines(seen), seen.exit_code
            else:
                chosen = profile_of(profile)
                made = package(build_out, chosen, out, draft=draft, fonts=font or ())
                shown, lines, code = packaged_dict(made), packaged_lines(made), made.exit_code
        except PackageRefused as refused:
            shown, lines, code = refused_dict(refused), refused_lines(refused), refused.exit_code
        typer.echo(show.dumps(shown) if json else "\n".join(lines))
        return code

    _guarded(build_out, work, json=json, debug=debug)


@app.command(name="compare")
def compare_command(
    a: Annotated[Path, typer.Argument(help="A dataset, or a folder of datasets or package.")],
    b: Annotated[Path, typer.Argument(help="What it is compared with, of any of the formats.")],
    by: Annotated[
        str,
        typer.Option("--by", help="Keys that match records, such as USUBJID,AESEQ."),
    ] = "",
    tolerance: Annotated[
        list[str] | None,
        typer.Option(help="Numbers this near are equal: 0.001 (or abs:0.001), rel:1e-9."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(help="May differ: type, length, label, format or order; may be repeated."),
    ] = None,
    first: Annotated[int, typer.Option(help="How many records are listed of each kind.")] = 10,
    encoding: Annotated[str, typer.Option(help="Encoding of XPT and CSV.")] = "utf-8",
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the result as a page to this file too.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Compare two datasets, or two folders of them: structure, records, values.

    XPT, Dataset-JSON, SAS7BDAT and CSV, in any mixture. Records are matched by --by, else by the
    keys in define.xml or in the file, else by the number of the row. Exit code 0: equal. 1: they
    differ. 2: they cannot be compared as asked.
    """

    def work() -> int:
        options = options_of(by, tolerance or [], ignore or [], first)
        result = compare(a, b, options, encoding)
        if html is not None:
            write_page(html, as_html(result))
        typer.echo(show.dumps(as_data(result)) if json else "\n".join(as_lines(result)))
        return 0 if result.equal else FINDINGS

    _guarded(a, work, json=json, debug=debug)


@app.command()
def lint(study: StudyFolder, json: Json = False, debug: Debug = False) -> None:
    """Check the specification against standard, terminology and the headers of the raw export.

    No data are read. Exit code 0: it may be built. 2: the faults, all at once.
    """

    def work() -> int:
        plan = make_plan(study)
        names = [m.target for m in plan.sdtm.modules]
        names += [m.module.target for m in plan.adam.modules] if plan.adam else []
        open_points = placeholders(plan.study)
        if json:
            typer.echo(show.faults_json([], open_points))
        else:
            for finding in open_points:
                typer.echo(f"{finding.severity}: {study.as_posix()}/{finding}")
            count = "1 module" if len(names) == 1 else f"{len(names)} modules"
            typer.echo(f"{plan.study.id}: {count} without a fault ({', '.join(names)})")
        return 0

    _guarded(study, work, json=json, debug=debug)


@app.command(name="schema")
def schema_command(
    study: StudyFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the schemas; STUDY/.schema when not given."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write JSON Schemas that know this study: columns, forms, tables, variables, codelists.

    An editor that a module's first line points at them completes these names and underlines
    others: '# yaml-language-server: $schema=../.schema/sdtm.json'. Modules with faults do not
    stop it. Exit code 0: written. 2: study.yaml is at fault, or a file there is not ours.
    """

    def work() -> int:
        written = [path.as_posix() for path in write_schemas(study, out)]
        typer.echo(show.dumps({"written": written}) if json else "\n".join(written))
        return 0

    _guarded(study, work, json=json, debug=debug)


@ct.command(name="diff")
def ct_diff_command(
    old: Annotated[Path, typer.Argument(help="Terminology as NCI EVS publishes it, before.")],
    new: Annotated[Path, typer.Argument(help="The same, after.")],
    study: StudyFolder,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """List what a change of terminology package would change in this study.

    Terms in use that vanish, are renamed or change their C-code, codelists that are gone, sponsor's
    terms that are now published. The files are those of NCI EVS, tab separated or CSV, also
    gzipped. Exit code 0: nothing changes. 1: what changes. 2: the study or a file is at fault.
    """

    def work() -> int:
        difference = ct_diff(old, new, study)
        shown = show.dumps(difference.as_data()) if json else "\n".join(as_text(difference))
        typer.echo(shown)
        return FINDINGS if difference.changes else 0

    _guarded(study, work, json=json, debug=debug)


@define.command(name="diff")
def define_diff_command(
    old: Annotated[Path, typer.Argument(help="A define.xml, or the folder that has it, before.")],
    new: Annotated[Path, typer.Argument(help="The same, after.")],
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the result as a page to this file too.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """List what a define.xml says differently from another one, by meaning.

    Define-XML 2.0 and 2.1, with analysis results. OIDs, the order of definitions and who wrote
    the file when do not count. Exit code 0: both say the same. 1: they differ. 2: one cannot be
    read.
    """

    def work() -> int:
        found = define_diff(old, new)
        if html is not None:
            write_file(html, define_page(found).encode("utf-8"), "--html")
        typer.echo(show.dumps(found.as_data()) if json else "\n".join(define_lines(found)))
        return 0 if found.equal else FINDINGS

    _guarded(old, work, json=json, debug=debug)


@define.command(name="workbook")
def define_workbook_command(
    place: Annotated[Path, typer.Argument(help="A define.xml, or the folder that has it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The workbook to write (.xlsx).")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a define.xml as a specification workbook, in the form of Pinnacle 21.

    What the form has no place for is listed. `crosswalk init --from-spec` reads the workbook.
    Exit code 0: written. 2: the define.xml cannot be read, or the file cannot be written.
    """

    def work() -> int:
        written = define_workbook(place)
        write_file(out, written.content, "--out")
        told = {"written": out.as_posix(), "sheets": dict(written.sheets), "left_out": written.left}
        typer.echo(show.dumps(told) if json else "\n".join(written_lines(written, out)))
        return 0

    _guarded(place, work, json=json, debug=debug)


@docs.command(name="gx")
def docs_gx_command(
    package: Annotated[Path, typer.Argument(help="The folder that a build wrote.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="New folder for the pages, outside the package.")
    ],
    suites: Annotated[
        Path | None,
        typer.Option("--suites", help="Folder of edited suites, in place of the package's."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Build Great Expectations' own pages (Data Docs) of a package's suites and datasets.

    They hold run times and load their looks from the web when opened, so they are no part of a
    package. Exit code 0: written, whether or not suites pass. 2: it is no package, or a file of it
    is not the one that was published.
    """

    def work() -> int:
        made = gx_pages(package, out, suites)
        about = {"passed": made.passed, "failed": made.failed, "without records": made.empty}
        if json:
            typer.echo(show.dumps({"page": made.page.as_posix(), **about}))
        else:
            for word, names in about.items():
                if names:
                    typer.echo(f"{word}: {', '.join(names)}")
            typer.echo(made.page.as_posix())
        return 0

    _guarded(package, work, json=json, debug=debug)


@app.command(name="init")
def init_command(
    raw: Annotated[
        Path,
        typer.Argument(
            help="Folder of the raw export, or of finished SDTM; with --from-spec the new folder."
        ),
    ],
    study: Annotated[Path | None, typer.Argument(help="New folder for the study.")] = None,
    from_spec: Annotated[
        Path | None,
        typer.Option(
            "--from-spec", help="A specification to begin with: a workbook or a define.xml."
        ),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Look at an export and write a first study folder, with every proposal marked as such.

    Files, columns and values that are not recognised stand in comments; nothing is guessed
    silently. With --from-spec the modules have the variables of a specification instead, and the
    rules that it tells. Exit code 0: written, it may be linted and built as a draft. 2: the study
    folder is there already, or nothing is recognised; nothing was written.
    """

    def work() -> int:
        if from_spec is not None:
            if study is not None:
                raise CannotBegin("--from-spec takes one folder: the new one for the study.")
            begun = study_from_spec(from_spec, raw)
            typer.echo(show.dumps(spec_dict(begun)) if json else spec_text(begun))
            return 0
        if study is None:
            raise CannotBegin("Name the folder of the export, and a new folder for the study.")
        first = first_study(raw, study)
        typer.echo(show.dumps(first_dict(first)) if json else first_text(first))
        return 0

    _guarded(from_spec.parent if from_spec else study or raw, work, json=json, debug=debug)


@app.command()
def example(
    name: Annotated[str, typer.Argument(help="Name of a packaged study: cea_cart.")],
    folder: Annotated[Path, typer.Argument(help="New folder to lay it out in.")],
) -> None:
    """Lay a packaged study out as files, to build it, to read it, to change it."""
    console = show.console(stderr=True)
    if name not in EXAMPLES:
        console.print(f"There is no example '{name}'; there is {', '.join(EXAMPLES)}.")
        raise typer.Exit(USAGE)
    if folder.exists():
        console.print(f"{folder} is there already; name a new folder.")
        raise typer.Exit(USAGE)
    try:
        with as_file(files("mappings").joinpath(name)) as source:
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        # copytree gathers the faults of single files as (source, target, reason).
        many = error.args[0] if error.args and isinstance(error.args[0], list) else []
        reason = error.strerror or (many[0][2] if many else str(error))
        console.print(f"{folder} cannot be written: {reason}")
        raise typer.Exit(USAGE) from None
    typer.echo(f"Laid out in {folder.as_posix()}. Next: crosswalk build {folder.as_posix()}")


def run() -> None:
    """The console command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character is no reason to fail after the work is done.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="crosswalk", args=sys.argv[1:])
