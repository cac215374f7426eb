"""What is measured on the members of one final session: the values of `features.Features`.

Each function returns one group of features; what it cannot tell it leaves out, and the record's
default (None or nothing) stands.
"""

import math
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from flow.domain.conditions import condition
from flow.domain.contracts import Contract
from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.securities import security_type
from flow.domain.sessions import Session
from flow.domain.units import MICROS
from signals.engine.events import event_gate
from signals.engine.features import Features, ratio, rounded
from signals.engine.params import Params
from signals.engine.placement import QuoteState, Side, spread_bps
from signals.engine.sweeps import find_sweeps
from signals.engine.tally import Tally

_MINUTE_BAR, _SPOT_STALE = int(PrintFlag.MINUTE_BAR), int(PrintFlag.SPOT_STALE)
_STATE_NAMES = tuple(state.name.lower() for state in QuoteState)  # by number
_SESSION_NAMES = {int(session): session.name.lower() for session in Session}


def measure(
    members: Sequence[StampedPrint],
    contract: Contract,
    tally: Tally,
    params: Params,
    *,
    late_count: int = 0,
    cancelled_count: int = 0,
) -> Features:
    """Return what the members of one final packet themselves tell.

    Shape: at least one member, sorted by (ts, uid); `contract` is the nearest leg of a structure.
    Source: options-engine.md 2.4.1 and 7.4; errata 3, 7, 23, 24, 51.
    """
    known = _of_contract(contract, params.etf_set).copy()
    known.update(_amounts(members, tally))
    known.update(_placement_mix(tally))
    known.update(_weighted(tally))
    known.update(_venues_and_conditions(tally))
    known.update(_last_quote(tally))
    known.update(_underlying(members, contract, params))
    if len(members) > 1:
        known.update(_pace(members))
        known.update(_sweeps(tally, known["security_type"], params))
    if late_count:
        known["late_count"] = late_count
    if cancelled_count:
        known["cancelled_count"] = cancelled_count
    known["event_gate"] = event_gate(
        tally.premium_micros, tally.size, known["security_type"], params
    )
    return Features(**known)


@lru_cache(maxsize=65_536)
def _of_contract(contract: Contract, etfs: frozenset[str]) -> dict[str, Any]:
    return {
        "option_type": "call" if contract.right == "C" else "put",
        "security_type": security_type(contract.underlying, etfs),
        "expiry": contract.expiry_date.isoformat(),
        "strike": contract.strike_micros / MICROS,
    }


def _amounts(members: Sequence[StampedPrint], tally: Tally) -> dict[str, Any]:
    opening, last = members[0], members[-1]
    return {
        "granularity": "minute" if opening.flags & _MINUTE_BAR else "tick",
        "session": _SESSION_NAMES[opening.session],
        "session_date": date.fromordinal(opening.session_date).isoformat(),
        "dte_days": last.dte,
        "count": len(members),
        "total_size": tally.size,
        "max_print_size": tally.max_print_size,
        "premium_usd": _dollars(tally.premium_micros),
        "first_price": opening.price_micros / MICROS,
        "last_price": last.price_micros / MICROS,
        "vwap": ratio(tally.value_micros, tally.size * MICROS),
        "signal_count": tally.signal_count,
        "signal_premium_usd": tally.signal_premium / MICROS,
    }


def _dollars(micros: int | None) -> float | None:
    return None if micros is None else micros / MICROS


