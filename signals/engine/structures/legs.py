"""One leg of a structure: the sums over its prints, and the order of legs. Signs come later."""

from collections.abc import Iterable, Sequence

import msgspec

from flow.domain.contracts import Contract
from flow.domain.events import StampedPrint
from signals.engine.features import ratio
from signals.engine.tally import Tally

_NO_QUOTE = 1 << 62  # wider than any


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


def nearest_leg(legs: Sequence[Leg], mid2_micros: int | None) -> Leg:
    """Return the leg that stands for a structure where only one contract can.

    Of the earliest expiry the leg whose strike is nearest to the underlying; as near, or where the
    underlying is not known, the one that cost the most. What decides last knows neither rights
    nor which strike is lower, so that a structure and its mirror image have mirrored legs here:
    further in the money, the narrower and then the cheaper quote, long before short. Legs that
    are equal in all of it are each other's image, and whichever stands here reads the same.
    Units: `mid2_micros` is twice the middle of the underlying's quote, None if unknown.
    Source: options-engine.md 11.1 (nearest leg), golden G16.3; errata 32.
    """
    return min(legs, key=lambda leg: _nearness(leg, mid2_micros))


_Nearness = tuple[int, int, int, int, int, int, int, tuple[int, int, str, str]]


def _nearness(leg: Leg, mid2_micros: int | None) -> _Nearness:
    contract, bid, ask = leg.contract, leg.bid_micros, leg.ask_micros
    out2 = 0 if mid2_micros is None else 2 * contract.strike_micros - mid2_micros
    width, price = (_NO_QUOTE, 0) if bid is None or ask is None else (ask - bid, ask)
    return (
        contract.expiry,
        abs(out2),
        -leg.value_micros,
        out2 if contract.right == "C" else -out2,
        width,
        price,
        -leg.sign,
        order_of(contract),
    )


def with_signs(legs: Sequence[Leg], signs: Sequence[int]) -> tuple[Leg, ...]:
    """Return the legs with these signs, one for each."""
    return tuple(
        msgspec.structs.replace(leg, sign=sign) for leg, sign in zip(legs, signs, strict=True)
    )


def _leg_order(leg: Leg) -> tuple[int, int, str, str]:
    return order_of(leg.contract)
