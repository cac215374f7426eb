"""What is measured on the members of one final session: the values of `features.Features`.

Each function sets one group of features; what it cannot tell it leaves at the record's default, and
so does it with a share that rounds to 0 (`features.share_zeros` says why).
"""

import math
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import sub

from flow.domain.conditions import condition
from flow.domain.contracts import Contract
from flow.domain.events import PrintFlag, StampedPrint
from flow.domain.securities import SecurityType, security_type
from flow.domain.sessions import Session
from flow.domain.units import MICROS
from signals.engine.features import Features, ratio
from signals.engine.gate import event_gate
from signals.engine.params import Params
from signals.engine.placement import QuoteState, Side, is_wide, spread_bps
from signals.engine.rounding import rounded
from signals.engine.sweeps import find_sweeps
from signals.engine.tally import Tally, fills_of

_MINUTE_BAR, _SPOT_STALE = int(PrintFlag.MINUTE_BAR), int(PrintFlag.SPOT_STALE)
_STATE_NAMES = tuple(state.name.lower() for state in QuoteState)  # by number
_SESSION_NAMES = {int(session): session.name.lower() for session in Session}


def measure(
    members: Sequence[StampedPrint],
    contract: Contract,
    tally: Tally,
    params: Params,
    *,
    nearest: Tally | None = None,
    late_count: int = 0,
    cancelled_count: int = 0,
) -> Features:
    """Return what the members of one final packet themselves tell.

    Shape: at least one member, sorted by place; `contract` is the nearest leg of a structure
    (`legs.nearest_leg`) and `nearest` sums that leg alone, None for a packet of one contract. What
    only one contract can have is the nearest leg's: days to expiry (11.1), strike and quote. Not
    the widest leg's quote: a far wing that costs cents would call every condor wide. Legs of
    several strikes have several volatilities, whose difference is no change, so a structure has
    none.
    Source: options-engine.md 2.4.1, 7.4, 11.1; errata 3, 7, 23, 24, 51.
    """
    features = Features()
    kind = _set_contract(features, contract, params)
    _set_amounts(features, members, tally)
    _set_placement(features, tally)
    _set_weights(features, tally)
    _set_conditions(features, tally)
    _set_last_quote(features, nearest or tally, params)
    _set_underlying(features, members, contract)
    if nearest is None:
        _set_volatility(features, members)
    else:
        features.dte_days = nearest.reads[-1][0].dte
    if len(members) > 1:
        _set_pace(features, members)
        if nearest is None:  # a sweep is of one contract (5.3)
            _set_sweeps(features, tally, params.floor_micros(kind), params)
    features.late_count, features.cancelled_count = late_count, cancelled_count
    features.event_gate = event_gate(tally.premium_micros, tally.size, kind, params)
    return features


def _set_contract(features: Features, contract: Contract, params: Params) -> SecurityType:
    kind = security_type(contract.underlying, params.etf_set)
    features.option_type = "call" if contract.right == "C" else "put"
    features.security_type = kind
    features.expiry = _iso(contract.expiry)
    features.strike = contract.strike_micros / MICROS
    return kind


@lru_cache(maxsize=4_096)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _set_amounts(features: Features, members: Sequence[StampedPrint], tally: Tally) -> None:
    opening, last = members[0], members[-1]
    if opening.flags & _MINUTE_BAR:
        features.granularity = "minute"
    features.session = _SESSION_NAMES[opening.session]
    features.session_date = _iso(opening.session_date)
    features.dte_days = last.dte
    features.count = len(members)
    features.total_size = tally.size
    features.max_print_size = tally.max_print_size
    premium = tally.premium_micros
    features.premium_usd = None if premium is None else premium / MICROS
    features.first_price = opening.price_micros / MICROS
    features.last_price = last.price_micros / MICROS
    features.vwap = ratio(tally.value_micros, tally.size * MICROS)
    features.signal_count = tally.signal_count
    features.signal_premium_usd = tally.signal_premium / MICROS


