"""Golden group G10 strict and the chains of equal alerts (options-engine.md 14.2, errata 34)."""

import msgspec
import pytest

from flow.domain.events import LogEntry
from signals.engine.alerts import (
    MAX_DEDUPE_WINDOW_US,
    Chain,
    Merged,
    admit,
    forget_old,
    revise_chain,
    score_alert,
    severity_of,
    unusual_of,
)
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Alert, EvidenceLink
from tests.support.engine_builders import SPY_PUT, clock, ms, stamped

PARAMS = Params()
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("inputs", "points", "severity"),
    [
        ((180_000, 0.8972, 0.956, 0.25), 62, "medium"),
        ((180_000, 0.7372, 0.956, 0.25), 57, "medium"),  # errata 11
        ((75_500, 0.6, 0.9, 0.25), 47, "low"),
        ((2_500_000, 0.9, 0.95, 0.8), 85, "high"),
        ((0, 0.0, 0.0, 0.0), 0, "low"),
        ((10_000, 0.0, 0.0, 0.0), 0, "low"),
        ((10_000_000, 1.0, 1.0, 1.0), 100, "high"),
        ((10**12, 2.0, 2.0, 2.0), 100, "high"),
    ],
)
def test_golden_score(
    inputs: tuple[float, float, float, float], points: int, severity: str
) -> None:
    found = score_alert(*inputs, suppressed=False, params=PARAMS)

    assert (found.points, found.severity) == (points, severity)


def test_cold_baseline_counts_a_quarter_and_says_so() -> None:
    cold = score_alert(180_000, 0.8972, 0.956, None, suppressed=False, params=PARAMS)
    warm = score_alert(180_000, 0.8972, 0.956, 0.25, suppressed=False, params=PARAMS)

    assert cold.points == warm.points
    assert cold.breakdown[3] == {
        "term": "unusual", "value": 0.25, "weight": 0.15, "points": 3.75, "note": "baseline_cold",
    }  # fmt: skip
    assert "note" not in warm.breakdown[3]


def test_breakdown_is_the_golden_sum() -> None:
    found = score_alert(180_000, 0.8972, 0.956, None, suppressed=False, params=PARAMS)

    assert [(part["term"], part["points"]) for part in found.breakdown] == [
        ("premium", 16.74),
        ("confidence", 26.92),
        ("evidence_quality", 14.34),
        ("unusual", 3.75),
    ]
    assert "note" not in found.breakdown[1]


def test_suppression_caps_a_high_score_and_shows_what_it_cost() -> None:
    found = score_alert(2_500_000, 0.9, 0.95, 0.8, suppressed=True, params=PARAMS)

    assert (found.points, found.severity) == (74, "medium")
    assert found.breakdown[-1] == {
        "term": "suppression_cap", "value": None, "weight": None, "points": -11,
    }  # fmt: skip


def test_suppression_leaves_a_lower_score() -> None:
    found = score_alert(180_000, 0.8972, 0.956, None, suppressed=True, params=PARAMS)

    assert found.points == 62
    assert len(found.breakdown) == 4


@pytest.mark.parametrize(
    ("points", "severity"), [(75, "high"), (74, "medium"), (50, "medium"), (49, "low")]
)
def test_severity(points: int, severity: str) -> None:
    assert severity_of(points, PARAMS) == severity


def alert(ts: int, score: int, uid: bytes = b"", key: str = "SPY|x|bullish") -> Alert:
    return Alert(
        uid=uid or ts.to_bytes(16), ts=ts, cause_seq=1, ordinal=0, event_uid=b"e", packet_uid=b"p",
        packet_ts=ts, contract="", underlying="SPY", tuning_revision=0, score=score, severity="low",
        direction="bullish", primary_profile=None, classifier_ids=("x",), print_count=1, size=1,
        premium_micros=1, evidence_quality=1.0, headline="", breakdown=[], explanations=[],
        dedupe_key=key,
    )  # fmt: skip


