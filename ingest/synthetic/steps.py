"""What happens in the market, as intentions: the market gives them prices when their time comes.

A scene is a timeline of steps on one underlying. Background flow and scenes use the same steps, so
that nothing on the wire tells them apart. Times are offsets in microseconds from the scene's start;
a step's `delay_us` is how much later than its event time it arrives.
"""

import enum
from typing import Literal

import msgspec


class Place(enum.Enum):
    """Where in the standing quote a print is made."""

    ABOVE_ASK = "AA"
    ASK = "A"
    MID = "MID"
    BID = "B"
    BELOW_BID = "BB"


class OptionTrade(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One option print of the scene's contract number `leg`; `size` in contracts.

    `venue` is a code of flow.domain.venues, `conditions` codes of flow.domain.conditions.
    """

    at_us: int
    leg: int
    size: int
    place: Place
    venue: int
    conditions: tuple[int, ...]
    delay_us: int = 0


class EquityTrade(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One print of the scene's underlying; `size` in shares.

    `report_us` is how long after its execution an off-exchange trade is reported (at `at_us`).
    `improvement_micros` moves the price from its place towards the middle, in micro-dollars.
    """

    at_us: int
    size: int
    place: Place
    venue: int
    conditions: tuple[int, ...]
    off_exchange: bool = False
    report_us: int = 0
    improvement_micros: int = 0
    delay_us: int = 0


class SpotMove(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The underlying moves by `bps` within `over_us`, stays for `keep_us`, goes back in as long."""

    at_us: int
    over_us: int
    keep_us: int
    bps: float


class IvMove(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Implied volatility moves by `points` (0.05 = 5 volatility points), in the same shape.

    `leg` restricts it to the strike and expiry of one contract; None is the whole surface.
    """

    at_us: int
    over_us: int
    keep_us: int
    points: float
    leg: int | None = None


class QuoteOutage(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """No quotes are sent for `for_us`: of one contract, or (None) of the underlying itself."""

    at_us: int
    for_us: int
    leg: int | None = None


class WideQuotes(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Spreads are `factor` times as wide for `for_us`: of one contract, or (None) of the stock."""

    at_us: int
    for_us: int
    factor: float
    leg: int | None = None


class Halt(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Trading in the underlying stops for `for_us`: no quotes, no prints, stock and options."""

    at_us: int
    for_us: int


class Takeback(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A cancel or correction of an earlier trade: `of` is that step's place in the timeline.

    `letter` is the OPRA message code (A, B, C, D, E, F, G, H: flow.domain.conditions) for options,
    and "cancel" or "correct" for equities. `price_ticks` and `size` say what a correction changes.
    """

    at_us: int
    of: int
    letter: str
    price_ticks: int = 0
    size: int | None = None


class Duplicate(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The same message again: `of` is the earlier trade's place in the timeline."""

    at_us: int
    of: int


class Story(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A news story or a later version of it (`story` numbers the stories of one scene)."""

    at_us: int
    story: int
    version: int
    headline: str
    body: str
    symbols: tuple[str, ...]
    is_correction: bool = False


Step = (
    OptionTrade | EquityTrade | SpotMove | IvMove | QuoteOutage | WideQuotes | Halt | Takeback
    | Duplicate | Story
)  # fmt: skip


Lean = Literal["bullish", "bearish", "neutral", "mixed", "unknown"]


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene stands for: the answer that an evaluation compares with. Never on the wire.

    `profile` is one of the six styles, or None where no alert may come (noise and near misses);
    `dark` is the off-exchange event that must come, if any.
    """

    scenario: str
    profile: str | None
    direction: Lean
    dark: str | None = None
    near_miss_of: str | None = None


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario, placed: `start_us` in microseconds since 1970 UTC."""

    uid: bytes
    symbol: str
    start_us: int
    length_us: int
    contracts: tuple[str, ...]  # canonical texts
    steps: tuple[Step, ...]
    label: Label
