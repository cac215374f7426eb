"""The measured market: one seed, one stream; its shares, its order, its crowd."""

from collections import Counter

import pytest

from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote
from islandflow.bench.stream import make_stream, open_at_once

EVENTS = 20_000


def test_one_seed_makes_one_stream() -> None:
    assert make_stream(2_000, seed=7) == make_stream(2_000, seed=7)
    assert make_stream(2_000, seed=7) != make_stream(2_000, seed=8)


def test_events_come_in_feed_order_and_in_the_shares_that_were_measured() -> None:
    events = make_stream(EVENTS)

    assert len(events) == EVENTS
    assert [event.ts for event in events] == sorted(event.ts for event in events)
    share = Counter(type(event) for event in events)
    assert share[OptionPrint] == 0.4 * EVENTS
    assert share[EquityQuote] == 0.1 * EVENTS
    assert share[OptionQuote] == pytest.approx(0.4 * EVENTS, rel=0.05)
    assert share[EquityPrint] == pytest.approx(0.1 * EVENTS, rel=0.2)


def test_crowd_has_nearly_ten_times_the_open_sessions_before_it_is_full() -> None:
    busy, crowd = (open_at_once(make_stream(EVENTS, shape)) for shape in ("busy", "crowd"))

    assert crowd > 8 * busy  # 10.2 times in the full stream


def test_unknown_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        make_stream(1_000, "calm")
