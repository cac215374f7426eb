"""What a packet is compared with, and what of it enters the baselines (options-engine.md 10)."""

import math

import pytest

from flow.domain.sessions import Calendar, Session, SessionDay
from signals.engine.baselines import Baselines, Keys, Reading
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.usual import (
    push_usual,
    read_usual,
    read_volatility,
    reread_usual,
    reread_volatility,
    usual_amounts,
    usual_keys,
)
from tests.signals.engine.baseline_builders import CALL, MONDAY, baselines, push
from tests.support.engine_builders import AUTO, TRADE_DATE, stamped

PARAMS = Params()
MINUTE = 60_000_000
OPEN = 1_736_951_400_000_000  # 2025-01-15 09:30 in New York
CLOSE = OPEN + 390 * MINUTE
CALENDAR = Calendar([SessionDay(TRADE_DATE, OPEN, CLOSE)])
PLAIN = Features(option_type="put", dte_days=2, otm_pct=0.02)


def usual_of(base: Baselines, of: Keys, found: Features) -> tuple[Reading, ...]:
    return read_usual(base, base.scopes_of(of, MONDAY), usual_amounts(found), found)


def volatility_of(base: Baselines, of: Keys, found: Features) -> tuple[Reading, ...]:
    return read_volatility(base, base.scopes_of(of, MONDAY), found)


def enter(base: Baselines, found: Features) -> None:
    scopes = base.scopes_of(CALL, MONDAY)
    push_usual(base, scopes, CALL, usual_amounts(found), found, MONDAY, PARAMS)


def keys(
    features: Features = PLAIN,
    ts: int = OPEN + 60 * MINUTE,
    *,
    session: Session = Session.REGULAR,
    calendar: Calendar | None = CALENDAR,
    params: Params = PARAMS,
    underlying: str = "TSLA",
    conditions: tuple[int, ...] = (AUTO,),
) -> Keys:
    contract = f"{underlying}-2025-01-17-450-C"
    opening = stamped(ts=ts, session=int(session), contract=contract, conditions=conditions)
    return usual_keys(features, opening, contract, underlying, calendar, params)


def test_packet_of_one_contract_is_compared_with_its_contract_bucket_and_underlying() -> None:
    assert keys() == Keys("TSLA-2025-01-17-450-C", "TSLA put 1-2d 1.5..5%", "TSLA", "mid")


def test_structure_is_compared_with_its_type_and_with_structures_alone() -> None:
    vertical = Features(structure_type="vertical", dte_days=2, otm_pct=0.02)

    assert keys(vertical, OPEN) == Keys("TSLA vertical", "", "TSLA structures", "open")


@pytest.mark.parametrize(
    ("ts", "part"),
    [
        (OPEN - 1, "extended"),
        (OPEN, "open"),
        (OPEN + 15 * MINUTE - 1, "open"),
        (OPEN + 15 * MINUTE, "mid"),
        (CLOSE - 15 * MINUTE, "close"),
        (CLOSE, "extended"),
    ],
)
def test_part_of_the_day_is_that_of_the_opening_print(ts: int, part: str) -> None:
    assert keys(ts=ts).day_part == part


#   09:30   09:45                    15:45    16:00    16:15     options of stocks
#     |  open |          mid           | close |    extended
#     |  open |          mid                   | close |         index and some funds
@pytest.mark.parametrize("underlying", ["SPY", "SPX"])
@pytest.mark.parametrize(
    ("after_close", "part"),
    [
        (-15, "mid"), (-1 / MINUTE, "mid"), (0, "close"), (15 - 1 / MINUTE, "close"),
        (15, "extended"),
    ],
)  # fmt: skip
def test_the_last_quarter_of_an_hour_is_that_of_the_products_own_session(
    underlying: str, after_close: float, part: str
) -> None:
    found = keys(ts=CLOSE + round(after_close * MINUTE), underlying=underlying)

    assert found.day_part == part


def test_structure_of_a_late_product_is_compared_until_its_own_close() -> None:
    vertical = Features(structure_type="vertical")

    assert keys(vertical, CLOSE, underlying="QQQ").day_part == "close"


# 4.2: code v says that the trade was made outside of regular hours.
@pytest.mark.parametrize(("codes", "part"), [("v", "extended"), ("vI", "extended"), ("I", "mid")])
def test_print_marked_as_extended_stays_out_of_the_regular_baselines(codes: str, part: str) -> None:
    conditions = tuple(map(ord, codes))

    assert keys(conditions=conditions).day_part == part
    assert keys(conditions=conditions, calendar=None).day_part == part


def test_edge_of_the_day_is_tuned() -> None:
    wide = Params.from_values({"baseline_edge_minutes": 61})

    assert keys(params=wide).day_part == "open"


@pytest.mark.parametrize("session", [Session.PRE, Session.POST, Session.GTH, Session.CLOSED])
def test_hours_outside_the_regular_session_are_extended(session: Session) -> None:
    assert keys(session=session).day_part == "extended"
    assert keys(session=session, calendar=None).day_part == "extended"


def test_regular_print_without_a_calendar_is_in_the_middle() -> None:
    assert keys(ts=OPEN, calendar=None).day_part == "mid"


def test_day_that_the_calendar_does_not_know_is_the_middle() -> None:
    assert keys(ts=OPEN, calendar=Calendar([])).day_part == "mid"


def held() -> Baselines:
    """Twelve packets of $20,000, 10 contracts, 200 bps and a volatility of 0.5."""
    found = baselines()
    for _ in range(12):
        push(found, CALL)
    return found


def packet(**changes: object) -> Features:
    values = {"premium_usd": 40_000.0, "total_size": 30, "nbbo_spread_bps": 100.0}
    return Features(**values | {"execution_iv": 0.52346} | changes)  # type: ignore[arg-type] # test


