"""Apache Parquet, read by pyarrow, every value as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mappings.raw import FormSettings, RawItem, RawTable, file_fault
from mappings.readers.files import check_begins
from mappings.readers.typed import iso, number


def read_parquet(path: Path, settings: FormSettings) -> RawTable:
    """A Parquet file of flat columns; true and false are written so.

    Raises SpecificationFault when it is missing, cut off, no Parquet file, or has columns of
    lists or structures.
    """
    try:
        table = _open(path, settings).read()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(settings, error) from None
    names = _names(table.schema, settings)
    cells = {name: _texts(table.column(number)) for number, name in enumerate(names)}
    items = {f.name: RawItem(f.name, type=str(f.type)) for f in table.schema}
    lines = pd.Series(np.arange(1, table.num_rows + 1), dtype="int64")
    return RawTable(names, pd.DataFrame(cells, columns=list(names)), lines, items)


def parquet_columns(path: Path, settings: FormSettings) -> tuple[str, ...]:
    """The names of the columns."""
    return _names(_open(path, settings).schema_arrow, settings)


def _open(path: Path, settings: FormSettings) -> Any:
    check_begins(path, settings.file, b"PAR1", "a Parquet file")
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(settings, error) from None


def _damaged(settings: FormSettings, error: Exception) -> Exception:
    said = str(error).splitlines()[0]
    return file_fault(settings.file, f"the file is cut off or damaged ({said})", "Export it again.")


def _names(schema: Any, settings: FormSettings) -> tuple[str, ...]:
    names = [str(f.name) for f in schema]
    twice = [n for n in names if names.count(n) > 1]
    if twice:
        raise file_fault(settings.file, f"the column '{twice[0]}' stands more than once", "")
    for column in schema:
        if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
            message = f"the column '{column.name}' holds {column.type}, not single values"
            raise file_fault(settings.file, message, "Write it with one column for each value.")
    return tuple(names)


def _texts(column: Any) -> pd.Series[str]:
    """Distinct values as text, spread over the rows."""
    if pa.types.is_null(column.type):
        return pd.Series([""] * len(column), dtype="str")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries().combine_chunks()
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    pieces: list[str] = []
    for chunk in chunks:
        texts = np.asarray([*_written(chunk.dictionary.to_pylist()), ""], dtype=object)
        codes = chunk.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
        pieces.extend(texts[codes].tolist())
    return pd.Series(pieces, dtype="str")


def _written(values: Sequence[Any]) -> list[str]:
    return [_text(v) for v in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if np.isnan(value) else number(value)
    return iso(value) if hasattr(value, "isoformat") else str(value)
