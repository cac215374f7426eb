"""Following the log for live lanes: by the manifest of the batches, never by time or id alone."""

from typing import Any

import psycopg

from flow.domain.units import to_datetime
from flow.live.registry import RunLike
from flow.storage.db import connect
from flow.storage.pages import PrintRow, prints_of_batches
from flow.storage.streams import streams_of
from flow.storage.tail import BatchInfo, read_manifest

TOO_MANY_ROWS = 2_000
TOO_MANY_BATCHES = 500


class PrintTail:
    """Option prints of one run, in the order of their commits.

    Every stream is followed from the batch that stood at its head when the tail was made, so what
    a page read after that moment and what the tail brings later overlap and never gap.
    """

    def __init__(self, run: RunLike) -> None:
        self._run = run
        self._conn: psycopg.Connection[Any] = connect(run.alias, f"live tape run {run.id}")
        self._seen = {
            head.id: head.batch_no
            for head in streams_of(self._conn, run=run.id, kind="option_print")
        }

    def poll(self) -> list[PrintRow] | None:
        """Return the rows of new batches; None when they are more than a screen can tell apart."""
        rows: list[PrintRow] = []
        is_too_much = False
        for head in streams_of(self._conn, run=self._run.id, kind="option_print"):
            seen = self._seen.get(head.id, 0)
            if head.batch_no > seen:
                fresh = self._of_stream(head.id, seen, head.batch_no)
                self._seen[head.id] = head.batch_no
                is_too_much = is_too_much or fresh is None
                rows.extend(fresh or ())
        return None if is_too_much else rows

    def close(self) -> None:
        """Give the connection back."""
        self._conn.close()

    def _of_stream(self, stream: int, seen: int, last: int) -> list[PrintRow] | None:
        if last - seen > TOO_MANY_BATCHES:
            return None
        infos = read_manifest(self._conn, stream, after=seen, last=last, limit=TOO_MANY_BATCHES)
        filled = [info for info in infos if info.min_ts is not None]
        if not filled:
            return []
        if sum(info.n - info.n_control for info in filled) > TOO_MANY_ROWS:
            return None
        return prints_of_batches(
            self._run.alias, stream, filled[0].first_seq, filled[-1].last_seq, _span(filled)
        )


def _span(infos: list[BatchInfo]) -> Any:
    first = min(info.min_ts for info in infos if info.min_ts is not None)
    last = max(info.max_ts for info in infos if info.max_ts is not None)
    return to_datetime(first), to_datetime(last)
