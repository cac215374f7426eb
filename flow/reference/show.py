"""Everything known of one symbol as of an instant, as lines for a terminal."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from flow.domain.event_calendar import CalendarEvent
from flow.domain.securities import closes_late, security_type
from flow.domain.sessions import NEW_YORK, new_york_date
from flow.domain.units import micros_to_text, to_datetime
from flow.models import CorporateAction, IndexMember, Symbol, SymbolAlias
from flow.reference.actions import actions_until, adjustments_on
from flow.reference.calendar import events_known
from flow.reference.option_eod import completeness
from flow.reference.session_days import market_calendar
from flow.reference.symbols import symbol_on

DAY_US = 86_400_000_000


def show_lines(text: str, as_of_us: int) -> Iterator[str]:
    """Yield what was known of a symbol, or of what it was called then."""
    day = date.fromordinal(new_york_date(as_of_us))
    symbol = symbol_on(text, day)
    yield f"{symbol} as of {_wall(as_of_us)}"
    yield from _who(symbol, day)
    yield from _hours(symbol, day)
    yield from (f"action: {_action(action)}" for action in actions_until(symbol, day))
    for adjustment in adjustments_on(symbol, day):
        yield (
            f"multiplier: {adjustment.root} x {adjustment.multiplier} from"
            f" {adjustment.effective_date} {adjustment.deliverable}".rstrip()
        )
    for event in events_known(symbol, as_of_us):
        yield f"event: {_event(event, as_of_us)}"
    yield from (f"open interest: {each.line()}" for each in completeness(day, [symbol]))


def _who(symbol: str, day: date) -> Iterator[str]:
    row = Symbol.objects.filter(name=symbol).first()
    kind = (row.security_type if row else None) or security_type(symbol)
    words = [kind, *((row.title, row.sector, row.industry) if row else ())]
    yield "what: " + ", ".join(word for word in words if word)
    aliases = SymbolAlias.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day),
        symbol=symbol,
    ).order_by("alias")  # fmt: skip
    if names := list(aliases.values_list("alias", flat=True)):
        yield "also called: " + ", ".join(names)
    held = IndexMember.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), symbol=symbol, valid_from__lte=day
    )
    for member in held.order_by("index_name"):
        yield f"member of {member.index_name} since {member.valid_from}"


def _hours(symbol: str, day: date) -> Iterator[str]:
    calendar = market_calendar()
    opens = calendar.open_of(day.toordinal())
    closes = calendar.trading_close_of(day.toordinal(), late_close=closes_late(symbol))
    if opens is None or closes is None:
        yield f"options: no session on {day}"
        return
    yield f"options: {_wall(opens)} to {_wall(closes)}"


def _action(action: CorporateAction) -> str:
    words = [action.effective_date.isoformat(), action.kind.replace("_", " ")]
    if action.numerator is not None:
        words.append(f"{action.numerator}:{action.denominator}")
    if action.amount_micros is not None:
        words.append(f"${micros_to_text(action.amount_micros)}")
    if action.new_symbol:
        words.append(f"to {action.new_symbol}")
    return " ".join([*words, action.note]).rstrip()


def _event(event: CalendarEvent, as_of_us: int) -> str:
    days = (event.event_ts - as_of_us) / DAY_US
    span = _wall(event.event_ts)
    if event.earliest_ts is not None:
        span = f"{_wall(event.earliest_ts)} or later, at the latest {span}"
    return f"{event.kind} {span}, in {days:.4f} days, known since {_wall(event.announced_ts)}"


def _wall(micros: int) -> str:
    return to_datetime(micros).astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M %Z")
