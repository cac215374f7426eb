"""A dead feed must look dead, and a closed market must not look like a dead feed."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from flow.live.feeds import ORDER, TROUBLE, WORDS, feed_state, market_at, worst

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def cursor(
    *, silence_s: float | None = 1, worker_silence_s: float = 1, state: str = "live"
) -> SimpleNamespace:
    received = None if silence_s is None else NOW - timedelta(seconds=silence_s)
    return SimpleNamespace(
        state=state,
        last_received_at=received,
        updated_at=NOW - timedelta(seconds=worker_silence_s),
    )


def state(of: SimpleNamespace, *, is_open: bool | None = True, is_live: bool = True) -> str:
    return feed_state(of, NOW, is_live=is_live, is_open=is_open)


@pytest.mark.parametrize(
    ("silence_s", "expected"),
    [(0, "live"), (14.9, "live"), (15, "stale"), (59.9, "stale"), (60, "dead"), (9_999, "dead")],
)
def test_silence_in_the_session_makes_a_feed_stale_then_dead(
    silence_s: float, expected: str
) -> None:
    assert state(cursor(silence_s=silence_s)) == expected


def test_silence_of_a_closed_market_is_no_trouble() -> None:
    assert state(cursor(silence_s=9_999), is_open=False) == "closed"


def test_data_in_a_closed_market_is_live() -> None:
    assert state(cursor(silence_s=2), is_open=False) == "live"


@pytest.mark.parametrize(("worker_silence_s", "expected"), [(20, "stale"), (90, "dead")])
def test_a_worker_that_no_longer_writes_is_trouble_at_any_hour(
    worker_silence_s: float, expected: str
) -> None:
    silent = cursor(silence_s=worker_silence_s, worker_silence_s=worker_silence_s)
    assert state(silent, is_open=False) == expected


def test_an_unknown_calendar_excuses_nothing() -> None:
    assert state(cursor(silence_s=100), is_open=None) == "dead"


def test_a_feed_that_has_delivered_nothing_yet_is_starting_then_dead() -> None:
    assert state(cursor(silence_s=None)) == "starting"
    assert state(cursor(silence_s=None, worker_silence_s=61)) == "dead"


@pytest.mark.parametrize("word", ["stopped", "finished"])
def test_the_words_of_the_worker_itself_stand(word: str) -> None:
    assert state(cursor(silence_s=9_999, state=word)) == word


def test_an_import_that_is_being_written_is_loading() -> None:
    assert state(cursor(silence_s=9_999), is_live=False) == "loading"


def test_a_page_is_as_bad_as_its_worst_feed() -> None:
    assert worst(["live", "dead", "finished"]) == "dead"
    assert worst(["finished", "closed"]) == "closed"
    assert worst([]) == "none"


def test_every_state_has_words_and_trouble_comes_first() -> None:
    assert set(WORDS) == set(ORDER)
    assert set(ORDER[: len(TROUBLE)]) == set(TROUBLE)


@pytest.mark.parametrize(
    ("instant", "is_open", "words"),
    [
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), True, "regular session, closes 16:00 ET"),
        (datetime(2026, 11, 27, 17, 0, tzinfo=UTC), True, "closes 13:00 ET, early"),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), False, "market closed, opens Mon 09:30 ET"),
        (datetime(2090, 1, 2, 16, 0, tzinfo=UTC), None, "calendar unknown"),
    ],
)
@pytest.mark.usefixtures("log_db")
def test_the_phase_of_the_market_comes_from_the_calendar(
    instant: datetime, is_open: bool | None, words: str
) -> None:
    market = market_at(instant)
    assert market.is_open is is_open
    assert words in market.words