def _pace(members: Sequence[StampedPrint]) -> dict[str, Any]:
    times = [each.ts for each in members]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    return {
        "span_ms": (times[-1] - times[0]) / 1_000,
        "inter_fill_ms_median": gaps[(len(gaps) - 1) // 2] / 1_000,
        "inter_fill_ms_max": gaps[-1] / 1_000,
    }


def _placement_mix(tally: Tally) -> dict[str, Any]:
    size = tally.size
    missing, stale, _, _, inside, _, _ = tally.side_sizes
    missing_n, stale_n, bb_n, b_n, mid_n, a_n, aa_n = tally.sides  # in the order of Side
    covered = size - stale - missing
    return {
        "nbbo_aa_count": aa_n,
        "nbbo_a_count": a_n,
        "nbbo_mid_count": mid_n,
        "nbbo_b_count": b_n,
        "nbbo_bb_count": bb_n,
        "nbbo_missing_count": missing_n,
        "nbbo_stale_count": stale_n,
        "covered_size": covered,
        "coverage": ratio(covered, size),
        "stale_ratio": ratio(stale, size),
        "missing_ratio": ratio(missing, size),
        "quote_quality": ratio(max(0, covered - stale), size),
        "inside_ratio": ratio(inside, covered) if covered else None,
        "quote_age_ms": ratio(tally.age_us, covered * 1_000) if covered else None,
    }


def _weighted(tally: Tally) -> dict[str, Any]:
    buy, sell, size_ppm = tally.buy_ppm, tally.sell_ppm, tally.size * MICROS
    known = tally.premium_micros is not None
    return {
        "buy_raw": ratio(tally.buy_raw, tally.size),
        "sell_raw": ratio(tally.sell_raw, tally.size),
        "buy_size": ratio(buy, MICROS),
        "sell_size": ratio(sell, MICROS),
        "buy_share": ratio(buy, size_ppm),
        "sell_share": ratio(sell, size_ppm),
        "signed_share": ratio(buy + sell, size_ppm),
        "imbalance": ratio(buy - sell, buy + sell),
        "mixed_aggression": 4 * min(buy, sell) >= size_ppm,
        "premium_buy_usd": ratio(tally.premium_buy_ppm, MICROS * MICROS) if known else None,
        "premium_sell_usd": ratio(tally.premium_sell_ppm, MICROS * MICROS) if known else None,
        "spread_pos_mean": (
            rounded(tally.position_sum / tally.position_size, 4) if tally.position_size else None
        ),
    }


def _venues_and_conditions(tally: Tally) -> dict[str, Any]:
    found: dict[str, Any] = {
        "conditions_known": not tally.untold_count,
        "conditions": [condition(code).name for code in sorted(tally.codes)],
        "iso_count": tally.iso_count,
        "iso_venue_count": len(tally.iso_venues),
        "complex_count": tally.complex_count,
        "complex_size_ratio": ratio(tally.complex_size, tally.size),
        "special_size_ratio": ratio(tally.special_size, tally.size),
    }
    if tally.venues:
        found["venue_count"] = len(tally.venues)
        found["venue_entropy"] = _entropy(tally.venues)
    return found


def _entropy(sizes: dict[int, int]) -> float:
    """Return -sum p ln p over size shares (errata 51); in venue order, so sums are repeatable."""
    if len(sizes) == 1:
        return 0.0
    whole = sum(sizes.values())
    shares = [sizes[venue] / whole for venue in sorted(sizes)]
    return rounded(-math.fsum(share * math.log(share) for share in shares), 4)


def _last_quote(tally: Tally) -> dict[str, Any]:
    """Return the quote of the last member that has a usable one (register D12)."""
    quoted = tally.last_quoted
    if quoted is None or quoted.bid_micros is None or quoted.ask_micros is None:
        return {"quote_state": "stale" if tally.sides[Side.STALE] else "missing"}
    bid, ask, state = quoted.bid_micros, quoted.ask_micros, tally.last_state
    return {
        "nbbo_bid": bid / MICROS,
        "nbbo_ask": ask / MICROS,
        "nbbo_mid": (bid + ask) / (2 * MICROS),
        "nbbo_spread": max(0, ask - bid) / MICROS,
        "nbbo_spread_bps": rounded(spread_bps(bid, ask), 2),
        "quote_state": _STATE_NAMES[state],
    }


def _underlying(
    members: Sequence[StampedPrint], contract: Contract, params: Params
) -> dict[str, Any]:
    opening, last = members[0], members[-1]
    found: dict[str, Any] = {
        "underlying_move_bps": opening.move_60s_bps,
        "execution_iv": last.iv,
        "execution_iv_source": None if last.iv is None else "provider",
    }
    if last.iv is not None and opening.iv is not None:
        found["execution_iv_change"] = rounded(last.iv - opening.iv, 6)
    bid, ask = last.spot_bid_micros, last.spot_ask_micros
    if bid is None or ask is None or bid <= 0 or not _is_spot_fresh(last, params):
        return found
    mid = (bid + ask) / 2
    moneyness = contract.strike_micros / mid
    otm = moneyness - 1 if contract.right == "C" else 1 - moneyness
    found |= {
        "underlying_mid": rounded(mid / MICROS, 6),
        "underlying_spread_bps": rounded(spread_bps(bid, ask), 2),
        "moneyness": rounded(moneyness, 6),
        "otm_pct": rounded(otm, 6),
    }
    return found


def _is_spot_fresh(print_: StampedPrint, params: Params) -> bool:
    if print_.flags & _SPOT_STALE or print_.spot_ts is None:
        return False
    return print_.ts - print_.spot_ts <= params.equity_quote_max_age_ms * 1_000


def _sweeps(tally: Tally, kind: str, params: Params) -> dict[str, Any]:
    if tally.premium_micros is None:
        return {}
    sweeps = find_sweeps(tally.fills, params.floor_micros(kind), params)
    best = sweeps.best
    if best is None:
        return {}
    return {
        "iso_sweep": sweeps.iso is not None,
        "burst_sweep": sweeps.burst is not None,
        "sweep": True,
        "sweep_sign": best.sign,
        "sweep_count": best.count,
        "sweep_venue_count": best.venue_count,
        "sweep_span_ms": best.span_us / 1_000,
        "sweep_size": best.size,
        "sweep_side_ratio": ratio(best.side_size, best.size),
        "sweep_premium_usd": best.premium_micros / MICROS,
    }
