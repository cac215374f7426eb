"""Stage B, the decisions inside one pool (options-engine.md 9.4, errata 8)."""

import pytest

from signals.engine.structures.matching import Candidate
from signals.engine.structures.pools import Decision, Entry, decide, forget, key_of
from tests.signals.engine.structures.builders import FEB, candidate
from tests.support.engine_builders import ms


def pool_of(*candidates: Candidate) -> list[Entry]:
    return sorted((Entry(each, each.due) for each in candidates), key=key_of)


def decided(*candidates: Candidate) -> list[str]:
    """Decide all in order; return each decision as `type: leg, leg`."""
    pool = pool_of(*candidates)
    decisions = [decide(pool, entry) for entry in pool]
    return [told(each) for each in decisions if each is not None]


def told(decision: Decision) -> str:
    name = decision.structure.shape.type if decision.structure else "alone"
    return f"{name}: {', '.join(each.leg.text[15:] for each in decision.candidates)}"


def test_two_that_fit_only_each_other_are_a_pair() -> None:
    found = decided(candidate("C455", -1), candidate("C450", at=3))

    assert found == ["vertical: 450-C, 455-C"]


def test_pair_comes_with_its_later_leg() -> None:
    early, late = candidate("C450"), candidate("C455", -1, at=30)
    pool = pool_of(early, late)

    assert decide(pool, pool[0]) is None
    decision = decide(pool, pool[1])

    assert decision is not None
    assert decision.candidates == (early, late)
    assert decision.due == late.due
    assert decision.structure is not None
    assert decision.structure.legs == (early.leg, late.leg)
    assert all(entry.decided for entry in pool)


def test_candidates_are_in_the_order_of_the_legs() -> None:
    early, late = candidate("P460", -1), candidate("P450", 1, at=30)
    pool = pool_of(early, late)

    decisions = [decide(pool, entry) for entry in pool]

    assert decisions[1] is not None
    assert decisions[1].candidates == (late, early)
    assert decisions[1].due == late.due
    assert decisions[1].order == (late.due, ms(30), ms(0), "SPY-2025-01-17-450-P", ms(30))


def test_order_takes_the_latest_end_and_the_earliest_start() -> None:
    early, late = candidate("C450", lasts=90), candidate("C455", -1, at=30, lasts=10)
    pool = pool_of(early, late)

    decision = [decide(pool, entry) for entry in pool][1]

    assert decision is not None
    assert decision.order == (early.due, ms(90), ms(0), "SPY-2025-01-17-450-C", ms(0))


def test_one_that_fits_two_is_no_pair_with_either() -> None:
    found = decided(candidate("C450"), candidate("C455", -1), candidate("C460", -1))

    assert found == ["alone: 450-C", "alone: 455-C", "alone: 460-C"]


def test_match_must_be_unique_for_both() -> None:
    #   C450 at 0 fits only C455 at 40; that one also fits C460 at 80
    found = decided(candidate("C450"), candidate("C455", -1, at=40), candidate("C460", 1, at=80))

    assert found == ["alone: 450-C", "alone: 455-C", "alone: 460-C"]


def test_one_that_fits_nobody_is_no_rival() -> None:
    #   500 contracts are in no proportion to 100
    found = decided(
        candidate("C450"), candidate("C455", -1, at=40), candidate("C460", at=80, size=500)
    )

    assert found == ["vertical: 450-C, 455-C", "alone: 460-C"]


def test_rival_beyond_the_window_does_not_count() -> None:
    found = decided(
        candidate("C450"), candidate("C455", -1, at=40), candidate("C460", 1, at=90.001)
    )

    assert found == ["vertical: 450-C, 455-C", "alone: 460-C"]


def test_two_pairs_side_by_side() -> None:
    found = decided(
        candidate("C450", venues=(3,)),
        candidate("C455", -1, venues=(3,)),
        candidate("P440", 1, venues=(4,)),
        candidate("P445", -1, venues=(4,)),
    )

    assert found == ["vertical: 440-P, 445-P", "vertical: 450-C, 455-C"]


def test_three_strikes_of_one_side_are_a_ladder() -> None:
    rungs = [candidate("C460", size=90), candidate("C450", at=20), candidate("C455", at=50)]
    pool = pool_of(*rungs)

    decisions = [decide(pool, entry) for entry in pool]

    assert decisions[:2] == [None, None]
    assert decisions[2] is not None
    assert told(decisions[2]) == "ladder: 450-C, 455-C, 460-C"
    assert decisions[2].due == rungs[2].due
    assert decisions[2].structure is not None
    assert decisions[2].structure.shape.direction == "bullish"


