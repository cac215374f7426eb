"""Reference data into the print streams: open interest and scheduled events as control entries.

A stream is told what it needs when it needs it: at a contract's first print of a trade date its
open interest, at an underlying's first one the events that were known by the end of that date (the
engine sees each from its announcement on). Entries stand behind the rows of their batch and before
its clock, so the engine has them before any packet of these rows is final, however batches are cut.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import time
from typing import Any

import psycopg

from flow.cadence import Every
from flow.domain.open_interest import open_interest_payload
from flow.domain.sessions import at_new_york
from flow.storage.instruments import Instruments
from flow.storage.reference import (
    calendar_payloads,
    load_multipliers,
    newest_load,
    newest_snapshot,
    open_interests,
)
from ingest.building import PRINT_KINDS, Builder

POLL_EVERY_S = 1.0


class ReferenceEntries:
    """Tells the streams of one source. A live one also hears of changes during the day."""

    def __init__(
        self,
        conn: psycopg.Connection[Any],
        instruments: Instruments,
        *,
        is_live: bool,
        monotonic: Callable[[], float],
    ) -> None:
        self._conn = conn
        self._instruments = instruments
        self._is_live = is_live
        self._poll = Every(POLL_EVERY_S, monotonic)
        self._told_load = newest_load(conn)
        self._told_snapshot = newest_snapshot(conn)

    def tell(self, builder: Builder) -> None:
        """Add the entries that the rows of this commit call for."""
        if self._is_live and self._poll.due():
            self._tell_changes(builder)
        self._tell_open_interest(builder)
        for kind in PRINT_KINDS:
            self._tell_events(builder, kind)

    def _tell_open_interest(self, builder: Builder) -> None:
        new = builder.contracts.take_new()
        if not new:
            return
        wanted = [
            (self._instruments.contract(one.name)[0], one.name, one.session_date) for one in new
        ]
        first_ts = {(one.name, one.session_date): one.ts for one in new}
        batch = builder.batches["option_print"]
        for record in open_interests(self._conn, wanted):
            ts = first_ts[record.contract, record.session_date]
            batch.add_control("open_interest", ts, open_interest_payload(record))

    def _tell_events(self, builder: Builder, kind: str) -> None:
        by_date: dict[int, dict[str, int]] = defaultdict(dict)
        for one in builder.symbols[kind].take_new():
            by_date[one.session_date][one.name] = one.ts
        for session_date, first_ts in sorted(by_date.items()):
            for payload in self._events(set(first_ts), session_date):
                ts = first_ts[payload["underlying"]]
                builder.batches[kind].add_control("calendar", ts, payload)

    def _tell_changes(self, builder: Builder) -> None:
        """Tell what loads brought since the last look, of what has printed on the newest date.

        Later prints are stamped with the multipliers of now; a stamp that stands never moves.
        """
        newest = newest_load(self._conn)
        if newest == self._told_load:
            return
        builder.stamper.multipliers = load_multipliers(self._conn)
        self._tell_new_interest(builder)
        for kind in PRINT_KINDS:
            symbols, batch = builder.symbols[kind], builder.batches[kind]
            for session_date in symbols.dates[-1:]:
                ts = batch.head.clock if batch.head.clock is not None else builder.received_at
                changed = self._events(
                    symbols.seen_on(session_date), session_date, after_load=self._told_load
                )
                for payload in changed:
                    batch.add_control("calendar", ts, payload)
        self._told_load = newest

    def _tell_new_interest(self, builder: Builder) -> None:
        """Tell the open interest that came behind a contract's first print of the newest date.

        Index options print from the evening on, and the clearing house tells in the morning.
        """
        batch, newest = builder.batches["option_print"], newest_snapshot(self._conn)
        for session_date in builder.contracts.dates[-1:]:
            wanted = [
                (self._instruments.contract(name)[0], name, session_date)
                for name in sorted(builder.contracts.seen_on(session_date))
            ]
            ts = batch.head.clock if batch.head.clock is not None else builder.received_at
            for record in open_interests(self._conn, wanted, after_snapshot=self._told_snapshot):
                batch.add_control("open_interest", ts, open_interest_payload(record))
        self._told_snapshot = newest

    def _events(
        self, underlyings: set[str], session_date: int, *, after_load: int = 0
    ) -> list[dict[str, Any]]:
        return calendar_payloads(
            self._conn,
            underlyings,
            from_us=at_new_york(
                session_date - 1, time.min
            ),  # index options open the evening before
            until_us=at_new_york(session_date + 1, time.min),
            after_load=after_load,
        )
