"""Baselines for tests: keys, and pushing and reading without ceremony."""

from collections.abc import Callable
from typing import Any

import msgspec

from signals.engine.baselines import (
    BaselineParams,
    Baselines,
    Keys,
    Metric,
    Reading,
)

MONDAY = 739_264  # 2025-01-13
FRIDAY = MONDAY + 4
CALL = Keys("SPY-2025-01-17-450-C", "SPY C 1-2d 1.5..5%", "SPY", "mid")
OTHER = Keys("SPY-2025-01-17-455-C", "SPY C 1-2d 1.5..5%", "SPY", "mid")
FAR = Keys("SPY-2025-06-20-600-C", "SPY C >90d >=10%", "SPY", "mid")
METRICS: tuple[Metric, ...] = ("premium", "size", "spread", "iv")
SMALL = {
    "rolling_window_size": 4,
    "baseline_bucket_window": 6,
    "baseline_underlying_window": 8,
    "baseline_contract_min_samples": 2,
    "baseline_bucket_min_samples": 3,
    "baseline_underlying_min_samples": 4,
}


def weekdays(start: int, end: int) -> int:
    """Return the trading sessions from one date to another where every weekday is one."""
    assert start < end, "within a session no calendar is asked"
    return sum((day - MONDAY) % 7 < 5 for day in range(start + 1, end + 1))


def baselines(elapsed: Callable[[int, int], int] = weekdays, **changes: Any) -> Baselines:
    return Baselines(elapsed, BaselineParams(**changes))


def push(held: Baselines, keys: Keys, size: int = 10, *, day: int = MONDAY, **changes: Any) -> None:
    values: dict[str, Any] = {"premium_usd": 20_000.0, "spread_bps": 200.0, "iv": 0.5} | changes
    held.push(keys, size=size, session_date=day, **values)


def filled(keys: Keys, sizes: list[int], **changes: Any) -> Baselines:
    held = baselines(**changes)
    for size in sizes:
        push(held, keys, size)
    return held


def size_reading(held: Baselines, keys: Keys, size: float = 15, *, day: int = MONDAY) -> Reading:
    return held.read(keys, "size", size, day)


def texts(held: Baselines, *, part: int = 1, scope: int = 0) -> list[str]:
    """Return the keys of a shelf, the first to go first; parts: open, mid, close."""
    return held.saved().shelves[3 * part + scope].texts


def encoded(held: Baselines) -> bytes:
    return msgspec.msgpack.encode(held.saved())


# G6, strict, through the hierarchy; the arithmetic stands in test_readings.py.
