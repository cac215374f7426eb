"""What the bare files say: prints with their quotes and places, shares, bars. In pandas alone.

Nothing of ours is imported here, so that an error of ours is no error of this. Units of the files:
milliseconds since midnight in New York, 1e-4 dollars, shares. Regular hours only: no half days.
Source: PROVENANCE.md section 3 (columns, standing quote); platform.md 2.1 BETTER (places).
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

OPEN_MS, CLOSE_MS = 34_200_000, 57_600_000
STANDS_MS = 900_000  # options errata 4: nobody knows what an older quote is worth
SILENT_MS = STALE_MS = 1_000  # platform errata 39, for a feed of changes
PATIENCE_MS = 600_000  # one symbol alone says nothing for a second now and then

# Lean's bits of what is volume only: the tape's (cash, next day, seller, stock-option, average,
# variation), and prices of another moment (derivatively priced, sold, out of sequence, prior).
NO_PRICE = sum(1 << bit for bit in (1, 2, 3, 18, 20, 22, 9, 11, 14, 25))
EXTENDED = 1 << 10 | 1 << 13
NO_TRADE = 1 << 24 | 1 << 26

_TRADES = ["ms", "price", "size", "venue", "mask", "suspicious"]
_QUOTES = ["ms", "bid", "bid_size", "ask", "ask_size", "venue", "mask", "suspicious"]
PRINT_COLUMNS = ["ms", "price", "size", "off", "regular", "bid", "ask", "place", "patient"]
UNUSABLE = ["missing", "one sided", "crossed"]
Bars = dict[tuple[int, int], tuple[int | None, ...]]


def read_trades(path: Path) -> pd.DataFrame:
    """Return a file's trades in its order; `mask` as a number."""
    frame = _read(path, _TRADES, {"venue": str, "mask": str})
    return frame.assign(mask=frame["mask"].map(lambda text: int(text, 16)))


def read_quotes(path: Path) -> pd.DataFrame:
    """Return the quote after each row: the last bid row and the last ask row; NaN before one."""
    frame = _read(path, _QUOTES, {"venue": str, "mask": str})
    for side in ("bid", "ask"):
        told = (frame[side] > 0) & (frame[f"{side}_size"] > 0)
        frame[side] = frame[side].where(told).ffill()
    return frame[["ms", "bid", "ask"]]


def _read(path: Path, names: list[str], dtype: dict[str, Any]) -> pd.DataFrame:
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        return pd.read_csv(file, names=names, dtype=dtype)


def prints_of(trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return PRINT_COLUMNS of each trade: its quote, strictly earlier, and its two places.

    Shape: `place` as the product reads it, where a feed silent for a second makes an old quote
    stale; `patient` waits for it as long as tuning can, as the figures of platform errata part C
    do. 0 for a bid or ask not known.
    """
    seen = pd.merge_asof(
        trades,
        quotes.rename(columns={"ms": "quote_ms"}),
        left_on="ms",
        right_on="quote_ms",
        allow_exact_matches=False,
        tolerance=STANDS_MS,
    )
    spoke = pd.merge_asof(
        trades[["ms"]], quotes[["ms"]].assign(spoke=quotes["ms"]), on="ms"
    )["spoke"]  # fmt: skip
    silence = seen["ms"] - spoke
    places = _places(seen)
    old = (seen["ms"] - seen["quote_ms"] > STALE_MS) & ~np.isin(places, UNUSABLE)
    return seen.assign(
        off=seen["venue"] == "D",
        regular=seen["ms"].between(OPEN_MS, CLOSE_MS - 1),
        bid=seen["bid"].fillna(0).astype("int64"),
        ask=seen["ask"].fillna(0).astype("int64"),
        place=np.where(old & (silence > SILENT_MS), "stale", places),
        patient=np.where(old & (silence > PATIENCE_MS), "stale", places),
    )[PRINT_COLUMNS]


def _places(seen: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Return where each price lies. Times 20, so that a twentieth of a spread is whole."""
    price, bid, ask = 20 * seen["price"], 20 * seen["bid"], 20 * seen["ask"]
    spread = seen["ask"] - seen["bid"]
    tolerance = np.minimum(np.maximum(20 * 100, spread), 5 * spread)
    rules = {
        "missing": seen["quote_ms"].isna(),
        "one sided": seen["bid"].isna() | seen["ask"].isna(),
        "crossed": ask < bid,
        "locked": (ask == bid) & (price == bid),
        "locked outside": ask == bid,
        "above": price > ask + tolerance,
        "ask": price >= ask - tolerance,
        "below": price < bid - tolerance,
        "bid": price <= bid + tolerance,
    }
    return np.select(list(rules.values()), list(rules), "inside")


def shares_of(prints: pd.DataFrame) -> dict[str, int]:
    """Return how much of the regular session was traded off exchange, in prints and in shares."""
    regular = prints[prints["regular"]]
    off = regular[regular["off"]]
    return {
        "prints": len(regular),
        "off prints": len(off),
        "volume": int(regular["size"].sum()),
        "off volume": int(off["size"].sum()),
    }


def crossed_of(quotes: pd.DataFrame) -> tuple[int, int]:
    """Return how many quote rows of the regular session were crossed, and how many there were."""
    regular = quotes[quotes["ms"].between(OPEN_MS, CLOSE_MS - 1)]
    return int((regular["bid"] > regular["ask"]).sum()), len(regular)


def bars_of(trades: pd.DataFrame, interval_ms: int) -> Bars:
    """Return the bars of a day by (start in ms, session): prices, shares, trades, off, notional.

    Shape: session 1 before, 2 regular, 3 after the close, by the tape: an unmarked sale after the
    close is the regular session's (the closing auction). Notional in 1e-4 dollars.
    """
    marked = _marked(trades)
    return _rows(marked.assign(start=marked["ms"] // interval_ms * interval_ms), "session")


def daily_of(trades: pd.DataFrame) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Return the day's regular bar and its bar with pre and post market, as `bars_of`."""
    marked = _marked(trades).assign(start=0, all=0)
    (regular,) = _rows(marked[marked["session"] == 2], "all").values()
    (whole,) = _rows(marked, "all").values()
    return regular, whole


def _marked(trades: pd.DataFrame) -> pd.DataFrame:
    """Return what is a trade, with its session and its price where it may set one."""
    frame = trades[trades["mask"] & NO_TRADE == 0]
    mask = frame["mask"]
    pre, post = frame["ms"] < OPEN_MS, frame["ms"] >= CLOSE_MS
    extended = mask & EXTENDED != 0
    outside = pre | post & extended
    plain = (mask & NO_PRICE == 0) & (outside | ~extended)
    return frame.assign(
        session=2 - pre + (post & extended),
        told=frame["price"].where(plain),
        off=frame["size"].where(frame["venue"] == "D", 0),
        paid=frame["price"] * frame["size"],
    )


def _rows(marked: pd.DataFrame, by: str) -> Bars:
    found = marked.groupby(["start", by]).agg(
        open=("told", "first"), high=("told", "max"), low=("told", "min"),
        close=("told", "last"), volume=("size", "sum"), trades=("size", "count"),
        off=("off", "sum"), paid=("paid", "sum"),
    )  # fmt: skip
    return {key: _whole(cells) for key, *cells in found.itertuples(name=None)}


def _whole(cells: Sequence[Any]) -> tuple[int | None, ...]:
    return tuple(None if pd.isna(cell) else int(cell) for cell in cells)
