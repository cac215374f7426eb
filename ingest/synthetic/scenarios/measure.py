"""The figures of a scene's emitted option prints, those of its dearest packet or package."""

from collections.abc import Callable, Sequence
from datetime import date, time

from flow.domain.conditions import read_conditions
from flow.domain.contracts import parse_contract
from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.sessions import NEW_YORK, at_new_york
from flow.domain.units import SECOND_US, to_datetime
from ingest.synthetic.exact import sqrt
from ingest.synthetic.scenarios.evidence import Figure
from ingest.synthetic.scenarios.measure_stock import platform_figures, stock_figures
from ingest.synthetic.scenarios.tape import Emitted, Tape, place_of
from signals.engine.pricing import DAYS_PER_YEAR

GAP_US = 250_000  # a pause of a packet is no longer; options-engine.md 8.3
PACKAGE_US = 5_000  # nor that between the legs of a package; errata 37
AT_THE_MONEY = 0.005
_DAY_US = 86_400 * SECOND_US
_CLOSE = time(16)
_COMPLEX = (30, 49)  # families of packages, flow.domain.condition_table


def measure(symbol: str, emitted: Sequence[Emitted]) -> dict[str, Figure]:
    """Return every figure of one scene. What cannot be told is left out.

    Units: in the names; shares of size are 0 to 1. Moves are of the middle of the quote.
    """
    tape = Tape(symbol, emitted)
    figures: dict[str, Figure] = {}
    if tape.stories:
        figures["stories"] = len(tape.stories)
        figures["story_versions"] = max(story.version for story in tape.stories)
        figures["story_corrections"] = sum(story.is_correction for story in tape.stories)
        figures["story_symbols"] = max(len(story.symbols) for story in tape.stories)
    prints = [each for each in tape.own if isinstance(each.event, OptionPrint)]
    if prints:
        figures |= _option_figures(tape, symbol, [_print_of(each) for each in prints])
    stock = [each for each in tape.own if isinstance(each.event, EquityPrint)]
    figures |= stock_figures(tape, symbol, stock)
    return figures | platform_figures(tape, tape.own)


def _print_of(each: Emitted) -> OptionPrint:
    assert isinstance(each.event, OptionPrint)  # noqa: S101 - filtered by the caller
    return each.event


def _option_figures(tape: Tape, symbol: str, prints: list[OptionPrint]) -> dict[str, Figure]:
    groups = _packets(prints)
    best = max(groups, key=_premium)
    size = sum(each.size for each in best)
    first, last = best[0], best[-1]
    contract = parse_contract(last.contract)
    figures: dict[str, Figure] = {
        "packets": len(groups),
        "contracts": len({each.contract for each in prints}),
        "premium_usd": _premium(best) / 1_000_000,
        "total_premium_usd": sum(map(_premium, groups)) / 1_000_000,
        "size": size,
        "prints": len(best),
        "venues": len({each.venue for each in best}),
        "span_ms": (last.ts - first.ts) / 1_000,
        "dte": contract.expiry - _trade_date(first.ts).toordinal(),
        "iso_share": _share(best, lambda each: ord("S") in each.conditions),
        "special_share": _share(best, _is_special),
        **_placement(tape, best, size),
        **_legs(prints),
        **_underlying(tape, symbol, first, contract.strike_micros, contract.right),
        **_event(tape, first.ts, contract.expiry),
    }
    return figures | _volatility(tape, symbol, last)


def _volatility(tape: Tape, symbol: str, last: OptionPrint) -> dict[str, Figure]:
    """Return the volatility of an option at the money from its price: C = 0.4 S sigma root T.

    Source: Brenner and Subrahmanyam (1988).
    """
    contract, spot = parse_contract(last.contract), tape.at(symbol, last.ts)
    days = contract.expiry - _trade_date(last.ts).toordinal()
    if spot is None or days < 1 or abs(2 * contract.strike_micros / spot.mid2 - 1) > AT_THE_MONEY:
        return {}
    root = sqrt(days / DAYS_PER_YEAR)
    return {"iv": last.price_micros / (0.398942 * spot.mid2 / 2 * root)}


