"""Parent events: what leads, what the rules said, and why an event declines or is taken back."""

from signals.engine.case import Case
from signals.engine.classifiers.shared import Verdict, silent
from signals.engine.events import build_event, withdraw_event
from signals.engine.features import Features
from signals.engine.judgement import Judgement
from signals.engine.packets import build_packet
from signals.engine.params import Params
from signals.engine.profiles.shared import Penalty, ProfileScore, Term
from signals.engine.records import SmartMoneyEvent
from signals.engine.rulings import Ruling
from signals.engine.tally import Tally

PARAMS = Params()
LEAD = ProfileScore(
    profile_id="institutional_directional", raw=0.9, score=0.74, direction="bullish",
    terms=(
        Term("premium", 0.25, "Much.", {"premium_usd": 9.0}, {"profile_premium_usd": 120_000}),
    ),
    penalties=(
        Penalty(
            "wide_quote_context", 0.48, "Wide.", {"nbbo_spread_bps": 900.0},
            {"wide_spread_bps": 800},
        ),
    ),
    pin="retail_frenzy_guard",
)  # fmt: skip
RIVAL = ProfileScore(profile_id="vol_seller", raw=0.5, score=0.5, direction="neutral", terms=())
VERDICTS = [
    Verdict(classifier_id="a", fired=True, confidence=0.7, direction="bullish"),
    silent("b", "no_sweep"),
]


def judged(primary: ProfileScore | None, *reasons: str) -> Judgement:
    return Judgement((LEAD, RIVAL), primary, "medium", 0.24, ("vol_seller",), reasons)


def case_of(features: Features, rev: int = 0) -> Case:
    packet = build_packet(
        [], "SPY-2025-01-17-450-C", "SPY", Ruling(7, PARAMS), Tally(), features,
        identity="it", ts=10, end_ts=20, cause_seq=99, ordinal=4, rev=rev,
    )  # fmt: skip
    return Case(packet, features, "SPY 17JAN25 450C", PARAMS, "it")


def event_of(
    primary: ProfileScore | None = LEAD, *reasons: str, features: Features | None = None
) -> SmartMoneyEvent:
    case = case_of(features or Features(special_size_ratio=0.4, coverage=1.0))
    flow = {"boost": {"factor": 1.1}}
    return build_event(case, VERDICTS, judged(primary, *reasons), flow, quality=0.9, ordinal=5)


def test_event_reads_as_its_leading_profile() -> None:
    found = event_of()

    assert (found.direction, found.primary_profile) == ("bullish", "institutional_directional")
    assert (found.abstained, found.abstain_reasons) == (False, ())
    assert (found.ts, found.packet_ts, found.cause_seq, found.ordinal) == (20, 10, 99, 5)
    assert (found.tuning_revision, found.rev, found.evidence_quality) == (7, 0, 0.9)
    assert found.suppressed_reasons == ("special_print_or_complex_context",)


def test_thin_lead_caps_the_band_of_the_best_score_too() -> None:
    best, rival = event_of().scores  # judged medium with a score of 0.74

    assert (best["score"], best["band"]) == (0.74, "medium")
    assert (rival["score"], rival["band"]) == (0.5, "low")


def test_event_holds_the_scores_with_what_made_them() -> None:
    lead, rival = event_of().scores

    assert lead == {
        "profile_id": "institutional_directional", "score": 0.74, "raw": 0.9, "band": "medium",
        "direction": "bullish", "pin": "retail_frenzy_guard", "calibrated_probability": None,
        "calibration_version": None,
        "reasons": [{"code": "premium", "contribution": 0.25, "text": "Much.",
                     "values": {"premium_usd": 9.0},
                     "thresholds": {"profile_premium_usd": 120_000}}],
        "penalties": [{"code": "wide_quote_context", "value": 0.48, "text": "Wide.",
                       "values": {"nbbo_spread_bps": 900.0},
                       "thresholds": {"wide_spread_bps": 800}}],
    }  # fmt: skip
    assert (rival["profile_id"], rival["band"], rival["reasons"]) == ("vol_seller", "low", [])


def test_event_holds_rules_lead_and_flow() -> None:
    assert event_of().features == {
        "rules": [
            {"classifier_id": "a", "fired": True, "confidence": 0.7, "reason": None},
            {"classifier_id": "b", "fired": False, "confidence": None, "reason": "no_sweep"},
        ],
        "band": "medium", "margin": 0.24, "alternatives": ["vol_seller"],
        "flow": {"boost": {"factor": 1.1}},
    }  # fmt: skip


def test_event_that_declines_has_no_direction() -> None:
    found = event_of(None, "below_score_floor")

    assert (found.abstained, found.abstain_reasons) == (True, ("below_score_floor",))
    assert (found.direction, found.primary_profile) == ("unknown", None)
    assert len(found.scores) == 2


def test_structure_is_a_multi_leg_event() -> None:
    assert event_of().event_kind == "single_leg_event"
    assert event_of(features=Features(structure_type="vertical")).event_kind == "multi_leg_event"


def test_event_without_flow_leaves_it_out() -> None:
    found = build_event(case_of(Features()), VERDICTS, judged(LEAD), {}, quality=0.9, ordinal=0)

    assert "flow" not in found.features


def test_withdrawn_event_keeps_its_identity_and_says_why() -> None:
    taken = withdraw_event(case_of(Features(), rev=2), "cancelled", ordinal=8)

    assert (taken.uid, taken.rev, taken.ordinal) == (event_of().uid, 2, 8)
    assert (taken.abstained, taken.abstain_reasons) == (True, ("cancelled",))
    assert (taken.direction, taken.primary_profile) == ("unknown", None)
    assert (taken.scores, taken.features, taken.evidence_quality) == ([], {}, 0.0)
