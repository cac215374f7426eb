"""How busy the market is and when it is open: the numbers that a run is reproducible with."""

from hashlib import blake2b
from typing import Literal

import msgspec

Mode = Literal["realistic", "active", "firehose"]
Hours = Literal["always", "session"]

BEAT_US = 250_000
# Quotes stand this long after their beat begins, each symbol and contract at an offset of its own;
# background prints come behind it. So a beat needs nothing of the one before.
QUOTE_WINDOW_US = 10_000
MAX_EVENTS_PER_S = 20_000
# Source: platform.md 4.1 BETTER: option and equity prints a second; active is five times as much.
# Firehose is what an operator sets (`firehose_events_per_s`); quotes make about half of all events.
OPTION_PRINTS_PER_S: dict[Mode, float] = {"realistic": 50.0, "active": 250.0}
EQUITY_PRINTS_PER_S: dict[Mode, float] = {"realistic": 200.0, "active": 1_000.0}
# Of the events of a firehose: option prints, equity prints; the rest are quotes.
FIREHOSE_SHARES = (0.16, 0.32)
# Equity prints per option print where only the rate of option prints is asked for (a load run).
EQUITIES_PER_OPTION = 0.6
# Quotes of contracts that do not print, per option print (guess; a real tape has thousands). In a
# firehose repeated quotes make up the rate, whatever else there is.
CHAIN_QUOTES_PER_PRINT, FIREHOSE_CHAIN_QUOTES = 1.0, 0.25


class MarketConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One market's settings. Rates are prints per second of an average open second.

    `off_exchange_share` is of equity prints. Source: 35 to 45 % in today's market (off-exchange
    volume as FINRA and the exchanges publish it); 24 to 42 % on the real days of 2013.
    `chain_quotes_per_s` is of option quotes without a print. `plain_premium_usd` is about the most
    that a plain background order costs (guess; larger ones are negotiated).
    """

    option_prints_per_s: float = OPTION_PRINTS_PER_S["realistic"]
    equity_prints_per_s: float = EQUITY_PRINTS_PER_S["realistic"]
    hours: Hours = "always"
    off_exchange_share: float = 0.40
    chain_quotes_per_s: float = OPTION_PRINTS_PER_S["realistic"] * CHAIN_QUOTES_PER_PRINT
    plain_premium_usd: int = 1_000_000
    events_per_s: float = 0.0  # repeat quotes with other sizes up to this rate of all events

    def __post_init__(self) -> None:
        """Refuse rates that no machine makes. Errors: ValueError naming the value."""
        for name, rate in (
            ("option_prints_per_s", self.option_prints_per_s),
            ("equity_prints_per_s", self.equity_prints_per_s),
            ("chain_quotes_per_s", self.chain_quotes_per_s),
            ("events_per_s", self.events_per_s),
        ):
            if not 0 <= rate <= MAX_EVENTS_PER_S:
                raise ValueError(f"{name} is {rate}; expected 0 to {MAX_EVENTS_PER_S}")

    @property
    def digest(self) -> str:
        """Return 16 hex characters that belong to these settings alone."""
        return blake2b(msgspec.json.encode(self), digest_size=8).hexdigest()


def config_of(
    options: Mode,
    equities: Mode,
    *,
    firehose_events_per_s: float = 5_000,
    hours: Hours = "always",
) -> MarketConfig:
    """Return the settings of two modes; the rate is of all events, and used by firehose alone."""
    option_share, equity_share = FIREHOSE_SHARES
    prints = OPTION_PRINTS_PER_S.get(options, firehose_events_per_s * option_share)
    return MarketConfig(
        option_prints_per_s=prints,
        chain_quotes_per_s=prints
        * (FIREHOSE_CHAIN_QUOTES if options == "firehose" else CHAIN_QUOTES_PER_PRINT),
        equity_prints_per_s=EQUITY_PRINTS_PER_S.get(equities, firehose_events_per_s * equity_share),
        hours=hours,
        events_per_s=firehose_events_per_s if "firehose" in {options, equities} else 0.0,
    )


def config_at(option_prints_per_s: float, *, hours: Hours = "always") -> MarketConfig:
    """Return the settings of a load run: option prints decide, equities and their quotes follow."""
    return MarketConfig(
        option_prints_per_s=option_prints_per_s,
        equity_prints_per_s=option_prints_per_s * EQUITIES_PER_OPTION,
        hours=hours,
        chain_quotes_per_s=0.0,
    )
