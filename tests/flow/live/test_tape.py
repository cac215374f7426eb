"""A print as a line of the tape: every number in its format, every absence with its reason."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from flow.domain.events import PrintFlag, QuoteMode
from flow.live.registry import FilterError
from flow.live.tape import LARGE_BY_COUNT, label_words, print_key, tags_of, tape_line
from flow.storage.pages import PrintRow
from flow.views import position_of
from signals.engine.labels import Reason

TS = datetime(2026, 7, 1, 14, 31, 7, 250_000, tzinfo=UTC)
_DEFAULTS: dict[str, Any] = {
    "stream": 3,
    "seq": 812,
    "ts": TS,
    "received_at": TS + timedelta(milliseconds=310),
    "source_uid": UUID(int=7),
    "contract": "NVDA-2026-07-17-150-C",
    "underlying": "NVDA",
    "price_micros": 4_350_000,
    "size": 2_140,
    "venue": 3,
    "conditions": [ord("I")],
    "premium_micros": 930_900_000_000,
    "bid_micros": 4_300_000,
    "ask_micros": 4_350_000,
    "bid_size": 12,
    "ask_size": 40,
    "quote_ts": TS - timedelta(milliseconds=140),
    "quote_seq": 55,
    "quote_silence_us": 20_000,
    "quote_mode": int(QuoteMode.CHANGE),
    "spot_bid_micros": 151_110_000,
    "spot_ask_micros": 151_130_000,
    "spot_ts": TS - timedelta(milliseconds=10),
    "spot_seq": 9,
    "move_60s_bps": 1.0,
    "move_5m_bps": 4.0,
    "move_5m_z": 0.21,
    "iv": 0.482,
    "session": 2,
    "session_date": date(2026, 7, 1),
    "dte": 16,
    "flags": 0,
    "side": 5,
    "label_passed": True,
    "label_reasons": 4_096,
    "tuning_revision": 1,
}


def print_row(**changes: Any) -> PrintRow:
    """Return a logged print: 2,140 NVDA calls at the ask of 4.30 x 4.35."""
    return PrintRow(**(_DEFAULTS | changes))


def codes(row: PrintRow) -> list[str]:
    return [tag.code for tag in tags_of(row)]


def test_a_line_shows_what_the_print_says() -> None:
    line = tape_line(print_row())
    assert (line.time, line.root, line.day, line.strike) == (
        "10:31:07.250", "NVDA", "17JUL26", "150C",
    )  # fmt: skip
    assert (line.dte, line.side, line.price, line.size) == ("16d", "A", "4.35", "2,140")
    assert (line.quote, line.quote_age, line.premium) == ("4.30×4.35", "140ms", "$931K")
    assert (line.spot, line.move, line.iv) == ("151.12", "+0.2σ", "48.2%")
    assert line.tags == ()


def test_titles_tell_where_when_and_how_fresh() -> None:
    line = tape_line(print_row())
    assert "2026-07-01 14:31:07.250000 UTC" in line.time_title
    assert "Cboe Options" in line.time_title
    assert "received 310ms later" in line.time_title
    assert line.quote_title == "bid size 12, ask size 40; stood 140ms, feed silent 20ms"
    assert "151.11×151.13, 10ms old" in line.spot_title


def test_the_key_sorts_as_time_position_stream_and_reads_back() -> None:
    rows = [
        print_row(seq=2),
        print_row(seq=10),
        print_row(ts=TS + timedelta(microseconds=1), seq=1),
        print_row(ts=TS + timedelta(days=4_000), seq=1, stream=2),
        print_row(ts=TS + timedelta(days=4_000), seq=1, stream=16),
    ]
    assert sorted(map(print_key, rows)) == [print_key(row) for row in rows]
    assert [position_of(print_key(row)) for row in rows] == [row.position for row in rows]


@pytest.mark.parametrize(
    ("mode", "words"),
    [(QuoteMode.NONE, "no quote of this contract"), (QuoteMode.INDICATIVE, "no NBBO")],
)
def test_without_a_quote_the_line_says_why(mode: QuoteMode, words: str) -> None:
    line = tape_line(
        print_row(bid_micros=None, ask_micros=None, quote_ts=None, quote_mode=int(mode), side=0)
    )
    assert (line.quote, line.quote_age, line.side) == ("—", "", "?")
    assert words in line.quote_title
    assert "no usable quote" in line.side_title


def test_a_one_sided_quote_shows_the_side_that_is_known() -> None:
    assert tape_line(print_row(bid_micros=None)).quote == "—×4.35"


def test_an_absent_underlying_has_its_reasons() -> None:
    line = tape_line(
        print_row(
            spot_bid_micros=None, spot_ask_micros=None, spot_ts=None, move_5m_bps=None,
            move_5m_z=None, iv=None,
        )
    )  # fmt: skip
    assert (line.spot, line.move, line.iv) == ("—", "—", "—")
    assert "no quote of the underlying" in line.spot_title
    assert "not quoted 5 minutes before" in line.move_title


def test_a_stale_underlying_is_marked_and_said() -> None:
    line = tape_line(print_row(flags=int(PrintFlag.SPOT_STALE)))
    assert line.is_spot_stale
    assert "shown, not used" in line.spot_title


def test_a_move_without_a_norm_is_basis_points() -> None:
    assert tape_line(print_row(move_5m_z=None)).move == "+4bp"


def test_an_unknown_premium_is_no_zero() -> None:
    line = tape_line(print_row(premium_micros=None))
    assert (line.premium, line.premium_title) == ("—", "multiplier not known")


@pytest.mark.parametrize(
    ("conditions", "code"),
    [("S", "ISO"), ("f", "CPX"), ("a", "AUC"), ("c", "XRS"), ("e", "FLR"), ("C", "CXL")],
)
def test_conditions_become_tags(conditions: str, code: str) -> None:
    assert code in codes(print_row(conditions=[ord(conditions)]))


def test_late_reports_and_late_arrivals_are_both_late() -> None:
    assert codes(print_row(conditions=[ord("D")])) == ["LATE"]
    assert codes(print_row(flags=int(PrintFlag.LATE_ARRIVAL))) == ["LATE"]


def test_a_minute_bar_says_that_it_is_one() -> None:
    assert codes(print_row(flags=int(PrintFlag.MINUTE_BAR), conditions=[])) == ["BAR"]


def test_a_print_hidden_from_the_signal_view_says_why() -> None:
    (tag,) = tags_of(print_row(label_passed=False, label_reasons=16))
    assert tag.code == "HID"
    assert "below the least premium" in tag.words


def test_more_than_four_tags_are_folded_but_told() -> None:
    flags = PrintFlag.LATE_ARRIVAL | PrintFlag.ADJUSTED | PrintFlag.SAME_TICK
    line = tape_line(
        print_row(conditions=[ord("f")], flags=int(flags), label_reasons=LARGE_BY_COUNT)
    )
    assert len(line.tags) == 4
    assert "BLK: large by contracts" in line.more_tags


def test_every_reason_of_the_label_has_words_for_people() -> None:
    assert int(Reason.KEEP_LARGE_CONTRACT_COUNT) == LARGE_BY_COUNT
    for reason in Reason:
        assert ":" not in label_words(reason)


@pytest.mark.parametrize("text", ["", "zz", "0" * 29, "0" * 31, "g" * 30, "-" * 30, " " + "1" * 29])
def test_what_is_no_key_of_a_print_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        position_of(text)
