"""Saved state: exact round trip, deterministic bytes, honest refusals (design, point 5)."""

import msgspec
import pytest

from flow.domain.events import LogEntry
from signals.engine.params import Params
from signals.engine.pipeline import (
    STATE_VERSION,
    EngineState,
    StateError,
    decode_state,
    encode_state,
    new_state,
    step,
)
from signals.engine.records import ENGINE_VERSION
from tests.support.engine_builders import LATE, SPY_PUT, clock, ms, stamped, tuning


def busy_state() -> EngineState:
    """A state with open windows of two revisions, a late report, a chain and counters."""
    state = new_state()
    events: list[LogEntry] = [
        stamped(seq=1, ts=ms(0), size=800, move_60s_bps=1.0, iv=0.25),
        clock(2, ms(400)),
        stamped(seq=3, ts=ms(500), size=5),
        stamped(seq=4, ts=ms(510), conditions=(LATE,)),
        tuning(5, ms(510), 9, cluster_gap_ms=300),
        stamped(seq=6, ts=ms(520), contract=SPY_PUT),
        stamped(seq=7, ts=ms(100)),
    ]
    step(state, events, Params(), 3)
    return state


def test_round_trip_keeps_everything() -> None:
    state = busy_state()

    restored = decode_state(encode_state(state))

    assert encode_state(restored) == encode_state(state)
    assert restored.watermark == state.watermark == ms(400)
    assert restored.counters == state.counters
    assert restored.chains == state.chains != {}
    assert restored.clusters.open == state.clusters.open
    assert restored.rulings.current == 9
    assert restored.rulings.switched is True
    assert sorted(restored.rulings.saved([3])) == [3, 9]


def test_restored_state_goes_on_the_same() -> None:
    rest: list[LogEntry] = [stamped(seq=8, ts=ms(600), size=900), clock(9, ms(9_000))]
    state = busy_state()
    restored = decode_state(encode_state(state))

    assert step(restored, rest, Params(), 3) == step(state, rest, Params(), 3)
    assert encode_state(restored) == encode_state(state)


def test_bytes_do_not_depend_on_the_order_in_which_contracts_came() -> None:
    one, other = new_state(), new_state()
    call, put = stamped(seq=1), stamped(seq=2, contract=SPY_PUT)
    step(one, [call, put], Params())
    step(other, [put, call], Params())

    assert encode_state(one) == encode_state(other)


def test_pinned_is_kept() -> None:
    state = new_state(pinned=True)

    assert decode_state(encode_state(state)).pinned is True
    state.pinned = False
    assert decode_state(encode_state(state)).pinned is False


def test_empty_state_round_trips() -> None:
    assert encode_state(decode_state(encode_state(new_state()))) == encode_state(new_state())


@pytest.mark.parametrize("encoded", [b"", b"\x00", b"nonsense", msgspec.msgpack.encode({"a": 1})])
def test_what_is_no_state_is_refused(encoded: bytes) -> None:
    with pytest.raises(StateError, match="state is unreadable"):
        decode_state(encoded)


@pytest.mark.parametrize(
    ("field", "value", "received"),
    [
        ("version", STATE_VERSION + 1, f"version {STATE_VERSION + 1} of engine {ENGINE_VERSION}"),
        ("engine", "older", f"version {STATE_VERSION} of engine older"),
    ],
)
def test_state_of_another_engine_is_refused(field: str, value: object, received: str) -> None:
    saved = msgspec.msgpack.decode(encode_state(new_state()))

    with pytest.raises(StateError) as refused:
        decode_state(msgspec.msgpack.encode(saved | {field: value}))

    assert refused.value.received == received
    assert str(refused.value) == (
        f"state is {received}; expected version {STATE_VERSION} of engine {ENGINE_VERSION}; "
        "compute again from the start of the session"
    )