def z_of(value: float, typical: float) -> float:
    return round((math.log1p(value) - math.log1p(typical)) / (1.4826 * 0.1), 4)


def test_packet_gets_its_deviation_number_scope_and_what_is_typical() -> None:
    found = packet()

    readings = usual_of(held(), CALL, found)

    assert found.premium_z == pytest.approx(z_of(40_000, 20_000), abs=2e-4)
    assert found.size_z == pytest.approx(z_of(30, 10), abs=2e-4)
    assert found.spread_z == pytest.approx(z_of(100, 200), abs=2e-4)
    assert (found.premium_z_n, found.size_z_n, found.spread_z_n) == (12, 12, 12)
    assert (found.premium_z_scope, found.size_z_scope, found.spread_z_scope) == ("contract",) * 3
    assert (found.premium_typical_usd, found.size_typical) == (20_000, 10)
    assert [reading.z for reading in readings] == [found.premium_z, found.size_z, found.spread_z]


def test_revision_is_measured_against_the_baseline_of_its_first_reading() -> None:
    base, first = held(), packet()
    readings = usual_of(base, CALL, first)
    for _ in range(50):
        push(base, CALL, 500, premium_usd=1e6, spread_bps=5.0)  # what came later must not count
    again, same = packet(premium_usd=10_000.0, total_size=10), packet()

    reread_usual(readings, again, PARAMS)
    reread_usual(readings, same, PARAMS)

    assert again.premium_z == pytest.approx(z_of(10_000, 20_000), abs=2e-4)
    assert (again.size_z, again.spread_z) == (0, first.spread_z)
    for name in ("premium_z", "size_z", "spread_z"):
        assert getattr(same, name) == getattr(first, name)
        assert getattr(again, f"{name}_n") == 12
        assert getattr(again, f"{name}_scope") == "contract"
    assert (again.premium_typical_usd, again.size_typical) == (20_000, 10)


def test_floor_of_the_deviation_is_that_of_the_revision() -> None:
    readings = usual_of(held(), CALL, packet())
    again = packet()

    reread_usual(readings, again, Params.from_values({"baseline_mad_floor": 0.2}))

    assert again.premium_z == pytest.approx(z_of(40_000, 20_000) / 2, abs=2e-4)


def test_revision_without_a_value_or_a_baseline_has_no_deviation() -> None:
    readings = usual_of(held(), CALL, packet())
    valueless, early = packet(premium_usd=None), packet()

    reread_usual(readings, valueless, PARAMS)
    reread_usual((Reading(n=4),) * 3, early, PARAMS)

    assert (valueless.premium_z, valueless.premium_z_scope) == (None, "contract")
    assert valueless.size_z is not None
    assert (early.premium_z, early.premium_z_n, early.premium_z_scope) == (None, 4, "")


def test_volatility_has_its_number_what_is_typical_and_a_shift_of_four_places() -> None:
    found = packet()

    volatility_of(held(), CALL, found)

    assert (found.iv_n, found.iv_typical, found.iv_shock) == (12, 0.5, 0.0235)


def test_packet_without_a_volatility_has_no_reading_of_it() -> None:
    found = packet(execution_iv=None)

    volatility_of(held(), CALL, found)

    assert (found.iv_n, found.iv_typical, found.iv_shock) == (0, None, None)


def test_volatility_without_a_baseline_has_no_shift() -> None:
    found = packet()

    volatility_of(baselines(), CALL, found)

    assert (found.iv_n, found.iv_typical, found.iv_shock) == (0, None, None)


def test_revision_keeps_the_volatility_that_was_usual_at_its_first_reading() -> None:
    base, first = held(), packet()
    readings = usual_of(base, CALL, first) + volatility_of(base, CALL, first)
    again, without = packet(execution_iv=0.6), packet(execution_iv=None)

    reread_volatility(readings, again)
    reread_volatility(readings, without)

    assert (again.iv_n, again.iv_typical, again.iv_shock) == (12, 0.5, 0.1)
    assert (without.iv_n, without.iv_typical, without.iv_shock) == (0, None, None)


def test_revision_without_a_first_reading_of_the_volatility_has_none() -> None:
    base, young = held(), baselines()
    push(young, CALL)
    unread, early = packet(), packet()

    reread_volatility(usual_of(base, CALL, packet()), unread)
    readings = usual_of(young, CALL, packet())
    reread_volatility(readings + volatility_of(young, CALL, packet()), early)

    assert (unread.iv_n, unread.iv_typical, unread.iv_shock) == (0, None, None)
    assert (early.iv_n, early.iv_typical, early.iv_shock) == (1, None, None)


def test_ordinary_packet_enters_with_all_that_it_has() -> None:
    base = baselines(baseline_contract_min_samples=2)
    for _ in range(2):
        enter(base, packet())

    typical = {
        metric: base.read(CALL, metric, None, MONDAY).typical
        for metric in ("premium", "size", "spread", "iv")
    }

    assert typical == {"premium": 40_000, "size": 30, "spread": 100, "iv": 0.52346}


@pytest.mark.parametrize(
    ("special", "structure", "enters"),
    [
        (PARAMS.special_min_ratio - 0.01, "", 1),
        (PARAMS.special_min_ratio, "", 0),  # errata 13: the share itself counts as special
        (1.0, "vertical", 1),
        (0.0, "vertical", 1),
    ],
)
def test_special_prints_keep_a_packet_out_unless_it_is_a_structure(
    special: float, structure: str, enters: int
) -> None:
    base = baselines()

    enter(base, packet(special_size_ratio=special, structure_type=structure))

    assert base.read(CALL, "size", 10, MONDAY).n == enters
