"""What the pages of derived families share: their order (ts, uid), and the seeds' pairs.

A pair (ts, seq) leaves out rows of that instant whose seq is at or past it, although pages are
ordered by uid inside an instant; so a page by pair takes each instant whole, ordered by seq.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flow.api.parameters import MIN_NOTIONAL, PAGE, UNDERLYING_ID, UNDERLYING_IDS, Parameter
from flow.api.places import Place, cut, whole_ties
from flow.api.texts import money
from flow.api.views import PageView
from flow.domain.units import from_datetime
from signals.storage.reads import DerivedPosition

FIRST_UID, LAST_UID = UUID(int=0), UUID(int=2**128 - 1)
PAGE_PARAMETERS: tuple[Parameter, ...] = (*PAGE, UNDERLYING_ID, UNDERLYING_IDS, MIN_NOTIONAL)

# Reads one page: (edge keyword arguments, limit) -> rows.
Reader = Callable[[dict[str, DerivedPosition | None], int], list[Any]]


class DerivedView(PageView):
    """A page of derived rows."""

    seq_type = str

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        underlyings = {*values.get("underlying_id", ()), *values.get("underlying_ids", ())}
        found = {
            "underlying_id": sorted(underlyings),
            "severity": list(values.get("severity", ())),
            "direction": list(values.get("direction", ())),
            "min_notional": money(values.get("min_notional")),
        }
        return {name: value for name, value in found.items() if value not in (None, [])}

    def position(self, row: Any) -> tuple[int, str, int]:
        place = row.position
        return place.ts, place.uid.hex, row.stream

    def page_end(self, rows: list[Any], place: Place) -> tuple[int, str, int]:
        ts, uid, stream = self.position(rows[-1])
        if place.is_pair:  # it took the instant whole, in another order than the cursor's
            uid = (LAST_UID if place.ascending else FIRST_UID).hex
        return ts, uid, stream


def read_rows(reader: Reader, place: Place, limit: int) -> tuple[list[Any], bool]:
    """Return the rows of a page from a cursor, a pair or the newest, and whether more follow."""
    if not place.is_pair:
        return cut(reader(edge_of(place), limit + 1), limit)
    return _rows_by_pair(reader, place, limit)


def edge_of(place: Place) -> dict[str, DerivedPosition | None]:
    """Return the edge of a cursor for the reader."""
    if place.ts is None or not isinstance(place.seq, str):
        return {"before": None, "after": None}
    return {_side(place): DerivedPosition(place.ts, UUID(hex=place.seq))}


def _rows_by_pair(reader: Reader, place: Place, limit: int) -> tuple[list[Any], bool]:
    """Read on until the page is full and does not end among equal pairs."""
    assert place.ts is not None and isinstance(place.seq, int)  # noqa: S101, PT018 - a pair
    edge = DerivedPosition(place.ts, FIRST_UID if place.ascending else LAST_UID)
    rows: list[Any] = []
    while True:
        batch = reader({_side(place): edge}, limit + 1)
        rows += [row for row in batch if _is_beyond(row, place)]
        count = whole_ties(rows, limit, lambda row: row.ts)
        if len(batch) <= limit or count < len(rows):
            page, has_more = cut(rows, count)
            return sorted(page, key=_pair, reverse=not place.ascending), has_more
        edge = batch[-1].position


def _is_beyond(row: Any, place: Place) -> bool:
    ts = from_datetime(row.ts)
    if ts != place.ts:
        return True
    return bool(row.seq > place.seq if place.ascending else row.seq < place.seq)


def _pair(row: Any) -> tuple[Any, int, UUID]:
    return row.ts, row.seq, row.position.uid


def _side(place: Place) -> str:
    return "after" if place.ascending else "before"
