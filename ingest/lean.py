"""Imports of Lean folders and zips: finds what a path holds and reads it as one merged feed.

What the rows mean is told in `lean_equity` and `lean_options`.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flow.domain.contracts import canonical_symbol
from flow.domain.events import QuoteMode, Rank
from ingest import lean_equity, lean_options
from ingest.feeds import Capabilities, Cursor, FeedItem, ImportFormatError
from ingest.lean_zip import Progress, check_zip, parse_day, read_lines
from ingest.merge import Stream, merge

_ZIP = re.compile(
    r"(?P<day>\d{8})_(?P<what>trade|quote|openinterest)(?P<style>_american|_european)?\.zip"
)
_EQUITY_MEMBER = re.compile(
    r"(?P<day>\d{8})_(?P<symbol>[A-Za-z0-9.\-]+?)_(?P<what>Trade_Tick|Quote_Tick|minute_trade|minute_quote)\.csv"
)
_EXPECTED = (
    "Lean zips: DAY_trade.zip or DAY_quote.zip (equity ticks or minute bars), "
    "DAY_trade_american.zip or DAY_quote_american.zip (option minute bars)"
)
Reader = Callable[[Iterator[bytes], str, str, str], Iterator[FeedItem]]
_EQUITY: dict[str, tuple[Rank, Reader]] = {
    "Trade_Tick": (Rank.EQUITY_PRINT, lean_equity.read_trade_ticks),
    "Quote_Tick": (Rank.EQUITY_QUOTE, lean_equity.read_quote_ticks),
    "minute_trade": (Rank.EQUITY_PRINT, lean_equity.read_trade_bars),
    "minute_quote": (Rank.EQUITY_QUOTE, lean_equity.read_quote_bars),
}
_OPTIONS: dict[str, tuple[Rank, Reader]] = {
    "trade": (Rank.OPTION_PRINT, lean_options.read_trade_bars),
    "quote": (Rank.OPTION_QUOTE, lean_options.read_quote_bars),
}


class Member(NamedTuple):
    """One csv inside a zip: what it is, and who reads it."""

    path: Path
    info: zipfile.ZipInfo
    day: str
    what: str  # trade, quote (option bars), Trade_Tick, Quote_Tick, minute_trade, minute_quote
    key: str  # symbol, or canonical contract

    @property
    def where(self) -> str:
        """Return the place that quarantine shows."""
        return f"{self.path.name}:{self.info.filename}"


class LeanImport:
    """A feed over Lean files. Days come one after the other, each as the merge of its files."""

    source = "lean"

    def __init__(self, members: list[Member], notes: tuple[str, ...]) -> None:
        self.members = members
        self.notes = notes
        self.days = sorted({member.day for member in members})
        self.capabilities = _capabilities({member.what for member in members})
        self.progress = Progress()
        self.progress.total = sum(member.info.file_size for member in members)
        self.finished = False
        self._items: Iterator[FeedItem] = iter(())
        self._returned = 0

    @property
    def name(self) -> str:
        """Return the default name of the run: folder and days."""
        folder = self.members[0].path.resolve().parent.name
        first, last = (parse_day(day).isoformat() for day in (self.days[0], self.days[-1]))
        return f"{folder}-{first}" if first == last else f"{folder}-{first}..{last}"

    def open(self, cursor: Cursor | None) -> None:
        """Start after `cursor`; a cursor of other (or mended) files starts from the beginning."""
        same = cursor is not None and cursor.get("files") == self._fingerprint()
        self._returned = int(cursor["items"]) if cursor is not None and same else 0
        self.finished = False
        self.progress.done = 0
        self._items = islice(self._merged(), self._returned, None)

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        """Return the next items; an empty list means that the files have ended."""
        items = list(islice(self._items, limit))
        self._returned += len(items)
        self.finished = len(items) < limit
        return items

    def cursor(self) -> Cursor:
        """Return how many items were returned, and of which files."""
        return {"items": self._returned, "files": self._fingerprint()}

    def close(self) -> None:
        """Drop the readers, and with them the open zips."""
        self._items = iter(())  # a dropped generator leaves its `with` and closes the zips

    def _merged(self) -> Iterator[FeedItem]:
        for day in self.days:
            members = [member for member in self.members if member.day == day]
            with ExitStack() as stack:
                paths = dict.fromkeys(member.path for member in members)
                zips = {path: stack.enter_context(zipfile.ZipFile(path)) for path in paths}
                yield from merge([_stream(m, zips[m.path], self.progress) for m in members])

    def _fingerprint(self) -> str:
        facts = "\n".join(f"{m.where} {m.info.file_size} {m.info.CRC}" for m in self.members)
        return hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()


def import_files(*paths: Path) -> LeanImport:
    """Return the import of folders and zips of Lean's format, every byte of which was read once.

    Errors: ImportFormatError for a path that is missing, damaged or no Lean file, before any event.
    """
    members: list[Member] = []
    notes: list[str] = []
    for path in dict.fromkeys(zip_path.resolve() for p in paths for zip_path in _zips(p)):
        found, note = _members(path)
        members += found
        notes += [note] if note else []
    if not members:
        given = ", ".join(str(path) for path in paths)
        received = " ".join(notes) or "no zip"
        raise ImportFormatError(
            f"{given} holds nothing to import", received=received, expected=_EXPECTED
        )
    return LeanImport(members, tuple(notes))


def _zips(path: Path) -> list[Path]:
    if not path.exists():
        raise ImportFormatError(str(path), received="no such file or folder", expected=_EXPECTED)
    if not path.is_dir():
        return [path]
    return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))


def _members(path: Path) -> tuple[list[Member], str]:
    """Return what one zip holds, or the sentence why it is left aside."""
    match = None if path.is_dir() else _ZIP.fullmatch(path.name)
    if match is None:
        received = "a folder" if path.is_dir() else f"a file named '{path.name}'"
        raise ImportFormatError(f"{path} is no Lean file", received=received, expected=_EXPECTED)
    _check_day(path, match["day"])
    infos = check_zip(path)
    if match["what"] == "openinterest":
        return [], f"{path.name} is left aside: open interest is reference data, not an event."
    read = _option_member if match["style"] else _equity_member
    members = [read(path, info) for info in infos]
    for member in members:
        if member.day != match["day"] or match["what"] not in member.what.lower():
            raise ImportFormatError(
                f"{path} holds another day or kind",
                received=f"'{member.info.filename}'",
                expected=f"{match['what']} files of {match['day']}",
            )
    return members, ""


def _check_day(path: Path, day: str) -> None:
    try:
        parse_day(day)
    except ValueError as error:
        raise ImportFormatError(
            f"{path} names no day", received=f"'{day}'", expected="a date as YYYYMMDD"
        ) from error


def _option_member(path: Path, info: zipfile.ZipInfo) -> Member:
    contract = lean_options.contract_of(info.filename)
    _, _, rest = info.filename.partition("_minute_")
    return Member(path, info, info.filename[:8], rest.split("_")[0], contract)


def _equity_member(path: Path, info: zipfile.ZipInfo) -> Member:
    match = _EQUITY_MEMBER.fullmatch(info.filename)
    if match is None:
        raise ImportFormatError(
            f"{path} holds a file of unknown name",
            received=f"'{info.filename}'",
            expected="DAY_SYMBOL_Trade_Tick.csv, DAY_SYMBOL_Quote_Tick.csv, "
            "DAY_SYMBOL_minute_trade.csv or DAY_SYMBOL_minute_quote.csv",
        )
    symbol = canonical_symbol(match["symbol"].upper())
    return Member(path, info, match["day"], match["what"], symbol)


def _stream(member: Member, archive: zipfile.ZipFile, progress: Progress) -> Stream:
    rank, reader = _OPTIONS.get(member.what) or _EQUITY[member.what]
    items = reader(_lines(member, archive, progress), member.key, member.day, member.where)
    return rank, f"{member.path}:{member.info.filename}", items


def _lines(member: Member, archive: zipfile.ZipFile, progress: Progress) -> Iterator[bytes]:
    with archive.open(member.info) as file:
        yield from read_lines(file, progress)


def _capabilities(kinds: set[str]) -> Capabilities:
    """Return what the files promise together; ticks beside minute bars count as the weaker."""
    bars = {"minute_trade", "minute_quote"} & kinds
    ticks = {"Trade_Tick", "Quote_Tick"} & kinds
    options = {"trade", "quote"} & kinds
    equities = QuoteMode.SAMPLED if bars else QuoteMode.CHANGE if ticks else QuoteMode.NONE
    return Capabilities(
        quote_mode_options=QuoteMode.SAMPLED if options else QuoteMode.NONE,
        quote_mode_equities=equities,
        conditions_known=not options,
        granularity="minute" if options or bars else "tick",
        off_exchange="Trade_Tick" in kinds,
    )
