from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from crosswalk.build import Package
from crosswalk.plan import Plan, make_plan
from define.describe import describe_sdtm
from mappings.export import read_export
from mappings.findings import SpecificationFault
from mappings.raw import RawForm, Unread
from mappings.readers.columns import fields, system_columns
from mappings.scope import Report
from sdtm.domains import SdtmResult, run_sdtm
from validation.account import Account, Column, Form, Pair, State, take_account
from validation.account.report import account_csv, account_html, write_account

EVIL = "<script>alert(1)</script>\u202eevil\x00\t=1+1"


def _load_tiny() -> ModuleType:
    spec = util.spec_from_file_location("tiny_account", Path(__file__).parents[1] / "tiny.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TINY = _load_tiny()
FILES: dict[str, str] = {n: t for n, t in TINY.FILES.items() if not n.startswith("adam/")}


class Built:
    """A study as far as SDTM, with everything that the account is taken from."""

    plan: Plan
    forms: dict[str, RawForm]
    report: Report
    sdtm: SdtmResult

    def __init__(self, folder: Path) -> None:
        self.plan = make_plan(folder)
        self.forms = read_export(self.plan.study)
        self.report = Report({n: f.settings.file for n, f in self.forms.items()})
        self.sdtm = run_sdtm(self.plan.sdtm, self.forms, self.report)

    def account(self, sdtm: SdtmResult | None = None) -> Account:
        metadata, _ = describe_sdtm(self.plan.sdtm, self.sdtm, "0")
        made = sdtm or self.sdtm
        return take_account(
            self.plan.study,
            self.plan.sdtm.modules,
            self.forms,
            made.datasets,
            made.set_aside,
            self.report.looked_up,
            metadata,
        )


def tiny(folder: Path, files: dict[str, str] | None = None) -> Built:
    return Built(TINY.write(folder, FILES | (files or {})))


def form(account: Account, name: str) -> Form:
    return next(f for f in account.forms if f.name == name)


def column(account: Account, form_name: str, name: str) -> Column:
    return next(c for c in form(account, form_name).columns if c.name == name)


def rules(account: Account) -> list[tuple[str, str]]:
    return [(f.rule, f.scope) for f in account.findings]


def changed(name: str, old: str, new: str) -> dict[str, str]:
    text = FILES[name]
    assert text.count(old) == 1
    return {name: text.replace(old, new)}


NOT_SUBMITTED = "\nnot_submitted:\n"


def reasons(text: str) -> dict[str, str]:
    return {"study.yaml": FILES["study.yaml"] + NOT_SUBMITTED + text}


def test_the_tiny_study_balances(tmp_path: Path) -> None:
    account = tiny(tmp_path).account()
    assert account.findings == ()
    assert account.balanced
    assert form(account, "ae").equation == "4 read = 4 mapped + 0 set aside"
    assert form(account, "ae").datasets == (("AE", 4),)
    assert form(account, "ex").datasets == (("SE", 2), ("EX", 2))


def test_each_column_says_where_it_goes(tmp_path: Path) -> None:
    account = tiny(tmp_path).account()
    assert column(account, "ae", "TERM").targets == ("AE.AETERM",)
    assert column(account, "ae", "NOTE").targets == ("SUPPAE.AENOTE",)
    assert column(account, "dm", "OFF").targets[:2] == ("DM.RFENDTC", "DM.RFPENDTC")
    assert "SE.SEENDTC" in column(account, "dm", "OFF").targets  # by a lookup from another form
    assert column(account, "dm", "DEATH").targets == ("DM.DTHDTC",)
    assert column(account, "ae", "SUBJECT").state is State.KEY
    assert column(account, "ae", "RECID").state is State.KEY


@pytest.mark.parametrize(
    ("module", "rule", "scope"),
    [
        ("sdtm/ae.yaml", "  AENOTE: {copy: NOTE, label: Note of the Site}\n", "ae NOTE"),
        ("sdtm/ae.yaml", "  AEENDTC: {date: END, format: YYYY-MM-DD}\n  ", "ae END"),
        ("sdtm/dm.yaml", "  AGE: {num: AGE}\n", "dm AGE"),
        ("sdtm/dm.yaml", "supp:\n  BLOOD: {copy: BLOOD, label: Blood Group}\n", "dm BLOOD"),
    ],
)
def test_a_rule_less_is_a_column_unaccounted(
    tmp_path: Path, module: str, rule: str, scope: str
) -> None:
    files = changed(module, rule, "  " if rule.endswith("  ") else "")
    if "AEENDTC" in rule:
        files[module] = files[module].replace("  AEENDY: {day: AEENDTC}\n", "")
    if "AGE:" in rule:
        files[module] = files[module].replace(
            "  AGEU: {const: YEARS, when: {DM.AGE: {is: present}}}\n", ""
        )
    account = tiny(tmp_path, files).account()
    assert rules(account) == [("account.column", scope)]
    (finding,) = account.findings
    assert finding.severity == "warning"
    assert finding.raw is not None
    assert (finding.raw.file, finding.raw.column) == (
        f"raw/{scope.split(maxsplit=1)[0]}.csv",
        scope.split()[1],
    )
    assert not account.balanced
    assert form(account, scope.split(maxsplit=1)[0]).balanced


def test_a_reason_accounts_for_a_column(tmp_path: Path) -> None:
    files = changed("sdtm/dm.yaml", "supp:\n  BLOOD: {copy: BLOOD, label: Blood Group}\n", "")
    account = tiny(tmp_path, files | reasons("  dm: {BLOOD: Asked by mistake}\n")).account()
    assert account.findings == ()
    found = column(account, "dm", "BLOOD")
    assert (found.state, found.reason, found.values) == (State.NOT_SUBMITTED, "Asked by mistake", 2)


@pytest.mark.parametrize("text", ['  dm: {"BL*": A}\n', '  "*": {"*OOD": A}\n', '  dm: {"*": A}\n'])
def test_a_reason_may_be_a_pattern(tmp_path: Path, text: str) -> None:
    files = changed("sdtm/dm.yaml", "supp:\n  BLOOD: {copy: BLOOD, label: Blood Group}\n", "")
    account = tiny(tmp_path, files | reasons(text)).account()
    assert account.findings == ()
    assert column(account, "dm", "BLOOD").reason == "A"


def test_a_reason_for_what_is_mapped_is_a_finding(tmp_path: Path) -> None:
    account = tiny(tmp_path, reasons("  ae: {NOTE: Not wanted}\n")).account()
    assert rules(account) == [("account.reason", "ae NOTE")]
    assert account.findings[0].spec is not None
    assert account.findings[0].spec.line > 1


def test_reasons_for_what_is_not_there_are_faults_of_the_specification(tmp_path: Path) -> None:
    text = "  aee: {NOTE: A}\n  ae: {NOTES: B}\n  dm: {'X*': C}\n"
    with pytest.raises(SpecificationFault) as caught:
        tiny(tmp_path, reasons(text))
    found = [(f.rule, f.message) for f in caught.value.findings]
    assert found == [
        ("name.form", "there is no form 'aee'"),
        ("name.column", "there is no column 'NOTES' in ae"),
        ("name.column", "there is no column 'X*' in dm"),
    ]
    assert "NOTE" in caught.value.findings[1].advice


def test_an_empty_column_needs_no_reason(tmp_path: Path) -> None:
    text = FILES["raw/rs.csv"].replace("DATE\n", "DATE,SPARE\n")
    text = "\n".join(x + ("," if x.strip()[:2] == "01" else "") for x in text.split("\n"))
    account = tiny(tmp_path, {"raw/rs.csv": text}).account()
    assert account.findings == ()
    assert column(account, "rs", "SPARE").state is State.EMPTY


def test_presence_alone_does_not_account_for_several_values(tmp_path: Path) -> None:
    old = "  AENOTE: {copy: NOTE, label: Note of the Site}\n"
    new = "  AENOTE: {const: 'Y', when: {TERM: {is: present}}, label: A Term}\n"
    files = changed("sdtm/ae.yaml", old, new)
    files["sdtm/ae.yaml"] = files["sdtm/ae.yaml"].replace("{copy: TERM}", "{copy: CODE}")
    assert rules(tiny(tmp_path / "a", files).account()) == [
        ("account.column", "ae NOTE"),
        ("account.column", "ae TERM"),
    ]
    files = changed("sdtm/ae.yaml", old, new.replace("TERM", "NOTE"))
    account = tiny(tmp_path / "b", files).account()  # NOTE has one value: a tick box
    assert account.findings == ()
    assert column(account, "ae", "NOTE").state is State.DECIDES


WHERE = "from: ae\nwhere: {SERIOUS: 'N'}\nreason: Serious events are elsewhere"


def test_rows_set_aside_keep_their_reason(tmp_path: Path) -> None:
    account = tiny(tmp_path, changed("sdtm/ae.yaml", "from: ae", WHERE)).account()
    assert account.balanced
    ae = form(account, "ae")
    assert ae.equation == "4 read = 3 mapped + 1 set aside"
    assert ae.aside == (("Serious events are elsewhere", 1),)


def test_a_row_that_another_module_takes_counts_as_mapped(tmp_path: Path) -> None:
    dm = "from: dm\none: {per: [USUBJID], order: DM.AGE, take: first, reason: Twice}\n"
    dm += "where: {OFF: {is: present}}\nreason: Not treated"
    account = tiny(tmp_path, changed("sdtm/dm.yaml", "from: dm", dm)).account()
    assert form(account, "dm").equation == "3 read = 3 mapped + 0 set aside"
    assert dict(form(account, "dm").datasets)["DM"] == 2


def test_one_record_of_several(tmp_path: Path) -> None:
    one = "from: rs\none: {per: [USUBJID], order: RS.RSDTC, take: last, reason: An earlier one}"
    account = tiny(tmp_path, changed("sdtm/rs.yaml", "from: rs", one)).account()
    assert form(account, "rs").aside == (("An earlier one", 1),)
    assert account.balanced


WIDE = """
target: LB
from: wide
keys: [USUBJID, LBTESTCD, LBDTC]
rows:
  keep: {LBORRES: {is: present}}
  tests:
    - {LBTESTCD: ALB, column: ALB}
    - {LBTESTCD: GLUC, column: GLUC}
vars:
  LBORRES: {copy: "{column}"}
  LBDTC: {date: DATE, format: YYYY-MM-DD}
"""
WIDE_CSV = """
    SUBJECT,EVENT,REPEAT,RECID,DATE,ALB,GLUC
    01-001,SCR,1,41,2024-01-03,40,5.1
    01-001,D1,1,42,2024-01-10,,5.2
    01-002,SCR,1,43,2024-01-16,,
    """


def test_a_wide_row_without_any_result(tmp_path: Path) -> None:
    study = FILES["study.yaml"].replace("lb: {file: raw/lb.csv}", "wide: {file: raw/wide.csv}")
    files = {"study.yaml": study, "sdtm/lb.yaml": WIDE, "raw/wide.csv": WIDE_CSV}
    account = tiny(tmp_path, files).account()
    assert account.balanced
    assert form(account, "wide").aside == (("No test with a result", 1),)
    assert form(account, "wide").equation == "3 read = 2 mapped + 1 set aside"


def test_a_form_that_nothing_takes(tmp_path: Path) -> None:
    study = FILES["study.yaml"].replace("  forms:", "  forms:\n    wide: {file: raw/wide.csv}")
    files = {"study.yaml": study, "raw/wide.csv": WIDE_CSV}
    account = tiny(tmp_path / "a", files).account()
    assert rules(account) == [("account.form", "wide")]
    assert "3 rows are not submitted" in account.findings[0].message
    assert form(account, "wide").equation == "3 read = 0 mapped + 0 set aside + 3 unaccounted"
    files["study.yaml"] += NOT_SUBMITTED + "  wide: {'*': Never analysed}\n"
    account = tiny(tmp_path / "b", files).account()
    assert account.findings == ()
    assert form(account, "wide").equation == "3 read = 0 mapped + 3 set aside"
    assert column(account, "wide", "ALB").reason == "Never analysed"


LOOKED = """
    SUBJECT,EVENT,REPEAT,RECID,DATE,HEIGHT
    01-001,SCR,1,61,2024-01-02,170
    01-001,D1,1,62,2024-01-03,171
    01-003,SCR,1,63,2024-01-20,
    """


def test_rows_that_are_only_looked_up(tmp_path: Path) -> None:
    study = FILES["study.yaml"].replace("  forms:", "  forms:\n    high: {file: raw/high.csv}")
    rule = "  HEIGHT: {lookup: high, get: HEIGHT, pick: last, order: DATE, label: Height}\n"
    files = changed("sdtm/dm.yaml", "supp:\n", "supp:\n" + rule)
    files |= {"study.yaml": study, "raw/high.csv": LOOKED}
    account = tiny(tmp_path, files).account()
    assert rules(account) == [("account.row", "TINY-01-003 high 63")]
    assert account.findings[0].raw is not None
    assert (account.findings[0].raw.file, account.findings[0].raw.row) == ("raw/high.csv", 4)
    high = form(account, "high")
    assert high.aside == (("Another record was taken for DM.HEIGHT", 1),)
    assert high.equation == "3 read = 1 mapped + 1 set aside + 1 unaccounted"
    assert column(account, "high", "HEIGHT").targets == ("SUPPDM.HEIGHT",)


def test_a_lost_row_is_named(tmp_path: Path) -> None:
    built = tiny(tmp_path)
    ae = next(d for d in built.sdtm.datasets if d.name == "AE")
    less = replace(ae, frame=ae.frame[ae.frame["AEDECOD"] != "Headache"])
    others = [less if d.name == "AE" else d for d in built.sdtm.datasets]
    account = built.account(replace(built.sdtm, datasets=tuple(others)))
    (finding,) = account.findings
    assert (finding.rule, finding.severity, finding.dataset) == ("account.row", "error", "AE")
    assert finding.scope == "TINY-01-001 ae 32"
    assert finding.raw is not None
    assert (finding.raw.file, finding.raw.row) == ("raw/ae.csv", 3)
    assert form(account, "ae").equation == "4 read = 3 mapped + 0 set aside + 1 unaccounted"
    assert not account.balanced


def test_a_row_lost_by_one_module_is_named_though_another_has_it(tmp_path: Path) -> None:
    built = tiny(tmp_path)
    se = next(d for d in built.sdtm.datasets if d.name == "SE")
    less = replace(se, frame=se.frame[~((se.frame["ETCD"] == "FUP") & (se.frame["_row"] == 2))])
    others = [less if d.name == "SE" else d for d in built.sdtm.datasets]
    account = built.account(replace(built.sdtm, datasets=tuple(others)))
    assert [(f.rule, f.dataset, f.raw and f.raw.row) for f in account.findings] == [
        ("account.row", "SE", 2)
    ]
    assert form(account, "ex").balanced
    assert not account.balanced


def test_a_lost_row_is_not_excused_by_the_reason_of_another(tmp_path: Path) -> None:
    built = tiny(tmp_path, changed("sdtm/ae.yaml", "from: ae", WHERE))
    ae = next(d for d in built.sdtm.datasets if d.name == "AE")
    others = [d for d in built.sdtm.datasets if d.name != "AE"]
    less = replace(ae, frame=ae.frame.iloc[1:])
    account = built.account(replace(built.sdtm, datasets=(*others, less)))
    assert [f.rule for f in account.findings] == ["account.row"]
    assert form(account, "ae").aside == (("Serious events are elsewhere", 1),)


def test_a_form_of_the_file_that_is_not_read_is_listed_with_its_rows(tmp_path: Path) -> None:
    built = tiny(tmp_path)
    assert built.account().balanced
    unread = Unread("raw/ae.csv", "AE", "IG.AE", 3)
    built.forms["ae"] = replace(built.forms["ae"], unread=(unread,))
    account = built.account()
    assert account.unread == (unread,)
    assert not account.balanced
    assert '"form","AE IG.AE","raw/ae.csv","","unread"' in account_csv(account)
    page = account_html(account, "TINY")
    assert "1 form of the files is not read" in page
    assert "In the files, and not read" in page
    assert "In the files, and not read" not in account_html(tiny(tmp_path / "b").account(), "TINY")


def test_pairs_of_values(tmp_path: Path) -> None:
    pairs = tiny(tmp_path).account().pairs
    assert [
        (p.collected, p.submitted, p.records)
        for p in pairs
        if (p.dataset, p.variable, p.column) == ("DM", "SEX", "SEX")
    ] == [("Female", "F", 1), ("Male", "M", 2)]
    units = [(p.collected, p.submitted) for p in pairs if p.variable == "LBORRESU"]
    assert units == [("g/L", "g/L"), ("g/dL", "g/dL"), ("mg/dL", "mg/dL"), ("mmol/L", "mmol/L")]


def test_pairs_count_every_record_with_a_value(tmp_path: Path) -> None:
    built = tiny(tmp_path)
    account = built.account()
    ae = built.sdtm.frames()["AE"]
    own = [p for p in account.pairs if (p.dataset, p.variable) == ("AE", "AESER")]
    assert sum(p.records for p in own) == len(ae)


def test_an_unmapped_value_is_a_pair_without_submitted_text(tmp_path: Path) -> None:
    files = {"raw/dm.csv": FILES["raw/dm.csv"].replace("40,Male", "40,Mann")}
    pairs = tiny(tmp_path, files).account().pairs
    assert Pair("DM", "SEX", "dm", "SEX", "Mann", "", 1) in pairs


def test_subjects_by_domain(tmp_path: Path) -> None:
    account = tiny(tmp_path).account()
    counts = {s: dict(zip(account.domains, n, strict=True)) for s, n in account.subjects.items()}
    assert list(counts) == ["TINY-01-001", "TINY-01-002", "TINY-01-003"]
    assert counts["TINY-01-001"]["AE"] == 3
    assert counts["TINY-01-003"] == {"DM": 1, "SE": 1, "SV": 1} | {
        d: 0 for d in account.domains if d not in ("DM", "SE", "SV")
    }


# The reference study.


def test_the_reference_study_balances(reference: Package) -> None:
    account = reference.account
    assert account.findings == ()
    assert account.balanced
    for f in account.forms:
        assert f.read == f.mapped + f.set_aside, f.equation
        assert f.lost == 0
    assert form(account, "ae").aside == (("Deleted in the EDC system", 1),)
    assert form(account, "dm").aside == (("Earlier screening of a rescreened person", 1),)
    assert sum(f.read for f in account.forms) > 6000
    assert ("Account of the raw data", "account.html") in reference.report.links


def test_the_rows_read_are_those_of_the_files(reference: Package) -> None:
    for f in reference.account.forms:
        settings = reference.study.forms[f.name]
        text = (reference.study.folder / f.file).read_text(encoding=settings.encoding)
        records = list(csv.reader(io.StringIO(text)))
        end = 1 if settings.reader == "rave" else 0
        assert f.read == len(records) - 1 - end


def test_the_reference_study_s_columns(reference: Package) -> None:
    account = reference.account
    assert column(account, "ae", "AETERM").state is State.NOT_SUBMITTED
    assert column(account, "ae", "AESTDAT_RAW").reason == "Same field as AESTDAT_YYYY"
    assert column(account, "ae", "AESTDAT_INT").state is State.NOT_SUBMITTED
    assert column(account, "ae", "SaveTs").state is State.SYSTEM
    assert column(account, "eos", "EOSDAT_DD").targets[0].startswith("DM.")
    assert column(account, "lbh", "PLT_UN").targets == ("LB.LBORRESU",)
    assert column(account, "preg", "PREGRES").state is State.EMPTY


def test_every_map_rule_of_the_reference_study_has_pairs(reference: Package) -> None:
    found = {(p.dataset, p.variable) for p in reference.account.pairs}
    mapped = {
        (module.target, rule.variable)
        for module in reference.plan.sdtm.modules
        for block in module.blocks
        for rule in (*block.rules, *block.after)
        if rule.kind == "map" and block.source.kind == "form" and rule.variable not in module.hidden
    }
    # Its values come from constants, one a block: no raw column stands behind them.
    assert mapped - found == {("TU", "TUSTRESC")}
    il6 = [p for p in reference.account.pairs if (p.column, p.collected) == ("TESTCODE", "IL6")]
    assert [(p.dataset, p.variable, p.submitted) for p in il6] == [("LB", "LBTESTCD", "INTLK6")]


def test_a_rule_less_in_the_reference_study_is_noticed(study_copy: Path) -> None:
    path = study_copy / "sdtm/ae.yaml"
    rule = "  AEDLT: {copy: AEDLT_STD, label: Dose-Limiting Toxicity}\n"
    text = path.read_text(encoding="utf-8")
    assert rule in text
    path.write_text(text.replace(rule, ""), encoding="utf-8")
    shutil.rmtree(study_copy / "adam")
    settings = study_copy / "study.yaml"
    text = settings.read_text(encoding="utf-8")
    # What speaks of the analyses goes with them.
    text = re.sub(r"(?ms)^(analyses|guide):.*?(?=^\S|\Z)", "", text)
    settings.write_text(text, encoding="utf-8")
    account = Built(study_copy).account()
    assert rules(account) == [("account.column", "ae AEDLT")]
    assert "(with AEDLT_STD)" in account.findings[0].message


# Conventions of the readers.


def test_fields_of_rave() -> None:
    columns = ["AESTDAT", "AESTDAT_RAW", "AESTDAT_INT", "AESTDAT_yyyy", "X_STD", "WBC", "WBC_UN"]
    assert fields("rave", columns) == {
        "AESTDAT": "AESTDAT",
        "AESTDAT_RAW": "AESTDAT",
        "AESTDAT_INT": "AESTDAT_INT",
        "AESTDAT_yyyy": "AESTDAT",
        "X_STD": "X_STD",
        "WBC": "WBC",
        "WBC_UN": "WBC_UN",
    }
    assert fields("viedoc", ["SEX", "SEXCD", "CD"]) == {"SEX": "SEX", "SEXCD": "SEX", "CD": "CD"}
    assert fields("csv", ["A", "A_STD"]) == {"A": "A", "A_STD": "A_STD"}


def test_system_columns_of_rave_in_any_case() -> None:
    assert system_columns("rave", ["RecordPosition", "AETERM"]) == {"RecordPosition"}
    assert system_columns("csv", ["recordposition"]) == frozenset()


# The files.


def hostile() -> Account:
    columns = (
        Column(EVIL, EVIL, State.UNACCOUNTED, 3, (), EVIL),
        Column("A", "A", State.MAPPED, 3, (f"DM.{EVIL}",)),
        Column("S", "S", State.SYSTEM, 3),
    )
    forms = (Form(EVIL, EVIL, 5, 3, ((EVIL, 1),), 1, columns, (("DM", 3),)),)
    pairs = (Pair("DM", EVIL, EVIL, EVIL, EVIL, "=cmd()", 1),)
    return Account(forms, pairs, ("DM", EVIL), {EVIL: (1, 0)}, ())


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_hostile_text_is_harmless_on_the_page() -> None:
    page = account_html(hostile(), EVIL, fictitious=True, tool_version=EVIL)
    tags = Tags()
    tags.feed(page)
    assert "script" not in [t for t, _ in tags.seen]
    assert "\u202e" not in page
    assert "\x00" not in page
    for _, attributes in tags.seen:
        for name in ("href", "src"):
            assert not (attributes.get(name) or "").startswith(("http", "//", "javascript"))
    assert "NOT BALANCED" in page
    assert "5 read = 3 mapped + 1 set aside + 1 unaccounted" in page


def test_hostile_text_is_harmless_in_a_spreadsheet() -> None:
    text = account_csv(hostile())
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "@", "\t"))]
    assert "\u202e" not in text


def test_the_csv_adds_up(tmp_path: Path) -> None:
    account = tiny(tmp_path, changed("sdtm/ae.yaml", "from: ae", WHERE)).account()
    rows = list(csv.DictReader(io.StringIO(account_csv(account).removeprefix("\ufeff"))))
    for f in account.forms:
        own = [r for r in rows if r["part"] == "rows" and r["form"] == f.name]
        counts = {
            state: sum(int(r["count"]) for r in own if r["state"] == state)
            for state in ("read", "mapped", "set aside")
        }
        assert counts["read"] == counts["mapped"] + counts["set aside"]
    assert {r["part"] for r in rows} == {"rows", "column", "value", "subject"}


def test_the_files_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = tiny(tmp_path / "a").account(), tiny(tmp_path / "b").account()
    write_account(tmp_path / "1", first, "TINY")
    write_account(tmp_path / "2", second, "TINY")
    for name in ("account.html", "account.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_study_without_raw_data_has_an_empty_account() -> None:
    page = account_html(Account((), (), (), {}, ()), "X")
    assert "no raw data to account for" in page
