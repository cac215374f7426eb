"""Alpaca's own bodies and frames, read where they lie beside the project; never copied into it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flow.domain.events import Malformed
from news.models import NewsRevision, NewsStory
from news.stories import Reader, Story, read_story
from tests.support.market import rows
from tests.support.news import NOW, Clocks, store

pytestmark = pytest.mark.realdata
READER = Reader("alpaca", "Alpaca", lambda symbol: False)
LATER = NOW + 10**15
MASKED = "<msgpack Timestamp, masked in source>"


def lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for line in (folder / "wire" / "alpaca" / name).read_text().splitlines():
        yield json.loads(line)


@pytest.fixture
def bodies(shared_data: Path) -> list[dict[str, Any]]:
    """Every story of the REST bodies."""
    names = ("alpaca-py_test_historical_news_data_bodies.jsonl", "alpaca-go_rest_test_bodies.jsonl")
    found = [
        each for name in names for body in lines(shared_data, name) for each in body.get("news", [])
    ]
    assert len(found) >= 4
    return found


@pytest.fixture
def frames(shared_data: Path) -> list[dict[str, Any]]:
    """Every story of the socket's frames; their times are masked in the source."""
    every = lines(shared_data, "alpaca-py_test_websockets_frames.jsonl")
    found = [frame for frame in every if frame.get("T") == "n"]
    assert found
    return found


def read(raw: object) -> Story:
    found = read_story(raw, READER, received_at=LATER)
    assert isinstance(found, Story), found
    return found


def test_every_body_is_a_story_with_its_tags(bodies: list[dict[str, Any]]) -> None:
    for raw in bodies:
        found = read(raw)
        assert found.story_id == raw["id"]
        assert set(found.symbols.resolved) >= set(raw["symbols"])
        assert found.symbols.resolution in {"provider", "mixed"}
        assert json.loads(found.payload) == raw


def test_entities_of_headlines_and_summaries_are_resolved(bodies: list[dict[str, Any]]) -> None:
    texts = [text for each in map(read, bodies) for text in (each.headline, each.summary)]

    assert any("&#" in raw["summary"] for raw in bodies)
    assert not any("&#" in text or "\n" in text for text in texts)


def test_a_body_without_source_takes_its_author(bodies: list[dict[str, Any]]) -> None:
    nameless = [raw for raw in bodies if "source" not in raw]

    assert nameless
    assert [read(raw).source for raw in nameless] == [raw["author"] for raw in nameless]


def test_a_url_without_a_host_is_none(bodies: list[dict[str, Any]]) -> None:
    for raw in bodies:
        assert read(raw).url == ("" if raw["url"] == "https://" else raw["url"])


def test_a_frame_with_a_masked_time_is_refused_and_with_one_is_a_story(
    frames: list[dict[str, Any]],
) -> None:
    for raw in frames:
        bad = read_story(raw, READER, received_at=LATER)
        assert isinstance(bad, Malformed)
        assert (bad.reason, MASKED in bad.detail) == ("bad_time", True)
        times = {"created_at": "2024-06-17T13:00:00Z", "updated_at": "2024-06-17T13:00:01Z"}
        assert set(read(raw | times).symbols.provider) == set(raw["symbols"])


@pytest.mark.usefixtures("log_db")
def test_bodies_and_frames_stored_twice_are_there_once(
    bodies: list[dict[str, Any]], frames: list[dict[str, Any]]
) -> None:
    clocks = Clocks(LATER)
    store(*bodies, *frames, *bodies, clocks=clocks)

    stored = {each.story_id for each in NewsStory.objects.all()}
    assert stored == {raw["id"] for raw in bodies}
    assert NewsRevision.objects.count() == len(stored)
    assert rows("SELECT DISTINCT reason FROM quarantine") == [("bad_time",)]
