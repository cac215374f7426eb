"""Stage B, the state: decisions follow from the candidates, not from when they are asked for.

The reference below looks at all candidates at once; the state sees them one limit at a time.
"""

from collections.abc import Sequence
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.params import Params
from signals.engine.structures.candidates import Candidates, SavedCandidates
from signals.engine.structures.matching import Candidate, fit, is_rung
from signals.engine.structures.pools import Decision
from tests.signals.engine.structures.builders import NOTHING_OPEN, Open, candidate
from tests.support.engine_builders import ms

FOREVER = ms(1e9)
Keys = list[tuple[int, str]]
NARROW = Params.from_values({"structure_window_ms": 20, "cluster_max_span_ms": 300})


def close(found: Candidates, candidates: Sequence[Candidate]) -> None:
    """Let sessions become final, in the order of their dues."""
    for each in sorted(candidates, key=lambda candidate: candidate.session.due):
        found.see(each.leg.contract.underlying, each.leg.start_ts, each.session.due)
        found.add(each)


def apart(candidates: Sequence[Candidate]) -> Candidates:
    """Candidates whose sessions were final at once, as after a close: each has its own due."""
    found = Candidates()
    for each in candidates:
        found.add(each)
    return found


def filled(candidates: Sequence[Candidate]) -> Candidates:
    found = Candidates()
    close(found, candidates)
    return found


def keys(decisions: Sequence[Decision]) -> list[Keys]:
    return [[each.key for each in decision.candidates] for decision in decisions]


def test_nothing_is_decided_before_its_time() -> None:
    lone = candidate("C450")
    found = filled([lone])

    assert found.decide_before(lone.due, NOTHING_OPEN) == []
    assert found.decide_before(lone.due + 1, NOTHING_OPEN) == [Decision(lone.due, (lone,))]
    assert found.decide_before(FOREVER, NOTHING_OPEN) == []
    assert found.saved() == []


def test_structure_comes_at_the_time_of_its_last_leg() -> None:
    early, late = candidate("C450"), candidate("C455", -1, at=30)
    found = filled([late, early])

    assert found.decide_before(late.due, NOTHING_OPEN) == []
    (decision,) = found.decide_before(late.due + 1, NOTHING_OPEN)

    assert decision.candidates == (early, late)
    assert decision.structure is not None
    assert decision.structure.shape.type == "vertical"


def test_underlyings_and_revisions_do_not_meet() -> None:
    found = filled(
        [
            candidate("C450"),
            candidate("C455", -1, root="QQQ"),
            candidate("C460", -1, revision=1),
        ]
    ).decide_before(FOREVER, NOTHING_OPEN)

    assert [len(each.candidates) for each in found] == [1, 1, 1]


def test_order_is_due_end_start_and_contract() -> None:
    found = filled(
        [
            candidate("C455", size=7, at=1),
            candidate("C450", size=60, lasts=9),
            candidate("C440", size=900, venues=(9,)),
            candidate("C430", size=900, venues=(8,)),
            candidate("P450", size=7, root="AAPL", params=NARROW),
        ]
    ).decide_before(FOREVER, NOTHING_OPEN)

    assert [each.candidates[0].leg.text for each in found] == [
        "AAPL-2025-01-17-450-P",
        "SPY-2025-01-17-430-C",
        "SPY-2025-01-17-440-C",
        "SPY-2025-01-17-455-C",
        "SPY-2025-01-17-450-C",
    ]


def test_undecided_candidates_of_a_contract() -> None:
    first, second = candidate("C450"), candidate("C450", at=700)
    newer = candidate("C450", at=300, revision=1)
    found = filled([second, newer, first, candidate("C455", at=700), candidate("C450", root="QQQ")])

    assert found.undecided(first.leg.text) == [first, second, newer]
    found.decide_before(newer.due, NOTHING_OPEN)
    assert found.undecided(first.leg.text) == [second, newer]
    assert found.undecided("SPY-2025-01-17-500-C") == []


