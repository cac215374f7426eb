"""One option print as a line of the tape: everything formatted, every absence with its reason."""

from dataclasses import dataclass

from flow.codes import label_reasons
from flow.domain.condition_table import Family
from flow.domain.conditions import PrintConditions, condition_name, read_conditions
from flow.domain.events import PrintFlag, QuoteMode
from flow.domain.units import from_datetime
from flow.domain.venues import venue_name
from flow.storage.pages import PrintRow
from flow.templatetags import flow_format as fmt

MAX_TAGS = 4
FOLLOWS_US = 3_600_000_000
LARGE_BY_COUNT = 131_072  # signals.engine.labels.Reason.KEEP_LARGE_CONTRACT_COUNT; a test compares
_UNTOLD = PrintFlag.CONDITIONS_UNKNOWN | PrintFlag.MINUTE_BAR
_FAMILY_TAGS = {
    Family.ISO: "ISO",
    Family.CROSS: "XRS",
    Family.CROSS_ISO: "XRS",
    Family.FLOOR: "FLR",
    Family.AUCTION: "AUC",
    Family.AUCTION_ISO: "AUC",
    Family.CANCEL: "CXL",
    Family.COMPRESSION: "CMP",
    Family.LEGACY_SPECIAL: "SPC",
    Family.EXTENDED: "EXT",
}
_FLAG_TAGS = (
    (PrintFlag.MINUTE_BAR, "BAR", "one print for a whole minute bar: no venue, no condition"),
    (PrintFlag.LATE_ARRIVAL, "LATE", "arrived after its time was over: changes candles only"),
    (PrintFlag.ADJUSTED, "ADJ", "adjusted deliverable: premium needs reference data"),
    (PrintFlag.PARSE_ERROR, "SYM?", "the contract text could not be read"),
    (PrintFlag.SAME_TICK, "TIE", "a quote of the same instant exists and was not used"),
)
_NO_QUOTE = {
    QuoteMode.NONE: "no quote of this contract had been received when it printed",
    QuoteMode.INDICATIVE: "the feed's quotes are indicative, no NBBO: they decide no side",
}
# Words for people; the texts themselves are permanent (flow.codes.LABEL_REASONS).
_REASON_WORDS = {
    "reject:cancelled": "cancelled",
    "reject:compression": "position compression",
    "reject:premium-unknown": "premium not known",
    "reject:min-notional": "below the least premium",
    "reject:etf-min-notional": "below the least premium of an ETF",
    "reject:index-min-notional": "below the least premium of an index",
    "reject:bid-side-min-notional": "bid side, below its least premium",
    "reject:mid-min-notional": "inside the quote, below its least premium",
    "reject:missing-nbbo-min-notional": "no usable quote, below its least premium",
    "reject:no-signal-rule": "no rule keeps it",
    "mode:all": "the mode shows everything",
    "keep:auto-large": "large enough for any side",
    "keep:ask-side": "ask side",
    "keep:bid-side": "bid side",
    "keep:mid": "inside the quote, large enough",
    "keep:missing-nbbo": "no usable quote, large enough",
    "keep:sweep-or-iso": "sweep order",
    "keep:large-contract-count": "many contracts",
}


def label_words(mask: int) -> str:
    """Return why the signal view shows or hides a print."""
    return ", ".join(_REASON_WORDS.get(text, text) for text in label_reasons(mask))


@dataclass(frozen=True, slots=True)
class Tag:
    """A short code with its meaning."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class TapeLine:
    """One row of the tape, ready for its template."""

    key: str
    date: str
    time: str
    time_title: str
    root: str
    day: str
    strike: str
    dte: str
    is_zero_day: bool
    side: str
    side_class: int
    side_title: str
    price: str
    quote: str
    quote_age: str
    quote_title: str
    size: str
    premium: str
    premium_title: str
    spot: str
    spot_title: str
    is_spot_stale: bool
    move: str
    move_title: str
    iv: str
    tags: tuple[Tag, ...]
    more_tags: str


def print_key(row: PrintRow) -> str:
    """Return a fixed-width text that sorts as (ts, seq, stream) do; also the print's address."""
    return f"{from_datetime(row.ts):014x}{row.seq:011x}{row.stream:05x}"


def conditions_of(row: PrintRow) -> PrintConditions:
    """Return what the conditions of a print say, knowing whether its feed carries any."""
    return read_conditions(tuple(row.conditions), bool(row.flags & _UNTOLD))


