"""The candles' state as bytes: it goes on exactly where it stood."""

import msgspec
import pytest

from flow.domain.candles.saving import CandleStateError, decode_candles, encode_candles
from flow.domain.candles.state import CandleParams, CandleState
from flow.domain.candles.step import advance, forming
from flow.domain.events import Control
from flow.domain.sessions import Calendar
from tests.support.candle_builders import clock, trade


def busy_state() -> CandleState:
    """Return a state with told, open, late, revised and dirty windows of several keys."""
    state = CandleState(CandleParams(1_000, 120_000), pinned=True)
    advance(state, [trade(at, 100 + at, 1, at, symbol=at % 2 * "A" + "B") for at in range(50)])
    advance(state, [clock(60, 62_000), trade(10, 7, 1, 61), trade(62_500, 9, 1, 62)])
    advance(state, [clock(63, 300_000), trade(0, 7, 1, 64), trade(299_500, 9, 1, 65)])
    state.pinned = False
    values = {"candle_lateness_ms": 2_000, "candle_revision_horizon_ms": 120_000}
    advance(state, [Control(66, "tuning", 0, {"revision": 4, "values": values})])
    advance(state, [trade(300_100, 8, 1, 67, symbol="AIG")])
    state.pinned = True
    return state


def test_the_bytes_give_the_state_back() -> None:
    state, calendar = busy_state(), Calendar([])
    found = decode_candles(encode_candles(state), calendar)

    assert encode_candles(found) == encode_candles(state)
    assert (found.params, found.pinned, found.calendar) == (state.params, True, calendar)
    assert (found.late, found.counters) == ({"AIG": 1}, state.counters)
    assert forming(found, "AIG") == forming(state, "AIG")
    assert (found.watermark, found.floor) == (state.watermark, state.floor)
    assert (found.revision, found.rulings) == (4, state.rulings)
    assert {bar.tuning_revision for bar in forming(found, "AIG")} == {0, 4}


def test_a_minute_that_waits_for_its_end_is_still_dirty() -> None:
    state = CandleState()
    told = advance(state, [trade(0, 100, 1, 1), clock(2, 30_000)])
    found = decode_candles(encode_candles(state))

    assert [bar.interval_s for bar in told] == [1]
    assert [bar.interval_s for bar in advance(found, [clock(3, 65_000)])] == [60]
    assert not advance(decode_candles(encode_candles(found)), [clock(4, 66_000)])


@pytest.mark.parametrize("encoded", [b"", b"\xc0", b"nonsense", msgspec.msgpack.encode({})])
def test_bytes_that_are_no_state_say_so(encoded: bytes) -> None:
    with pytest.raises(CandleStateError, match=r"state is unreadable .*; expected version 3 of "):
        decode_candles(encoded)


@pytest.mark.parametrize("field", [("version", 9), ("candles", "candles-0")])
def test_another_version_is_refused(field: tuple[str, object]) -> None:
    saved = msgspec.msgpack.decode(encode_candles(CandleState()))
    saved[field[0]] = field[1]

    with pytest.raises(CandleStateError) as caught:
        decode_candles(msgspec.msgpack.encode(saved))
    assert str(caught.value).endswith("compute again from the start of the session")
    assert caught.value.received == f"version {saved['version']} of {saved['candles']}"
