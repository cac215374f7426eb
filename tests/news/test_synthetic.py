"""The seeded newswire: the same for everybody, at any time, with something of everything."""

import json

import pytest

from flow.domain.units import MINUTE_US
from ingest.synthetic.universe import universe
from news.gapfill import fill
from news.revisions import judge, known_of
from news.stories import Reader, Story, read_story
from news.synthetic import SYMBOLS, SyntheticNews
from tests.support.news import NOW, SECOND

READER = Reader("synthetic", "Synthetic Wire", frozenset(SYMBOLS).__contains__)
MINUTE = MINUTE_US


class Wall:
    """A clock that sleeping moves."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


def wire(wall: Wall, *, seed: int = 11, rate: float = 2.0) -> SyntheticNews:
    return SyntheticNews(seed, rate, wall=wall, sleep=wall.sleep)


def stories(count: int = 40, **options: float) -> list[Story]:
    """Return the last items of the wire, oldest first."""
    made = wire(Wall(), **options)  # type: ignore[arg-type]
    newest = NOW // (MINUTE // 2)
    found = [
        read_story(made.item(slot), READER, received_at=NOW)
        for slot in range(newest - count, newest)
    ]
    assert all(isinstance(each, Story) for each in found)
    return [each for each in found if isinstance(each, Story)]


def test_the_symbols_are_those_of_the_synthetic_market() -> None:
    assert set(SYMBOLS) <= set(universe().by_symbol)


def test_equal_seeds_tell_equal_stories_and_others_do_not() -> None:
    assert stories() == stories()
    assert {each.story_id for each in stories()} & {
        each.story_id for each in stories(seed=12)
    } == set()


def test_a_wire_has_something_of_everything() -> None:
    found = stories()
    resolved = [len(each.symbols.resolved) for each in found]

    assert {each.state for each in found} == {"new", "updated", "corrected"}
    assert {0, 1, 3} <= set(resolved)
    assert {way for each in found for symbol in each.symbols.found for way in symbol.methods} == {
        "provider", "exchange_prefix", "cashtag", "anchor",
    }  # fmt: skip


def test_of_ten_items_one_says_nothing_new_and_none_contradicts() -> None:
    known: dict[int, list[Story]] = {}
    verdicts = []
    for each in stories(40):
        before = known.setdefault(each.story_id, [])
        verdicts.append(judge(each, [known_of(old) for old in before]))
        before.append(each)

    assert verdicts.count("no-op") == 4
    assert verdicts.count("conflict") == 0


def test_no_item_says_what_kind_it_was_made_as() -> None:
    made = wire(Wall())
    text = json.dumps([made.item(slot) for slot in range(100)]).lower()

    assert not any(word in text for word in ("fresh", "no-op", "noop", "scenario", "several"))


def test_history_pages_give_every_slot_once() -> None:
    made = wire(Wall(), rate=6)
    before, seen = None, []
    while True:
        page = made.fetch_page(before=before, after=NOW - 30 * MINUTE, limit=50)
        seen += [each["updated_at"] for each in page.items]
        before = page.before
        if before is None:
            break

    assert len(seen) == len(set(seen)) == 30 * 6 + 1
    assert seen == sorted(seen, reverse=True)


def test_what_was_missed_is_in_the_history_of_another_process() -> None:
    wall = Wall()
    live = wire(wall).live()
    heard = []
    for _ in range(4_000):
        heard += live.read(100, 1.0)

    filled = fill(
        lambda before, after: wire(wall).fetch_page(before=before, after=after, limit=50), NOW
    )
    texts = [json.dumps(each) for each in filled.items]
    assert {json.dumps(each) for each in heard} <= set(texts)
    assert len(heard) > 4_000 // 30


def test_a_live_read_waits_no_longer_than_asked_and_gives_only_what_is_due() -> None:
    wall = Wall()
    live = wire(wall, rate=60).live()

    assert live.read(10, 0.25) == []
    assert wall.now == NOW + SECOND // 4
    assert [len(live.read(10, 2.0)) for _ in range(3)] == [1, 1, 1]
    wall.now += 5 * SECOND
    assert [len(live.read(2, 0.0)) for _ in range(4)] == [2, 2, 1, 0]
    live.close()


@pytest.mark.parametrize("rate", [0, 0.05, 6_001, -1])
def test_a_rate_out_of_bounds_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=f"rate is {rate} stories a minute; expected 0.1 to 6000"):
        wire(Wall(), rate=rate)
