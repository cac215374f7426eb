"""Where a page starts and in which direction: from a cursor, or from the seeds' pairs."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from flow.api.cursors import SeqType, decode_cursor
from flow.api.errors import ApiError, FieldError

Row = TypeVar("Row")
Edge = TypeVar("Edge")

MAX_TWINS = 64  # streams of one kind in a run: as many rows can share (ts, seq)


class Place(NamedTuple):
    """The edge of a page. `seq` is None for the newest row of all; a pair names no stream."""

    ascending: bool
    ts: int | None = None
    seq: int | str | None = None
    stream: int = 0
    is_pair: bool = False

    @property
    def direction(self) -> str:
        return ">" if self.ascending else "<"


NEWEST = Place(ascending=False)


def read_place(
    values: Mapping[str, Any], *, family: str, filters: str, seq_type: SeqType = (int, str)
) -> Place:
    """Return where the page starts. Errors: ApiError 400 for contradictions or half a pair."""
    given = [name for name in ("cursor", "before_ts", "after_ts") if name in values]
    if len(given) > 1:
        raise _contradiction(given, values)
    for side in ("before", "after"):
        _check_pair(side, values)
    if "cursor" in values:
        cursor = decode_cursor(values["cursor"], family=family, filters=filters, seq_type=seq_type)
        return Place(cursor.direction == ">", cursor.ts, cursor.seq, cursor.stream)
    for side in ("before", "after"):
        if f"{side}_ts" in values:
            return Place(side == "after", values[f"{side}_ts"], values[f"{side}_seq"], 0, True)
    return NEWEST


def whole_ties(rows: list[Row], limit: int, pair: Callable[[Row], object]) -> int:
    """Return how many rows a page of the seeds' form takes: never a part of equal pairs.

    Whoever goes on by the pair alone would lose the other part (platform.md 7.6).
    """
    count = min(limit, len(rows))
    while 0 < count < len(rows) and pair(rows[count]) == pair(rows[count - 1]):
        count += 1
    return count


def cut(rows: list[Row], count: int) -> tuple[list[Row], bool]:
    """Return the first rows, and whether there were more."""
    return rows[:count], len(rows) > count


def edge_of(place: Place, edge: Callable[[int, int, int], Edge]) -> dict[str, Edge]:
    """Return `before` or `after` for a reader of rows in the order (ts, seq, stream).

    A pair stands beyond every stream of its instant.
    """
    if place.ts is None or not isinstance(place.seq, int):
        return {}
    beyond = 2**31 - 1 if place.ascending else -1
    name = "after" if place.ascending else "before"
    return {name: edge(place.ts, place.seq, beyond if place.is_pair else place.stream)}


def read_page(
    read: Callable[[int], list[Row]],
    place: Place,
    limit: int,
    position: Callable[[Row], tuple[int, int, int]],
) -> tuple[list[Row], bool]:
    """Return the rows of a page in the order (ts, seq, stream), and whether more follow.

    `read` takes how many rows; a page by a pair ends with whole ties.
    """
    if not place.is_pair:
        return cut(read(limit + 1), limit)
    rows = read(limit + 1 + MAX_TWINS)
    return cut(rows, whole_ties(rows, limit, lambda row: position(row)[:2]))


def _check_pair(side: str, values: Mapping[str, Any]) -> None:
    ts, seq = f"{side}_ts", f"{side}_seq"
    if (ts in values) != (seq in values):
        missing, there = (seq, ts) if ts in values else (ts, seq)
        field = FieldError(missing, "", f"given together with {there}")
        raise ApiError(
            "invalid_parameter", f"{missing} is missing; {there} needs it", fields=[field]
        )


def _contradiction(given: list[str], values: Mapping[str, Any]) -> ApiError:
    names = ", ".join(given)
    return ApiError(
        "invalid_parameter",
        f"{names} contradict each other; expected one of them",
        fields=[FieldError(name, str(values[name])[:100], "one place only") for name in given],
    )
