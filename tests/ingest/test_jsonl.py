import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.condition_table import CONDITIONS
from flow.domain.contracts import parse_contract
from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    TradingHalt,
)
from flow.domain.venues import VENUES
from ingest.feeds import FeedItem
from ingest.jsonl import EARLIEST_US, LATEST_US, JsonlParser, encode_event, read_time

CONTRACT = "SPY-2024-06-21-530-C"
PRINT = {
    "type": "option_print",
    "ts": "2024-06-03T09:30:00.125-04:00",
    "contract": "SPY240621C00530000",
    "price": "4.15",
    "size": 25,
}
EQUITY = {
    "type": "equity_print",
    "ts_us": 1717421400110000,
    "symbol": "SPY",
    "price": "529.015",
    "size": "1500",
}


def parse(line: bytes, *, counts_repeats: bool = False) -> FeedItem:
    return JsonlParser("jsonl", counts_repeats=counts_repeats).parse(line, "f:1")


def parse_dict(base: dict[str, Any], **changes: Any) -> FeedItem:
    return parse(json.dumps(base | changes).encode())


def reason(item: FeedItem) -> str:
    assert isinstance(item, Malformed), item
    return item.reason


def option_print(**changes: Any) -> OptionPrint:
    item = parse_dict(PRINT, **changes)
    assert isinstance(item, OptionPrint), item
    return item


def equity_print(**changes: Any) -> EquityPrint:
    item = parse_dict(EQUITY, **changes)
    assert isinstance(item, EquityPrint), item
    return item


def test_option_print_golden() -> None:
    event = option_print(venue="C", conditions=["I", "ISOI"], iv=0.142, sequence=101)
    assert (event.ts, event.contract) == (1_717_421_400_125_000, CONTRACT)
    assert (event.price_micros, event.size, event.venue) == (4_150_000, 25, 3)
    assert (event.conditions, event.iv, event.order, event.flags) == ((73, 83), 0.142, 101, 0)


def test_option_quote_with_one_side() -> None:
    line = {"type": "option_quote", "ts_us": 1717421400100000, "contract": CONTRACT, "bid": "0.05"}
    event = parse_dict(line, bid_size=3)
    assert isinstance(event, OptionQuote)
    assert (event.bid_micros, event.bid_size, event.ask_micros, event.ask_size) == (
        50_000,
        3,
        None,
        None,
    )


@pytest.mark.parametrize("words", [[], None, "left out"])
def test_conditions_not_told_are_not_regular(words: Any) -> None:
    event = option_print(**({} if words == "left out" else {"conditions": words}))
    assert event.flags == (0 if words == [] else PrintFlag.CONDITIONS_UNKNOWN)


@pytest.mark.parametrize("symbol", ["BRK.B", "BRK-B", "BRK/B", "BRKB"])
@pytest.mark.parametrize(
    "line",
    [
        {"type": "equity_quote", "bid": "1", "ask": "2"},
        {"type": "equity_print", "price": "1", "size": "3"},
        {"type": "halt", "halted": True},
    ],
)
def test_every_spelling_of_a_share_class_is_the_underlying_of_its_options(
    line: dict[str, Any], symbol: str
) -> None:
    event = parse_dict({**line, "ts_us": 1717421400100000, "symbol": symbol})

    assert isinstance(event, EquityQuote | EquityPrint | TradingHalt), event
    assert event.symbol == "BRK.B" == parse_contract(f"{symbol}-2025-01-17-450-C").underlying


def test_minute_bar_and_fractional_shares() -> None:
    event = equity_print(granularity="minute", size="0.125", conditions=["Regular", "new one"])
    assert event.flags == PrintFlag.MINUTE_BAR
    assert (event.size_micros, event.conditions) == (125_000, (1000, 1))


@pytest.mark.parametrize(
    ("venue", "stated", "expected"),
    [
        ("FINY", "left out", (153, True)),
        ("D", "left out", (150, True)),
        ("OTC", "left out", (155, True)),
        ("N", "left out", (108, False)),
        ("N", True, (108, True)),
        ("D", None, (150, None)),
        (None, "left out", (0, None)),
        ("ZZZZ", "left out", (0, None)),
    ],
)
def test_off_exchange_is_told_or_follows_from_the_venue(
    venue: str | None, stated: Any, expected: tuple[int, bool | None]
) -> None:
    event = equity_print(venue=venue, **({} if stated == "left out" else {"off_exchange": stated}))
    assert (event.venue, event.off_exchange) == expected


def test_execution_time() -> None:
    assert equity_print(exec_ts="2024-06-03T09:29:59-04:00").exec_ts == 1_717_421_399_000_000
    assert equity_print(exec_ts_us=1_717_421_399_000_000).exec_ts == 1_717_421_399_000_000
    assert reason(parse_dict(EQUITY, exec_ts="noon")) == "bad_time"