def tape_line(row: PrintRow) -> TapeLine:
    """Return the line of one print."""
    root, day, strike = fmt.contract_parts(row.contract)
    tags = tags_of(row)
    spot = spot_micros(row)
    return TapeLine(
        key=print_key(row),
        date=fmt.et_day(row.ts),
        time=fmt.et_time(row.ts),
        time_title=f"{fmt.utc(row.ts)}; {venue_name(row.venue)}; received {_delay(row)}",
        root=root,
        day=day,
        strike=strike,
        dte=fmt.days(row.dte),
        is_zero_day=row.dte == 0,
        side=fmt.side_letter(row.side),
        side_class=row.side,
        side_title=fmt.side_words(row.side),
        price=fmt.price(row.price_micros),
        quote=quote_text(row),
        quote_age=fmt.age(quote_age_us(row)) if row.quote_ts else "",
        quote_title=quote_words(row),
        size=fmt.count(row.size),
        premium=fmt.money(row.premium_micros),
        premium_title="" if row.premium_micros is not None else "multiplier not known",
        spot=fmt.price(spot),
        spot_title=_spot_words(row, spot),
        is_spot_stale=bool(row.flags & PrintFlag.SPOT_STALE),
        move=_move(row),
        move_title=_move_words(row),
        iv=fmt.iv(row.iv),
        tags=tags[:MAX_TAGS],
        more_tags=", ".join(f"{tag.code}: {tag.words}" for tag in tags[MAX_TAGS:]),
    )


def tags_of(row: PrintRow) -> tuple[Tag, ...]:
    """Return the codes of a print, what weighs most first."""
    found = conditions_of(row)
    words = ", ".join(condition_name(code) for code in row.conditions) or "no condition stated"
    tags: list[Tag] = []
    if found.is_complex:
        tags.append(Tag("CPX", words))
    elif found.family in _FAMILY_TAGS:
        tags.append(Tag(_FAMILY_TAGS[found.family], words))
    if found.is_late_report:
        tags.append(Tag("LATE", words))
    tags.extend(Tag(code, text) for flag, code, text in _FLAG_TAGS if row.flags & flag)
    if row.label_reasons & LARGE_BY_COUNT:
        tags.append(Tag("BLK", "large by contracts under the thresholds in force"))
    if not row.label_passed:
        tags.append(Tag("HID", f"hidden from the signal view: {label_words(row.label_reasons)}"))
    return tuple(tags)


def quote_text(row: PrintRow) -> str:
    """Return bid x ask as frozen at the print."""
    if row.bid_micros is None and row.ask_micros is None:
        return fmt.DASH
    return f"{fmt.price(row.bid_micros)}\N{MULTIPLICATION SIGN}{fmt.price(row.ask_micros)}"


def quote_age_us(row: PrintRow) -> int | None:
    """Return how old the frozen quote was."""
    return None if row.quote_ts is None else from_datetime(row.ts) - from_datetime(row.quote_ts)


def quote_words(row: PrintRow) -> str:
    """Return the frozen quote in words, or why there is none."""
    if row.quote_ts is None:
        return _NO_QUOTE.get(QuoteMode(row.quote_mode), _NO_QUOTE[QuoteMode.NONE])
    words = f"bid size {fmt.count(row.bid_size)}, ask size {fmt.count(row.ask_size)}"
    if row.quote_mode == QuoteMode.CHANGE:
        return f"{words}; stood {fmt.age(quote_age_us(row))}, feed silent {_silence(row)}"
    return f"{words}; {fmt.age(quote_age_us(row))} old"


def spot_micros(row: PrintRow) -> int | None:
    """Return the middle of the underlying's quote, or its one known side."""
    bid, ask = row.spot_bid_micros, row.spot_ask_micros
    if bid is not None and ask is not None:
        return (bid + ask) // 2 // 100 * 100
    return bid if bid is not None else ask


def _silence(row: PrintRow) -> str:
    return fmt.age(row.quote_silence_us)


def _delay(row: PrintRow) -> str:
    delay = from_datetime(row.received_at) - from_datetime(row.ts)
    if delay > FOLLOWS_US:
        return fmt.et_moment(row.received_at)  # an import
    return f"{fmt.age(delay)} later" if delay >= 0 else f"{fmt.age(-delay)} before its own time"


def _spot_words(row: PrintRow, spot: int | None) -> str:
    if spot is None:
        return "no quote of the underlying had been received when it printed"
    words = (
        f"{fmt.price(row.spot_bid_micros)}\N{MULTIPLICATION SIGN}{fmt.price(row.spot_ask_micros)}"
    )
    if row.spot_ts is not None:
        words += f", {fmt.age(from_datetime(row.ts) - from_datetime(row.spot_ts))} old"
    return f"{words}, too old: shown, not used" if row.flags & PrintFlag.SPOT_STALE else words


def _move(row: PrintRow) -> str:
    return fmt.sigma(row.move_5m_z) if row.move_5m_z is not None else fmt.bps(row.move_5m_bps)


def _move_words(row: PrintRow) -> str:
    if row.move_5m_bps is None and row.move_5m_z is None:
        return "the underlying was not quoted 5 minutes before"
    norm = "no norm of it yet" if row.move_5m_z is None else fmt.sigma(row.move_5m_z)
    return (
        f"underlying in the 5 min before: {fmt.bps(row.move_5m_bps)}, {norm};"
        f" in the minute before: {fmt.bps(row.move_60s_bps)}"
    )
