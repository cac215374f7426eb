"""Files that are not what they are called: any bytes give events, Malformed or one refusal."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    OptionPrint,
    OptionQuote,
    TradingHalt,
)
from ingest.feeds import MAX_NOTIONAL_MICROS, FeedEvent, FeedItem, ImportFormatError
from ingest.jsonl import EARLIEST_US, LATEST_US, JsonlParser, encode_event
from ingest.lean import import_files

MakeZip = Callable[..., Path]
NAMES = {
    "20131007_trade.zip": "20131007_aig_Trade_Tick",
    "20131007_quote.zip": "20131007_aig_Quote_Tick",
    "20140605_trade_american.zip": "20140605_twx_minute_trade_american_call_650000_20141018",
    "20140605_quote_american.zip": "20140605_twx_minute_quote_american_call_650000_20141018",
}
GOOD = {
    "20131007_trade.zip": b"34200000,491800,300,P,1,0",
    "20131007_quote.zip": b"34200000,491800,3,491900,4,P,1,0",
    "20140605_trade_american.zip": b"34200000,7,8,6,7,9",
    "20140605_quote_american.zip": b"34200000,6,6,6,6,1,9,9,9,9,1",
}
reused = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def items_of(path: Path) -> list[FeedItem]:
    feed = import_files(path)
    feed.open(None)
    items: list[FeedItem] = []
    while not feed.finished:
        items += feed.read(7, 0)
    return items


def check_event(event: FeedEvent) -> None:
    """What no event may break, whatever the input was."""
    assert len(event.uid) == 16
    assert 0 < event.ts < LATEST_US
    if isinstance(event, OptionPrint):
        assert event.size > 0
        assert 0 <= event.price_micros * event.size <= MAX_NOTIONAL_MICROS
    elif isinstance(event, EquityPrint):
        assert event.size_micros > 0
        assert event.price_micros > 0
    elif not isinstance(event, TradingHalt):
        for price in (event.bid_micros, event.ask_micros):
            assert price is None or price >= 0


@pytest.mark.parametrize("name", NAMES)
@reused
@given(content=st.binary(max_size=300))
def test_any_content_of_a_zip(make_zip: MakeZip, name: str, content: bytes) -> None:
    items = items_of(make_zip(name, **{NAMES[name]: content}))

    assert len(items) == len([line for line in content.split(b"\n") if line.rstrip(b"\r")])
    for item in items:
        if isinstance(item, Malformed):
            assert item.reason
            assert item.where.startswith(f"{name}:{NAMES[name]}.csv:")
        else:
            check_event(item)


cells = st.sampled_from([b"0", b"1", b"-1", b"", b"34200000", b"86400000", b"9" * 30, b"P", b"1.5"])


@pytest.mark.parametrize("name", NAMES)
@reused
@given(data=st.data())
def test_one_wrong_cell_is_one_malformed_and_the_next_row_stands(
    make_zip: MakeZip, name: str, data: st.DataObject
) -> None:
    row = GOOD[name].split(b",")
    place = data.draw(st.integers(1, len(row) - 1))
    row[place] = data.draw(cells)
    content = b"\n".join([GOOD[name], b",".join(row), GOOD[name]])

    items = items_of(make_zip(name, **{NAMES[name]: content}))

    assert len(items) == 3
    assert not isinstance(items[0], Malformed)
    assert not isinstance(items[2], Malformed)
    for item in items:
        if not isinstance(item, Malformed):
            check_event(item)


@reused
@given(data=st.data())
def test_damaged_archive_is_refused_before_any_event(
    make_zip: MakeZip, data: st.DataObject
) -> None:
    name = "20131007_trade.zip"
    path = make_zip(name, **{NAMES[name]: GOOD[name] * 20})
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])

    with pytest.raises(ImportFormatError, match=r"received .+; expected a complete zip file$"):
        import_files(path)


@reused
@given(
    name=st.text(st.characters(exclude_characters="/\x00", codec="utf-8"), min_size=1, max_size=40)
)
def test_zip_of_any_name_is_refused_or_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "any"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.csv", "1,2,3")

    with pytest.raises(ImportFormatError):
        import_files(path)


# --- JSONL: whatever parses is sound, and survives another trip --------------------------------

PARTS = st.sampled_from(
    [
        '"type":"option_print"', '"type":"equity_print"', '"type":"option_quote"',
        '"type":"equity_quote"', '"ts_us":1737037800000000', '"ts":"2025-01-16T14:30:00Z"',
        '"ts":"2025-01-16T14:30:00"', '"contract":"SPY250117C00450000"', '"contract":"?"',
        '"symbol":"SPY"', '"symbol":"spy"', '"price":"1.05"', '"price":1.05', '"price":"-1"',
        '"price":"1e3"', '"size":3', '"size":"3"', '"size":-3', '"size":"0.5"', '"bid":"1"',
        '"ask":"1.1"', '"bid_size":2', '"ask_size":null', '"venue":"XCBO"', '"venue":"C"',
        '"conditions":["I"]', '"conditions":[]', '"conditions":null', '"iv":0.25', '"iv":-1',
        '"sequence":5', '"id":"a"', '"granularity":"minute"', '"off_exchange":true', '"extra":1',
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PARTS, max_size=9))
def test_any_mix_of_fields_is_an_event_or_malformed(parts: list[str]) -> None:
    line = ("{" + ",".join(parts) + "}").encode()

    item = JsonlParser("test", counts_repeats=False).parse(line, "file:1")

    if isinstance(item, Malformed):
        assert (item.raw, item.where) == (line, "file:1")
        assert item.detail
        return
    check_event(item)
    assert item.ts >= EARLIEST_US
    again = JsonlParser("other", counts_repeats=True).parse(encode_event(item), "file:2")
    assert again == item


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'{"type":"option_print","ts_us":1737037800000000,"contract":"?","price":"0","size":1}',
         OptionPrint),
        (b'{"type":"option_quote","ts_us":1737037800000000,"contract":"?"}', OptionQuote),
        (b'{"type":"equity_quote","ts_us":1737037800000000,"symbol":"A"}', EquityQuote),
        (b'{"type":"equity_print","ts_us":1737037800000000,"symbol":"A","price":"0.000001",'
         b'"size":"0.000001"}', EquityPrint),
        (b'{"type":"halt","ts_us":1737037800000000,"symbol":"A","halted":false}', TradingHalt),
        (b' {"type":"equity_quote","symbol":"A","ts_us":1737037800000000} ', EquityQuote),
    ],
)  # fmt: skip
def test_least_that_is_an_event(line: bytes, kind: type[FeedEvent]) -> None:
    item = JsonlParser("test", counts_repeats=False).parse(line, "")

    assert isinstance(item, kind)
    check_event(item)
