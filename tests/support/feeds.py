"""A feed from a list, for tests that care about the log and not about a wire."""

from collections.abc import Sequence

from flow.domain.events import QuoteMode
from ingest.feeds import Capabilities, Cursor, FeedItem

CAPABILITIES = Capabilities(
    quote_mode_options=QuoteMode.CHANGE, quote_mode_equities=QuoteMode.CHANGE, off_exchange=True
)


class ListFeed:
    """Gives its items in order, `chunk` at a time; resumable by index, or a sender that
    starts all over."""

    def __init__(
        self,
        items: Sequence[FeedItem],
        *,
        chunk: int = 1_000,
        source: str = "list",
        capabilities: Capabilities = CAPABILITIES,
        resumes: bool = True,
    ) -> None:
        self.source = source
        self.capabilities = capabilities
        self.finished = False
        self._items = list(items)
        self._chunk = chunk
        self._index = 0
        self._resumes = resumes

    def open(self, cursor: Cursor | None) -> None:
        self._index = int(cursor["index"]) if cursor and self._resumes else 0
        self.finished = False

    def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
        size = min(limit, self._chunk)
        items = self._items[self._index : self._index + size]
        self._index += len(items)
        self.finished = self._index >= len(self._items)
        return items

    def cursor(self) -> Cursor:
        return {"index": self._index}

    def close(self) -> None:
        """Nothing to release."""