def test_first_alert_opens_a_chain() -> None:
    chains: dict[str, Chain] = {}
    first = alert(0, 50)

    assert admit(chains, first, PARAMS) is first
    assert chains == {"SPY|x|bullish": Chain(0, first.uid, 0, 50, 3)}


#   0 s: 50 opens.  10 s: 54 is merged.  20 s: 55 supersedes.  59.9 s: 59 is merged (55 stands).
#   60 s from the FIRST emission: a new chain.
def test_chain_merges_supersedes_and_ends() -> None:
    chains: dict[str, Chain] = {}
    first, better = alert(0, 50), alert(20 * SECOND, 55)
    admit(chains, first, PARAMS)

    merged = admit(chains, alert(10 * SECOND, 54), PARAMS)
    superseding = admit(chains, better, PARAMS)
    merged_again = admit(chains, alert(59_900_000, 59), PARAMS)
    merged_too = admit(chains, alert(59_950_000, 10), PARAMS)
    fresh = admit(chains, alert(60 * SECOND, 10), PARAMS)

    assert merged == Merged(first.uid, 0, 3)
    assert isinstance(superseding, Alert)
    assert superseding.supersedes == first.uid
    assert merged_again == Merged(better.uid, better.ts, 3)
    assert merged_too == Merged(better.uid, better.ts, 4)
    assert isinstance(fresh, Alert)
    assert fresh.supersedes is None


def test_other_key_is_another_chain() -> None:
    chains: dict[str, Chain] = {}
    admit(chains, alert(0, 50), PARAMS)

    other = alert(1, 50, key="SPY|x|bearish")

    assert admit(chains, other, PARAMS) is other


def test_window_of_zero_never_merges() -> None:
    chains: dict[str, Chain] = {}
    params = Params.from_values({"alert_dedupe_window_s": 0})
    admit(chains, alert(0, 50), params)

    assert isinstance(admit(chains, alert(0, 50, uid=b"2"), params), Alert)


ROSE, FELL = "SPY|x|bullish", "SPY|x|bearish"


def revised(chains: dict[str, Chain], first: Alert, key: str, *, withdrawn: bool = False) -> None:
    again = msgspec.structs.replace(first, rev=1, score=40, dedupe_key=key, withdrawn=withdrawn)
    revise_chain(chains, first.dedupe_key, again, PARAMS)


def test_revised_alert_is_the_bar_for_the_next_one() -> None:
    chains: dict[str, Chain] = {}
    first = alert(0, 50)
    admit(chains, first, PARAMS)

    revised(chains, first, ROSE)

    assert chains == {ROSE: Chain(0, first.uid, 0, 40, 3)}


def test_withdrawn_alert_ends_its_chain() -> None:
    chains: dict[str, Chain] = {}
    first = alert(0, 50)
    admit(chains, first, PARAMS)

    revised(chains, first, ROSE, withdrawn=True)

    assert chains == {}


#   0 s: bullish.  Its revision says bearish: what is bullish is new again, what is bearish is not.
def test_alert_that_reads_otherwise_now_meets_its_new_equals() -> None:
    chains: dict[str, Chain] = {}
    first = alert(0, 50)
    admit(chains, first, PARAMS)

    revised(chains, first, FELL)
    rises, falls = alert(10 * SECOND, 50), alert(20 * SECOND, 44, key=FELL)

    assert admit(chains, rises, PARAMS) is rises
    assert admit(chains, falls, PARAMS) == Merged(first.uid, 0, 3)
    assert isinstance(admit(chains, alert(60 * SECOND, 40, key=FELL), PARAMS), Alert)


