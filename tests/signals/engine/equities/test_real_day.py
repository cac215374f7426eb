"""AIG on 2013-10-07: sides, shares and off-exchange inference on a whole real day.

Figures: platform errata part C, second row, and PROVENANCE.md section 3. Nobody labelled this day:
counts of inference are what the rules give, kept so that a change of them is seen.
"""

from collections import Counter

import pytest

from flow.domain.events import StampedEquityPrint
from flow.domain.sessions import Session
from signals.engine.equities.dark.pipeline import new_state, step
from signals.engine.equities.placement import EquitySide, place_equity
from signals.engine.params import Params
from signals.engine.placement import QuoteState
from tests.signals.engine.equities.day import (
    Entries,
    by_hour,
    entries_of,
    infer,
    listed,
    stamped_day,
)
from tests.support.engine_builders import SHARED_DATA

pytestmark = pytest.mark.realdata
PARAMS = Params()
LIT_PRINTS = 19_016


@pytest.fixture(scope="module")
def stamps() -> list[StampedEquityPrint]:
    return stamped_day(SHARED_DATA / "equity_ticks" / "aig", "20131007")


@pytest.fixture(scope="module")
def entries(stamps: list[StampedEquityPrint]) -> Entries:
    return entries_of(stamps)


def test_off_exchange_share_of_the_regular_session(stamps: list[StampedEquityPrint]) -> None:
    regular = [stamp for stamp in stamps if stamp.session == Session.REGULAR]
    dark = [stamp for stamp in regular if stamp.off_exchange]

    volume = [sum(stamp.size_micros for stamp in part) for part in (dark, regular)]
    assert 100 * len(dark) / len(regular) == pytest.approx(24.7, abs=0.05)
    assert 100 * volume[0] / volume[1] == pytest.approx(30.5, abs=0.05)


def sides(stamps: list[StampedEquityPrint], params: Params) -> dict[str, float]:
    """Return where lit prints of the regular session stood, in percent."""
    where: Counter[str] = Counter()
    for stamp in stamps:
        if stamp.session == Session.REGULAR and not stamp.off_exchange:
            placed = place_equity(stamp, params)
            if placed.quote_state is QuoteState.CROSSED:
                where["crossed"] += 1
            elif placed.side in (EquitySide.AA, EquitySide.BB):
                where["outside"] += 1
            else:
                where["locked " * placed.is_locked + placed.side.name] += 1
    assert sum(where.values()) == LIT_PRINTS
    return {name: round(100 * count / LIT_PRINTS, 1) for name, count in where.items()}


def test_sides_of_lit_prints(stamps: list[StampedEquityPrint]) -> None:
    # One symbol alone is silent for a second now and then: no sign that its feed died.
    patient = Params.from_values({"nbbo_silence_max_ms": 600_000})

    assert sides(stamps, patient) == {
        "B": 46.2, "A": 44.3, "locked MID": 6.3, "MID": 1.1, "outside": 2.0, "crossed": 0.2,
    }  # fmt: skip


def test_a_second_of_silence_takes_the_side_of_a_few(stamps: list[StampedEquityPrint]) -> None:
    assert sides(stamps, PARAMS)["STALE"] == pytest.approx(1.3, abs=0.3)


def test_every_print_of_the_day_is_accounted_for(entries: Entries) -> None:
    state = new_state()
    infer(entries, state)

    counted = {key: count for key, count in state.counters.items() if count}
    assert counted.pop("two_sided") > 0
    assert sum(counted.values()) == 25_351
    assert counted["lit"] == 19_089  # of all sessions
    assert set(counted) == {"lit", "ineligible", "unquoted", "locked", "small", "window"}
    assert state.sees_off_exchange is True


def test_no_print_of_that_day_is_an_absorbed_block(entries: Entries) -> None:
    # Errata 21: each of the 57 large ones "at the mid" stood in a locked market.
    kinds = {event.kind for event in infer(entries)}

    assert kinds == {"stealth_accumulation", "distribution"}


def test_episodes_of_the_day(entries: Entries) -> None:
    events = infer(entries)

    found = Counter((event.kind, event.state) for event in events)
    assert found == {
        ("stealth_accumulation", "opened"): 33,
        ("stealth_accumulation", "updated"): 45,
        ("stealth_accumulation", "closed"): 33,
        ("stealth_accumulation", "abstained"): 11,
        ("distribution", "opened"): 22,
        ("distribution", "updated"): 38,
        ("distribution", "closed"): 22,
        ("distribution", "abstained"): 9,
    }
    assert sum(by_hour(events).values()) == len(listed(events)) == 75
    assert max(event.rev for event in events) == 8


def test_the_list_is_for_people(entries: Entries) -> None:
    first, *_ = (line for line in listed(infer(entries)) if "closed" in line)

    assert " ".join(first.split()) == (
        "09:34:15 09:35:08 AIG stealth_accumulation closed 0.838 6 prints 4,700 shares at 48.9243 "
        "+0.0 bps window_empty"
    )


def test_any_cut_of_the_day_gives_the_same_rows(entries: Entries) -> None:
    whole = step(new_state(), entries, PARAMS)
    state, rows = new_state(), []
    for start in range(0, len(entries), 997):
        rows += step(state, entries[start : start + 997], PARAMS)

    assert rows == whole
