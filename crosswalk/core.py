"""CDISC CORE on the SDTM of a study while it is built: on the files that will be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from crosswalk.home import write_home
from define.model import Metadata
from mappings.study import Study
from validation.core import CoreNotRun, CoreRun, Engine, core_run, not_run, run_engine
from validation.locate import Lineage

_ADAM_ONLY = "this package holds no SDTM, and the engine has no published rules for ADaM"


def judge(
    engine: Engine,
    study: Study,
    documents: Sequence[Metadata],
    definitions: Sequence[bytes],
    frames: Mapping[str, pd.DataFrame],
    lineage: Lineage,
) -> CoreRun:
    """The engine's answers on the SDTM that was built, with the raw row of each finding.

    An engine that gives no answer is a finding, never an exception.
    """
    pairs = zip(documents, definitions, strict=True)
    metadata, xml = next((p for p in pairs if p[0].purpose == "Tabulation"), (None, b""))
    if metadata is None:
        return not_run(_ADAM_ONLY)
    with TemporaryDirectory(prefix="crosswalk-sdtm-") as name:
        folder = Path(name)
        write_home(folder, metadata, xml, frames, study)
        try:
            report = run_engine(
                engine,
                folder,
                standard="sdtmig",
                version=study.standards["sdtmig"],
                terminology=[f"sdtmct-{study.standards['terminology']}"],
                define=folder / "define.xml",
            )
        except CoreNotRun as reason:
            return not_run(str(reason))
    described = [d for d in metadata.datasets if d.records]
    return core_run(
        report,
        {d.name: frames[d.name] for d in described},
        keys={d.name: d.keys for d in described},
        lineage=lineage,
    )
