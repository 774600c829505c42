"""Great Expectations' own pages (Data Docs) of suites and datasets, made on demand.

They hold run times and identifiers, and load their looks from the web when they are opened, so
they are never part of a package. Making them opens no connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from validation import gx
from validation.expectations import Suite

_SITE = "pages"


def build_pages(
    suites: Mapping[str, Suite], frames: Mapping[str, pd.DataFrame], out: Path
) -> tuple[Path, dict[str, bool]]:
    """Run each suite over its frame and write the pages to `out`, an absolute path.

    Gives the page to open, and by dataset whether Great Expectations itself calls it a success.
    """
    with gx.quiet() as library:
        context = gx.context(library)
        context.add_data_docs_site(
            site_name=_SITE,
            site_config={
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(out),
                },
            },
        )
        source = context.data_sources.add_pandas("package")
        verdicts = {
            name: _run(library, context, source, name, suites[name], frames[name])
            for name in suites
        }
        context.build_data_docs(site_names=[_SITE])
    return out / "index.html", verdicts


def _run(
    library: Any, context: Any, source: Any, name: str, suite: Suite, frame: pd.DataFrame
) -> bool:
    asset = source.add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("whole")
    kept = context.suites.add(library.ExpectationSuite(**suite))
    definition = library.ValidationDefinition(name=name, data=batch, suite=kept)
    context.validation_definitions.add(definition)
    result = definition.run(
        batch_parameters={"dataframe": frame}, result_format={"result_format": "BASIC"}
    )
    return bool(result.success)
