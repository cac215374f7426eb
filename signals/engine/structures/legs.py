"""One leg of a structure: the sums over its prints, and the order of legs. Signs come later."""

from collections.abc import Iterable, Sequence

import msgspec

from flow.domain.contracts import Contract
from flow.domain.events import StampedPrint
from signals.engine.features import ratio
from signals.engine.tally import Tally


class Leg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All prints of one contract inside one structure, or inside one candidate packet.

    Units: money in micro-dollars, times in microseconds; `value_micros` is the sum of price times
    size, so `value_micros / size` is the price per share. `sign` is +1 long, -1 short, seen from
    who initiated.
    Missing: sign 0 is not known; the quote is that of the last print that has a usable one, None
    without any; an unknown multiplier leaves `premium_micros` None.
    """

    contract: Contract
    text: str
    size: int
    value_micros: int
    premium_micros: int | None
    sign: int = 0
    bid_micros: int | None = None
    ask_micros: int | None = None
    start_ts: int
    end_ts: int
    imbalance: float = 0.0
    signed_share: float = 0.0


def leg_of(members: Sequence[StampedPrint], contract: Contract, tally: Tally) -> Leg:
    """Return the leg that the members of one contract are, with the sign of its own imbalance.

    Shape: at least one member, sorted by place; `tally` sums exactly these members.
    The legs of a flagged package get their signs from `signs.resolve` instead: its prints say
    nothing one by one.
    Source: options-engine.md 7.4 and 9.4; the quote by register D12.
    """
    buy, sell, quoted = tally.buy_ppm, tally.sell_ppm, tally.last_quoted
    return Leg(
        contract=contract,
        text=members[0].contract,
        size=tally.size,
        value_micros=tally.value_micros,
        premium_micros=tally.premium_micros,
        sign=(buy > sell) - (buy < sell),
        bid_micros=None if quoted is None else quoted.bid_micros,
        ask_micros=None if quoted is None else quoted.ask_micros,
        start_ts=members[0].ts,
        end_ts=members[-1].ts,
        imbalance=ratio(buy - sell, buy + sell),
        signed_share=ratio(buy + sell, tally.size * 1_000_000),
    )


def order_of(contract: Contract) -> tuple[int, int, str, str]:
    """Return the order in which legs are listed: expiry, strike, calls first, root."""
    return contract.expiry, contract.strike_micros, contract.right, contract.root


def in_order(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Return the legs in the order of `order_of`."""
    return tuple(sorted(legs, key=_leg_order))


def with_signs(legs: Sequence[Leg], signs: Sequence[int]) -> tuple[Leg, ...]:
    """Return the legs with these signs, one for each."""
    return tuple(
        msgspec.structs.replace(leg, sign=sign) for leg, sign in zip(legs, signs, strict=True)
    )


def _leg_order(leg: Leg) -> tuple[int, int, str, str]:
    return order_of(leg.contract)
