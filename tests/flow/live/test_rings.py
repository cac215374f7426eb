"""The shared views: whatever a socket missed, it ends with the same page as everybody else."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from flow.live.rings import BlockView, Entry, Part, Position, RowView


def row(key: int, revision: int = 0) -> Entry:
    return Entry(f"{key:05d}", revision, f"<{key}.{revision}>")


def view(*keys: int, limit: int = 5, ring: int = 3) -> RowView:
    made = RowView(limit, str, ring=ring)
    made.reset(row(key) for key in keys)
    return made


def snapshot(of: RowView) -> tuple[str, ...]:
    part, _ = of.since(None)
    assert part is not None
    return part.rows


class Reader:
    """What the browser does with parts: keyed places, the newest `limit`, revisions replace."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.at: Position | None = None
        self.rows: dict[str, str] = {}

    def take(self, part: Part | None) -> None:
        if part is None:
            return
        if part.mode == "replace":
            self.rows = {}
        for text in part.rows:
            self.rows[text.strip("<>").split(".")[0].zfill(5)] = text
        for key in sorted(self.rows)[: -self.limit]:
            del self.rows[key]

    def look(self, at: RowView) -> None:
        part, self.at = at.since(self.at)
        self.take(part)

    @property
    def page(self) -> tuple[str, ...]:
        return tuple(self.rows[key] for key in sorted(self.rows, reverse=True))


def test_a_newcomer_takes_the_whole_window_newest_first() -> None:
    part, _ = view(1, 3, 2).since(None)
    assert part == Part("replace", ("<3.0>", "<2.0>", "<1.0>"), 0)


def test_who_has_seen_everything_is_told_nothing() -> None:
    of = view(1)
    assert of.since(of.position) == (None, of.position)


def test_a_few_new_rows_are_prepended_with_their_count() -> None:
    of = view(1)
    before = of.position
    of.add([row(2), row(3)])
    part, here = of.since(before)
    assert part == Part("prepend", ("<3.0>", "<2.0>"), 2)
    assert here == of.position


def test_who_is_further_behind_than_the_ring_takes_the_window() -> None:
    of = view(1)
    before = of.position
    for key in range(2, 7):
        of.add([row(key)])
    part, _ = of.since(before)
    assert part is not None
    assert (part.mode, part.fresh) == ("replace", 5)
    assert part.rows == ("<6.0>", "<5.0>", "<4.0>", "<3.0>", "<2.0>")


def test_a_burst_larger_than_the_ring_renders_only_what_is_shown() -> None:
    rendered: list[str] = []

    def render(text: str) -> str:
        rendered.append(text)
        return text

    of = RowView(5, render, ring=3)
    of.reset([])
    of.add([row(key) for key in range(100)])
    assert len(rendered) == 5
    assert snapshot(of) == ("<99.0>", "<98.0>", "<97.0>", "<96.0>", "<95.0>")


def test_each_row_is_rendered_once_whoever_looks() -> None:
    rendered: list[str] = []

    def counted(text: str) -> str:
        rendered.append(text)
        return text

    of = RowView(5, counted, ring=3)
    of.reset([row(1)])
    of.add([row(2)])
    for _ in range(3):
        snapshot(of)
    assert sorted(rendered) == ["<1.0>", "<2.0>"]


def test_a_row_that_is_there_already_is_no_news() -> None:
    of = view(1, 2)
    assert not of.add([row(2)])


def test_a_higher_revision_takes_the_place_of_the_lower_one() -> None:
    of = view(1, 2)
    assert of.add([row(1, revision=1)])
    assert snapshot(of) == ("<2.0>", "<1.1>")
    assert not of.add([row(1, revision=0)])


def test_a_row_older_than_a_full_window_belongs_to_history() -> None:
    of = view(10, 11, 12, 13, 14)
    assert not of.add([row(3)])


def test_a_late_row_takes_its_place_in_a_window_with_room() -> None:
    of = view(10, 12)
    of.add([row(11)])
    assert snapshot(of) == ("<12.0>", "<11.0>", "<10.0>")


def test_a_reset_sends_everybody_a_snapshot() -> None:
    of = view(1, 2)
    before = of.position
    of.reset([row(1), row(2)])
    part, _ = of.since(before)
    assert part is not None
    assert part.mode == "replace"


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), max_size=7), max_size=30),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_any_order_of_rows_and_any_missed_frames_end_with_the_same_page(
    bursts: list[list[tuple[int, int]]], looks: list[bool]
) -> None:
    of, reader = view(limit=5, ring=3), Reader(5)
    every: dict[str, Entry] = {}
    for burst, is_looking in zip(bursts, looks, strict=False):
        entries = [row(key, revision) for key, revision in burst]
        of.add(entries)
        remember(every, entries)
        if is_looking:
            reader.look(of)
    reader.look(of)
    assert reader.page == snapshot(of)
    newest = sorted(every, reverse=True)[:5]
    # A revision of a row that had left the page already is history's business.
    assert [text.split(".")[0] for text in reader.page] == [f"<{int(key)}" for key in newest]


def remember(every: dict[str, Entry], entries: Iterable[Entry]) -> None:
    for entry in entries:
        known = every.get(entry.key)
        if known is None or entry.revision > known.revision:
            every[entry.key] = entry


def test_a_block_is_sent_when_its_text_changed() -> None:
    block = BlockView()
    assert block.put("<p>one</p>")
    part, here = block.since(None)
    assert part == Part("replace", ("<p>one</p>",), 0)
    assert not block.put("<p>one</p>")
    assert block.since(here) == (None, here)
    assert block.put("<p>two</p>")
    changed, _ = block.since(here)
    assert changed is not None
    assert changed.rows == ("<p>two</p>",)