def _packets(prints: list[OptionPrint]) -> list[list[OptionPrint]]:
    """Return packages (flagged prints a few milliseconds apart), and packets by contract."""
    groups: list[list[OptionPrint]] = []
    opened: dict[str, list[OptionPrint]] = {}
    for each in sorted(prints, key=_instant):
        is_flagged = _is_complex(each)
        key = "package" if is_flagged else each.contract
        group, pause = opened.get(key), PACKAGE_US if is_flagged else GAP_US
        if group is None or each.ts - group[-1].ts > pause:
            group = opened[key] = []
            groups.append(group)
        group.append(each)
    return groups


def _placement(tape: Tape, prints: list[OptionPrint], size: int) -> dict[str, Figure]:
    sizes = {"A": 0, "B": 0, "MID": 0}
    widths, covered = [], 0
    for each in prints:
        quoted = tape.at(each.contract, each.ts)
        place = place_of(each.price_micros, quoted)
        if quoted is None or place is None:
            continue
        sizes[place] += each.size
        covered += each.size
        widths.append(20_000 * max(0, quoted.ask - quoted.bid) / quoted.mid2)
    found: dict[str, Figure] = {"coverage": covered / size}
    if covered:
        found["ask_share"] = sizes["A"] / size
        found["bid_share"] = sizes["B"] / size
        found["mid_share"] = sizes["MID"] / size
        found["bias"] = abs(sizes["A"] - sizes["B"]) / size
        found["spread_bps"] = max(widths)
        found["width_micros"] = max(_widths(tape, prints))
    return found


def _widths(tape: Tape, prints: list[OptionPrint]) -> list[int]:
    found = [tape.at(each.contract, each.ts) for each in prints]
    return [quoted.ask - quoted.bid for quoted in found if quoted is not None]


def _legs(prints: list[OptionPrint]) -> dict[str, Figure]:
    flagged = [each for each in prints if _is_complex(each)]
    if not flagged:
        return {}
    first = [each for each in flagged if each.ts - flagged[0].ts <= 4 * PACKAGE_US]
    sizes = [each.size for each in first]
    legs = {each.contract for each in first}
    return {"legs": len(legs), "symmetry": min(sizes) / max(sizes)}


def _underlying(
    tape: Tape, symbol: str, first: OptionPrint, strike: int, right: str
) -> dict[str, Figure]:
    now, before = tape.at(symbol, first.ts), tape.at(symbol, first.ts - 60 * SECOND_US)
    if now is None:
        return {}
    ratio = 2 * strike / now.mid2
    found: dict[str, Figure] = {"otm": ratio - 1 if right == "C" else 1 - ratio}
    if before is not None:
        found["move_bps"] = (now.mid2 - before.mid2) * 10_000 / before.mid2
    return found


def _event(tape: Tape, ts: int, expiry: int) -> dict[str, Figure]:
    ahead = [each.event_ts for each in tape.reports if each.announced_ts <= ts <= each.event_ts]
    if not ahead:
        return {}
    event_us = min(ahead)
    return {
        "days_to_event": (event_us - ts) / _DAY_US,
        "expiry_after_event": at_new_york(expiry, _CLOSE) >= event_us,
    }


def _trade_date(ts: int) -> date:
    return to_datetime(ts).astimezone(NEW_YORK).date()


def _premium(prints: Sequence[OptionPrint]) -> int:
    return sum(each.price_micros * each.size * 100 for each in prints)


def _share(prints: list[OptionPrint], test: Callable[[OptionPrint], bool]) -> float:
    return sum(each.size for each in prints if test(each)) / sum(each.size for each in prints)


def _is_special(each: OptionPrint) -> bool:
    return read_conditions(each.conditions, False).is_special


def _is_complex(each: OptionPrint) -> bool:
    return read_conditions(each.conditions, False).is_complex


def _instant(each: OptionPrint) -> int:
    return each.ts
