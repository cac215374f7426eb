"""How a worker reads its feed: what is worth one commit, at the cost of few reads."""

from collections.abc import Callable

from ingest.feeds import Feed, FeedItem

READ_LIMIT = 5_000
READ_TIMEOUT_S = 0.05
COLLECT_S = 0.05
# A read that brings fewer was too early: the next one waits a little. A live feed would else be
# read as often as an event comes, thousands of times a second.
FEW, PAUSE_S = 100, 0.01


def collect(
    feed: Feed,
    *,
    wall_us: Callable[[], int],
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> tuple[list[FeedItem], int]:
    """Read a batch: until it is full, or for a moment, or until nothing comes.

    Without that moment a trickle of events would cost one commit each. Nothing that has come when
    the moment ends is left behind, but for a full batch.
    Returns the items, and when the last read began, in microseconds by the wall: what came later
    may not be read. A worker that gets no processor behind that read would else promise that times
    are over whose events it has never asked for, and they would count as late.
    """
    began_us = wall_us()
    read = feed.read(READ_LIMIT, READ_TIMEOUT_S)
    items = list(read)
    end = monotonic() + COLLECT_S
    while items and len(items) < READ_LIMIT and not feed.finished:
        left = end - monotonic()
        if left <= 0:
            break
        if len(read) < FEW:
            sleep(min(left, PAUSE_S))
        began_us = wall_us()
        read = feed.read(READ_LIMIT - len(items), 0.0)
        items += read
    return items, began_us
