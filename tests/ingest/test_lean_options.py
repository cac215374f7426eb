import pytest

from flow.domain.events import Malformed, OptionPrint, OptionQuote
from flow.domain.units import to_datetime
from ingest.feeds import ImportFormatError
from ingest.lean_equity import BAR_FLAGS
from ingest.lean_options import contract_of, read_quote_bars, read_trade_bars

CALL = "GOOG-2015-12-24-650-C"


@pytest.mark.parametrize(
    ("member", "contract"),
    [
        ("20151223_goog_minute_trade_american_call_6500000_20151224.csv", CALL),
        ("20140609_aapl_minute_quote_american_put_992900_20140613.csv", "AAPL-2014-06-13-99.29-P"),
        (
            "20140605_twx_minute_openinterest_american_call_575000_20150117.csv",
            "TWX-2015-01-17-57.5-C",
        ),
        ("20230803_spx_minute_trade_european_put_45000000_20230818.csv", "SPX-2023-08-18-4500-P"),
    ],
)
def test_contract_of_a_csv_name(member: str, contract: str) -> None:
    assert contract_of(member) == contract


@pytest.mark.parametrize(
    "member",
    [
        "readme.txt",
        "20151223_goog_minute_trade_american_call_6500000_20151399.csv",
        "20151223_goog_minute_trade_american_call_0_20151224.csv",
        "20151223_goog_tick_trade_american_call_6500000_20151224.csv",
    ],
)
def test_name_that_tells_no_contract_is_refused(member: str) -> None:
    with pytest.raises(ImportFormatError, match="names no contract: received"):
        contract_of(member)


def test_trade_bar_golden() -> None:
    # 13:57 New York bar, closed at 98.00 with 12 contracts; it is known at 13:58
    (event,) = read_trade_bars(
        iter([b"50220000,980000,990000,970000,980000,12"]), CALL, "20151223", "w"
    )
    assert isinstance(event, OptionPrint)
    assert to_datetime(event.ts).isoformat() == "2015-12-23T18:58:00+00:00"
    assert (event.contract, event.price_micros, event.size) == (CALL, 98_000_000, 12)
    assert (event.venue, event.conditions, event.flags, event.order) == (0, (), BAR_FLAGS, 2)


def test_quote_bar_golden() -> None:
    line = b"34200000,1529000,1529000,1506000,1506000,2,1546000,1554000,1546000,1552000,5"
    (event,) = read_quote_bars(iter([line]), CALL, "20151223", "w")
    assert isinstance(event, OptionQuote)
    assert to_datetime(event.ts).isoformat() == "2015-12-23T14:31:00+00:00"
    assert (event.bid_micros, event.ask_micros) == (150_600_000, 155_200_000)
    assert (event.bid_size, event.ask_size, event.order) == (2, 5, 1)


@pytest.mark.parametrize(
    ("line", "sides"),
    [
        (b"34380000,4900,4900,4900,4900,323,,,,,0", (490_000, 323, None, None)),
        (b"34620000,,,,,0,9400,9400,9400,9400,214", (None, None, 940_000, 214)),
        (b"48720000,,,,,0,,,,,0", (None, None, None, None)),
        (b"48720000,0,0,0,0,0,5,5,5,5,1", (None, None, 500, 1)),
    ],
)
def test_empty_side_is_not_known(line: bytes, sides: tuple[int | None, ...]) -> None:
    (quote,) = read_quote_bars(iter([line]), CALL, "20151223", "w")
    assert isinstance(quote, OptionQuote)
    assert (quote.bid_micros, quote.bid_size, quote.ask_micros, quote.ask_size) == sides


def test_broken_bars_are_put_aside_one_by_one() -> None:
    lines = [b"1,10,10,10,10,5", b"2,10,10,10,99,5", b"oops", b"3,10,10,10,10,5"]
    items = list(read_trade_bars(iter(lines), CALL, "20151223", "z:c"))
    assert [i.reason if isinstance(i, Malformed) else getattr(i, "size", 0) for i in items] == [
        5, "bad_bar", "bad_fields", 5,
    ]  # fmt: skip
    assert {i.where for i in items if isinstance(i, Malformed)} == {"z:c:2", "z:c:3"}


def test_quotes_and_prints_of_equal_cells_have_different_uids() -> None:
    (first,) = read_trade_bars(iter([b"1,10,10,10,10,5"]), CALL, "20151223", "w")
    (second,) = read_trade_bars(
        iter([b"1,10,10,10,10,5"]), "GOOG-2015-12-24-655-C", "20151223", "w"
    )
    assert isinstance(first, OptionPrint)
    assert isinstance(second, OptionPrint)
    assert first.uid != second.uid
