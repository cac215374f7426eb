"""GET /api/v1/candles/: bars of one symbol, rolled up at read from those of 1 s and 1 min."""

import heapq
from collections.abc import Mapping
from contextlib import closing
from typing import Any, ClassVar, NamedTuple

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flow.api.cursors import MAX_TS
from flow.api.errors import ApiError, FieldError
from flow.api.parameters import (
    DEFAULT_LIMIT,
    RUN,
    Parameter,
    choice,
    instant,
    page_limit,
    read_query,
    read_symbol,
    whole,
)
from flow.api.serializers import ERRORS, documented
from flow.api.texts import iso
from flow.api.views import ChosenRun, ReadView, bounded
from flow.domain.candles.bar import Bar
from flow.domain.candles.chart import DAY_S, INTERVALS, Chart, Interval, Wanted, chart, settled
from flow.domain.units import SECOND_US, to_datetime
from signals.api.candle_bodies import candle_body
from signals.api.serializers import CandlePageSerializer
from signals.storage.candles import (
    Tape,
    Told,
    bars_newest_first,
    forming_bars,
    splits_of,
    symbol_id,
    tapes,
    tapes_with,
    told,
    trading_days,
)

MAX_LIMIT = 5_000  # errata 29
MAX_BASE_BARS = 100_000  # minutes of a year's regular sessions; what is older needs another request
NOTHING = Chart([], False), Told(None, None)
SESSIONS = ("regular", "extended")
_BY_MS = {str(each.seconds * 1_000): name for name, each in INTERVALS.items()}


def read_interval(text: str) -> Interval:
    """Read 1m, or the same in milliseconds."""
    name = text.lower()
    if not text.isascii() or _BY_MS.get(name, name) not in INTERVALS:
        raise ValueError(text)
    return INTERVALS[_BY_MS.get(name, name)]


def read_source(text: str) -> str:
    """Read the name of a feed."""
    if not text or len(text) > 80 or not text.isprintable():
        raise ValueError(text)
    return text


SYMBOL = Parameter(
    name="symbol", read=read_symbol, allowed="a symbol such as AAPL", about="One symbol.",
    required=True,
)  # fmt: skip
INTERVAL = Parameter(
    name="interval", read=read_interval, required=True,
    allowed=f"{', '.join(INTERVALS)}, or the same in milliseconds such as 60000",
    about="Length of a bar; a day is a trading day of the exchange calendar.",
)  # fmt: skip
START = instant("start", "Only bars that begin at or after this instant.")
END = instant(
    "end",
    "Only bars that begin before this instant; `next_end` of an answer goes on from it.",
)
LIMIT = page_limit(DEFAULT_LIMIT, most=MAX_LIMIT, about="The newest so many bars of the range.")
SESSION = Parameter(
    name="session", read=choice(*SESSIONS), allowed=", ".join(SESSIONS), choices=SESSIONS,
    about="regular: the regular session with its auctions. extended: pre and post market too."
    " Not given: regular for days, extended for shorter bars.",
)  # fmt: skip
SOURCE = Parameter(
    name="source", read=read_source, allowed="a feed that /api/v1/status lists",
    about="The feed; needed where a run has bars of the symbol from several.",
)  # fmt: skip
PROVISIONAL = Parameter(
    name="provisional", read=choice("true", "false"), allowed="true, false",
    choices=("true", "false"), about="true: with the bars that are still forming (final: false).",
    default="false",
)  # fmt: skip
AS_OF_STEP = whole(
    "as_of_step",
    "The bars as they stood after this step of compute (/api/v1/status, step_no).",
)


class _Question(NamedTuple):
    """What is asked for, and of which feed; without a feed there is nothing to answer."""

    wanted: Wanted
    symbol: tuple[int, str]
    tape: Tape
    as_of_step: int | None
    provisional: bool


