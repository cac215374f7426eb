"""What a scenario may ask of the market in which it is placed. The market implements it.

Everything is a fact of the market at the scene's start: no scenario sees what comes after.
"""

from typing import Protocol

from flow.domain.contracts import Right
from flow.domain.securities import SecurityType


class Setting(Protocol):
    """One underlying at one instant."""

    @property
    def symbol(self) -> str:
        """Return the underlying."""
        ...  # pragma: no cover

    @property
    def kind(self) -> SecurityType:
        """Return stock, etf or index."""
        ...  # pragma: no cover

    @property
    def start_us(self) -> int:
        """Return the instant, microseconds since 1970 UTC."""
        ...  # pragma: no cover

    @property
    def trade_date(self) -> int:
        """Return the trade date as a proleptic ordinal."""
        ...  # pragma: no cover

    @property
    def spot_micros(self) -> int:
        """Return the middle of the underlying's quote, micro-dollars."""
        ...  # pragma: no cover

    @property
    def spread_micros(self) -> int:
        """Return the width of the underlying's quote, micro-dollars."""
        ...  # pragma: no cover

    @property
    def days_to_report(self) -> int | None:
        """Return calendar days from the trade date to the next report that is known of, if any."""
        ...  # pragma: no cover

    @property
    def usual_print(self) -> int:
        """Return the size in shares of a usual off-exchange print (their median)."""
        ...  # pragma: no cover

    def contract(self, dte: int, moneyness: float, right: Right) -> str:
        """Return the canonical text of the listed contract nearest to a strike over spot.

        `dte` is in calendar days; the nearest listed expiry that is not past is taken.
        """
        ...  # pragma: no cover

    def beside(self, contract: str, steps: int) -> str:
        """Return the listed contract so many strikes higher, of the same expiry and right.

        At the end of the listed strikes it is the last one.
        """
        ...  # pragma: no cover

    def mid_micros(self, contract: str) -> int:
        """Return the middle of a contract's quote, micro-dollars per share."""
        ...  # pragma: no cover

    def width_micros(self, contract: str) -> int:
        """Return the width of a contract's quote, micro-dollars per share."""
        ...  # pragma: no cover

    def tick_micros(self, contract: str) -> int:
        """Return the least step of a contract's quote, micro-dollars."""
        ...  # pragma: no cover


class Unplayable(ValueError):
    """A scenario does not fit a setting, such as no contract in its range of prices."""
