"""The catalogue of features, and that what sentences cite leads to evidence (2.8, 12.4, 16)."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given

from signals.engine.classifiers.registry import classify
from signals.engine.doubts import against
from signals.engine.facts import Fact, facts_of
from signals.engine.features import Features, as_mapping
from signals.engine.meanings import MEANINGS, Basis, Role
from signals.engine.params import PARAMETERS, Params
from signals.engine.profiles.registry import score_profiles
from signals.engine.records import Alert, ClassifierHit, EvidenceLink
from tests.signals.engine.test_explanations_say_numbers import features, structures
from tests.signals.engine.test_profile_scenarios import LEADS
from tests.signals.engine.test_scenarios import ASK, BID, BURST, MID, NAME_PUT, fills, results

PARAMS = Params()
UNITS = {
    "text", "count", "flag", "sign", "contracts", "prints", "days", "ms", "USD", "bps", "ratio",
    "z", "vol", "nats", "per USD", "USD per 1.00 of vol", "USD per day",
}  # fmt: skip
# What the end of a key says of its unit; the listed keys mean something else by it.
BY_SUFFIX = {
    "_usd": "USD",
    "_bps": "bps",
    "_z": "z",
    "_ms": "ms",
    "_scope": "text",
    "_raw": "ratio",
}
# Tapes through the whole step: bought, sold, inside, single, quiet, a minute bar.
TAPES = {
    "sweep": fills(*BURST),
    "put sold": fills((0, 300, BID, 3), (40, 300, BID, 5), (90, 300, BID, 10), contract=NAME_PUT),
    "inside": fills((0, 400, MID, 3), (40, 400, MID, 5), (90, 400, MID, 10)),
    "single": fills((0, 2_000, ASK, 3)),
}


def test_every_field_has_a_meaning_and_nothing_else_does() -> None:
    assert list(MEANINGS) == list(Features.__struct_fields__)


@pytest.mark.parametrize("key", MEANINGS)
def test_a_meaning_is_whole(key: str) -> None:
    meaning = MEANINGS[key]

    assert 1 <= len(meaning.label) <= 48
    assert meaning.label == meaning.label.strip()
    assert "_" not in meaning.label
    assert meaning.unit in UNITS
    assert meaning.basis in get_args(Basis)
    assert meaning.roles
    assert set(meaning.roles) <= set(get_args(Role))
    assert len(set(meaning.roles)) == len(meaning.roles)
    assert meaning.roles == ("none",) or "none" not in meaning.roles


def test_labels_tell_features_apart() -> None:
    assert len({meaning.label for meaning in MEANINGS.values()}) == len(MEANINGS)


@pytest.mark.parametrize("key", MEANINGS)
def test_units_are_those_that_the_key_names(key: str) -> None:
    for suffix, unit in BY_SUFFIX.items():
        if key.endswith(suffix):
            assert MEANINGS[key].unit == unit
    if key.endswith("_count"):
        assert MEANINGS[key].unit in {"prints", "count"}
    if key.endswith(("_ratio", "_share", "coverage")):
        assert MEANINGS[key].unit == "ratio"


@pytest.mark.parametrize("field", msgspec.structs.fields(Features), ids=lambda field: field.name)
def test_units_fit_the_type_of_the_field(field: Any) -> None:
    unit, kind = MEANINGS[field.name].unit, str(field.type)

    assert (unit == "flag") is ("bool" in kind)
    assert (unit == "text") is (("str" in kind and "dict" not in kind) or "Literal" in kind)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("premium_usd", ("premium", "USD", "derived", ("member",))),
        ("total_size", ("size", "contracts", "derived", ("member",))),
        ("buy_raw", ("share at the ask or above", "ratio", "derived", ("member", "quote"))),
        ("imbalance", ("imbalance of the sides", "ratio", "inferred", ("member", "quote"))),
        ("nbbo_bid", ("bid", "USD", "measured", ("member", "quote"))),
        ("underlying_mid", ("underlying", "USD", "derived", ("member", "spot"))),
        ("premium_z", ("premium against its usual", "z", "derived", ("member", "baseline"))),
        ("spread_z", (
            "spread against its usual", "z", "derived", ("member", "quote", "baseline"),
        )),
        ("delta", ("delta", "ratio", "inferred", ("member", "quote", "spot"))),
        ("iv_shock", (
            "volatility above its usual", "vol", "inferred",
            ("member", "quote", "spot", "baseline"),
        )),
        ("days_to_event", ("days to the event", "days", "derived", ("member", "calendar"))),
        ("open_interest", ("open interest", "contracts", "measured", ("none",))),
        ("sweep", ("sweep", "flag", "inferred", ("member", "quote"))),
        ("structure_type", ("structure", "text", "inferred", ("member", "quote"))),
    ],
)  # fmt: skip
def test_meanings(key: str, expected: tuple[str, str, str, tuple[str, ...]]) -> None:
    meaning = MEANINGS[key]
    assert (meaning.label, meaning.unit, meaning.basis, meaning.roles) == expected


@pytest.mark.parametrize("role", ["quote", "spot", "baseline", "calendar"])
def test_what_rests_on_more_than_the_prints_rests_on_them_too(role: str) -> None:
    resting = [meaning for meaning in MEANINGS.values() if role in meaning.roles]

    assert resting
    assert all(meaning.roles[0] == "member" for meaning in resting)


def test_facts_come_in_the_order_asked_for() -> None:
    known = as_mapping(Features(premium_usd=50_400.0, otm_pct=None))

    assert facts_of(known, ("premium_usd", "otm_pct")) == [
        Fact(
            key="premium_usd", label="premium", value=50_400.0, unit="USD", basis="derived",
            roles=("member",),
        ),
        Fact(
            key="otm_pct", label="distance out of the money", value=None, unit="ratio",
            basis="derived", roles=("member", "spot"),
        ),
    ]  # fmt: skip
    assert facts_of(known, ()) == []


def test_a_key_that_is_no_feature_is_refused() -> None:
    with pytest.raises(KeyError, match="confidence"):
        facts_of({"confidence": 0.5}, ("confidence",))


def check(items: list[dict[str, Any]]) -> None:
    """Every cited key is a fact with a role; what else a sentence limits itself by is tuned."""
    tuned = {parameter.key for parameter in PARAMETERS} | {"cap"}
    for item in items:
        found = facts_of(item["values"], item["keys"])
        assert all(fact.roles for fact in found), item["text"]
        assert [fact.value for fact in found] == [item["values"][key] for key in item["keys"]]
        assert set(item["thresholds"]) <= tuned, item["text"]


@given(features() | structures())
def test_what_rules_and_doubts_cite_are_facts(found: Features) -> None:
    for verdict in classify(found, "SPY 17JAN25 450C", PARAMS):
        check(list(verdict.sentences))
    check(against(found, PARAMS))


@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: str(lead[0]))
def test_what_hypotheses_cite_are_facts(lead: Any) -> None:
    for score in score_profiles(Features(**lead[1]), PARAMS):
        cited = [term.values for term in score.terms] + [doubt.values for doubt in score.penalties]
        for numbers in cited:
            facts = facts_of(numbers, numbers)
            assert facts
            assert all(fact.roles for fact in facts)


@pytest.mark.parametrize("name", TAPES)
def test_what_the_step_says_leads_to_links_that_exist(name: str) -> None:
    rows = results(TAPES[name])
    linked = {row.role for row in rows if isinstance(row, EvidenceLink)}
    spoken = [
        item for row in rows if isinstance(row, ClassifierHit | Alert) for item in row.explanations
    ]

    assert spoken
    check(spoken)
    for item in spoken:
        for fact in facts_of(item["values"], item["keys"]):
            assert set(fact.roles) - {"baseline", "calendar", "none"} <= linked, fact
