"""What every source of stories offers to the news worker. Adapters implement it; nothing here runs.

An item is a mapping in the fields of `news.stories`, or a Malformed where the wire was no item.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

Item = Any  # JSON values, or flow.domain.events.Malformed


class ProviderDown(Exception):
    """The provider cannot be reached, or has cut the connection. `is_permanent`: a person must act
    (refused credentials), and trying again would only be locked out."""

    def __init__(self, text: str, *, is_permanent: bool = False) -> None:
        super().__init__(text)
        self.is_permanent = is_permanent


class Page(NamedTuple):
    """One page of history, newest update first.

    `before` fetches the next, older page; None: nothing older (since `after`). `is_cut`: nothing
    older although `after` was not reached, because the provider keeps no more.
    """

    items: Sequence[Item]
    before: str | None
    is_cut: bool = False


class LiveStories(Protocol):
    """A subscription: every story from the moment it was made, in the order of arrival."""

    def read(self, limit: int, timeout_s: float) -> Sequence[Item]:
        """Return what came, at most `limit`, waiting at most `timeout_s` for the first.

        An empty list means that the connection lives and nothing came. Errors: ProviderDown.
        """

    def close(self) -> None:
        """End the subscription; may be called twice."""


class NewsProvider(Protocol):
    """One provider. `name` is the prefix of its stream; `label` the source of unsigned stories.

    `page_limit` is the most that a page may ask for.
    """

    name: str
    label: str
    page_limit: int

    def live(self) -> LiveStories:
        """Connect and subscribe. Errors: ProviderDown."""

    def fetch_page(self, *, before: str | None, after: int | None, limit: int) -> Page:
        """Return stories updated at or after `after`, newest first, older than the page that gave
        `before`. Units: microseconds since 1970 UTC. Errors: ProviderDown."""

    def close(self) -> None:
        """Release what is held open; may be called twice."""
