"""The collector's one setting."""

import gc

from flow.collector import THRESHOLDS, calm_collector


def test_what_is_there_is_never_walked_and_thresholds_are_set() -> None:
    before = gc.get_threshold()
    try:
        calm_collector()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == THRESHOLDS
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