def test_decided_candidate_that_is_still_remembered_is_not_undecided() -> None:
    early, late = candidate("C450", size=500), candidate("C455", at=40)
    found = apart([early, late])

    found.decide_before(early.due + 1, NOTHING_OPEN)

    assert len(found.saved()) == 2
    assert found.undecided(early.leg.text) == []


def test_decided_rival_is_remembered() -> None:
    #   C455 fits both others: C450 is decided first, and C460 must still see that it was a rival
    rivals = [candidate("C450"), candidate("C455", -1, at=40), candidate("C460", at=80)]
    found = filled(rivals)

    decisions = []
    for each in rivals:
        decisions += found.decide_before(each.due + 1, NOTHING_OPEN)

    assert keys(decisions) == [[each.key] for each in rivals]


def test_open_session_near_a_candidate_is_waited_for() -> None:
    #   a rival or partner may come out of it; one that opened further off, or of AAPL, may not
    lone, other = candidate("C450"), candidate("C455", -1, at=150, lasts=900)
    found = filled([lone])

    assert found.decide_before(lone.due + 1, Open([other])) == []
    assert found.decide_before(other.session.due, Open([other])) == []
    close(found, [other])
    first, second = found.decide_before(other.session.due + 1, NOTHING_OPEN)
    assert (first.due, second.due) == (other.session.due, other.session.due)

    far = [candidate("C455", at=150.001), candidate("C455", root="AAPL")]
    assert len(filled([lone]).decide_before(lone.due + 1, Open(far))) == 1


def test_earlier_candidate_goes_first_though_its_neighbour_lasts() -> None:
    #   0 waits for an open session at 140 that is out of reach of the one at -100
    waiting, held_up = candidate("C450", at=0), candidate("C455", size=37, at=-100)
    late = candidate("P450", at=140, lasts=700)
    found = filled([waiting, held_up])

    (decision,) = found.decide_before(ms(800), Open([late]))
    assert decision.candidates == (held_up,)

    later = candidate("C460", size=37, at=150)  # out of reach of nothing that is open
    close(found, [later])
    assert found.decide_before(ms(1_000), Open([late])) == []


def test_pool_is_forgotten_with_its_last_candidate() -> None:
    found = filled([candidate("C450"), candidate("C455", at=500), candidate("C450", root="QQQ")])

    found.decide_before(candidate("C450").due + 1, NOTHING_OPEN)
    assert [entry.candidate.key[0] for entry in found.saved()] == [ms(500)]


def test_close_of_a_session_decides_what_ended_by_then() -> None:
    ended, later = candidate("C450", lasts=10), candidate("C455", -1, lasts=10.001)
    found = filled([ended, later])

    assert keys(found.force(ms(10))) == [[ended.key]]
    assert keys(found.force(ms(10))) == []
    assert keys(found.decide_before(FOREVER, NOTHING_OPEN)) == [[later.key]]


def test_close_of_a_session_pairs_what_ended_by_then() -> None:
    early, late = candidate("C450"), candidate("C455", -1, at=30)
    found = filled([early, late])
    found.decide_before(early.due + 1, NOTHING_OPEN)

    assert keys(found.force(ms(30))) == [[early.key, late.key]]
    assert found.saved() == []


def test_close_of_a_session_remembers_what_was_decided() -> None:
    rivals = [candidate("C450"), candidate("C455", -1, at=40), candidate("C460", at=80)]
    found = apart(rivals)
    found.decide_before(rivals[0].due + 1, NOTHING_OPEN)

    assert keys(found.force(ms(200))) == [[rivals[1].key], [rivals[2].key]]


def test_leg_that_the_close_left_behind_is_still_decided() -> None:
    early, late = candidate("C450"), candidate("C455", -1, at=30)
    found = filled([early, late])
    found.decide_before(early.due + 1, NOTHING_OPEN)  # both are grouped, then the close parts them

    assert keys(found.force(ms(0))) == [[early.key]]
    assert keys(found.decide_before(FOREVER, NOTHING_OPEN)) == [[late.key]]