class CandlesView(ReadView):
    parameters: ClassVar[tuple[Parameter, ...]] = (
        RUN, SYMBOL, INTERVAL, START, END, LIMIT, SESSION, SOURCE, PROVISIONAL, AS_OF_STEP,
    )  # fmt: skip

    @extend_schema(
        operation_id="candles",
        summary="Bars of one symbol: the newest of a range, oldest first",
        description="Bars of 1 s and 1 min are stored; longer ones are rolled up at read. A bar"
        " may be revised for a while (`rev`); a window that has not ended yet has `final` false."
        " A window without prints has no bar. Prices are as traded, never adjusted.",
        parameters=documented(parameters),
        responses={200: CandlePageSerializer, **ERRORS},
        tags=["candles"],
    )
    def get(self, request: Request) -> Response:
        values = read_query(request.query_params, self.parameters)
        if "as_of_step" in values and values.get("provisional") == "true":
            raise _contradiction(values)
        run, wanted = self.run(request), _wanted(values)
        with bounded(run.alias):
            question = _question(run, values, wanted)
            found, until = _read(run, question) if question else NOTHING
        splits = (
            splits_of(values["symbol"], found.bars[0].ts, found.bars[-1].ts) if found.bars else []
        )
        bars = [candle_body(bar, wanted.interval) for bar in found.bars]
        return Response(
            {
                "data": bars,
                "has_more": found.has_more,
                "next_end": bars[0]["ts"] if bars and found.has_more else None,
                "final_until": None if until.until is None else iso(to_datetime(until.until)),
                "source": question.tape.source if question else None,
                "splits": [
                    {**split._asdict(), "effective_date": split.effective_date.isoformat()}
                    for split in splits
                ],
                "applied_filters": _applied(values, wanted),
                "run": run.name,
            }
        )


def _wanted(values: Mapping[str, Any]) -> Wanted:
    interval: Interval = values["interval"]
    is_day = interval.seconds == DAY_S
    return Wanted(
        interval=interval,
        limit=values.get("limit", DEFAULT_LIMIT),
        start=values.get("start", 0),
        end=values.get("end", MAX_TS),
        extended=values.get("session", "regular" if is_day else "extended") == "extended",
    )


def _question(run: ChosenRun, values: Mapping[str, Any], wanted: Wanted) -> _Question | None:
    """Return which feed's bars are meant. Errors: ApiError 400 where that is open."""
    known = tapes(run.alias, run.id)
    source = values.get("source")
    if source is not None:
        known = [tape for tape in known if tape.source == source]
        if not known:
            field = FieldError("source", source, SOURCE.allowed)
            raise ApiError("invalid_parameter", f"run {run.name} has no such feed", fields=[field])
    number = symbol_id(run.alias, values["symbol"])
    if number is None or not known:
        return None
    if len(known) > 1:
        known = tapes_with(run.alias, run.id, number, known) or known[:1]
    if len(known) > 1:
        names = ", ".join(tape.source for tape in known)
        field = FieldError("source", "", f"one of {names}")
        raise ApiError("ambiguous_source", f"source is missing; expected {names}", fields=[field])
    return _Question(
        wanted,
        (number, values["symbol"]),
        known[0],
        values.get("as_of_step"),
        values.get("provisional") == "true",
    )


def _read(run: ChosenRun, asked: _Question) -> tuple[Chart, Told]:
    wanted, interval = asked.wanted, asked.wanted.interval
    until = told(run.alias, run.id, asked.tape.stream, as_of_step=asked.as_of_step)
    days = trading_days()
    stored = bars_newest_first(
        run.alias,
        run.id,
        tape=asked.tape,
        symbol=asked.symbol,
        base_s=interval.base_s,
        span=(wanted.start, min(wanted.base_end, MAX_TS)),
        as_of_step=asked.as_of_step,
    )
    with closing(stored):
        bars = heapq.merge(_forming(run, asked, until), stored, key=lambda bar: -bar.ts)
        found = chart(bars, wanted, days, most=MAX_BASE_BARS)
    if interval.seconds == interval.base_s:  # a stored bar is final, whatever the clock says now
        return found, until
    return Chart(settled(found.bars, until.is_final, days), found.has_more), until


def _forming(run: ChosenRun, asked: _Question, until: Told) -> list[Bar]:
    """Return the bars that are not told yet, the newest first, where they are asked for."""
    if not asked.provisional or until.until is None:
        return []
    base_s = asked.wanted.interval.base_s
    found = forming_bars(
        run.alias, tape=asked.tape, symbol=asked.symbol, base_s=base_s, since=until.until
    )
    return [bar for bar in found if not until.is_final(bar.ts, bar.ts + base_s * SECOND_US)]


def _applied(values: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    edges = {name: values.get(name) for name in ("start", "end")}
    found = {
        "symbol": values["symbol"],
        "interval": wanted.interval.name,
        "session": "extended" if wanted.extended else "regular",
        **{name: None if at is None else iso(to_datetime(at)) for name, at in edges.items()},
        "source": values.get("source"),
        "provisional": values.get("provisional"),
        "as_of_step": values.get("as_of_step"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _contradiction(values: Mapping[str, Any]) -> ApiError:
    allowed = "one of as_of_step and provisional=true"
    fields = [
        FieldError(name, str(values[name]), allowed) for name in ("as_of_step", "provisional")
    ]
    message = "as_of_step and provisional contradict each other; expected one of them"
    return ApiError("invalid_parameter", message, fields=fields)
