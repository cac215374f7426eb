"""`bench engine`: how figures are judged, and a few seconds of it; no figure is ever asserted."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from islandflow.bench import compiling
from islandflow.bench.compiling import (
    NotCompiled,
    build_modules,
    compile_engine,
    read_sources,
    write_sources,
)
from islandflow.bench.engine import Found, Goal, goals_of, judge, lines_of, run_engine, verdict_of
from islandflow.bench.worker import Hash, Measured, Pass, last_over_first

STILL, RESTLESS = (100.0, 101.0, 102.0), (100.0, 110.0, 120.0)


@pytest.mark.parametrize(
    ("ratios", "anchors", "state"),
    [
        ((0.007, 0.008, 0.02), STILL, "passed"),
        ((0.007, 0.0079, 0.02), STILL, "failed"),
        ((0.007, 0.0079, 0.02), RESTLESS, "undecided"),
        ((0.007, 0.008, 0.02), RESTLESS, "passed"),
    ],
)
def test_a_median_that_misses_counts_beside_a_still_anchor(
    ratios: tuple[float, ...], anchors: tuple[float, ...], state: str
) -> None:
    assert judge("G1 all", ratios, 0.008, anchors).state == state


def test_a_miss_names_the_spread_that_leaves_it_open() -> None:
    found = judge("G1 all", (0.007,), 0.008, RESTLESS)

    assert found.found == "0.0070 (goal 0.008) beside an anchor that spreads by 18 %"


@pytest.mark.parametrize(
    ("states", "word"),
    [
        (("passed", "not run"), "PASSED"),
        (("passed", "undecided"), "UNDECIDED"),
        (("undecided", "failed"), "FAILED"),
    ],
)
def test_verdict_is_the_worst_goal(states: tuple[str, ...], word: str) -> None:
    goals = [Goal(name="G", found="1", state=state) for state in states]

    assert verdict_of(goals).startswith(f"ENGINE {word} G {states[0]}: 1; ")


def passes(share: float, tenths: float = 1.0) -> list[Pass]:
    return [Pass(events_per_s=share * 1e7, a0_per_s=(1e7, 1e7), tenths=tenths)] * 3


def measured(*, share: float = 0.009, digest: str = "aa", compiled: bool = False) -> Measured:
    return Measured(
        compiled=compiled,
        all_prints=passes(share),
        filtered=passes(0.06),
        crowded=[] if compiled else passes(0.009, 0.7),
        a1_per_s=1e6,
        hashes=[Hash(50, "cc"), Hash(100, "aa"), Hash(100, digest)],
    )


def states(found: Found) -> dict[str, str]:
    return {goal.name: goal.state for goal in goals_of(found)}


def test_every_goal_is_judged() -> None:
    fast = measured(share=0.02, compiled=True)

    assert states(Found(plain=measured(), compiled=fast, refused="")) == {
        "G1 all": "passed", "G1 filtered": "passed", "G2 compiled": "passed",
        "G4 busy": "passed", "G4 crowd": "failed", "G5": "passed",
    }  # fmt: skip


def test_one_different_hash_fails() -> None:
    odd = measured(digest="bb")

    assert states(Found(plain=odd, compiled=None, refused="no compiler"))["G5"] == "failed"
    odd = measured(digest="bb", compiled=True)
    assert states(Found(plain=measured(), compiled=odd, refused=""))["G5"] == "failed"


def test_table_shows_both_forms_and_each_hash_once() -> None:
    found = Found(plain=measured(), compiled=measured(share=0.018, compiled=True), refused="")

    lines = list(lines_of(found))

    assert [line.split("  ")[0] for line in lines] == [
        "A0, dict get+set", "A1, typed JSON", "", "plain, all", "plain, filtered", "plain, crowd",
        "compiled, all", "compiled, filtered", "compiled / plain",
        "hash of 50 events: cc", "hash of 100 events: aa",
    ]  # fmt: skip
    assert lines[8].split()[-1] == "2.00"


@pytest.mark.parametrize(
    ("seconds", "events", "ratio"),
    [([1.0] * 10, 20_000, 1.0), ([1.0] * 9 + [2.0], 20_000, 0.5), ([1.0] * 10, 19_000, 0.5)],
)
def test_decay_is_the_rate_of_the_last_tenth_over_the_first(
    seconds: list[float], events: int, ratio: float
) -> None:
    assert last_over_first(seconds, events) == ratio


def test_without_a_compiler_the_plain_engine_is_measured_and_the_reason_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)

    found = run_engine(2_000, 1, "busy", source=settings.BASE_DIR, home=tmp_path)

    state = states(found)
    assert state["G5"] == "passed"
    assert len({each.digest for each in found.plain.hashes}) == 1
    assert (state["G2 compiled"], found.compiled) == ("not run", None)
    assert found.refused.startswith("gcc is not installed; install a C compiler")
    assert found.plain.compiled is False


def test_source_that_the_compiler_refuses_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "source" / "signals" / "engine"
    wrong.mkdir(parents=True)
    (wrong / "rules.py").write_text("def judge() -> int:\n    return 'no number'\n")

    with pytest.raises(NotCompiled, match=r"mypyc refuses the engine: .*Incompatible return"):
        compile_engine(tmp_path / "source", tmp_path)


def test_equal_sources_are_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rules = tmp_path / "source" / "signals" / "engine"
    rules.mkdir(parents=True)
    (rules / "rules.py").write_text("def judge() -> int:\n    return 5\n")

    folder = compile_engine(tmp_path / "source", tmp_path)
    built = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.so")}

    assert built
    assert compile_engine(tmp_path / "source", tmp_path) == folder
    assert {p.name: p.stat().st_mtime_ns for p in folder.rglob("*.so")} == built
    (rules / "rules.py").write_text("def judge() -> int:\n    return 6\n")
    assert compile_engine(tmp_path / "source", tmp_path) != folder
    assert not folder.exists()


def test_without_mypyc_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(NotCompiled, match="mypyc is not installed"):
        compile_engine(settings.BASE_DIR, tmp_path)


def test_every_module_of_the_engine_is_in_the_build() -> None:
    found = {str(path) for path in read_sources(settings.BASE_DIR)}

    assert {"signals/engine/pipeline.py", "signals/engine/profiles/registry.py"} <= found
    assert set(compiling.INTERPRETED) <= found


def said(folder: Path, program: str) -> str:
    """Return what a program prints whose modules come from a build first."""
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{folder}{os.pathsep}{settings.BASE_DIR}"},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout.strip()


def test_the_build_lacks_nothing_that_its_modules_import(tmp_path: Path) -> None:
    """Uncompiled here: the packages of the build hide those of the project."""
    write_sources(read_sources(settings.BASE_DIR), tmp_path)

    program = "import islandflow.bench.worker, islandflow.bench.equity_worker, ingest.stamping\n"
    found = said(tmp_path, program + "print(ingest.stamping.__file__)")

    assert Path(found) == tmp_path / "ingest" / "stamping.py"


def test_compiled_code_stores_no_zero_that_plain_code_leaves_out(tmp_path: Path) -> None:
    """A structure takes shares back; the bytes of its row must not tell who took them."""
    write_sources(read_sources(settings.BASE_DIR), tmp_path)
    build_modules(tmp_path, ["signals/engine/features.py"])

    program = """
import msgspec
from signals.engine import features
found = features.Features(imbalance=0.5, coverage=0.25)
found.imbalance = features.ratio(0, 3)
features.share_zeros(found)
print(features.__file__.endswith(".so"), msgspec.json.encode(found).decode())
"""
    assert said(tmp_path, program) == 'True {"coverage":0.25}'


@pytest.mark.parametrize("words", [{"events": 999}, {"runs": 0}, {"what": "load", "minutes": 0.1}])
def test_measurements_that_say_nothing_are_refused(words: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="expected"):
        call_command("bench", words.pop("what", "engine"), **words)