def test_unreadable_contract_is_kept_for_stamping_to_flag() -> None:
    assert option_print(contract="SPY 450 call").contract == "SPY 450 call"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ts": None}, "bad_time"),
        ({"ts_us": 1}, "bad_time"),
        ({"ts": "2024-06-03T09:30:00"}, "bad_time"),
        ({"ts": "yesterday"}, "bad_time"),
        ({"ts": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"ts": "2100-01-01T00:00:00Z"}, "bad_time"),
        ({"ts": 5}, "bad_time"),
        ({"price": 4.15}, "bad_price"),
        ({"price": "4.1234567"}, "bad_price"),
        ({"price": "-1"}, "bad_price"),
        ({"price": "NaN"}, "bad_price"),
        ({"price": "1e3"}, "bad_price"),
        ({"price": "04"}, "bad_price"),
        ({"price": "4\n"}, "bad_price"),
        ({"price": "٤"}, "bad_price"),
        ({"size": 0}, "bad_size"),
        ({"size": "25"}, "bad_size"),
        ({"size": 2.5}, "bad_size"),
        ({"size": 2**31}, "bad_size"),
        ({"size": 2**31 - 1, "price": "999999999"}, "bad_size"),
        ({"contract": ""}, "bad_contract"),
        ({"contract": "SPY\u0000"}, "bad_contract"),
        ({"contract": "x" * 41}, "bad_contract"),
        ({"type": "option_trade"}, "unknown_type"),
        ({"type": "news"}, "news_reserved"),
        ({"type": "feed"}, "bad_field"),
        ({"surprise": 1}, "bad_field"),
        ({"sequence": -1}, "bad_field"),
        ({"uid": "xyz"}, "bad_field"),
        ({"iv": -0.1}, "bad_field"),
        ({"iv": "high"}, "bad_field"),
        ({"granularity": "hour"}, "bad_field"),
        ({"venue": "a venue of a very, very long name"}, "bad_field"),
        ({"conditions": ["I"] * 41}, "bad_field"),
    ],
)
def test_broken_fields_have_their_reason(changes: dict[str, Any], expected: str) -> None:
    assert reason(parse_dict(PRINT, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": "0"}, "bad_price"),
        ({"size": "0"}, "bad_size"),
        ({"size": "999999999.5", "price": "999999999"}, "bad_size"),
        ({"symbol": "spy"}, "bad_symbol"),
        ({"symbol": "S\n"}, "bad_symbol"),
    ],
)
def test_broken_equity_prints(changes: dict[str, Any], expected: str) -> None:
    assert reason(parse_dict(EQUITY, **changes)) == expected


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"type":"option_print"',
        b"[" * 100_000,
        b'{"type":"equity_print","ts":"\\ud800"}',
    ],
)
def test_what_is_no_object_is_bad_json(line: bytes) -> None:
    assert reason(parse(line)) in {"bad_json", "bad_field"}


def test_error_says_what_was_received_and_expected() -> None:
    bad = parse_dict(PRINT, price="4,15")
    assert isinstance(bad, Malformed)
    assert bad.detail == (
        "price is '4,15'; expected dollars as a decimal text, at most 9 digits and 6 decimals, "
        "such as '1.05'"
    )
    assert bad.where == "f:1"


def test_huge_value_is_not_repeated_in_the_detail() -> None:
    bad = parse_dict(PRINT, contract="x" * 500_000)
    assert isinstance(bad, Malformed)
    assert len(bad.detail) < 250


def test_line_above_the_limit_is_cut_for_quarantine() -> None:
    bad = parse(b"1" * 1_000_001)
    assert reason(bad) == "too_long"
    assert isinstance(bad, Malformed)
    assert len(bad.raw) == 4_096


def test_feed_line_after_the_first_is_misplaced() -> None:
    assert reason(parse(b'{"type":"feed"}')) == "misplaced_feed_line"


@given(st.binary(max_size=300))
def test_any_bytes_give_an_event_or_malformed(line: bytes) -> None:
    assert isinstance(parse(line), Malformed)


# A small alphabet: building Hypothesis' table of all characters costs seconds the first time.
texts = st.text(alphabet="ab0.-\x00\n\xe9\u0664\U0001f600", max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(
    st.sampled_from([PRINT, EQUITY]),
    st.dictionaries(
        st.sampled_from(
            [
                "ts",
                "ts_us",
                "contract",
                "price",
                "size",
                "venue",
                "conditions",
                "iv",
                "id",
                "uid",
                "sequence",
                "n",
                "symbol",
                "bid",
                "type",
                "exec_ts",
                "off_exchange",
                "granularity",
            ]
        ),
        json_values,
        max_size=3,
    ),
)
def test_any_field_values_give_an_event_or_malformed(
    base: dict[str, Any], changes: dict[str, Any]
) -> None:
    item = parse(json.dumps(base | changes).encode())
    if isinstance(item, Malformed):
        assert "\x00" not in item.detail
    else:
        assert EARLIEST_US <= item.ts < LATEST_US
        assert len(item.uid) == 16


@given(st.data())
def test_a_torn_or_flipped_line_gives_an_event_or_malformed(data: st.DataObject) -> None:
    line = bytearray(json.dumps(PRINT).encode())
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(line)))
    assert isinstance(parse(bytes(line[:cut])), OptionPrint | Malformed)


