"""What a structure's packet says of one contract: its nearest leg, whatever printed last."""

import msgspec
import pytest

from flow.domain.events import PrintFlag, StampedPrint
from signals.engine.features import Features
from signals.engine.records import Packet, SmartMoneyEvent
from tests.signals.engine.test_rule_scenarios import FEB, leg, only, package, run
from tests.support.engine_builders import CANCEL, ms, stamped


def features_of(*prints: StampedPrint) -> Features:
    (packet,) = only(run(*prints), Packet)
    return packet.features


@pytest.mark.parametrize(("near_at", "far_at"), [(0, 2), (2, 0)])
def test_days_and_quote_of_a_calendar_are_those_of_its_nearest_leg(
    near_at: int, far_at: int
) -> None:
    found = features_of(
        *package(
            leg("C450", "bid", 400, ts=ms(near_at)),
            leg("C450", "ask", 400, usd=9.2, expiry=FEB, ts=ms(far_at)),
        )
    )

    assert (found.structure_type, found.expiry, found.dte_days) == ("calendar", "2025-01-17", 2)
    assert (found.nbbo_bid, found.nbbo_ask, found.quote_state) == (4.1, 4.2, "ok")


@pytest.mark.parametrize(("low_at", "high_at"), [(0, 2), (2, 0)])
def test_width_of_a_vertical_is_that_of_its_nearest_leg(low_at: int, high_at: int) -> None:
    found = features_of(
        *package(
            leg("C450", "ask", 400, ts=ms(low_at)),
            leg("C455", "bid", 400, usd=0.7, bid_micros=100_000, ts=ms(high_at)),
        )
    )

    assert (found.strike, found.nbbo_spread, found.quote_state) == (450.0, 0.1, "ok")


def test_far_wing_does_not_widen_a_put_spread() -> None:
    """Its lower strike costs cents; the spot at 450.50 stands next to the other one."""
    found = features_of(
        *package(
            leg("P426", "bid", 400, usd=0.55, bid_micros=500_000, price_micros=500_000),
            leg("P450", "ask", 400),
        )
    )

    assert (found.strike, found.nbbo_wide, found.otm_pct) == (450.0, False, 0.00111)


def test_without_a_spot_the_leg_that_cost_most_stands_for_all() -> None:
    legs = [leg("P426", "bid", 400, usd=0.6), leg("P450", "ask", 400)]

    found = features_of(*[_stale_spot(each) for each in package(*legs)])

    assert (found.strike, found.nbbo_bid, found.otm_pct) == (450.0, 4.1, None)


def _stale_spot(print_: StampedPrint) -> StampedPrint:
    return msgspec.structs.replace(print_, flags=print_.flags | PrintFlag.SPOT_STALE)


def test_nearest_leg_without_a_quote_borrows_none() -> None:
    found = features_of(
        *package(
            leg("C450", "ask", 400, bid_micros=None, ask_micros=None, quote_ts=None),
            leg("C455", "bid", 400, usd=2.1, ts=ms(1)),
        )
    )

    assert (found.nbbo_bid, found.quote_state) == (None, "missing")


def test_structure_has_no_volatility_of_its_own() -> None:
    """Two strikes stand at two volatilities; their difference is skew and no shock."""
    before = [
        print_
        for n in range(12)
        for print_ in package(
            leg("C450", "ask", iv=0.30, ts=ms(n * 3_000), uid=bytes([n, 1]) * 8),
            leg("C455", "bid", usd=2.1, iv=0.30, ts=ms(n * 3_000), uid=bytes([n, 2]) * 8),
        )
    ]
    skewed = package(
        leg("C450", "ask", 400, iv=0.30, ts=ms(60_000)),
        leg("C480", "bid", 400, usd=1.2, iv=0.55, ts=ms(60_000)),
    )

    rows = run(*before, *skewed)

    found, event = only(rows, Packet)[-1].features, only(rows, SmartMoneyEvent)[-1]
    assert found.structure_type == "vertical"
    assert (found.execution_iv, found.execution_iv_source) == (None, None)
    assert (found.execution_iv_change, found.iv_shock, found.iv_n) == (None, None, 0)
    reasons = {code["code"] for score in event.scores for code in score["reasons"]}
    assert "iv_shock" not in reasons


def test_volatility_of_one_contract_is_still_read() -> None:
    found = features_of(leg("C450", "ask", iv=0.30), leg("C450", "ask", iv=0.35, ts=ms(9), seq=9))

    assert (found.execution_iv, found.execution_iv_source) == (0.35, "provider")
    assert found.execution_iv_change == 0.05