@pytest.mark.parametrize(
    "other",
    [
        candidate("C460", at=50.001),
        candidate("C460", -1, size=9_000),
        candidate("P440", size=9_000),
        candidate("C460", expiry=FEB),
        candidate("C460", root="SPYX"),
        candidate("C460", venues=(9,)),
        candidate("C450", at=30),  # the same strike again
    ],
)
def test_near_misses_of_a_ladder(other: Candidate) -> None:
    found = decided(candidate("C450"), candidate("C455"), other)

    assert sorted(each.split(":")[0] for each in found) == ["alone"] * 3


def test_venue_in_common_with_the_earliest_is_enough() -> None:
    found = decided(
        candidate("C450", venues=(3, 4)),
        candidate("C455", venues=(3,)),
        candidate("C460", venues=(4,)),
    )

    assert found == ["ladder: 450-C, 455-C, 460-C"]


def test_one_half_of_a_pair_is_no_rung() -> None:
    #   C460 and P440 are a strangle of 7 contracts, and too few rungs are left
    found = decided(
        candidate("C450", size=100),
        candidate("C455", size=100),
        candidate("C460", size=7),
        candidate("P440", size=7),
    )

    assert found == ["alone: 450-C", "alone: 455-C", "strangle: 440-P, 460-C"]


def test_fourth_rung_joins() -> None:
    found = decided(*(candidate(f"C{450 + n}", at=n) for n in range(4)))

    assert found == ["ladder: 450-C, 451-C, 452-C, 453-C"]


def test_rung_of_one_ladder_opens_no_other() -> None:
    #   0, 25, 50 are a ladder; 51 and 52 are beyond its window and too few alone
    times = (0, 25, 50, 51, 52)
    found = decided(*(candidate(f"C{450 + n}", at=at) for n, at in enumerate(times)))

    assert found == ["ladder: 450-C, 451-C, 452-C", "alone: 453-C", "alone: 454-C"]


def test_one_who_stayed_alone_lets_the_next_open_a_ladder() -> None:
    #   0 reaches only 40; 40 reaches 80 and 90
    times = (0, 40, 80, 90)
    found = decided(*(candidate(f"C{450 + n}", at=at) for n, at in enumerate(times)))

    assert found == ["alone: 450-C", "ladder: 451-C, 452-C, 453-C"]


def test_first_candidate_of_a_strike_is_the_rung() -> None:
    twice = candidate("C455", at=20, size=55)
    found = decided(candidate("C450"), candidate("C455", at=10), twice, candidate("C460", at=30))

    assert found == ["alone: 455-C", "ladder: 450-C, 455-C, 460-C"]


def test_alone_is_itself() -> None:
    lone = candidate("C450")
    (entry,) = pool = pool_of(lone)

    assert entry.is_free
    assert decide(pool, entry) == Decision(lone.due, (lone,))
    assert not entry.is_free


def test_what_is_decided_is_never_taken_again() -> None:
    pool = pool_of(candidate("C450"), candidate("C455", -1, at=1))
    pool[0].decided = True

    decision = decide(pool, pool[1])

    assert decision is not None
    assert told(decision) == "alone: 455-C"


def test_what_has_a_group_is_never_taken_again() -> None:
    pool = pool_of(candidate("C450"), candidate("C455", at=1), candidate("C460", at=2))
    pool[1].group = (ms(-9), "another")

    decision = decide(pool, pool[0])

    assert decision is not None
    assert told(decision) == "alone: 450-C"


def test_forgets_what_no_undecided_one_can_reach() -> None:
    #   the first undecided starts at 250: nothing before 100 has a say in when it is decided
    pool = pool_of(
        *(candidate(f"C{450 + n}", at=at) for n, at in enumerate((99.999, 100, 200, 250)))
    )
    for entry in pool[:3]:
        entry.decided = True

    forget(pool)

    assert [entry.candidate.leg.start_ts for entry in pool] == [ms(100), ms(200), ms(250)]


def test_forgets_everything_when_nothing_waits() -> None:
    pool = pool_of(candidate("C450"), candidate("C455", at=500))
    for entry in pool:
        entry.decided = True

    forget(pool)

    assert pool == []


def test_forgets_nothing_that_is_undecided() -> None:
    pool = pool_of(candidate("C450"), candidate("C455", at=500))
    pool[1].decided = True

    forget(pool)

    assert len(pool) == 2
