"""The figures that are written down about these files, each beside what the database gives.

Source: PROVENANCE.md section 3 and platform errata part C. The shares of PROVENANCE are of whole
days, those of part C of the regular session: BAC of 2013-10-07 has 42.2 % and 42.9 %. Its rows are
counted by ends of lines, and the last row of each file has none.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

TRADES, QUOTES = 779_947, 8_898_250
DAYS = {(symbol, f"201310{day:02}") for symbol in ("aig", "bac") for day in range(7, 12)}
PLACED_DAY = ("aig", "20131007")
OFF_PRINTS = {"aig": (22, 25), "bac": (33, 42)}  # percent
OFF_VOLUME = (22, 40)
CROSSED_MOST = 0.04
LIT_PRINTS = 19_016
# Part C, first row: the price against the standing quote, a locked one counted as bid.
STANDING = {"at bid": 52.4, "at ask": 44.3, "inside": 1.3, "outside": 2.1}
# Part C, second row: our places.
PLACED = {
    "bid": 46.2, "ask": 44.3, "locked": 6.3, "inside": 1.1, "outside": 2.0, "crossed": 0.2,
}  # fmt: skip
REGULAR_OFF = {"prints": 24.7, "volume": 30.5}
CROSSED = 0.018


class DayFigures(NamedTuple):
    """What was found of one symbol's day: `oracle.PRINT_COLUMNS`, crossed and all quote rows."""

    prints: pd.DataFrame
    crossed: int
    quotes: int


class Claim(NamedTuple):
    """One written figure and whether it holds."""

    text: str
    holds: bool


Days = Mapping[tuple[str, str], DayFigures]  # by symbol and day


def claims_of(days: Days, *, trades: int, quotes: int) -> Iterator[Claim]:
    """Yield every claim about the ten days; `quotes` counts the rows of all sessions."""
    for what, rows, told in (("trades", trades, TRADES), ("quote rows", quotes, QUOTES)):
        text = f"{rows:,} {what} (told: {told:,} ends of lines in {len(days)} files)"
        yield Claim(text, rows == told + len(days))
    for symbol, (low, high) in OFF_PRINTS.items():
        found = [_off(day.prints, "prints") for (name, _), day in days.items() if name == symbol]
        yield _within(f"{symbol} off-exchange share of prints", found, low, high, digits=0)
    found = [_off(day.prints, "volume") for day in days.values()]
    yield _within("off-exchange share of volume", found, *OFF_VOLUME, digits=0)
    found = [100 * day.crossed / day.quotes for day in days.values()]
    yield _within("crossed share of regular quote rows", found, 0, CROSSED_MOST, digits=2)
    yield from _placed(days[PLACED_DAY])


def _placed(day: DayFigures) -> Iterator[Claim]:
    regular = day.prints[day.prints["regular"]]
    lit = regular[~regular["off"].astype(bool)]
    name = " ".join(PLACED_DAY)
    yield Claim(f"{name}: {len(lit):,} lit prints (told: {LIT_PRINTS:,})", len(lit) == LIT_PRINTS)
    for what, told in REGULAR_OFF.items():
        yield _equal(f"{name}: off-exchange share of {what}", _off(regular, what), told)
    yield _equal(f"{name}: crossed quote rows", 100 * day.crossed / day.quotes, CROSSED, digits=3)
    standing, places = standing_of(lit), places_of(lit)
    for where, told in STANDING.items():
        yield _equal(f"{name}: lit {where}, locked as bid", standing[where], told)
    for where, told in PLACED.items():
        yield _equal(f"{name}: lit {where}", places[where], told)


def standing_of(lit: pd.DataFrame) -> dict[str, float]:
    """Return where prices lay against the quote that stood, in percent; locked is at the bid."""
    price, bid, ask = lit["price"], lit["bid"], lit["ask"]
    at_bid = price == bid
    at_ask = (price == ask) & ~at_bid
    inside = (bid < price) & (price < ask)
    counts = {"at bid": at_bid, "at ask": at_ask, "inside": inside}
    counts["outside"] = ~(at_bid | at_ask | inside)
    return {name: 100 * float(rows.mean()) for name, rows in counts.items()}


def places_of(lit: pd.DataFrame, column: str = "patient") -> dict[str, float]:
    """Return how many prints have each place, in percent; off a locked quote is outside too."""
    outside = dict.fromkeys(("above", "below", "locked outside"), "outside")
    share = lit[column].replace(outside).value_counts(normalize=True)
    return {name: 100 * float(share.get(name, 0.0)) for name in (*PLACED, "stale", "missing")}


def _off(prints: pd.DataFrame, what: str) -> float:
    off = prints["off"].astype(bool)
    if what == "prints":
        return 100 * float(off.mean())
    return 100 * float(prints["size"][off].sum() / prints["size"].sum())


def day_line(name: str, day: DayFigures) -> str:
    """Return the shares of a day's regular session as the product tells them, in percent."""
    regular = day.prints[day.prints["regular"]]
    lit = regular[~regular["off"].astype(bool)]
    places = places_of(lit, "place").items()
    return (
        f"{name}: off exchange {_off(regular, 'prints'):.1f} of {len(regular):,} prints,"
        f" {_off(regular, 'volume'):.1f} of volume; crossed {100 * day.crossed / day.quotes:.3f} of"
        f" quote rows; of {len(lit):,} lit prints "
        + ", ".join(f"{where} {share:.1f}" for where, share in places)
    )


def _within(what: str, found: list[float], low: float, high: float, *, digits: int) -> Claim:
    least, most = round(min(found), digits), round(max(found), digits)
    told = f"{low:.{digits}f} to {high:.{digits}f} %"
    text = f"{what}: {min(found):.{digits + 1}f} to {max(found):.{digits + 1}f} % (told: {told})"
    return Claim(text, low <= least and most <= high)


def _equal(what: str, found: float, told: float, *, digits: int = 1) -> Claim:
    text = f"{what}: {found:.{digits + 1}f} % (told: {told:.{digits}f} %)"
    return Claim(text, round(found, digits) == told)
