"""Closing the gap after a reconnect: pages of history, newest first, until they overlap. Pure.

time ──────────────────────────────────────────►
stored           ●──●──●            ┊ live from here
                       ↑ until      ┊
pages        3: ●──●──●   2: ●──●   1: ●──●──●     page 3 reaches behind `until`: complete
"""

from collections.abc import Callable
from typing import NamedTuple

from flow.domain.units import MINUTE_US
from news.providers import Item, Page
from news.stories import updated_ts_of

# How far behind the newest stored update pages go on: a provider may publish in a slightly other
# order than it stamps. A guess; what is stored already costs nothing but the request.
OVERLAP_US = 15 * MINUTE_US
MAX_PAGES = 400  # 20,000 stories of 50 a page: more than two weeks of the busiest wire. A guess

Fetch = Callable[[str | None, int | None], Page]


class Filled(NamedTuple):
    """What a gap held, oldest update first. `is_whole`: nothing of the gap can be missing."""

    items: list[Item]
    is_whole: bool
    pages: int


def fill(fetch: Fetch, until: int | None, *, max_pages: int = MAX_PAGES) -> Filled:
    """Page back from now until the pages overlap what is stored.

    Shape: `fetch(before, after)` gives a page; `until` is the newest update that is stored with
    everything before it, None on the very first start, which takes one page and no more.
    Units: microseconds since 1970 UTC.
    Errors: whatever `fetch` raises; then nothing was filled, and the next try starts again.
    """
    after = None if until is None else until - OVERLAP_US
    items: list[Item] = []
    before: str | None = None
    for number in range(1, max_pages + 1):
        page = fetch(before, after)
        items += page.items
        if after is None or page.before is None or _reaches_behind(page, after):
            return Filled(oldest_first(items), after is None or not page.is_cut, number)
        before = page.before
    return Filled(oldest_first(items), is_whole=False, pages=max_pages)


def oldest_first(items: list[Item]) -> list[Item]:
    """Return items by their update, oldest first; what tells no time stays where it is."""
    ordered: list[tuple[int, int, Item]] = []
    newest = 0
    for item in reversed(items):
        ts = updated_ts_of(item)
        newest = ts if ts is not None else newest
        ordered.append((newest, len(ordered), item))
    return [item for _, _, item in sorted(ordered, key=lambda each: each[:2])]


def _reaches_behind(page: Page, after: int) -> bool:
    times = [ts for ts in map(updated_ts_of, page.items) if ts is not None]
    return bool(times) and min(times) < after