def _set_pace(features: Features, members: Sequence[StampedPrint]) -> None:
    times = [each.ts for each in members]
    gaps = sorted(map(sub, times[1:], times))
    if times[-1] > times[0]:
        features.span_ms = (times[-1] - times[0]) / 1_000
    features.inter_fill_ms_median = gaps[(len(gaps) - 1) // 2] / 1_000
    features.inter_fill_ms_max = gaps[-1] / 1_000


def _set_placement(features: Features, tally: Tally) -> None:
    size = tally.size
    missing, stale, _, _, inside, _, _ = tally.side_sizes  # in the order of Side
    (
        features.nbbo_missing_count,
        features.nbbo_stale_count,
        features.nbbo_bb_count,
        features.nbbo_b_count,
        features.nbbo_mid_count,
        features.nbbo_a_count,
        features.nbbo_aa_count,
    ) = tally.sides
    covered = size - stale - missing
    features.covered_size = covered
    if covered:
        features.neutral_size = inside
        features.inside_ratio = ratio(inside, covered) if inside else 0.0
        features.quote_age_ms = ratio(tally.age_us, covered * 1_000)
        if covered == size:  # nearly always
            features.coverage = features.quote_quality = 1.0
            return
        if share := ratio(covered, size):
            features.coverage = share
    if share := ratio(stale, size):
        features.stale_ratio = share
    if share := ratio(missing, size):
        features.missing_ratio = share
    if covered > stale and (share := ratio(covered - stale, size)):
        features.quote_quality = share


def _set_weights(features: Features, tally: Tally) -> None:
    buy, sell, size_ppm = tally.buy_ppm, tally.sell_ppm, tally.size * MICROS
    if tally.premium_micros is not None:
        features.premium_buy_usd = features.premium_sell_usd = 0.0
    if tally.position_size:
        features.spread_pos_mean = rounded(tally.position_sum / tally.position_size, 4)
    if not buy and not sell and not tally.buy_raw and not tally.sell_raw:
        return
    _set_sides(features, tally)
    features.mixed_aggression = 4 * min(buy, sell) >= size_ppm
    if tally.premium_micros is not None:
        if tally.premium_buy_ppm:
            features.premium_buy_usd = ratio(tally.premium_buy_ppm, MICROS * MICROS)
        if tally.premium_sell_ppm:
            features.premium_sell_usd = ratio(tally.premium_sell_ppm, MICROS * MICROS)


def _set_sides(features: Features, tally: Tally) -> None:
    """Set the shares that are not nothing; the others stay at the default, which is not stored."""
    buy, sell, size_ppm = tally.buy_ppm, tally.sell_ppm, tally.size * MICROS
    if tally.buy_raw and (share := ratio(tally.buy_raw, tally.size)):
        features.buy_raw = share
    if tally.sell_raw and (share := ratio(tally.sell_raw, tally.size)):
        features.sell_raw = share
    if buy and (weighed := ratio(buy, MICROS)):
        features.buy_size = weighed
    if buy and (share := ratio(buy, size_ppm)):
        features.buy_share = share
    if sell and (weighed := ratio(sell, MICROS)):
        features.sell_size = weighed
    if sell and (share := ratio(sell, size_ppm)):
        features.sell_share = share
    if share := ratio(buy + sell, size_ppm):
        features.signed_share = share
    if lean := ratio(buy - sell, buy + sell):
        features.imbalance = lean


def _set_conditions(features: Features, tally: Tally) -> None:
    features.conditions_known = not tally.untold_count
    features.conditions = list(_names(frozenset(tally.codes)))
    if tally.iso_count:
        features.iso_count = tally.iso_count
        features.iso_venue_count = len(tally.iso_venues)
    if tally.special_size and (share := ratio(tally.special_size, tally.size)):
        features.special_size_ratio = share
    if tally.complex_count:
        features.complex_count = tally.complex_count
        if share := ratio(tally.complex_size, tally.size):
            features.complex_size_ratio = share
    if tally.venues:
        features.venue_count = len(tally.venues)
        features.venue_entropy = _entropy(tally.venues)


@lru_cache(maxsize=4_096)
def _names(codes: frozenset[int]) -> tuple[str, ...]:
    return tuple(condition(code).name for code in sorted(codes))


def _entropy(sizes: dict[int, int]) -> float:
    """Return -sum p ln p over size shares (errata 51); `fsum` is the same in any order."""
    if len(sizes) == 1:
        return 0.0
    whole = sum(sizes.values())
    shares = [size / whole for size in sizes.values()]
    return rounded(-math.fsum([share * math.log(share) for share in shares]), 4)


def _set_last_quote(features: Features, tally: Tally, params: Params) -> None:
    """Set the quote of the last member that has a usable one (register D12).

    A market without a bid is as wide as its ask, so width stands beside the state (errata 23).
    """
    quoted = tally.last_quoted
    if quoted is None or quoted.bid_micros is None or quoted.ask_micros is None:
        features.quote_state = "stale" if tally.sides[Side.STALE] else "missing"
        return
    bid, ask = quoted.bid_micros, quoted.ask_micros
    features.nbbo_bid = bid / MICROS
    features.nbbo_ask = ask / MICROS
    features.nbbo_mid = (bid + ask) / (2 * MICROS)
    features.nbbo_spread = max(0, ask - bid) / MICROS
    features.nbbo_spread_bps = rounded(spread_bps(bid, ask), 2)
    features.nbbo_wide = is_wide(bid, ask, params)
    features.quote_state = _STATE_NAMES[tally.last_state]


def _set_underlying(
    features: Features, members: Sequence[StampedPrint], contract: Contract
) -> None:
    """Set the underlying's features; its stamp says whether its quote still stood (errata 4).

    Missing: without the deliverable of an adjusted contract, its strike and the underlying do not
    compare (options-engine.md 3.3).
    """
    features.underlying_move_bps = members[0].move_60s_bps
    spot = standing_spot(members[-1])
    if spot is None:
        return
    bid, ask = spot
    mid = (bid + ask) / 2
    moneyness = contract.strike_micros / mid
    otm = moneyness - 1 if contract.right == "C" else 1 - moneyness
    # Half a micro-dollar is the only digit beyond the sixth.
    features.underlying_mid = rounded(mid / MICROS, 6) if (bid + ask) & 1 else mid / MICROS
    features.underlying_spread_bps = rounded(spread_bps(bid, ask), 2)
    if contract.adjusted:
        return
    features.moneyness = rounded(moneyness, 6)
    features.otm_pct = rounded(otm, 6)


def _set_volatility(features: Features, members: Sequence[StampedPrint]) -> None:
    """Set what the provider said of one contract's volatility."""
    first, last = members[0].iv, members[-1].iv
    if last is not None:
        features.execution_iv, features.execution_iv_source = last, "provider"
        if first is not None:
            features.execution_iv_change = rounded(last - first, 6)


def standing_spot(print_: StampedPrint) -> tuple[int, int] | None:
    """Return bid and ask of the underlying in micro-dollars, None where no quote of it stood."""
    bid, ask = print_.spot_bid_micros, print_.spot_ask_micros
    if bid is None or ask is None or bid <= 0:
        return None
    if print_.spot_ts is None or print_.flags & _SPOT_STALE:
        return None
    return bid, ask


def _set_sweeps(features: Features, tally: Tally, floor_micros: int, params: Params) -> None:
    premium = tally.premium_micros
    if premium is None or len(tally.venues) < params.burst_min_venue_count:
        return
    is_small = tally.size < params.burst_min_size and not tally.iso_count
    if premium < floor_micros or is_small:
        return  # a part of the members has no more than all of them
    sweeps = find_sweeps(fills_of(tally), floor_micros, params)
    best = sweeps.best
    if best is None:
        return
    features.iso_sweep = sweeps.iso is not None
    features.burst_sweep = sweeps.burst is not None
    features.sweep = True
    features.sweep_sign = best.sign
    features.sweep_count = best.count
    features.sweep_venue_count = best.venue_count
    features.sweep_span_ms = best.span_us / 1_000
    features.sweep_size = best.size
    features.sweep_side_ratio = ratio(best.side_size, best.size)
    features.sweep_premium_usd = best.premium_micros / MICROS
