"""The figures of a scene's off-exchange prints, and of what a feed did to its messages."""

from collections.abc import Sequence
from itertools import pairwise

from flow.domain.condition_table import Family
from flow.domain.conditions import read_conditions
from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.units import MICROS, SECOND_US
from ingest.synthetic.scenarios.evidence import Figure
from ingest.synthetic.scenarios.tape import Emitted, Tape

LOOKS_US = (5 * SECOND_US, 30 * SECOND_US)  # platform.md 2.3 D5, errata 55


def stock_figures(tape: Tape, symbol: str, own: Sequence[Emitted]) -> dict[str, Figure]:
    """Return the figures of the scene's own off-exchange prints, by the quotes of their moments."""
    prints = [each.event for each in own if isinstance(each.event, EquityPrint)]
    off = [each for each in prints if each.off_exchange]
    if not off:
        return {}
    sizes = {"A": 0, "B": 0, "MID": 0}
    widths = []
    for each in off:
        quoted = tape.at(symbol, _made(each))
        if quoted is None:
            continue
        widths.append(20_000 * (quoted.ask - quoted.bid) / quoted.mid2)
        sizes[_side(each.price_micros, quoted.bid, quoted.ask)] += each.size_micros // MICROS
    largest = max(off, key=_size)
    found: dict[str, Figure] = {
        "off_prints": len(off),
        "off_largest": largest.size_micros // MICROS,
        "off_notional_usd": largest.size_micros * largest.price_micros / MICROS**2,
        "off_bought": sizes["A"],
        "off_sold": sizes["B"],
        "off_inside": sizes["MID"],
        "off_span_s": (off[-1].ts - off[0].ts) / SECOND_US,
        "report_s": max((each.ts - _made(each)) / SECOND_US for each in off),
    }
    sided = sizes["A"] + sizes["B"]
    if sided:
        found["off_bought_share"] = sizes["A"] / sided
    if widths:
        found["stock_spread_bps"] = max(widths)
    return found | _after(tape, symbol, largest)


def platform_figures(tape: Tape, own: Sequence[Emitted]) -> dict[str, Figure]:
    """Return what happened to the scene's messages on their way."""
    prints = [(each.wire_us, each.event) for each in own]
    told = [(wire, event) for wire, event in prints if isinstance(event, OptionPrint | EquityPrint)]
    if not told:
        return {}
    uids = [event.uid for _, event in told]
    turned = sum(one[1].ts > two[1].ts for one, two in pairwise(told))
    pauses = [two - one for one, two in pairwise(tape.instants)]
    return {
        "duplicates": len(uids) - len(set(uids)),
        "late_ms": max((wire - event.ts) / 1_000 for wire, event in told),
        "out_of_order": turned,
        "takebacks": sum(_is_cancel(event) for _, event in told),
        "silence_s": max(pauses, default=0) / SECOND_US,
    }


def _after(tape: Tape, symbol: str, block: EquityPrint) -> dict[str, Figure]:
    """Return how far the middle was away at both looks after a block, in spreads of its moment."""
    at = _made(block)
    then = tape.at(symbol, at)
    if then is None or then.ask <= then.bid:
        return {}
    looks = [tape.at(symbol, at + look) for look in LOOKS_US]
    moves = [abs(look.mid2 - then.mid2) / 2 for look in looks if look is not None]
    return {"moved_spreads": max(moves) / (then.ask - then.bid)} if moves else {}


def _side(price: int, bid: int, ask: int) -> str:
    """Return A or B within a quarter of the spread of a side. Source: platform.md 2.1 BETTER."""
    quarter = (ask - bid) // 4
    if price >= ask - quarter:
        return "A"
    return "B" if price <= bid + quarter else "MID"


def _made(each: EquityPrint) -> int:
    return each.ts if each.exec_ts is None else each.exec_ts


def _size(each: EquityPrint) -> int:
    return each.size_micros


def _is_cancel(event: OptionPrint | EquityPrint) -> bool:
    if not isinstance(event, OptionPrint):
        return False
    return read_conditions(event.conditions, False).family is Family.CANCEL
