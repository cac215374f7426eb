"""What a feed does to its messages: late, twice, out of order, taken back, silent, skewed.

Source: platform.md 4.7. The flow is a call sweep, so that what is left of it still has an answer.
"""

from collections.abc import Callable

import msgspec

from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.dark import NOTIONAL_USD
from ingest.synthetic.scenarios.draft import ISO, LEAD_US, Draft
from ingest.synthetic.scenarios.evidence import Need, at_least, at_most
from ingest.synthetic.scenarios.flow import Flow, first_print, play
from ingest.synthetic.scenarios.institutional import FAMILY as PROFILE
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.steps import (
    Duplicate,
    EquityTrade,
    Halt,
    OptionTrade,
    Place,
    QuoteOutage,
    Story,
    Takeback,
)

FAMILY = "platform"
_FLOW = Flow(right="C", side=1, codes=(ISO,))
_SWEEP = Ranges(
    premium_usd=(320_000, 480_000), prints=(8, 10), gap_us=(8_000, 60_000), dte=(14, 21),
    strike=(1.0, 1.02), side=(0.9, 1.0), least_micros=600_000,
)  # fmt: skip


def _delay(draft: Draft, ranges: Ranges, *, which: Callable[[int], bool]) -> None:
    """Play the sweep and hold back those of its prints that `which` picks by their number."""
    play(draft, ranges, flow=_FLOW)
    number = 0
    for place, step in enumerate(draft.steps):
        if isinstance(step, OptionTrade):
            if which(number):
                delay = draft.dice.whole(ranges.delay_us)
                draft.steps[place] = msgspec.structs.replace(step, delay_us=delay)
            number += 1


def _late(draft: Draft, ranges: Ranges) -> None:
    _delay(draft, ranges, which=lambda number: number == 1)


def _mixed(draft: Draft, ranges: Ranges) -> None:
    _delay(draft, ranges, which=lambda number: number % 2 == 0)


def _skewed(draft: Draft, ranges: Ranges) -> None:
    _delay(draft, ranges, which=lambda _: True)


def _twice(draft: Draft, ranges: Ranges) -> None:
    play(draft, ranges, flow=_FLOW)
    again = draft.dice.whole((200_000, 2_000_000))
    draft.add(Duplicate(at_us=_last_trade(draft) + again, of=first_print(draft)))


def _cancelled(draft: Draft, ranges: Ranges) -> None:
    play(draft, ranges, flow=_FLOW)
    after = draft.dice.whole((1_000_000, 4_000_000))
    draft.add(Takeback(at_us=_last_trade(draft) + after, of=first_print(draft), letter="A"))


def _last_trade(draft: Draft) -> int:
    return max(step.at_us for step in draft.steps if isinstance(step, OptionTrade))


def _corrected(draft: Draft, ranges: Ranges) -> None:
    """Play an ordinary off-exchange print whose size is corrected a little later."""
    draft.off_exchange(10 * SECOND_US, draft.dice.whole((300, 900)), Place.ASK)
    step = draft.steps[0]
    assert isinstance(step, EquityTrade)  # noqa: S101 - the line above
    at = step.at_us + draft.dice.whole(ranges.gap_us)
    draft.add(Takeback(at_us=at, of=0, letter="correct", size=step.size - 100))


def _halted(draft: Draft, ranges: Ranges) -> None:
    """Play an ordinary print, then a halt of the stock and its options."""
    draft.stock(10 * SECOND_US, draft.dice.whole((100, 400)), Place.ASK)
    draft.add(Halt(at_us=12 * SECOND_US, for_us=draft.dice.whole(ranges.gap_us)))


def _outage(draft: Draft, ranges: Ranges, *, whole: bool) -> None:
    """Play small prints while quotes of the stock (and, `whole`, of its option) are not sent."""
    play(draft, ranges, flow=Flow(side=1, rest="other"))
    for leg in (None, 0) if whole else (None,):
        draft.add(QuoteOutage(at_us=LEAD_US - 30 * SECOND_US, for_us=60 * SECOND_US, leg=leg))


