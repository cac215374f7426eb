"""Baselines against a slow second computation, saved and restored, and their tuning values."""

import dataclasses
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.baselines import (
    BaselineParams,
    Baselines,
    Keys,
    Metric,
    SavedBaselines,
)
from signals.engine.params import PARAMETERS, Params
from tests.signals.engine.baseline_builders import (
    CALL,
    FAR,
    METRICS,
    MONDAY,
    OTHER,
    SMALL,
    baselines,
    encoded,
    filled,
    push,
    texts,
)

PARTS = st.sampled_from(["open", "mid", "close", "extended"])
PACKETS = st.builds(
    lambda contract, bucket, underlying, part, size, premium, iv, days: (
        Keys(f"{underlying}{contract}", bucket and f"{underlying} {bucket}", underlying, part),
        {"size": size, "premium_usd": premium, "spread_bps": float(size), "iv": iv},
        days,
    ),
    st.sampled_from("pqrs"),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from(["A", "B"]),
    PARTS,
    st.integers(0, 5_000),
    st.none() | st.floats(0, 1e7),
    st.none() | st.floats(0, 3),
    st.sampled_from([0, 0, 0, 1, 1, 2, 5]),
)


class SlowBaselines:
    """The same by lists: every packet ever pushed is kept and asked again."""

    def __init__(self, params: BaselineParams) -> None:
        self.params = params
        self.pushed: list[tuple[Keys, dict[str, Any], int]] = []

    def _alive(self, part: str, field: str, text: str, day: int) -> list[dict[str, Any]]:
        """Return the packets of a key since it was last cold or pushed out, oldest first."""
        alive: list[dict[str, Any]] = []
        last, younger = 0, set[str]()
        for keys, values, at in self.pushed:
            other = getattr(keys, field)
            if keys.day_part != part or not other:
                continue
            if other != text:
                younger.add(other)
                if len(younger) >= self.params.baseline_max_keys:
                    alive = []
                continue
            if at - last >= self.params.baseline_ttl_sessions:
                alive = []
            alive.append(values)
            last, younger = at, set()
        return alive if day - last < self.params.baseline_ttl_sessions else []

    def read(self, keys: Keys, metric: Metric, value: float | None, day: int) -> tuple[Any, ...]:
        field = {"premium": "premium_usd", "spread": "spread_bps"}.get(metric, metric)
        own = 0
        for scope, size, least in (
            ("contract", self.params.rolling_window_size, 2),
            ("bucket", self.params.baseline_bucket_window, 3),
            ("underlying", self.params.baseline_underlying_window, 4),
        ):
            packets = self._alive(keys.day_part, scope, getattr(keys, scope), day)
            known = [each[field] for each in packets if each[field] is not None][-size:]
            if keys.day_part == "extended" or not getattr(keys, scope):
                known = []
            if len(known) >= least:
                return scope, len(known), self._center(metric, known), value is not None
            if scope == "contract":
                own = len(known)
        return "", own, 0, False

    def _center(self, metric: Metric, known: list[float]) -> int:
        logs = sorted(
            round((each if metric == "iv" else math.log1p(each)) * 1_000_000) for each in known
        )
        return (logs[(len(logs) - 1) // 2] + logs[len(logs) // 2] + 1) // 2


@settings(max_examples=150, deadline=None)
@given(st.lists(PACKETS, max_size=40), st.integers(1, 3), st.integers(1, 4))
def test_any_packets_are_read_like_by_lists(
    packets: list[tuple[Keys, dict[str, Any], int]], max_keys: int, ttl: int
) -> None:
    params = BaselineParams(**SMALL, baseline_max_keys=max_keys, baseline_ttl_sessions=ttl)
    held = Baselines(lambda start, end: end - start, params)
    slow = SlowBaselines(params)
    day = 1_000

    for keys, values, days in packets:
        day += days
        for metric, value in zip(
            METRICS,
            (values["premium_usd"], values["size"], values["spread_bps"], values["iv"]),
            strict=True,
        ):
            found = held.read(keys, metric, value, day)
            measured = found.shift if metric == "iv" else found.z
            told = (found.scope, found.n, found.center_ppm, measured is not None)
            assert told == slow.read(keys, metric, value, day)
        held.push(keys, session_date=day, **values)
        slow.pushed.append((keys, values, day))


@settings(max_examples=100, deadline=None)
@given(st.lists(PACKETS, max_size=30), st.lists(PACKETS, max_size=15))
def test_restored_baselines_continue_identically(
    before: list[tuple[Keys, dict[str, Any], int]], after: list[tuple[Keys, dict[str, Any], int]]
) -> None:
    params = BaselineParams(**SMALL, baseline_max_keys=3, baseline_ttl_sessions=3)
    held = Baselines(lambda start, end: end - start, params)
    day = 1_000
    for keys, values, days in before:
        day += days
        held.push(keys, session_date=day, **values)

    again = Baselines(lambda start, end: end - start, params)
    push(again, CALL)  # what stood there before is gone
    again.restore(msgspec.msgpack.decode(encoded(held), type=SavedBaselines))

    assert encoded(again) == encoded(held)
    for keys, values, days in after:
        day += days
        for each in METRICS:
            assert again.read(keys, each, 1.0, day) == held.read(keys, each, 1.0, day)
        held.push(keys, session_date=day, **values)
        again.push(keys, session_date=day, **values)
        assert encoded(again) == encoded(held)


def test_restored_session_is_not_swept_twice() -> None:
    # the sweep of a session is over: a restart must not repeat it under another revision
    held = filled(CALL, [10])
    push(held, FAR, day=MONDAY + 1)
    again = baselines(baseline_ttl_sessions=1)
    again.restore(held.saved())

    push(again, FAR, day=MONDAY + 1)
    assert texts(again) == [CALL.contract, FAR.contract]
    push(again, FAR, day=MONDAY + 2)
    assert FAR.contract in texts(again)
    assert CALL.contract not in texts(again)


def test_saved_is_a_copy() -> None:
    held = filled(CALL, [10] * 12)
    saved = held.saved()
    before = msgspec.msgpack.encode(saved)

    push(held, OTHER, 99)

    assert msgspec.msgpack.encode(saved) == before


def test_equal_content_in_another_order_of_pushes_is_not_equal() -> None:
    one, other = baselines(), baselines()
    for held, order in ((one, (CALL, FAR)), (other, (FAR, CALL))):
        for keys in order:
            push(held, keys)

    assert encoded(one) != encoded(other)
    push(one, CALL)
    push(other, CALL)
    assert texts(one) == texts(other)


def test_what_has_left_the_windows_leaves_no_trace() -> None:
    params: dict[str, Any] = SMALL | {"baseline_max_keys": 1}
    long, short = baselines(**params), baselines(**params)
    push(long, Keys("gone", "gone", "gone", "mid"))
    for size in range(30):
        push(long, CALL, size)
    for size in range(22, 30):
        push(short, CALL, size)

    assert encoded(long) == encoded(short)


def test_state_takes_three_bytes_a_value() -> None:
    held = baselines()
    contracts = 40
    for strike in range(contracts):
        keys = Keys(f"SPY-2025-01-17-{strike}-C", "", "SPY", "mid")
        for size in range(50):
            push(held, keys, size * 37, premium_usd=size * 4_321.0)

    values = 4 * (50 * contracts + 1_000)
    assert len(encoded(held)) <= 3.2 * values


def test_saved_state_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        baselines().restore(SavedBaselines(0, []))


@pytest.mark.parametrize(
    ("key", "default", "low", "high", "unit"),
    [
        ("rolling_window_size", 50, 2, 10_000, "packets"),
        ("baseline_bucket_window", 200, 2, 10_000, "packets"),
        ("baseline_underlying_window", 1_000, 2, 10_000, "packets"),
        ("baseline_contract_min_samples", 12, 2, 10_000, "packets"),
        ("baseline_bucket_min_samples", 30, 2, 10_000, "packets"),
        ("baseline_underlying_min_samples", 50, 2, 10_000, "packets"),
        ("baseline_ttl_sessions", 10, 1, 250, "sessions"),
        ("baseline_max_keys", 20_000, 1, 1_000_000, "baselines"),
        ("baseline_mad_floor", 0.1, 0.001, 10, "log units"),
        ("baseline_edge_minutes", 15, 0, 120, "min"),
    ],
)
def test_tuning_is_declared(key: str, default: float, low: float, high: float, unit: str) -> None:
    (found,) = [each for each in PARAMETERS if each.key == key]

    assert (found.default, found.minimum, found.maximum, found.unit) == (default, low, high, unit)
    assert getattr(Params(), key) == default
    assert found.help
    assert found.source


def test_no_tuning_value_of_the_baselines_is_left_out() -> None:
    assert len(dataclasses.fields(BaselineParams)) == 10
