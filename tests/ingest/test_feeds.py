import msgspec

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    QuoteMode,
)
from ingest.feeds import Capabilities, ImportFormatError, check_time, stream_kind

EVENTS: dict[str, MarketEvent] = {
    "option_print": OptionPrint(10, b"u", "SPY-2025-01-17-450-C", 1, 1),
    "option_quote": OptionQuote(10, b"u", "SPY-2025-01-17-450-C", 1, 2, 1, 1),
    "equity_print": EquityPrint(10, b"u", "SPY", 1, 1),
    "equity_quote": EquityQuote(10, b"u", "SPY", 1, 2, 1, 1),
}


def test_each_event_has_its_stream() -> None:
    assert {stream_kind(event): event for event in EVENTS.values()} == EVENTS


def test_event_up_to_the_bound_ahead_is_on_time() -> None:
    event = EVENTS["option_print"]
    assert check_time(event, received_at=10 - 1_000_000) is None
    assert check_time(event, received_at=10_000_000) is None


def test_event_further_ahead_is_malformed() -> None:
    bad = check_time(EVENTS["option_print"], received_at=9 - 1_000_000)
    assert bad is not None
    assert bad.reason == "future_ts"
    assert bad.detail == "ts is 10, 1000001 us after it was received; expected at most 1000000"
    assert b"SPY-2025-01-17-450-C" in bad.raw


def test_format_error_is_one_sentence_with_fields() -> None:
    error = ImportFormatError("x.zip", received="a folder", expected="a zip")
    assert str(error) == "x.zip: received a folder; expected a zip"
    assert (error.what, error.received, error.expected) == ("x.zip", "a folder", "a zip")


def test_capabilities_survive_json() -> None:
    capabilities = Capabilities(quote_mode_options=QuoteMode.CHANGE, delay_us=5)
    text = msgspec.json.encode(capabilities)
    assert msgspec.json.decode(text, type=Capabilities) == capabilities
