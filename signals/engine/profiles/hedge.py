"""At the money, days to go, after a move: consistent with hedges being rebalanced."""

from signals.engine.explain import counted, number, percent
from signals.engine.profiles import terms
from signals.engine.profiles.shared import (
    NEAR_ATM,
    Inputs,
    ProfileParams,
    Term,
    limits_of,
    points,
    values_of,
)

PROFILE = "hedge_reactive"
MAX_DAYS = 2
FULL_MOVE_BPS, MOVE_CAP = 80, 0.18


def hedge_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2: 0.10 + 0.32 at most 2 days near the money + clamp(|move|/80, 0,
    0.18) + 0.12 size; the move is that of the minute before the packet (errata 24).
    """
    features = inputs.features
    move = features.underlying_move_bps or 0.0
    dte = features.dte_days
    is_gamma = inputs.is_near_atm and dte is not None and dte <= MAX_DAYS
    return terms.contributing(
        terms.eligible(0.10, inputs, params),
        Term(
            "short_dated_atm_gamma_context",
            0.32,
            f"{terms.days(dte)} to expiry and {percent(abs(features.otm_pct or 0))} from the "
            f"money; at most {MAX_DAYS} days and {percent(NEAR_ATM)} count.",
            values_of(features, "dte_days", "otm_pct", "underlying_mid"),
        )
        if is_gamma
        else None,
        Term(
            "underlying_move_linkage",
            points(min(MOVE_CAP, abs(move) / FULL_MOVE_BPS)),
            f"The underlying had moved {counted(move, 'basis point')} in the minute before; "
            f"{number(MOVE_CAP * FULL_MOVE_BPS)} either way count in full.",
            values_of(features, "underlying_move_bps"),
        )
        if move
        else None,
        Term(
            "size",
            points(0.12 * inputs.size_factor),
            f"{features.total_size:,} contracts; {params.profile_full_size:,} count in full.",
            values_of(features, "total_size"),
            limits_of(params, "profile_full_size"),
        ),
    )
