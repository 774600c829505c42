"""Change any rule of the reference mapping, and something notices.

A sample of every file is tried in the usual run. ``CROSSWALK_MUTATION=rules`` tries for each rule
that it is taken out, and one change of it; ``CROSSWALK_MUTATION=all`` (`tox -e mutation`) all.
After an intended change of the mapping or its goldens write the probes' files anew:

    CROSSWALK_WRITE_GOLDEN=1 pytest tests/mutation
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mappings.load import load_yaml
from tests.mutation import golden
from tests.mutation.bench import Bench
from tests.mutation.built import CATALOGUES
from tests.mutation.mutants import Mutant, essential

ASKED = os.environ.get("CROSSWALK_MUTATION", "")
ALL = ASKED == "all"
SEED = int(os.environ.get("CROSSWALK_MUTATION_SEED", "1"))
OF_EACH_FILE = 1
PARTS = 6
HERE = Path(__file__).parent
REFERENCE_FILES = HERE.parents[1] / "mappings" / "cea_cart"


def _files(folder: Path) -> list[str]:
    modules = [*folder.glob("sdtm/*.yaml"), *folder.glob("adam/*.yaml")]
    names = sorted(p.relative_to(folder).as_posix() for p in modules)
    return ["study.yaml", *CATALOGUES, *names]


def equivalents() -> list[tuple[str, str]]:
    """Patterns of changes that change nothing, each with the reason."""
    entries = load_yaml(HERE / "equivalents.yaml").data
    return [(str(e["change"]), str(e["reason"])) for e in entries]


@pytest.fixture(scope="session")
def bench(reference_study: Path) -> Bench:
    """The reference study on the bench; its golden files must be of the mapping as it is."""
    made = Bench(reference_study)
    if os.environ.get("CROSSWALK_WRITE_GOLDEN"):
        made.write_probes()
    stale = [*made.compare_with_golden(), *made.compare_with_probes()]
    told = "the golden files are not of this mapping (docs/development.md says how to renew them)"
    assert not stale, f"{told}: {', '.join(stale)}"
    return made


def _equivalent(mutant: Mutant) -> bool:
    return any(fnmatchcase(mutant.name, pattern) for pattern, _ in equivalents())


def _survivors(bench: Bench, chosen: Iterable[Mutant]) -> list[str]:
    return [f"{m.place}: {m.name}" for m in chosen if bench.judge(m).survived]


def test_a_sample_of_changes_is_noticed(bench: Bench) -> None:
    seeded = random.Random(SEED)
    chosen: list[Mutant] = []
    for file in bench.documents:
        own = [m for m in bench.mutants(file) if not _equivalent(m)]
        chosen += seeded.sample(own, OF_EACH_FILE)
    survivors = _survivors(bench, chosen)
    assert not survivors, "nothing notices these changes:\n" + "\n".join(survivors)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        files = _files(REFERENCE_FILES) if ASKED else []
        metafunc.parametrize("part", [(f, i) for f in files for i in range(PARTS)], ids=str)
    if "entry" in metafunc.fixturenames:
        entries = equivalents()
        chosen = entries if ALL else random.Random(SEED).sample(entries, min(2, len(entries)))
        metafunc.parametrize("entry", chosen, ids=[p for p, _ in chosen])


def test_every_change_is_noticed(bench: Bench, part: tuple[str, int]) -> None:
    file, number = part
    every = bench.mutants(file) if ALL else essential(bench.mutants(file))
    chosen = [m for m in every[number::PARTS] if not _equivalent(m)]
    survivors = _survivors(bench, chosen)
    assert not survivors, "nothing notices these changes:\n" + "\n".join(survivors)


def test_what_is_called_equivalent_is_not_noticed(bench: Bench, entry: tuple[str, str]) -> None:
    pattern, reason = entry
    named = [
        m for file in bench.documents for m in bench.mutants(file) if fnmatchcase(m.name, pattern)
    ]
    assert reason
    assert named, f"no change is called {pattern}"
    if not ALL:
        named = random.Random(SEED).sample(named, 1)
    noticed = [m.name for m in named if not bench.judge(m).survived]
    assert noticed == [], f"{pattern} is noticed: take the entry out"


def test_every_file_of_the_mapping_is_changed(bench: Bench) -> None:
    assert sorted(bench.documents) == sorted(_files(bench.study.folder))
    for file in bench.documents:
        assert bench.mutants(file), file


def test_the_unchanged_mapping_is_not_noticed(bench: Bench) -> None:
    for file in ("sdtm/dd.yaml", "adam/adtte.yaml", "tables/vital.yaml"):
        same = Mutant(bench.documents[file], ("target",), "nothing")
        assert bench.judge(same).survived


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        ("sdtm/dd.yaml", "vars: delete", "lint"),
        ("sdtm/dd.yaml", "vars.DDDTC.date.0: delete DTHDAT_YYYY", "golden"),
        ("sdtm/dd.yaml", "vars.DDSTRESC.to.PD: to DISEASE PROGRESSIOX", "golden"),
        ("sdtm/dd.yaml", "vars.DDSTRESC.to.UNK: delete", "probe"),
        ("sdtm/ie.yaml", "vars.IETEST.origin: delete", "define"),
        ("sdtm/ie.yaml", "reason: to No criterion faileX", "words"),
        ("sdtm/dm.yaml", "one.reason: to Earlier screening of a rescreened persoX", "account"),
        ("study.yaml", "not_submitted.mf: delete", "account"),
    ],
)
def test_who_notices(bench: Bench, file: str, name: str, kind: str) -> None:
    mutant = next(m for m in bench.mutants(file) if m.name == f"{file} {name}")
    assert kind in bench.judge(mutant).noticed


def test_a_survivor_is_told_by_the_line_of_its_rule(bench: Bench) -> None:
    first = next(
        m for m in bench.mutants("sdtm/dd.yaml") if m.name.endswith("keys.0: delete USUBJID")
    )
    (told,) = _survivors(bench, [first])
    assert told.startswith("sdtm/dd.yaml:4:")


def test_the_golden_files_of_the_probes_are_those_of_the_datasets(bench: Bench) -> None:
    known = sorted(n.lower() for n in (*bench.made, *bench.analysis))
    assert golden.names(golden.PROBES) == known
