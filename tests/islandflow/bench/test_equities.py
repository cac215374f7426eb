"""`bench equities`: how figures are judged, and a few seconds of it; no figure is ever asserted."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent
from islandflow.bench.equities import EquityFound, equity_goals, equity_lines
from islandflow.bench.equity_road import EquityRoad
from islandflow.bench.equity_worker import EquityMeasured, hash_of
from islandflow.bench.stream import make_equities
from islandflow.bench.worker import Cut, Hash, Pass, timed_pass


def passes(share: float, tenths: float = 1.0) -> list[Pass]:
    return [Pass(events_per_s=share * 1e7, a0_per_s=(1e7, 1e7), tenths=tenths)] * 3


def measured(
    *, share: float = 0.01, tenths: float = 1.0, digest: str = "aa", compiled: bool = False
) -> EquityMeasured:
    return EquityMeasured(
        compiled=compiled,
        whole=passes(share, tenths),
        inference=passes(0.02),
        candles=passes(0.02),
        join=passes(0.04),
        a1_per_s=1e6,
        hashes=[Hash(50, "cc"), Hash(100, "aa"), Hash(100, digest)],
    )


def found(plain: EquityMeasured, compiled: EquityMeasured | None = None) -> EquityFound:
    return EquityFound(plain=plain, compiled=compiled, refused="no compiler")


@pytest.mark.parametrize(
    ("plain", "states"),
    [
        (measured(), ["passed", "passed", "passed"]),
        (measured(share=0.001), ["failed", "passed", "passed"]),
        (measured(tenths=0.5), ["passed", "failed", "passed"]),
        (measured(digest="bb"), ["passed", "passed", "failed"]),
    ],
)
def test_every_goal_is_judged(plain: EquityMeasured, states: list[str]) -> None:
    assert [goal.state for goal in equity_goals(found(plain))] == states


def test_another_hash_of_the_compiled_form_fails() -> None:
    both = found(measured(), measured(digest="bb", compiled=True))

    assert equity_goals(both)[-1].state == "failed"


def test_table_has_a_row_for_each_stage_of_both_forms() -> None:
    lines = list(equity_lines(found(measured(), measured(share=0.03, compiled=True))))

    assert [line.split("  ")[0] for line in lines] == [
        "A0, dict get+set", "A1, typed JSON", "",
        "plain, join", "plain, + dark", "plain, + candles", "plain, whole",
        "compiled, join", "compiled, + dark", "compiled, + candles", "compiled, whole",
        "compiled / plain", "hash of 50 events: cc", "hash of 100 events: aa",
    ]  # fmt: skip
    assert lines[11].split()[-1] == "3.00"


def test_without_a_compiled_form_the_reason_is_told() -> None:
    assert "not compiled: no compiler" in list(equity_lines(found(measured())))


def test_stream_is_half_quotes_half_prints_in_order() -> None:
    events = make_equities(2_000)

    assert len(events) == 2_000
    assert sum(isinstance(event, EquityPrint) for event in events) == 1_000
    assert sum(isinstance(event, EquityQuote) for event in events) == 1_000
    assert [event.ts for event in events] == sorted(event.ts for event in events)


def test_any_cut_and_a_restart_give_one_hash_of_rows_that_are_there() -> None:
    events = make_equities(6_000, "peak")
    cuts = [Cut(6_000, 1), Cut(6_000, 997), Cut(6_000, 6_000), Cut(6_000, 500, restart=True)]

    assert len({hash_of(events, cut) for cut in cuts}) == 1
    for stage in (EquityRoad(bins=False), EquityRoad(infers=False)):
        assert stage.take(events) + stage.finish()
    assert not EquityRoad(infers=False, bins=False).take(events)


def test_a_short_measurement_ends_with_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    out = StringIO()

    with suppress(SystemExit):  # how fast this machine is decides nothing here
        call_command("bench", "equities", events=2_000, runs=1, stdout=out)
    verdict = out.getvalue().splitlines()[-1]
    assert verdict.split()[0] == "EQUITIES"
    assert "E3 passed: one hash in 6 ways" in verdict


def test_decay_leaves_out_the_tenth_that_fills_the_windows() -> None:
    class Filling(EquityRoad):
        def take(self, frame: Sequence[MarketEvent]) -> list[msgspec.Struct]:
            if frame[0] is events[0]:
                return []  # as if the first tenth cost nothing
            return super().take(frame)

    events = make_equities(20_000, "peak")

    # Ten frames: without the first one nothing is left of what cost nothing.
    assert timed_pass(Filling(), events, fills_first=True).tenths > 0.02
    assert timed_pass(Filling(), events).tenths < 0.02


@pytest.mark.parametrize("options", [{"events": 999}, {"events": 0}, {"runs": 0}])
def test_measurements_that_say_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="expected 1000 in 1 or more"):
        call_command("bench", "equities", **options)
