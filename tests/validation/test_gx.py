"""One place for frames serves every suite: no verdict of one frame reaches another."""

from __future__ import annotations

import gc
import weakref

import pandas as pd

from validation import gx
from validation.outcome import Status

PRESENT = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "A"}}]


def test_each_frame_gets_its_own_verdict() -> None:
    whole, holed = pd.DataFrame({"A": ["x", "y"]}), pd.DataFrame({"A": ["x", None]})
    found = [gx.validate(frame, PRESENT)[0].status for frame in (holed, whole, holed)]
    assert found == [Status.FAILED, Status.PASSED, Status.FAILED]


def test_no_frame_is_kept() -> None:
    frame = pd.DataFrame({"A": ["x"]})
    gone = weakref.ref(frame)
    gx.validate(frame, PRESENT)
    del frame
    gc.collect()
    assert gone() is None
