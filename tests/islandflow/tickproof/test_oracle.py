"""The oracle on rows that one can check by eye. Prices in 1e-4 dollars."""

import ast
from pathlib import Path

import pytest

from islandflow.tickproof import oracle
from tests.islandflow.tickproof.ticks import DAY, OPEN_MS, Row, write_ticks

REGULAR = "1"
AT = OPEN_MS + 1_000


def bid(ms: int, price: int, size: int = 100) -> Row:
    return (ms, price, size, 0, 0, "P", 1, 0)


def ask(ms: int, price: int, size: int = 100) -> Row:
    return (ms, 0, 0, price, size, "P", 1, 0)


def trade(ms: int, price: int, size: int = 100, venue: str = "N", mask: str = REGULAR) -> Row:
    return (ms, price, size, venue, mask, 0)


def placed(tmp_path: Path, trades: list[Row], quotes: list[Row]) -> list[tuple[int, int, str, str]]:
    folder = write_ticks(tmp_path / "xyz", trades, quotes)
    found = oracle.prints_of(
        oracle.read_trades(folder / f"{DAY}_trade.zip"),
        oracle.read_quotes(folder / f"{DAY}_quote.zip"),
    )
    return list(found[["bid", "ask", "place", "patient"]].itertuples(index=False, name=None))


def test_oracle_shares_no_code_with_what_it_judges() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text())
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else name.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert {name.split(".")[0] for name in imported} == {
        "zipfile", "collections", "pathlib", "typing", "numpy", "pandas",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("price", "place"),
    [
        (100_401, "above"), (100_400, "ask"), (100_300, "ask"), (100_299, "inside"),
        (100_201, "inside"), (100_200, "bid"), (100_100, "bid"), (100_099, "below"),
    ],
)  # fmt: skip
def test_places_of_a_two_cent_market_end_at_half_a_cent(
    tmp_path: Path, price: int, place: str
) -> None:
    # bid 10.0150, ask 10.0350: a quarter of the spread is half a cent to each side
    quotes = [bid(OPEN_MS, 100_150), ask(OPEN_MS, 100_350)]

    assert placed(tmp_path, [trade(AT, price)], quotes)[0][2] == place


@pytest.mark.parametrize(
    ("bids", "asks", "price", "place"),
    [
        (100_000, 100_000, 100_000, "locked"),
        (100_000, 100_000, 100_100, "locked outside"),
        (100_100, 100_000, 100_000, "crossed"),
    ],
)
def test_places_of_markets_without_a_spread(
    tmp_path: Path, bids: int, asks: int, price: int, place: str
) -> None:
    quotes = [bid(OPEN_MS, bids), ask(OPEN_MS, asks)]

    assert placed(tmp_path, [trade(AT, price)], quotes)[0][2] == place


def test_a_quote_of_the_same_millisecond_and_a_row_without_size_are_not_seen(
    tmp_path: Path,
) -> None:
    quotes = [
        bid(OPEN_MS, 100_000), ask(OPEN_MS, 100_400),
        bid(AT - 1, 100_100, size=0), bid(AT, 100_200),
    ]  # fmt: skip
    trades = [trade(OPEN_MS, 100_000), trade(AT, 100_000), trade(AT + 1, 100_000)]

    assert [row[:2] for row in placed(tmp_path, trades, quotes)] == [
        (0, 0), (100_000, 100_400), (100_200, 100_400),
    ]  # fmt: skip


def test_an_old_quote_is_stale_where_the_feed_is_silent_and_gone_after_900_s(
    tmp_path: Path,
) -> None:
    quotes = [bid(OPEN_MS, 100_000), ask(OPEN_MS, 100_400)]
    late = [1_000, 1_001, 600_000, 600_001, 900_000, 900_001]

    rows = placed(tmp_path, [trade(OPEN_MS + ms, 100_000) for ms in late], quotes)
    assert [row[2:] for row in rows] == [
        ("bid", "bid"), ("stale", "bid"), ("stale", "bid"), ("stale", "stale"),
        ("stale", "stale"), ("missing", "missing"),
    ]  # fmt: skip


def test_bars_and_days_follow_the_tape(tmp_path: Path) -> None:
    close = oracle.CLOSE_MS
    trades = [
        trade(OPEN_MS - 5, 99_000, 10, "P", "400"),  # extended hours before the open
        trade(OPEN_MS, 100_000, 100),
        trade(OPEN_MS + 1, 100_500, 200, "D", "100000"),  # average price: volume alone
        trade(OPEN_MS + 2, 100_200, 300, "D"),
        trade(close + 9, 100_300, 400, "N", "80"),  # closing auction, reported after the close
        trade(close + 9, 100_900, 50, "P", "400"),
        trade(close + 10, 100_300, 0, "N", "1000000"),  # the official close: no trade
    ]
    folder = write_ticks(tmp_path / "xyz", trades, [bid(OPEN_MS, 1)])
    frame = oracle.read_trades(folder / f"{DAY}_trade.zip")

    assert oracle.bars_of(frame, 60_000) == {
        (OPEN_MS - 60_000, 1): (99_000, 99_000, 99_000, 99_000, 10, 1, 0, 990_000),
        (OPEN_MS, 2): (100_000, 100_200, 100_000, 100_200, 600, 3, 500, 60_160_000),
        (close, 2): (100_300, 100_300, 100_300, 100_300, 400, 1, 0, 40_120_000),
        (close, 3): (100_900, 100_900, 100_900, 100_900, 50, 1, 0, 5_045_000),
    }
    regular, whole = oracle.daily_of(frame)
    assert regular == (100_000, 100_300, 100_000, 100_300, 1_000, 4, 500, 100_280_000)
    assert whole == (99_000, 100_900, 99_000, 100_900, 1_060, 6, 500, 106_315_000)
