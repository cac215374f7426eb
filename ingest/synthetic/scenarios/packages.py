"""Packages that the tape flags: several legs at one instant on one venue, at one net price."""

from functools import partial

import msgspec

from flow.domain.contracts import Right, parse_contract, strike_text
from flow.domain.units import MILLISECOND_US, SECOND_US
from ingest.synthetic.scenarios.draft import (
    LEAD_US,
    MULTIPLIER,
    PACKAGE,
    Draft,
)
from ingest.synthetic.scenarios.flow import set_context
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.steps import Lean, Place

ONE_INSTANT_MS, APART_MS = 0, 1


class Piece(msgspec.Struct, frozen=True):
    """One leg: its right, so many listed strikes above the chosen one, +1 bought or -1 sold."""

    right: Right
    steps: int
    sign: int
    ratio: int = 1


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A shape of legs. `resolved` prints each leg at its own side, else all in the middle.

    `apart_ms` stamps the legs so far from each other; `stock` adds the shares that hedge them.
    """

    pieces: tuple[Piece, ...]
    resolved: bool = True
    code: int = PACKAGE
    apart_ms: int = ONE_INSTANT_MS
    stock: int = 0
    direction: Lean = "neutral"


def play(draft: Draft, ranges: Ranges, *, package: Package) -> None:
    """Write one or more packages of one shape, all in the same contracts."""
    dice = draft.dice
    draft.direction = package.direction
    base = draft.choose(ranges.dte, ranges.strike, "C", ranges.least_micros)
    legs = [draft.leg(_contract(draft, base, piece)) for piece in package.pieces]
    if len(set(legs)) < len(legs):
        raise Unplayable(f"{draft.setting.symbol} lists too few strikes around {base}")
    set_context(draft, ranges, leg=None)
    at = LEAD_US + dice.whole((0, 2 * SECOND_US))
    for _ in range(dice.whole(ranges.packets)):
        size = dice.whole(ranges.size) if ranges.size[1] else _size(draft, ranges, package)
        _one(draft, package, legs, size=size, at=at)
        at += dice.whole(ranges.apart_us)


def _size(draft: Draft, ranges: Ranges, package: Package) -> int:
    """Return the size of a single ratio so that all legs together cost the premium."""
    prices = zip(package.pieces, draft.legs, strict=False)
    price = sum(piece.ratio * draft.setting.mid_micros(leg) for piece, leg in prices)
    premium = draft.dice.whole(ranges.premium_usd)
    return max(10, round(premium * 1_000_000 / (max(1, price) * MULTIPLIER)))


def _one(draft: Draft, package: Package, legs: list[int], *, size: int, at: int) -> None:
    venue = draft.venue()
    for number, (piece, leg) in enumerate(zip(package.pieces, legs, strict=True)):
        place = Place.MID
        if package.resolved:
            place = Place.ASK if piece.sign > 0 else Place.BID
        instant = at + number * package.apart_ms * MILLISECOND_US
        draft.trade(instant, leg, size * piece.ratio, place, venue, package.code)
    if package.stock:
        place = Place.ASK if package.stock > 0 else Place.BID
        draft.stock(at + draft.dice.whole((500, 3_000)), size * MULTIPLIER, place)


def _contract(draft: Draft, base: str, piece: Piece) -> str:
    text = draft.setting.beside(base, piece.steps) if piece.steps else base
    return text if piece.right == "C" else mirrored(text)


def mirrored(text: str) -> str:
    """Return the contract of the other right at the same strike and expiry."""
    found = parse_contract(text)
    other = "P" if found.right == "C" else "C"
    return f"{found.root}-{found.expiry_date.isoformat()}-{strike_text(found)}-{other}"


def package_of(*pieces: tuple[Right, int, int], **fields: object) -> "partial[None]":
    """Return the function that plays a package of (right, strikes above, sign) legs."""
    shape = Package(pieces=tuple(Piece(*piece) for piece in pieces), **fields)  # type: ignore[arg-type]
    return partial(play, package=shape)


def straddle_of(sign: int, **fields: object) -> "partial[None]":
    """Return the function that plays a straddle, bought or sold."""
    return package_of(("C", 0, sign), ("P", 0, sign), **fields)


BOX: tuple[tuple[Right, int, int], ...] = (("C", 0, 1), ("P", 0, -1), ("C", 2, -1), ("P", 2, 1))
