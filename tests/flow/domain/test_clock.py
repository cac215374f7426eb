"""Clocks."""

import pytest

from flow.domain.clock import ManualClock, SystemClock


def test_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(5)

    assert clock.now_us() == 5
    clock.advance(7)
    assert clock.now_us() == 12


def test_manual_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="duration_us is -1; expected 0 or more"):
        ManualClock().advance(-1)


def test_system_clock_is_this_century() -> None:
    clock = SystemClock()

    first, second = clock.now_us(), clock.now_us()

    assert 1_700_000_000_000_000 < first <= second < 4_102_444_800_000_000