def test_legs_on_several_venues_are_no_sweep() -> None:
    """Three calls bought within a hundredth of a second are a ladder, not one order swept."""
    found = features_of(
        leg("C450", "ask", 120),
        leg("C455", "ask", 100, usd=2.1, ts=ms(5)),
        leg("C455", "ask", 20, usd=2.1, venue=5, ts=ms(6), seq=6),
        leg("C460", "ask", 120, usd=1.1, ts=ms(10)),
    )

    assert found.structure_type == "ladder"
    assert (found.sweep, found.burst_sweep, found.sweep_count) == (False, False, None)


def test_leg_left_by_a_cancel_is_not_measured_against_structures() -> None:
    """What was usual for verticals says nothing of the one call that is left of the last."""
    verticals = [
        print_
        for n in range(15)
        for print_ in package(
            leg("C450", "ask", 100 + n, ts=ms(n * 1_000), uid=bytes([n, 1]) * 8),
            leg("C455", "bid", 100 + n, usd=2.1, ts=ms(n * 1_000), uid=bytes([n, 2]) * 8),
        )
    ]
    cancel = stamped(
        contract=verticals[-1].contract, price_micros=verticals[-1].price_micros, size=114,
        ts=ms(20_000), seq=999, conditions=(CANCEL,),
    )  # fmt: skip

    before, after = only(run(*verticals, cancel), Packet)[-2:]

    assert (before.features.structure_type, before.rev) == ("vertical", 0)
    assert (before.features.premium_z_scope, before.features.premium_z_n) == ("contract", 14)
    assert (after.features.structure_type, after.rev) == ("", 1)
    for metric in ("premium", "size", "spread"):
        told = [getattr(after.features, f"{metric}_z{end}") for end in ("", "_n", "_scope")]
        assert told == [None, 0, ""]


def test_structure_less_a_print_is_still_measured_against_its_kind() -> None:
    #  the last four calls of each are a print of their own; those of the last are taken back
    def vertical(n: int) -> list[StampedPrint]:
        return package(
            leg("C450", "ask", 100, ts=ms(n * 1_000), uid=bytes([n, 1]) * 8),
            leg("C455", "bid", 100, usd=2.1, ts=ms(n * 1_000), uid=bytes([n, 2]) * 8),
            leg("C450", "ask", 4, ts=ms(n * 1_000), uid=bytes([n, 3]) * 8),
        )

    prints = [print_ for n in range(15) for print_ in vertical(n)]
    cancel = stamped(
        contract=prints[-1].contract, price_micros=prints[-1].price_micros, size=4,
        ts=ms(20_000), seq=999, conditions=(CANCEL,),
    )  # fmt: skip

    after = only(run(*prints, cancel), Packet)[-1].features

    assert (after.structure_type, after.premium_z_scope) == ("vertical", "contract")


def _box(second_at: int) -> list[StampedPrint]:
    """Return a box of 440 and 460, its puts stamped later than its calls."""
    return package(
        leg("C440", "ask", usd=11.7),
        leg("C460", "bid", usd=1.5),
        leg("P440", "bid", usd=1.5, ts=second_at),
        leg("P460", "ask", usd=8.7, ts=second_at),
    )


def test_a_box_stamped_in_two_parts_is_one_structure_without_a_direction() -> None:
    rows = run(*_box(ms(0.001)))

    (packet,), (event,) = only(rows, Packet), only(rows, SmartMoneyEvent)
    assert (packet.features.structure_type, packet.features.structure_legs) == ("box", 4)
    assert (event.primary_profile, event.direction) == ("arbitrage", "neutral")


def test_parts_of_a_box_beyond_the_join_time_are_two_structures() -> None:
    found = [packet.features.structure_type for packet in only(run(*_box(ms(5.001))), Packet)]

    assert found == ["vertical", "vertical"]


def test_two_verticals_of_one_instant_are_two_structures() -> None:
    prints = package(
        leg("C440", "ask", 50, usd=11.7),
        leg("C450", "bid", 50),
        leg("P400", "ask", 37, usd=2.1),
        leg("P390", "bid", 37, usd=1.1),
    )

    found = [packet.features.structure_contracts for packet in only(run(*prints), Packet)]

    assert sorted(found) == [
        ["NVDA-2025-01-17-390-P", "NVDA-2025-01-17-400-P"],
        ["NVDA-2025-01-17-440-C", "NVDA-2025-01-17-450-C"],
    ]