def _quotes_stop(draft: Draft, ranges: Ranges) -> None:
    _outage(draft, ranges, whole=False)


def _feed_cut(draft: Draft, ranges: Ranges) -> None:
    _outage(draft, ranges, whole=True)


def _news(draft: Draft, _ranges: Ranges) -> None:
    """Tell a story, its update and its correction; one of two names, and one of none."""
    symbol, dice = draft.setting.symbol, draft.dice
    other = dice.pick(tuple(name for name in ("AAPL", "MSFT", "JPM", "XOM") if name != symbol))
    told = (
        (0, 0, (symbol,), "schedules an investor day for the spring", False),
        (0, 1, (symbol,), "schedules an investor day, names three speakers", False),
        (0, 2, (symbol,), "schedules an investor day for the autumn, not the spring", True),
        (1, 0, (symbol, other), "extends its supply agreement", False),
        (2, 0, (), "Regulator opens a comment period on clearing fees", False),
    )
    at = 5 * SECOND_US
    for story, version, symbols, said, is_correction in told:
        headline = f"{symbols[0]} {said}" if symbols else said
        draft.add(
            Story(
                at_us=at, story=story, version=version, headline=headline,
                body=f"{headline}, according to a statement on the wire.", symbols=symbols,
                is_correction=is_correction,
            )
        )  # fmt: skip
        at += dice.whole((4 * SECOND_US, 12 * SECOND_US))


_SMALL = Ranges(
    premium_usd=(900, 6_000), prints=(2, 3), gap_us=(30_000, 200_000), dte=(14, 30),
    strike=(0.99, 1.03), side=(0.4, 0.6), least_micros=100_000,
)  # fmt: skip
_DELAYS = {"late": (8_000_000, 30_000_000), "mixed": (20_000, 180_000), "skew": (60_000, 140_000)}


def _sweep(
    name: str, compose: Callable[[Draft, Ranges], None], need: Need, delay: tuple[int, int] = (0, 0)
) -> Scenario:
    return Scenario(
        name=name, family=FAMILY, profile=PROFILE, weight=0.5, compose=compose,
        ranges=msgspec.structs.replace(_SWEEP, delay_us=delay),
        required=(need, at_least("ask_share", 0.58), at_least("premium_usd", 150_000)),
    )  # fmt: skip


SCENARIOS = (
    _sweep("late_print", _late, at_least("late_ms", 5_000), _DELAYS["late"]),
    _sweep("out_of_order", _mixed, at_least("out_of_order", 1), _DELAYS["mixed"]),
    _sweep("clock_skew", _skewed, at_least("late_ms", 55), _DELAYS["skew"]),
    _sweep("duplicate", _twice, at_least("duplicates", 1)),
    _sweep("cancel", _cancelled, at_least("takebacks", 1)),
    Scenario(
        name="correction", family=FAMILY, weight=0.5, compose=_corrected,
        ranges=Ranges(gap_us=(2_000_000, 6_000_000)), required=(at_least("off_prints", 1),),
        forbidden=(at_least("off_notional_usd", 10 * NOTIONAL_USD),),
    ),
    Scenario(
        name="halt", family=FAMILY, weight=0.3, compose=_halted,
        ranges=Ranges(gap_us=(60_000_000, 120_000_000)), required=(at_least("silence_s", 55),),
    ),
    Scenario(
        name="news_revision", family=FAMILY, weight=0.5, compose=_news, ranges=Ranges(),
        required=(
            at_least("stories", 5), at_least("story_versions", 2),
            at_least("story_corrections", 1), at_least("story_symbols", 2),
        ),
    ),
    Scenario(
        name="quote_outage", family=FAMILY, weight=0.4, compose=_quotes_stop, ranges=_SMALL,
        required=(at_most("premium_usd", 9_500),),
    ),
    Scenario(
        name="feed_cut", family=FAMILY, weight=0.3, compose=_feed_cut, ranges=_SMALL,
        required=(at_most("premium_usd", 9_500),),
    ),
)  # fmt: skip
NEAR_MISSES: tuple[Scenario, ...] = ()
