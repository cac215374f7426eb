"""The panels that show prints: the tape, what its filter hides, and the state of the feeds."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from flow.domain.events import PrintFlag
from flow.live import feeds
from flow.live.filters import amount_of, choices_of, symbols_of, text_of
from flow.live.registry import FilterError, Pulse, Query, RunLike, register, register_pulse
from flow.live.tails import PrintTail
from flow.live.tape import label_words, print_key, tape_line
from flow.models import OptionPrint
from flow.storage.pages import PrintFilter, PrintRow, print_page, stream_ids

TAPE_ROWS = 50  # 28 px each: a screen of 1440 px; about 50 KB, so that a snapshot is one frame
COUNTED_ROWS = 10_000
SIDE_NUMBERS = {"AA": (6,), "A": (5,), "M": (4,), "B": (3,), "BB": (2,), "?": (0, 1)}
TYPES = {"call": "C", "put": "P"}
VIEWS = ("signal", "raw")
PREMIUMS = (("", "all"), ("25k", "25k"), ("50k", "50k"), ("100k", "100k"), ("250k", "250k"))


def choose_prints(query: Query) -> PrintFilter:
    """Read the tape's filter; the signal view is the default. Errors: FilterError."""
    view = text_of(query, "view") or "signal"
    if view not in VIEWS:
        raise FilterError("view", view, "signal or raw")
    sides = choices_of(query, "side", SIDE_NUMBERS)
    return PrintFilter(
        signal_only=view == "signal",
        underlyings=symbols_of(query),
        contract=text_of(query, "contract") or None,
        rights=tuple(TYPES[name] for name in choices_of(query, "type", TYPES)),
        sides=tuple(number for side in sides for number in SIDE_NUMBERS[side]),
        min_premium_micros=amount_of(query, "prem"),
    )


def matches(row: PrintRow, chosen: PrintFilter) -> bool:
    """Tell whether a print passes a filter, exactly as the page's SQL does (a test compares)."""
    return (
        (not chosen.signal_only or row.label_passed)
        and (not chosen.underlyings or row.underlying in chosen.underlyings)
        and (chosen.contract is None or row.contract == chosen.contract)
        and (not chosen.rights or _right(row) in chosen.rights)
        and (not chosen.sides or row.side in chosen.sides)
        and _is_rich_enough(row, chosen.min_premium_micros)
    )


def _right(row: PrintRow) -> str | None:
    return None if row.flags & PrintFlag.PARSE_ERROR else row.contract[-1]


def _is_rich_enough(row: PrintRow, least: int | None) -> bool:
    return least is None or (row.premium_micros is not None and row.premium_micros >= least)


class Tape:
    """The options tape."""

    name = "tape"
    limit = TAPE_ROWS

    def choose(self, query: Query) -> PrintFilter:
        return choose_prints(query)

    def newest(self, run: RunLike, chosen: PrintFilter) -> list[PrintRow]:
        return print_page(run.alias, run.id, limit=self.limit, chosen=chosen)

    def accepts(self, row: PrintRow, chosen: PrintFilter) -> bool:
        return matches(row, chosen)

    def key(self, row: PrintRow) -> str:
        return print_key(row)

    def revision(self, row: PrintRow) -> int:
        return 0

    def html(self, run: RunLike, row: PrintRow) -> str:
        return render_to_string("flow/panels/tape_row.html", {"r": tape_line(row), "run": run})

    def tail(self, run: RunLike) -> PrintTail:
        return PrintTail(run)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on a page of prints, and what its filter leaves out of the same stretch."""

    rows: int
    others: int
    is_capped: bool
    own: int
    reasons: list[tuple[str, int]]
    first: Any
    last: Any


class TapeCounts:
    """How many prints the tape's filter hides, and by which rule: exact within the page's span."""

    name = "tape_counts"
    every_s = 1.0

    def choose(self, query: Query) -> PrintFilter:
        return choose_prints(query)

    def html(self, run: RunLike, chosen: PrintFilter) -> str:
        context = {"shown": shown(run, chosen), "run": run, "chosen": chosen}
        return render_to_string("flow/panels/tape_counts.html", context)


def shown(run: RunLike, chosen: PrintFilter) -> Shown:
    """Count every print since the oldest one on the page, by the label's reasons."""
    rows = print_page(run.alias, run.id, limit=TAPE_ROWS, chosen=chosen)
    prints = OptionPrint.objects.using(run.alias).filter(
        stream__in=stream_ids(run.alias, run.id, "option_print")
    )
    if len(rows) == TAPE_ROWS:
        prints = prints.filter(ts__gte=rows[-1].ts)
    masks = prints.order_by("-ts").values_list("label_passed", "label_reasons")[: COUNTED_ROWS + 1]
    found = Counter(masks)
    total = sum(found.values())
    failed = Counter({m: n for (passed, m), n in found.items() if not passed})
    hidden = failed if chosen.signal_only else Counter()
    others = max(0, min(total, COUNTED_ROWS) - len(rows))
    return Shown(
        rows=len(rows),
        others=others,
        own=max(0, others - hidden.total()),
        is_capped=total > COUNTED_ROWS,
        reasons=[(label_words(mask), n) for mask, n in hidden.most_common(6)],
        first=rows[-1].ts if rows else None,
        last=rows[0].ts if rows else None,
    )


class Status:
    """The feeds of the run and the phase of the market, on every page."""

    name = "status"
    every_s = 1.0

    def choose(self, query: Query) -> None:
        return None

    def html(self, run: RunLike, chosen: None) -> str:
        now = timezone.now()
        market = feeds.market_at(now) if run.is_live else None
        lines = feeds.feed_lines(run, now, market or feeds.Market("", None))
        return render_to_string(
            "flow/panels/status.html", {"lines": lines, "market": market, "run": run}
        )


def pulse(run: RunLike) -> Pulse:
    """Return the worst state of a run's feeds, in a word and a sentence, for every frame."""
    now = timezone.now()
    market = feeds.market_at(now) if run.is_live else feeds.Market("", None)
    lines = feeds.feed_lines(run, now, market)
    state = feeds.worst([line.state for line in lines])
    received = max((line.last_received for line in lines if line.last_received), default=None)
    worst = next((line for line in lines if line.state == state), None)
    return {
        "state": state,
        "words": f"{worst.source}: {worst.words}" if worst else "No feed has written to this run",
        "age": None if received is None else (now - received) // timedelta(milliseconds=1),
    }


register(Tape())
register(TapeCounts())
register(Status())
register_pulse(pulse)