# The reference: everything at once, as the text of errata 8 and 9.4 has it.


def reference(candidates: Sequence[Candidate]) -> list[Keys]:
    found: list[tuple[tuple[int, int, int, str], Keys]] = []
    pools = {(each.leg.contract.underlying, each.revision) for each in candidates}
    for pool in pools:
        members = sorted(
            (c for c in candidates if (c.leg.contract.underlying, c.revision) == pool),
            key=lambda c: c.key,
        )
        for group in groups_of(members):
            legs = [c.leg for c in group]
            legs.sort(key=lambda leg: (leg.contract.expiry, leg.contract.strike_micros, leg.text))
            order = (
                max(due_of(c, candidates, members) for c in group),
                max(leg.end_ts for leg in legs),
                min(leg.start_ts for leg in legs),
                legs[0].text,
            )
            found.append((order, [(leg.start_ts, leg.text) for leg in legs]))
    return [group_keys for _, group_keys in sorted(found)]


def due_of(one: Candidate, candidates: Sequence[Candidate], pool: list[Candidate]) -> int:
    """When everything near is known, and every earlier one near is decided."""
    near = [
        two.session.due
        for two in candidates
        if two.leg.contract.underlying == one.leg.contract.underlying
        and abs(two.leg.start_ts - one.leg.start_ts) <= one.reach_us
    ]
    earlier = [
        due_of(two, candidates, pool)
        for two in pool
        if two.key < one.key and two.leg.start_ts >= one.leg.start_ts - one.reach_us
    ]
    return max([one.due, *near, *earlier])


def groups_of(members: list[Candidate]) -> list[list[Candidate]]:
    partners = {one.key: [two for two in members if fit(one, two) is not None] for one in members}
    mate = {
        one.key: partners[one.key][0]
        for one in members
        if len(partners[one.key]) == 1 and len(partners[partners[one.key][0].key]) == 1
    }
    groups = [
        [one, mate[one.key]] for one in members if one.key in mate and one.key < mate[one.key].key
    ]
    rest = [one for one in members if one.key not in mate]
    while rest:
        rungs = {rest[0].leg.contract.strike_micros: rest[0]}
        for other in rest[1:]:
            if is_rung(rest[0], other):
                rungs.setdefault(other.leg.contract.strike_micros, other)
        group = list(rungs.values()) if len(rungs) >= 3 else rest[:1]
        groups.append(group)
        taken = {each.key for each in group}
        rest = [one for one in rest if one.key not in taken]
    return groups


ROWS = st.lists(
    st.tuples(
        st.sampled_from(("C450", "C455", "C460", "C465", "P450")),
        st.sampled_from((1, 1, 1, -1)),
        st.sampled_from((10, 20, 37, 37, 500)),
        st.sampled_from((0, 10, 30, 50, 51, 80, 100, 101, 150, 3_000)),
        st.sampled_from((0, 5, 400)),
        st.sampled_from(((3, 4), (3, 4), (3,), (4,))),
        st.sampled_from((0, 0, 0, 0, 0, 0, 1)),
        st.sampled_from(
            (250, 250, 250, 250, 250, 250, 2_900)
        ),  # how long the session was held back
    ),
    min_size=2,
    max_size=10,
    unique_by=lambda row: (row[0], row[3], row[6]),
)


def candidates_of(
    rows: Sequence[tuple[str, int, int, float, float, tuple[int, ...], int, float]],
) -> list[Candidate]:
    return [
        candidate(
            name, sign, size, at=at, lasts=lasts, venues=venues, revision=revision,
            due=ms(at + lasts + back), params=NARROW if revision else Params(),
        )
        for name, sign, size, at, lasts, venues, revision, back in rows
    ]  # fmt: skip


DRAWN = ROWS.map(candidates_of)
CUTS = st.lists(st.integers(0, 9_000), max_size=8).map(sorted)


