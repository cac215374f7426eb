"""Imports of our own JSONL files: one feed over one or several files, in file order.

The format itself is in `jsonl`.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from flow.domain.events import QuoteMode, Rank
from flow.domain.units import MILLISECOND_US
from ingest.feeds import Capabilities, Cursor, FeedItem, ImportFormatError
from ingest.jsonl import MAX_LINE, JsonlParser
from ingest.jsonl_lines import DECODER, FeedLine
from ingest.lean_zip import Progress, read_lines
from ingest.merge import merge

_EXPECTED = "files ending in .jsonl, one event a line (docs/jsonl.md)"
_FIRST_LINE = 4_096


class JsonlImport:
    """A feed over JSONL files; several are merged like streams of one rank, by name."""

    source = "jsonl"

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self.notes: tuple[str, ...] = ()
        self.capabilities = _capabilities(_declared(paths))
        self.progress = Progress()
        self.progress.total = sum(path.stat().st_size for path in paths)
        self.finished = False
        self._items: Iterator[FeedItem] = iter(())
        self._returned = 0

    @property
    def name(self) -> str:
        """Return the default name of the run: the file, or the folder."""
        first = self.paths[0].resolve()
        return first.stem if len(self.paths) == 1 else first.parent.name

    def open(self, cursor: Cursor | None) -> None:
        """Start after `cursor`; a cursor of other (or mended) files starts from the beginning."""
        same = cursor is not None and cursor.get("files") == self._fingerprint()
        self._returned = int(cursor["items"]) if cursor is not None and same else 0
        self.finished = False
        self.progress.done = 0
        streams = [(Rank.CALENDAR, str(path), self._read(path)) for path in self.paths]
        self._items = islice(merge(streams), self._returned, None)

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
        """Drop the readers, and with them the open files."""
        self._items = iter(())

    def _read(self, path: Path) -> Iterator[FeedItem]:
        parser = JsonlParser(self.source, counts_repeats=True)
        with path.open("rb") as file:
            lines = read_lines(file, self.progress, MAX_LINE + 1)
            for number, line in enumerate(lines, 1):
                if line.strip() and not (number == 1 and _feed_line(line)):
                    yield parser.parse(line, f"{path.name}:{number}")

    def _fingerprint(self) -> str:
        facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in self.paths]
        return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def import_jsonl(*paths: Path) -> JsonlImport:
    """Return the import of JSONL files, or of folders of them.

    Errors: ImportFormatError for a path that is missing or no .jsonl file, before any event.
    """
    files = list(dict.fromkeys(file.resolve() for path in paths for file in _files(path)))
    for file in files:
        if file.suffix != ".jsonl" or not file.is_file():
            raise ImportFormatError(
                f"{file} is no JSONL file", received=f"'{file.name}'", expected=_EXPECTED
            )
    if not files:
        given = ", ".join(str(path) for path in paths)
        raise ImportFormatError(f"{given} is empty", received="no file", expected=_EXPECTED)
    return JsonlImport(files)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise ImportFormatError(str(path), received="no such file or folder", expected=_EXPECTED)
    if not path.is_dir():
        return [path]
    return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))


def _feed_line(line: bytes) -> FeedLine | None:
    """Return the declaration of a first line, None where that line is something else."""
    try:
        decoded = DECODER.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return decoded if isinstance(decoded, FeedLine) else None


def _declared(paths: list[Path]) -> FeedLine:
    """Return what the files declare. Errors: ImportFormatError where they contradict each other."""
    found: dict[Path, FeedLine] = {}
    for path in paths:
        with path.open("rb") as file:
            found[path] = _feed_line(file.readline(_FIRST_LINE).strip()) or FeedLine()
    first, *others = found.values()
    if any(other != first for other in others):
        raise ImportFormatError(
            f"{paths[0].parent} mixes feeds",
            received="files whose first lines declare different things",
            expected="one declaration in all files of an import; import the others by themselves",
        )
    return first


def _capabilities(line: FeedLine) -> Capabilities:
    return Capabilities(
        quote_mode_options=QuoteMode[line.quote_mode_options.upper()],
        quote_mode_equities=QuoteMode[line.quote_mode_equities.upper()],
        conditions_known=line.conditions_known,
        delay_us=line.delay_ms * MILLISECOND_US,
        granularity=line.granularity,
        off_exchange=line.off_exchange,
    )