#   The alert of 100 s turns bearish. A bearish chain of 41 s still runs then, one of 40 s is over.
@pytest.mark.parametrize(("start_s", "open_at_s"), [(41, 41), (40, 100), (110, 110)])
def test_running_chain_of_the_new_reading_goes_on(start_s: int, open_at_s: int) -> None:
    chains: dict[str, Chain] = {}
    first = alert(100 * SECOND, 50)
    admit(chains, alert(start_s * SECOND, 50, key=FELL), PARAMS)
    admit(chains, first, PARAMS)

    revised(chains, first, FELL)

    assert [(key, chain.open_ts) for key, chain in chains.items()] == [(FELL, open_at_s * SECOND)]


def test_revision_of_an_alert_that_was_replaced_leaves_the_chain() -> None:
    chains: dict[str, Chain] = {}
    first, better = alert(0, 50), alert(1, 60)
    admit(chains, first, PARAMS)
    admit(chains, better, PARAMS)
    before = dict(chains)

    revised(chains, first, FELL)

    assert chains == before
    revised({}, first, FELL)  # and so where it was forgotten


def test_old_chains_are_forgotten_in_the_order_of_their_starts() -> None:
    chains: dict[str, Chain] = {}
    admit(chains, alert(0, 50, key="a"), PARAMS)
    admit(chains, alert(1, 50, key="b"), PARAMS)
    admit(chains, alert(90 * SECOND, 50, key="a"), PARAMS)

    forget_old(chains, 600 * SECOND + 1, 0)
    assert list(chains) == ["b", "a"]
    forget_old(chains, 600 * SECOND + 2, 0)
    assert list(chains) == ["a"]
    forget_old(chains, 2_000 * SECOND, 0)
    assert chains == {}


@pytest.mark.parametrize(("behind", "kept"), [(0, True), (1, False)])
def test_chain_is_kept_as_long_as_a_packet_may_still_reach_it(behind: int, kept: bool) -> None:
    chains = {"k": Chain(0, b"", 0, 50, 3)}

    forget_old(chains, MAX_DEDUPE_WINDOW_US + 5 + behind, 5)

    assert bool(chains) is kept


@pytest.mark.parametrize(
    ("premium_z", "size_z", "unusual"),
    [
        (None, None, None),
        (3.0, None, 0.5),
        (None, 1.5, 0.25),
        (3.0, 4.5, 0.75),
        (-1.0, -3.0, -1 / 6),
    ],
)
def test_the_larger_deviation_is_how_unusual_a_packet_is(
    premium_z: float | None, size_z: float | None, unusual: float | None
) -> None:
    assert unusual_of(Features(premium_z=premium_z, size_z=size_z)) == unusual


#   0 s: 460 C opens the chain.  200 s: 455 C, held up at once by 450 P, which prints until 750 s.
#   Under the longest gap and span that tuning allows, 455 C is certain only then.
@pytest.mark.parametrize("every_s", [10, 10_000])
def test_packet_that_waited_long_still_meets_its_chain(every_s: int) -> None:
    params = Params.from_values(
        {"alert_dedupe_window_s": 600, "cluster_gap_ms": 60_000, "cluster_max_span_ms": 600_000}
    )
    prints = [
        stamped(seq=1, ts=ms(0), contract="SPY-2025-01-17-460-C", size=2_000),
        stamped(seq=2, ts=ms(200_000), contract="SPY-2025-01-17-455-C", size=2_000),
        *(
            stamped(seq=3 + n, ts=ms(200_050 + 50_000 * n), contract=SPY_PUT, size=37, venue=9)
            for n in range(12)
        ),
    ]
    clocks = [clock(1_000 + s, ms(s * 1_000) - 1) for s in range(1, 1_500, every_s)]
    entries: list[LogEntry] = sorted([*prints, *clocks], key=lambda entry: entry.ts)

    rows = step(new_state(), [*entries, clock(9_999, ms(1_500_000))], params)

    calls = [row.contract for row in rows if isinstance(row, Alert) and row.contract[-1] == "C"]
    merged = [row for row in rows if isinstance(row, EvidenceLink) and row.role == "merged"]
    assert (calls, len(merged)) == (["SPY-2025-01-17-460-C"], 1)