def test_identity_is_uid_then_id_then_content() -> None:
    uid = "ab" * 16
    assert option_print(uid=uid, id="x").uid == bytes.fromhex(uid)
    assert option_print(id="x").uid == option_print(id="x", price="9").uid
    assert option_print(id="x").uid != option_print(id="y").uid
    assert option_print().uid != option_print(price="4.16").uid
    assert option_print(sequence=1).uid != option_print(sequence=2).uid
    assert option_print().uid == option_print(n=7, contract=CONTRACT).uid


def test_repeats_of_a_file_are_events_and_of_a_connection_are_resends() -> None:
    line = json.dumps(PRINT).encode()
    file = JsonlParser("jsonl", counts_repeats=True)
    uids = [file.parse(line, "w").uid for _ in range(3)]  # type: ignore[union-attr]
    assert len(set(uids)) == 3
    wire = JsonlParser("jsonl", counts_repeats=False)
    assert len({wire.parse(line, "w").uid for _ in range(3)}) == 1  # type: ignore[union-attr]


def test_repeats_with_a_sequence_are_resends_even_in_a_file() -> None:
    line = json.dumps(PRINT | {"sequence": 7}).encode()
    file = JsonlParser("jsonl", counts_repeats=True)
    assert len({file.parse(line, "w").uid for _ in range(3)}) == 1  # type: ignore[union-attr]


def test_repeats_are_counted_over_a_minute_boundary() -> None:
    file = JsonlParser("jsonl", counts_repeats=True)
    line = json.dumps(PRINT).encode()
    later = json.dumps(PRINT | {"ts": "2024-06-03T09:31:00-04:00"}).encode()
    first, _, second, third = (file.parse(x, "w") for x in (line, later, line, line))
    uids = {item.uid for item in (first, second, third) if not isinstance(item, Malformed)}
    assert len(uids) == 3


@pytest.mark.parametrize(
    ("text", "micros", "expected"),
    [
        ("1990-01-01T00:00:00Z", None, EARLIEST_US),
        ("2024-06-03T09:30:00.123456789-04:00", None, 1_717_421_400_123_456),
        (None, LATEST_US - 1, LATEST_US - 1),
        (None, LATEST_US, None),
        (None, None, None),
        ("1990-01-01T00:00:00Z", EARLIEST_US, None),
    ],
)
def test_read_time(text: str | None, micros: int | None, expected: int | None) -> None:
    assert read_time(text, micros) == expected


times = st.integers(EARLIEST_US, LATEST_US - 1)
uids = st.binary(min_size=16, max_size=16)
orders = st.none() | st.integers(0, 2**63 - 1)
prices = st.integers(1, 10**11)
sides = st.none() | prices
sizes = st.none() | st.integers(0, 2**31 - 1)
option_codes = st.lists(
    st.sampled_from([code for code, row in CONDITIONS.items() if row.letter] + [1]),
    unique=True,
    max_size=3,
).map(tuple)
equity_codes = st.lists(st.sampled_from([1, *range(1000, 1032)]), max_size=3).map(tuple)
symbols = st.sampled_from(["SPY", "BRK.B", "A"])


def with_flags(event: Any) -> st.SearchStrategy[Any]:
    import msgspec

    unknown = [0, 4] if event.conditions else [0, 4, 8, 12]
    return st.sampled_from(unknown).map(lambda flags: msgspec.structs.replace(event, flags=flags))


events = st.one_of(
    st.builds(OptionQuote, times, uids, st.just(CONTRACT), sides, sides, sizes, sizes, orders),
    st.builds(EquityQuote, times, uids, symbols, sides, sides, sizes, sizes, orders),
    st.builds(
        OptionPrint,
        times,
        uids,
        st.sampled_from([CONTRACT, "odd text"]),
        prices,
        st.integers(1, 10**5),
        st.sampled_from([0, *VENUES]),
        option_codes,
        orders,
        iv=st.none() | st.floats(0, 100),
    ).flatmap(with_flags),
    st.builds(
        EquityPrint,
        times,
        uids,
        symbols,
        prices,
        st.integers(1, 10**11),
        st.sampled_from([0, *VENUES]),
        equity_codes,
        st.sampled_from([None, True, False]),
        st.none() | times,
        orders,
    ).flatmap(with_flags),
)


@given(events, st.none() | st.integers(0, 10**9))
def test_encode_then_parse_is_identity(event: MarketEvent, n: int | None) -> None:
    assert parse(encode_event(event, n)) == event
