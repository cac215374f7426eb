"""What the small integers in the log's columns mean, for pages, admin and API.

Placement and label are decided by the engine of `signals`, which this app does not know: a test
holds that these texts and numbers are the engine's own.
"""

from flow.domain.conditions import condition_name
from flow.domain.events import PrintFlag, QuoteMode
from flow.domain.sessions import Session

# By number: signals.engine.placement.Side; shares also have LATE (equities.placement.EquitySide).
SIDES = ("MISSING", "STALE", "BB", "B", "MID", "A", "AA", "LATE")
OPTION_SIDES = SIDES[:7]
SIDE_CODES = {name: code for code, name in enumerate(SIDES)}

# By bit, lowest first: signals.engine.labels.Reason.
LABEL_REASONS = (
    "mode:all",
    "reject:cancelled",
    "reject:compression",
    "reject:premium-unknown",
    "reject:min-notional",
    "reject:etf-min-notional",
    "reject:index-min-notional",
    "reject:bid-side-min-notional",
    "reject:mid-min-notional",
    "reject:missing-nbbo-min-notional",
    "reject:no-signal-rule",
    "keep:auto-large",
    "keep:ask-side",
    "keep:bid-side",
    "keep:mid",
    "keep:missing-nbbo",
    "keep:sweep-or-iso",
    "keep:large-contract-count",
)


def side_name(code: int) -> str:
    """Return the letters of a side; a number that no engine wrote says so."""
    return SIDES[code] if 0 <= code < len(SIDES) else f"unknown ({code})"


def label_reasons(mask: int) -> list[str]:
    """Return the texts of a label's reasons in their listing order."""
    return [text for bit, text in enumerate(LABEL_REASONS) if mask & (1 << bit)]


def condition_letter(code: int) -> str:
    """Return the OPRA letter of a condition; its name where no letter exists."""
    return chr(code) if 32 <= code < 127 else condition_name(code)


def session_name(code: int) -> str:
    """Return the part of the trading day in lower case."""
    return _name(Session, code)


def quote_mode_name(code: int) -> str:
    """Return what the quote feed promised, in lower case."""
    return _name(QuoteMode, code)


def flag_names(mask: int) -> list[str]:
    """Return the facts of a print in lower case."""
    return [flag.name.lower() for flag in PrintFlag if flag.name and mask & flag]


def _name(names: type[Session] | type[QuoteMode], code: int) -> str:
    try:
        return names(code).name.lower()
    except ValueError:
        return f"unknown ({code})"
