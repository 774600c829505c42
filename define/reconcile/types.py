"""The data types of Define-XML, by what they hold."""

from __future__ import annotations

NUMERIC_TYPES = frozenset({"integer", "float"})
DATE_TYPES = frozenset(
    {
        "date",
        "datetime",
        "time",
        "partialDate",
        "partialTime",
        "partialDatetime",
        "incompleteDatetime",
        "durationDatetime",
        "intervalDatetime",
    }
)
