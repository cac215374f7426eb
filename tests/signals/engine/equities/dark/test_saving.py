"""The state as bytes: it goes on where it stood, and refuses what is none of its own."""

import msgspec
import pytest

from flow.domain.events import Control, StampedEquityPrint
from signals.engine.equities.dark.pipeline import (
    DARK_STATE_VERSION,
    decode_state,
    encode_state,
    new_state,
    step,
)
from signals.engine.params import Params
from signals.engine.state import StateError
from tests.signals.engine.equities.dark.support import ASK, BID, END, MID, printed
from tests.support.equity_builders import at_ms, clock, lit_print, session_close, tuning

PARAMS = Params()
ENTRIES: list[StampedEquityPrint | Control] = [
    lit_print(seq=1, ts=at_ms(-15_000)),
    *(printed(2 + n, n, MID, 2_500) for n in range(4)),
    *(printed(10 + n, 10 + n, ASK, 800) for n in range(4)),
    tuning(20, 2, dark_min_accum_count=2),
    *(printed(30 + n, 6_000 + n, BID, 4_000) for n in range(3)),
    clock(40, at_ms(12_000)),
    printed(41, 12_000, ASK, 800),
]


def test_a_state_goes_on_from_its_bytes() -> None:
    whole = step(new_state(off_exchange=False), [*ENTRIES, END], PARAMS, 1)
    for cut in range(len(ENTRIES) + 1):
        state = new_state(off_exchange=False)
        before = step(state, ENTRIES[:cut], PARAMS, 1)
        encoded = encode_state(state)

        restored = decode_state(encoded)

        assert encode_state(restored) == encoded
        assert before + step(restored, [*ENTRIES[cut:], END], PARAMS, 1) == whole
        assert restored.counters["late"] == 0
        assert restored.sees_off_exchange


def test_a_state_remembers_revisions_that_are_still_referred_to() -> None:
    state = new_state()
    step(state, ENTRIES, PARAMS, 1)

    restored = decode_state(encode_state(state))

    assert restored.rulings.current == 2
    assert restored.rulings.of(1).params.dark_min_accum_count == 4
    assert restored.rulings.switched


def test_a_settled_state_is_small() -> None:
    state = new_state()
    step(state, [*ENTRIES, END], PARAMS, 1)

    restored = decode_state(encode_state(state))

    assert not restored.timers
    assert not restored.pending
    assert restored.symbols["SPY"].blocks == []
    assert restored.rulings.of(1).revision == 1  # the zone of blocks lasts as long as the session
    step(restored, [session_close(99, END.ts + 1)], PARAMS)
    with pytest.raises(KeyError):
        decode_state(encode_state(restored)).rulings.of(1)


@pytest.mark.parametrize("encoded", [b"", b"\xc1", msgspec.msgpack.encode({"version": 1})])
def test_what_is_no_state_is_refused(encoded: bytes) -> None:
    with pytest.raises(StateError, match="unreadable"):
        decode_state(encoded)


@pytest.mark.parametrize("change", [{"version": 99}, {"engine": "older"}])
def test_a_state_of_another_version_is_refused(change: dict[str, object]) -> None:
    raw = msgspec.msgpack.decode(encode_state(new_state()))

    with pytest.raises(StateError, match=f"expected version {DARK_STATE_VERSION} of engine"):
        decode_state(msgspec.msgpack.encode(raw | change))
