"""Where a page starts and in which direction: from a cursor, or from the seeds' pairs."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from flow.api.cursors import SeqType, decode_cursor
from flow.api.errors import ApiError, FieldError

Row = TypeVar("Row")


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
    """Return how many rows a page of the seeds' form takes: never a part of equal (ts, seq).

    Whoever goes on by the pair alone would lose the other part (platform.md 7.6).
    """
    count = min(limit, len(rows))
    while 0 < count < len(rows) and pair(rows[count]) == pair(rows[count - 1]):
        count += 1
    return count


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
