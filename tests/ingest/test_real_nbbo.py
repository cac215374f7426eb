"""AIG on 2013-10-07: where its lit trades printed, computed from the bare files and by our path.

Figures: platform errata part C and PROVENANCE.md section 3. Regular hours, venue D left out, the
quote strictly earlier than the trade's millisecond.
"""

import zipfile
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from flow.domain.events import StampedEquityPrint
from flow.domain.sessions import Session
from ingest.lean_zip import midnight_us
from tests.signals.engine.equities.day import stamped_day

pytestmark = pytest.mark.realdata
OPEN_MS, CLOSE_MS = 34_200_000, 57_600_000  # 09:30 and 16:00 in New York
LIT_PRINTS = 19_016


class Placed(NamedTuple):
    """One lit trade beside the quote before its millisecond. Prices in 1e-4 dollars."""

    ms: int
    price: int
    bid: int
    ask: int


def rows_of(path: Path) -> list[list[str]]:
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        return [line.split(",") for line in archive.read(name).decode().splitlines()]


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "equity_ticks" / "aig"


@pytest.fixture(scope="module")
def by_hand(folder: Path) -> list[Placed]:
    """Last bid row and last ask row, whatever the exchange; then one bisection a trade."""
    times, quotes, bid, ask = list[int](), list[tuple[int, int]](), 0, 0
    for row in rows_of(folder / "20131007_quote.zip"):
        if int(row[1]) and int(row[2]):
            bid = int(row[1])
        if int(row[3]) and int(row[4]):
            ask = int(row[3])
        times.append(int(row[0]))
        quotes.append((bid, ask))
    placed = []
    for row in rows_of(folder / "20131007_trade.zip"):
        ms = int(row[0])
        if row[3] != "D" and OPEN_MS <= ms < CLOSE_MS:
            placed.append(Placed(ms, int(row[1]), *quotes[bisect_left(times, ms) - 1]))
    return placed


@pytest.fixture(scope="module")
def by_us(folder: Path) -> list[StampedEquityPrint]:
    """The import and the stamper, as the worker drives them."""
    return stamped_day(folder, "20131007")


def lit(stamps: list[StampedEquityPrint]) -> list[StampedEquityPrint]:
    return [s for s in stamps if s.session == Session.REGULAR and not s.off_exchange]


def percent(count: int) -> float:
    return 100 * count / LIT_PRINTS


def test_counts_of_the_day(folder: Path, by_us: list[StampedEquityPrint]) -> None:
    trades = rows_of(folder / "20131007_trade.zip")
    regular = [row for row in trades if OPEN_MS <= int(row[0]) < CLOSE_MS]
    dark = [row for row in regular if row[3] == "D"]

    assert len(trades) == len(by_us) == 25_351
    assert len(regular) - len(dark) == len(lit(by_us)) == LIT_PRINTS
    # off exchange: 24.7 % of prints, 30.5 % of volume
    assert 100 * len(dark) / len(regular) == pytest.approx(24.7, abs=0.5)
    volume = [sum(int(row[2]) for row in rows) for rows in (dark, regular)]
    assert 100 * volume[0] / volume[1] == pytest.approx(30.5, abs=0.5)


def test_price_against_the_standing_quote(by_hand: list[Placed]) -> None:
    # locked counted as bid: 52.4 % + 44.3 % + 1.3 % + 2.1 % = 100.1 % of 19,016
    where: Counter[str] = Counter()
    for each in by_hand:
        if each.price == each.bid:
            where["bid"] += 1
        elif each.price == each.ask:
            where["ask"] += 1
        elif each.bid < each.price < each.ask:
            where["inside"] += 1
        else:
            where["outside"] += 1

    assert sum(where.values()) == LIT_PRINTS
    assert percent(where["bid"]) == pytest.approx(52.4, abs=0.5)
    assert percent(where["ask"]) == pytest.approx(44.3, abs=0.5)
    assert percent(where["inside"]) == pytest.approx(1.3, abs=0.5)
    assert percent(where["outside"]) == pytest.approx(2.1, abs=0.5)


def better(each: Placed) -> str:
    """Return the label of platform.md 2.1: e = min(max(1 cent, spread / 20), spread / 4)."""
    spread = each.ask - each.bid
    if spread < 0:
        return "crossed"
    if spread == 0:
        return "locked" if each.price == each.bid else "outside"
    tolerance = min(max(100.0, spread / 20), spread / 4)
    if each.price >= each.ask - tolerance:
        return "A" if each.price <= each.ask + tolerance else "outside"
    if each.price <= each.bid + tolerance:
        return "B" if each.price >= each.bid - tolerance else "outside"
    return "MID"


def test_strict_sides_of_lit_trades(by_hand: list[Placed]) -> None:
    # BETTER, quote strictly earlier: 46.2 + 44.3 + 6.3 + 1.1 + 2.0 + 0.2 = 100.1 %
    where = Counter(better(each) for each in by_hand)

    assert percent(where["B"]) == pytest.approx(46.2, abs=0.5)
    assert percent(where["A"]) == pytest.approx(44.3, abs=0.5)
    assert percent(where["locked"]) == pytest.approx(6.3, abs=0.5)
    assert percent(where["MID"]) == pytest.approx(1.1, abs=0.5)
    assert percent(where["outside"]) == pytest.approx(2.0, abs=0.5)
    assert percent(where["crossed"]) == pytest.approx(0.2, abs=0.5)


def test_our_stamps_carry_exactly_those_quotes(
    by_hand: list[Placed], by_us: list[StampedEquityPrint]
) -> None:
    midnight = midnight_us("20131007")
    ours = [
        Placed(
            (stamp.ts - midnight) // 1_000,
            stamp.price_micros // 100,
            (stamp.bid_micros or 0) // 100,
            (stamp.ask_micros or 0) // 100,
        )
        for stamp in lit(by_us)
    ]

    assert ours == by_hand


def test_no_stamp_saw_the_future_or_its_own_millisecond(by_us: list[StampedEquityPrint]) -> None:
    quoted = [stamp for stamp in by_us if stamp.quote_ts is not None]

    assert len(quoted) > 25_000
    assert all((stamp.quote_ts or 0) < stamp.ts for stamp in quoted)
    assert all(0 < (stamp.quote_seq or 0) < stamp.seq for stamp in quoted)
