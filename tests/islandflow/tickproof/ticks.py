"""Lean tick files of our own making, or cut out of real ones, in a test's folder."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

DAY = "20131007"
OPEN_MS = 34_200_000
Row = Sequence[object]


def write_ticks(folder: Path, trades: Iterable[Row], quotes: Iterable[Row], day: str = DAY) -> Path:
    """Write both files of a symbol's day; the folder's name is the symbol."""
    folder.mkdir(parents=True, exist_ok=True)
    for what, rows in (("trade", trades), ("quote", quotes)):
        text = "".join(",".join(map(str, row)) + "\n" for row in rows)
        _write(folder, day, what, text.encode())
    return folder


def cut_ticks(source: Path, folder: Path, first_ms: int, last_ms: int, day: str = DAY) -> Path:
    """Write the rows of a real day from one instant to before another."""
    folder.mkdir(parents=True)
    for what in ("trade", "quote"):
        with zipfile.ZipFile(source / f"{day}_{what}.zip") as archive:
            lines = archive.read(archive.namelist()[0]).splitlines(keepends=True)
        kept = [line for line in lines if first_ms <= int(line.partition(b",")[0]) < last_ms]
        _write(folder, day, what, b"".join(kept))
    return folder


def _write(folder: Path, day: str, what: str, text: bytes) -> None:
    with zipfile.ZipFile(folder / f"{day}_{what}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{day}_{folder.name}_{what.capitalize()}_Tick.csv", text)


def small_day(folder: Path) -> Path:
    """Write ten minutes of a quiet market: a quote a second, two prints behind each."""
    trades, quotes = [], []
    for second in range(600):
        at, wave = OPEN_MS + 1_000 * second, 100 * (second % 7)
        quotes += [
            (at, 500_000 + wave, 300, 0, 0, "P", 1, 0),
            (at, 0, 0, 500_400 + wave, 200, "P", 1, 0),
        ]
        venue = "D" if second % 3 else "P"
        trades += [
            (at + 5, 500_400 + wave, 300, venue, 1, 0),
            (at + 5, 500_000 + wave, 100, "N", 1, 0),
        ]  # fmt: skip
    return write_ticks(folder, trades, quotes)
