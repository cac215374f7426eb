"""Open interest in the engine: by trade date, from the log alone, kept over a restart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import Control
from flow.domain.open_interest import OpenInterest, open_interest_payload, read_open_interest
from signals.engine.interest import OpenInterests
from signals.engine.params import Params
from signals.engine.pipeline import decode_state, encode_state, new_state, step

CALL = "SPY-2025-01-17-450-C"
RECORD = OpenInterest(contract=CALL, session_date=739_000, open_interest=40, as_of_date=738_999)
PAYLOAD = open_interest_payload(RECORD)


def test_the_trade_date_decides_and_the_last_entry_holds() -> None:
    known = OpenInterests()
    assert known.add(PAYLOAD)
    assert known.add(PAYLOAD | {"open_interest": 41})

    assert known.of(CALL, 739_000) == 41
    assert known.of(CALL, 739_001) is None
    assert known.of("SPY-2025-01-17-450-P", 739_000) is None


def test_the_newest_two_trade_dates_are_kept() -> None:
    known = OpenInterests()
    for date in (739_000, 739_001, 739_004):
        known.add(PAYLOAD | {"session_date": date})

    assert [known.of(CALL, date) for date in (739_000, 739_001, 739_004)] == [None, 40, 40]


@pytest.mark.parametrize(
    "changes",
    [
        {"open_interest": -1}, {"open_interest": None}, {"contract": ""}, {"session_date": 0},
        {"as_of_date": 739_000}, {"as_of_date": 739_001}, {"open_interest": 2**31},
    ],
)  # fmt: skip
def test_what_is_no_record_or_tells_of_the_future_is_refused(changes: dict[str, Any]) -> None:
    assert read_open_interest(PAYLOAD | changes) is None
    assert not OpenInterests().add(PAYLOAD | changes)


def test_a_refused_entry_is_counted() -> None:
    state = new_state()
    step(state, [Control(1, "open_interest", 0, {}), Control(2, "open_interest", 0, PAYLOAD)],
         Params())  # fmt: skip

    assert state.counters["open_interest_rejected"] == 1
    assert state.interest.of(CALL, 739_000) == 40


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(5, 9), st.integers(0, 3)), max_size=12)
)
def test_a_restart_knows_the_same(told: list[tuple[str, int, int]]) -> None:
    state = new_state()
    for contract, date, count in told:
        state.interest.add(
            PAYLOAD | {"contract": contract, "session_date": date, "as_of_date": 4,
                       "open_interest": count}
        )  # fmt: skip
    again = decode_state(encode_state(state))

    assert again.interest.saved() == state.interest.saved()
    assert encode_state(again) == encode_state(state)
