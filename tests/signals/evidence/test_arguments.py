"""Both sides of an event come from the event itself, whether or not it has an alert."""

from typing import Any

import pytest

from flow.domain.events import LogEntry
from signals.evidence.arguments import Arguments, arguments_of
from tests.signals.engine.test_rule_scenarios import BOX, JUN, leg
from tests.signals.evidence.builders import found_of
from tests.support.engine_builders import ms

QUARTER_MS = 15 * 60_000
DECLINED = leg("C480", "ask", 900, usd=0.5, bid_micros=300_000, expiry=JUN)
FLAT = leg("P300", "mid", 1, ts=ms(QUARTER_MS - 1_000), seq=7)


def texts(items: list[Any]) -> list[str]:
    return [item["text"] for item in items]


@pytest.mark.parametrize(
    "entries",
    [
        [leg("C450", "ask", 900)],
        [leg("C450", "ask", 1_900, usd=0.5, expiry=JUN)],
        [leg("C480", "ask", 2_900, usd=0.9, bid_micros=700_000, expiry=JUN)],
        BOX,
    ],
)
def test_the_sides_of_an_alert_are_what_it_stores(entries: list[LogEntry]) -> None:
    found = found_of(*entries)
    sides = arguments_of(found)
    assert found.alert is not None

    stored = found.alert.explanations
    assert texts(sides.support) == texts([item for item in stored if item["role"] == "for"])
    assert texts(sides.doubt) == texts([item for item in stored if item["role"] == "against"])
    for mine, theirs in zip([*sides.support, *sides.doubt], stored, strict=True):
        assert (mine["values"], mine["thresholds"]) == (theirs["values"], theirs["thresholds"])


def test_a_decline_names_its_doubts() -> None:
    found = found_of(DECLINED)
    sides = arguments_of(found)

    assert found.event.abstained
    assert found.alert is None
    assert sides.doubt[0]["text"] == "The quote was 5,000 basis points wide; 800 and more count."
    assert sides.doubt[0]["values"]["penalty"] == 0.48
    assert "It is a single print." in texts(sides.doubt)
    assert any("reach the floors of an event" in text for text in texts(sides.support))
    assert {"wide_spread_bps", "eligible_min_size", "special_min_ratio"} - sides.cited == {
        "special_min_ratio"
    }


def test_doubts_hold_the_limits_of_the_packets_revision() -> None:
    sides = arguments_of(found_of(DECLINED, wide_spread_bps=777, no_longer_a_parameter=1))

    assert any("; 777 and more count" in text for text in texts(sides.doubt))


def test_a_reading_that_was_not_followed_has_that_against_it() -> None:
    found = found_of(leg("C450", "ask", 900), FLAT)
    sides = arguments_of(found)

    assert found.alert is not None
    (late,) = [item for item in sides.doubt if item.get("rule") == "no_follow_through"][:1]
    assert "15 minutes later" in late["text"]
    assert not any(item.get("rule") == "no_follow_through" for item in sides.support)


def test_what_holds_a_hypothesis_down_is_against_it() -> None:
    found = found_of(DECLINED)
    found.event.scores[0]["pin"] = "retail_frenzy_guard"
    sides = arguments_of(found)

    assert all("rule" in item for item in sides.support)
    assert any("reach the floors of an event" in text for text in texts(sides.doubt))


def test_a_packet_that_is_no_event_has_no_sides() -> None:
    assert arguments_of(found_of(leg("C450", "ask", 9))) == Arguments()


def test_an_event_that_was_taken_back_has_no_sides() -> None:
    found = found_of(DECLINED)
    found.event.scores.clear()

    assert arguments_of(found) == Arguments()
