"""Sentences of a rule on the evidence page: numbers by their names, units, absences said."""

import re
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string

from signals.engine.features import Features, as_mapping
from signals.evidence.record import Value, sentence_of


def values(**told: Any) -> list[Value]:
    return sentence_of({"text": "x", "values": told}).values


@pytest.mark.parametrize(
    ("key", "value", "label", "words"),
    [
        ("premium_usd", 50_400.0, "premium", "50,400 USD"),
        ("premium_usd", None, "premium", "—"),
        ("total_size", 1_200, "size", "1,200 contracts"),
        ("count", 1, "prints", "1"),
        ("span_ms", 90.5, "first to last print", "90.5 ms"),
        ("buy_raw", 0.7895, "share at the ask or above", "0.7895 ratio"),
        ("nbbo_spread_bps", 241.0, "spread relative to mid", "241 bps"),
        ("premium_z", 3.25, "premium against its usual", "3.25 z"),
        ("size_z_n", 12, "packets behind the usual size", "12"),
        ("quote_state", "wide", "state of the quote", "wide"),
        ("sweep", True, "sweep", "yes"),
        ("structure_signs", [1, -1], "sides of the legs", "1, -1"),
        ("structure_leg_sizes", [200, 190], "sizes of the legs", "200, 190 contracts"),
        ("conditions", [], "trade conditions", "—"),
        ("open_interest", 0, "open interest", "0 contracts"),
        ("confidence", 0.65, "confidence", "0.65"),
        ("points", 0.12, "points", "0.12"),
        ("mid_at_end", 450.5, "mid at end", "450.5"),
        ("gone_feature", None, "gone feature", "—"),
    ],
)
def test_a_number_has_a_name_and_a_unit(key: str, value: Any, label: str, words: str) -> None:
    assert values(**{key: value}) == [Value(key, label, words)]


def test_features_come_before_the_numbers_of_the_rule() -> None:
    found = values(points=0.2, premium_usd=1.0, confidence=0.5, count=2)

    assert [value.key for value in found] == ["premium_usd", "count", "points", "confidence"]


def test_every_feature_can_be_shown() -> None:
    features = as_mapping(Features())

    assert [value.key for value in values(**features)] == list(features)


def test_a_sentence_without_numbers_has_none() -> None:
    found = sentence_of({"text": "A tape cannot show it.", "rule": "call_sweep"})

    assert (found.text, found.rule) == ("A tape cannot show it.", "call sweep")
    assert found.values == []
    assert found.thresholds == []


def test_the_page_shows_label_and_unit_and_keeps_the_key() -> None:
    item = {
        "text": "Premium < limit.",
        "rule": "unusual_contract_spike",
        "values": {"premium_usd": 50_400.0, "<b>": 1},
        "thresholds": {"spike_min_premium_usd": 40_000},
    }
    html = render_to_string("signals/evidence/sentence.html", {"item": sentence_of(item)})
    pairs = re.findall(r'<dt(?: title="([^"]*)")?>(.*?)</dt><dd[^>]*>(.*?)</dd>', html)

    assert "<summary>Premium &lt; limit.</summary>" in html
    assert [tuple(map(unescape, pair)) for pair in pairs] == [
        ("", "rule", "unusual contract spike"),
        ("premium_usd", "premium", "50,400 USD"),
        ("<b>", "<b>", "1"),
        ("", "limit spike_min_premium_usd", "40,000"),
    ]
    assert len(html) < 600
