"""Where finished rows go: the causing entry of the log, and each row's place among its results."""

from signals.engine.records import Derived


class Output:
    """The rows of one causing entry, behind those of the entries before it."""

    __slots__ = ("_first", "cause_seq", "rows")

    def __init__(self, rows: list[Derived], cause_seq: int) -> None:
        """Add to `rows` what the entry at `cause_seq` makes final."""
        self.rows = rows
        self.cause_seq = cause_seq
        self._first = len(rows)

    @property
    def ordinal(self) -> int:
        """Return the place of the next row among the results of its entry."""
        return len(self.rows) - self._first
