"""Halts on their whole road: a line or a scene, the worker, control entries in both streams."""

import json
from datetime import date, time
from pathlib import Path

import pytest

from flow.domain.events import Malformed, TradingHalt
from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.feeds import FeedItem
from ingest.jsonl import JsonlParser, encode_event
from ingest.jsonl_files import import_jsonl
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.generating import generate
from ingest.synthetic.runs import EVENTS, load_run
from ingest.synthetic.steps import Halt
from tests.support.market import (
    SECOND,
    TS,
    equity_trade,
    ingest_cut,
    option_quote,
    option_trade,
    rows,
)

UIDS = (b"\x01" * 16, b"\x02" * 16)
STOP = TradingHalt(TS + 10, UIDS[0], "SPY", halted=True)
GO = TradingHalt(TS + 20, UIDS[1], "SPY", halted=False)
LINE = {"type": "halt", "ts_us": TS, "symbol": "SPY", "halted": True}


def entries() -> list[tuple[str, int, str, bool]]:
    """Return (stream, position, symbol, halted) of every halt entry in the log."""
    return [
        (kind, seq, symbol, halted == "true")
        for kind, seq, symbol, halted in rows(
            """SELECT stream.kind, seq, payload ->> 'symbol', payload ->> 'halted'
               FROM control JOIN stream ON stream.id = stream
               WHERE control.kind = 'halt' ORDER BY stream.kind, seq"""
        )
    ]


def parsed(**changes: object) -> FeedItem:
    line = json.dumps(LINE | changes).encode()
    return JsonlParser("jsonl", counts_repeats=True).parse(line, "f:1")


@pytest.mark.usefixtures("log_db")
def test_both_print_streams_are_told_at_their_place_among_the_rows() -> None:
    ingest_cut([option_trade(1, 0), equity_trade(1, 1), STOP, GO, option_trade(2, 30)])

    assert [(kind, symbol, halted) for kind, _, symbol, halted in entries()] == [
        ("equity_print", "SPY", True), ("equity_print", "SPY", False),
        ("option_print", "SPY", True), ("option_print", "SPY", False),
    ]  # fmt: skip
    ((before,), (after,)) = rows("SELECT seq FROM option_print ORDER BY seq")
    told = [seq for kind, seq, *_ in entries() if kind == "option_print"]
    assert before < told[0] < told[1] < after


@pytest.mark.usefixtures("log_db")
def test_a_halt_sent_again_is_counted_and_told_once() -> None:
    ingest_cut([option_trade(1, 0), STOP, STOP, option_quote(1, 15)])
    ingest_cut([STOP, GO, option_trade(2, 30)], resumes=False)  # a sender that begins anew

    assert len(entries()) == 4
    assert rows("SELECT received, stored, duplicates FROM feed_cursor") == [(7, 5, 2)]


@pytest.mark.usefixtures("log_db")
def test_a_halt_moves_no_clock_and_makes_nothing_late() -> None:
    far = TradingHalt(TS + 3_600 * SECOND, UIDS[0], "SPY", halted=True)
    ingest_cut([option_trade(1, 0), far, option_trade(2, 5)], chunk=1)

    assert rows("SELECT late FROM feed_cursor") == [(0,)]


@pytest.mark.parametrize("event", [STOP, GO, TradingHalt(TS, UIDS[0], "BRK.B", True, 7)])
def test_a_line_is_read_back_as_the_halt_that_it_was(event: TradingHalt) -> None:
    assert JsonlParser("jsonl", counts_repeats=True).parse(encode_event(event), "f:1") == event


def test_a_line_without_identity_has_one_of_its_content() -> None:
    one, other = parsed(), parsed(halted=False)
    assert isinstance(one, TradingHalt)
    assert isinstance(other, TradingHalt)
    assert one == parsed()
    assert one.uid != other.uid


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"symbol": "spy"}, "bad_symbol"), ({"halted": "yes"}, "bad_field"),
        ({"halted": None}, "bad_field"), ({"price": "1"}, "bad_field"), ({"ts_us": 5}, "bad_time"),
    ],
)  # fmt: skip
def test_a_broken_line_says_why(changes: dict[str, object], expected: str) -> None:
    item = parsed(**changes)
    assert isinstance(item, Malformed)
    assert item.reason == expected


@pytest.mark.usefixtures("log_db")
def test_a_generated_run_brings_its_halt_into_the_log_of_an_import(tmp_path: Path) -> None:
    config = MarketConfig(option_prints_per_s=2.0, equity_prints_per_s=2.0)
    start = at_new_york(date(2025, 3, 6).toordinal(), time(11))
    generate(
        tmp_path / "run", "halt", 3, ["halt"], config=config, start_us=start, warm_up_us=MINUTE_US
    )
    (scene,) = load_run(tmp_path / "run").scenes
    (step,) = [each for each in scene.steps if isinstance(each, Halt)]
    feed = import_jsonl(tmp_path / "run" / EVENTS)
    feed.open(None)
    ingest_cut(feed.read(1_000_000, 0.0))

    assert [(kind, symbol, halted) for kind, _, symbol, halted in entries()] == [
        (kind, scene.symbol, halted)
        for kind in ("equity_print", "option_print") for halted in (True, False)
    ]  # fmt: skip
    begin = scene.start_us + step.at_us
    (stopped,) = rows(
        f"""SELECT count(*) FROM equity_print JOIN symbol ON symbol.id = equity_print.symbol
            WHERE symbol.name = '{scene.symbol}'
              AND extract(epoch FROM ts) * 1000000 BETWEEN {begin} AND {begin + step.for_us}"""
    )
    assert stopped == (0,)
