"""What a packet is about: its contract, its volatility and its underlying."""

import pytest

from flow.domain.events import PrintFlag
from tests.support.engine_builders import SPY_CALL, SPY_PUT, T0, ms, stamped
from tests.support.packet_builders import features_of


def test_what_it_is_about() -> None:
    found = features_of(stamped(contract="SPXW-2025-01-17-5900.5-P", iv=0.21))

    assert (found.option_type, found.security_type) == ("put", "index")
    assert (found.expiry, found.strike, found.dte_days) == ("2025-01-17", 5900.5, 2)
    assert (found.session, found.session_date) == ("regular", "2025-01-15")
    assert found.granularity == "tick"
    assert found.execution_iv == 0.21


def test_volatility_change_between_first_and_last() -> None:
    found = features_of(stamped(seq=1, iv=0.20), stamped(seq=2, ts=ms(1), iv=0.2345678))

    assert found.execution_iv_change == 0.034568
    assert features_of(stamped(seq=1), stamped(seq=2, iv=0.2)).execution_iv_change is None


@pytest.mark.parametrize(
    ("contract", "moneyness", "otm"),
    [(SPY_CALL, 0.998890, -0.001110), (SPY_PUT, 0.998890, 0.001110)],
)
def test_moneyness_is_signed_by_right(contract: str, moneyness: float, otm: float) -> None:
    found = features_of(stamped(contract=contract))

    assert found.underlying_mid == 450.5
    assert found.underlying_spread_bps == 0.44
    assert (found.moneyness, found.otm_pct) == (moneyness, otm)


@pytest.mark.parametrize(
    "changes",
    [
        {"spot_bid_micros": None},
        {"spot_ask_micros": None},
        {"spot_bid_micros": 0},
        {"spot_ts": None},
        {"flags": int(PrintFlag.SPOT_STALE)},
    ],
)
def test_underlying_quote_that_is_not_fresh_is_not_used(changes: dict[str, object]) -> None:
    found = features_of(stamped(**changes))

    assert found.underlying_mid is None
    assert (found.moneyness, found.otm_pct, found.underlying_spread_bps) == (None, None, None)


def test_adjusted_strike_is_not_compared_with_the_underlying() -> None:
    found = features_of(stamped(contract="SPY1-2025-01-17-450-C"))

    assert (found.moneyness, found.otm_pct) == (None, None)
    assert (found.underlying_mid, found.underlying_spread_bps) == (450.5, 0.44)
    assert found.underlying_move_bps == 0.0


def test_age_of_the_underlying_is_judged_by_its_stamp_alone() -> None:
    """Errata 4: on a live feed of changes a quote stands, however old; the stamp knows the feed."""
    found = features_of(stamped(spot_ts=T0 - 800_000_000))

    assert (found.underlying_mid, found.otm_pct) == (450.5, -0.00111)


def test_move_is_that_before_the_opening_print() -> None:
    found = features_of(stamped(seq=1, move_60s_bps=-12.5), stamped(seq=2, move_60s_bps=40.0))

    assert found.underlying_move_bps == -12.5
