"""What the flow of a window says: lean, strength, score, confidence. Exact integer arithmetic."""

import math
from functools import lru_cache
from typing import Literal

import msgspec

from flow.domain.units import MICROS
from signals.engine.flow_params import ContextParams
from signals.engine.flow_windows import Sums
from signals.engine.sentiment import Aggressiveness, Sentiment

Window = Literal["1h", "4h", "session"]
Recommendation = Literal["INSUFFICIENT_DATA", "FOLLOW_FLOW", "MONITOR", "NO_SIGNAL"]

# A share of a whole, and its limit: (part, whole), whole above 0.
_Share = tuple[int, int]
_NONE: _Share = (0, 1)
_ALL: _Share = (1, 1)
_NANO = 1_000_000_000


class FlowContext(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """The flow of one underlying up to `ts`. Premiums in micro-dollars, scores 0 to 100.

    Ratios are rounded half away from zero: put to call to 2 places, shares to 4; scores to whole
    numbers, halves up (options-engine.md 0.3, rint). `net` is -1 to 1, bullish is positive.
    Missing: a put to call ratio without calls is None.
    Source: options-engine.md 18.5.
    """

    symbol: str
    ts: int
    window: Window
    total_volume: int = 0
    total_premium_micros: int = 0
    trade_count: int = 0
    call_volume: int = 0
    put_volume: int = 0
    unplaced_volume: int = 0
    put_call_volume_ratio: float | None = None
    put_call_premium_ratio: float | None = None
    net: float = 0.0
    signed_share: float = 0.0
    quoted_share: float = 0.0
    sentiment: Sentiment = "NEUTRAL"
    sentiment_strength: int = 0
    aggressiveness: Aggressiveness = "NORMAL"
    institutional_score: int = 0
    confidence: int = 0
    recommendation: Recommendation = "INSUFFICIENT_DATA"


def context_of(
    symbol: str, ts: int, window: Window, sums: Sums, params: ContextParams
) -> FlowContext:
    """Return what the sums of a window say.

    Missing: without trades or premium every score is 0 and the data insufficient; volumes stay
    what they are.
    Source: options-engine.md 18.5; golden G14.
    """
    premium, count = sums.premium, sums.count
    if not count or not premium:
        return FlowContext(
            symbol=symbol, ts=ts, window=window, total_volume=sums.volume, trade_count=count,
            call_volume=sums.call_volume, put_volume=sums.put_volume,
            unplaced_volume=sums.unplaced_volume,
        )  # fmt: skip
    lean = _lean(sums, params)
    strength = _strength(sums, params)
    score = _score(sums, params)
    confidence = _confidence(sums, params)
    return FlowContext(
        symbol=symbol,
        ts=ts,
        window=window,
        total_volume=sums.volume,
        total_premium_micros=premium,
        trade_count=count,
        call_volume=sums.call_volume,
        put_volume=sums.put_volume,
        unplaced_volume=sums.unplaced_volume,
        put_call_volume_ratio=_ratio(sums.put_volume, sums.call_volume, 100),
        put_call_premium_ratio=_ratio(sums.put_premium, sums.call_premium, 100),
        net=_ratio(sums.bullish - sums.bearish, sums.bullish + sums.bearish, 10_000) or 0.0,
        signed_share=_ratio(sums.bullish + sums.bearish, premium, 10_000) or 0.0,
        quoted_share=_ratio(sums.quoted, premium, 10_000) or 0.0,
        sentiment=lean,
        sentiment_strength=strength,
        aggressiveness=_aggressiveness(sums, params),
        institutional_score=score,
        confidence=confidence,
        recommendation=_recommendation(
            sums, params, lean=lean, strength=strength, score=score, confidence=confidence
        ),
    )


def _lean(sums: Sums, params: ContextParams) -> Sentiment:
    signed, net = sums.bullish + sums.bearish, sums.bullish - sums.bearish
    if not signed or abs(net) * MICROS < _ppm(params.flow_sentiment_min_net) * signed:
        return "NEUTRAL"
    return "BULLISH" if net > 0 else "BEARISH"


def _strength(sums: Sums, params: ContextParams) -> int:
    signed = sums.bullish + sums.bearish
    if not signed:
        return 0
    part, whole = _capped(signed, sums.premium, params.flow_full_signed_share)
    return _points([(100, (abs(sums.bullish - sums.bearish) * part, signed * whole))])


def _aggressiveness(sums: Sums, params: ContextParams) -> Aggressiveness:
    quoted, taken = sums.quoted, sums.aggressive * MICROS
    if not quoted:
        return "NORMAL"
    if taken >= _ppm(params.flow_aggressive_min_share) * quoted:
        return "AGGRESSIVE"
    return "PASSIVE" if taken <= _ppm(params.flow_passive_max_share) * quoted else "NORMAL"


def _score(sums: Sums, params: ContextParams) -> int:
    premium = sums.premium
    return _points(
        [
            (params.flow_block_points, _capped(sums.block, premium, params.flow_full_block_share)),
            (params.flow_sweep_points, _capped(sums.sweep, premium, params.flow_full_sweep_share)),
            (params.flow_trade_points, _decades(premium, sums.count, params)),
            (
                params.flow_aggressive_points,
                _capped(sums.aggressive, premium, params.flow_full_aggressive_share),
            ),
            (params.flow_quoted_points, (sums.quoted, premium)),
        ]
    )


def _confidence(sums: Sums, params: ContextParams) -> int:
    net, signed = abs(sums.bullish - sums.bearish), sums.bullish + sums.bearish
    count = min(sums.count, params.flow_full_count)
    return _points(
        [
            (params.flow_count_confidence, (count, params.flow_full_count)),
            (params.flow_quoted_confidence, (sums.quoted, sums.premium)),
            (
                params.flow_net_confidence,
                _capped(net, signed, params.flow_full_net) if signed else _NONE,
            ),
        ]
    )


def _recommendation(
    sums: Sums,
    params: ContextParams,
    *,
    lean: Sentiment,
    strength: int,
    score: int,
    confidence: int,
) -> Recommendation:
    if sums.count < params.flow_min_count:
        return "INSUFFICIENT_DATA"
    if sums.quoted * MICROS < _ppm(params.flow_min_quoted_share) * sums.premium:
        return "INSUFFICIENT_DATA"
    if lean == "NEUTRAL":
        return "NO_SIGNAL"
    if (
        strength >= params.flow_follow_min_strength
        and score > params.flow_follow_above_score
        and confidence >= params.flow_follow_min_confidence
    ):
        return "FOLLOW_FLOW"
    return "MONITOR"


def _decades(premium: int, count: int, params: ContextParams) -> _Share:
    """Return how many powers of ten the mean trade lies above the least, as a share of enough.

    Cut to a thousand-millionth: the last bits of a logarithm differ from machine to machine.
    """
    least = params.flow_trade_min_usd * MICROS * count
    if premium <= least:
        return _NONE
    share = round(math.log10(premium / least) / params.flow_trade_full_decades * _NANO)
    return min(share, _NANO), _NANO


def _capped(part: int, whole: int, full: float) -> _Share:
    """Return min(1, (part / whole) / full)."""
    numerator, denominator = part * MICROS, whole * _ppm(full)
    return _ALL if numerator >= denominator else (numerator, denominator)


def _points(terms: list[tuple[int, _Share]]) -> int:
    """Return the sum of points times share to the nearest whole number, halves up, at most 100."""
    numerator, denominator = 0, 1
    for points, (part, whole) in terms:
        numerator = numerator * whole + points * part * denominator
        denominator *= whole
    return min(100, (2 * numerator + denominator) // (2 * denominator))


def _ratio(part: int, whole: int, scale: int) -> float | None:
    """Return part / whole to the places of `scale`, half away from zero; None without a whole."""
    if not whole:
        return None
    scaled = (2 * abs(part) * scale + whole) // (2 * whole)
    return (scaled if part >= 0 else -scaled) / scale


@lru_cache(maxsize=256)  # of the few shares that tuning names
def _ppm(share: float) -> int:
    return round(share * MICROS)