@settings(max_examples=200)
@given(DRAWN)
def test_decisions_are_those_of_the_text(candidates: list[Candidate]) -> None:
    assert keys(filled(candidates).decide_before(FOREVER, NOTHING_OPEN)) == reference(candidates)


def reload(found: Candidates) -> Candidates:
    encoded = msgspec.msgpack.encode(found.saved())
    return Candidates(msgspec.msgpack.decode(encoded, type=SavedCandidates))


@settings(max_examples=200)
@given(DRAWN, CUTS, st.randoms(use_true_random=False))
def test_limits_adding_order_and_restarts_change_nothing(
    candidates: list[Candidate], cuts: list[int], random: Random
) -> None:
    #   a candidate comes with the first limit behind the due of its session, as sessions close
    decisions: list[Decision] = []
    found = Candidates()
    rest = list(candidates)
    random.shuffle(rest)
    for cut in [*map(ms, cuts), FOREVER]:
        close(found, [each for each in rest if each.session.due < cut])
        rest = [each for each in rest if each.session.due >= cut]
        found = reload(found)
        decisions += found.decide_before(cut, Open(rest))

    assert decisions == filled(candidates).decide_before(FOREVER, NOTHING_OPEN)
    assert found.saved() == []


@given(DRAWN, st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 3)), max_size=8))
def test_each_candidate_is_decided_exactly_once_whatever_the_limits(
    candidates: list[Candidate], steps: list[tuple[int, int]]
) -> None:
    #   even if limits jump back and candidates come too late
    found, rest, decisions = Candidates(), list(candidates), []
    for at, count in steps:
        for each in rest[:count]:
            found.add(each)
        rest = rest[count:]
        decisions += found.decide_before(ms(at), NOTHING_OPEN)
    for each in rest:
        found.add(each)
    decisions += found.decide_before(FOREVER, NOTHING_OPEN)

    decided = [each for decision in decisions for each in decision.candidates]
    assert sorted(decided, key=lambda c: (c.key, c.revision)) == sorted(
        candidates, key=lambda c: (c.key, c.revision)
    )


@given(DRAWN, st.integers(0, 400))
def test_close_of_a_session_is_a_wall(candidates: list[Candidate], close: int) -> None:
    ended = [each for each in candidates if each.leg.end_ts <= ms(close)]
    later = [each for each in candidates if each.leg.end_ts > ms(close)]
    found = filled(candidates)

    forced, rest = found.force(ms(close)), found.decide_before(FOREVER, NOTHING_OPEN)

    assert sorted(keys(forced)) == sorted(keys(filled(ended).decide_before(FOREVER, NOTHING_OPEN)))
    assert sorted(keys(rest)) == sorted(keys(filled(later).decide_before(FOREVER, NOTHING_OPEN)))


@given(DRAWN, CUTS, st.integers(0, 400))
def test_close_of_a_session_after_earlier_limits_loses_nobody(
    candidates: list[Candidate], cuts: list[int], close: int
) -> None:
    found, decisions = filled(candidates), []
    for cut in cuts:
        decisions += found.decide_before(ms(cut), NOTHING_OPEN)
    decisions += found.force(ms(close))
    decisions += found.decide_before(FOREVER, NOTHING_OPEN)

    decided = [each for decision in decisions for each in decision.candidates]
    assert len(decided) == len(candidates)


def test_a_removed_leg_frees_its_partner_and_nobody_else() -> None:
    early, late, other = candidate("C450"), candidate("C455", -1, at=30), candidate("C480", 1, 37)
    whole, parted = apart([early, late, other]), apart([early, late, other])
    for found in (whole, parted):
        found.decide_before(early.due + 1, NOTHING_OPEN)  # early and late are a pair from now on

    parted.remove(late, late.due)

    assert keys(whole.decide_before(FOREVER, NOTHING_OPEN)) == [[early.key, late.key]]
    assert parted.decide_before(late.due, NOTHING_OPEN) == []
    assert parted.decide_before(FOREVER, NOTHING_OPEN) == [Decision(late.due, (early,))]
