"""A bar as the API writes it: money and shares as decimal text, what is missing as null."""

from typing import Any

from flow.api.texts import iso, milliseconds, money
from flow.codes import session_name
from flow.domain.candles.bar import CANDLE_VERSION, Bar
from flow.domain.candles.chart import Interval
from flow.domain.units import SECOND_US, micros_to_text, to_datetime


def candle_body(bar: Bar, interval: Interval) -> dict[str, Any]:
    """Return one bar of an interval; of a day `end_ts` is the official close."""
    start, end = to_datetime(bar.ts), to_datetime(bar.ts + bar.interval_s * SECOND_US)
    return {
        "symbol": bar.symbol,
        "interval": interval.name,
        "interval_ms": bar.interval_s * 1_000,
        "ts": iso(start),
        "ts_ms": milliseconds(start),
        "end_ts": iso(end),
        "end_ts_ms": milliseconds(end),
        "session": None if bar.session is None else session_name(bar.session),
        "open": money(bar.open_micros),
        "high": money(bar.high_micros),
        "low": money(bar.low_micros),
        "close": money(bar.close_micros),
        "vwap": money(bar.vwap_micros),
        "volume": micros_to_text(bar.volume_micros),
        "lit_volume": micros_to_text(bar.lit_volume_micros),
        "off_exchange_volume": micros_to_text(bar.off_exchange_volume_micros),
        "off_exchange_count": bar.off_exchange_count,
        "trade_count": bar.trades,
        "notional": money(bar.notional_micros),
        "rev": None if bar.rev < 0 else bar.rev,
        "final": bar.final,
        "seq": bar.cause_seq,
        "tuning_revision": bar.tuning_revision,
        "engine": CANDLE_VERSION,
    }
