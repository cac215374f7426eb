"""Several ordered streams become one: a merge of stream heads, never a sort.

The key of a head is (running maximum of ts in its stream, rank, name, position). A late row keeps
its place in its own stream, so the order of a stream is never broken (platform errata 6).
"""

import heapq
from collections.abc import Iterable, Iterator

from flow.domain.events import Malformed, Rank
from ingest.feeds import FeedItem

Stream = tuple[Rank, str, Iterator[FeedItem]]
_Head = tuple[int, int, str, int, FeedItem, Iterator[FeedItem]]


def merge(streams: Iterable[Stream]) -> Iterator[FeedItem]:
    """Yield the items of all streams in merge order.

    Shape: each stream yields its items in its own order, which is kept. A Malformed item has the
    key of the event before it in its stream (of time 0 at the start), so it keeps its place.
    """
    heads: list[_Head] = []
    for position, (rank, name, items) in enumerate(streams):
        for item in items:
            heads.append((_advance(0, item), rank, name, position, item, items))
            break
    heapq.heapify(heads)
    while heads:
        yield from _drain_first(heads)


def _drain_first(heads: list[_Head]) -> Iterator[FeedItem]:
    """Yield from the least head for as long as its stream stays the least."""
    newest, rank, name, position, item, items = heads[0]
    runner_up = min(heads[1:3], default=None)  # the children of a heap's root
    limit = None if runner_up is None else runner_up[:4]
    yield item
    for following in items:
        if not isinstance(following, Malformed) and following.ts > newest:
            newest = following.ts
        if limit is not None and (newest, rank, name, position) > limit:
            heapq.heapreplace(heads, (newest, rank, name, position, following, items))
            return
        yield following
    heapq.heappop(heads)


def _advance(newest: int, item: FeedItem) -> int:
    """Return the running maximum of ts after `item`; a Malformed has no time of its own."""
    if isinstance(item, Malformed) or item.ts < newest:
        return newest
    return item.ts
