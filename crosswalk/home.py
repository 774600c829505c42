"""A folder of datasets with its define.xml, as it stands in a package."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pandas as pd

from define.dataset_json_write import ENDINGS, write_dataset_json
from define.describe import creation_time
from define.html import to_html
from define.languages import labelled
from define.model import Metadata
from define.schema_check import StylesheetMissing, stylesheet
from define.xpt import write_dataset
from mappings.study import Study


def write_home(
    home: Path,
    metadata: Metadata,
    xml: bytes,
    frames: Mapping[str, pd.DataFrame],
    study: Study,
) -> None:
    """Write the datasets that `metadata` describes and have records, and the document `xml`.

    The formats that the study names in `outputs` stand beside each XPT. Raises XptRefusal and
    JsonRefusal as the last guards, and OSError.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "define.xml").write_bytes(xml)
    (home / "define.html").write_bytes(to_html(metadata))
    # Where it is missing, schema_check has said so.
    with suppress(StylesheetMissing):
        (home / "define2-1.xsl").write_bytes(stylesheet())
    for key, href, _ in metadata.documents:
        for document in (d for d in study.documents if d.key == key):
            (home / href).write_bytes((study.folder / document.file).read_bytes())
    stamp = datetime.fromisoformat(creation_time(study))
    for dataset in labelled(metadata).datasets:
        if dataset.records:
            path = home / dataset.file
            write_dataset(path, frames[dataset.name], dataset, stamp, encoding=study.encoding)
            for output in study.outputs:
                other = path.with_suffix(ENDINGS[output])
                write_dataset_json(other, frames[dataset.name], dataset, metadata)
