"""Runs on disk: equal seeds give equal bytes; a changed byte, count or order is fatal."""

import shutil
from datetime import date, time
from pathlib import Path

import msgspec
import pytest
from django.core.management import CommandError, call_command

from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.jsonl_files import import_jsonl
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.generating import generate
from ingest.synthetic.runs import (
    ARTIFACTS,
    EVENTS,
    EXPECTED,
    LABELS,
    MANIFEST,
    PROVENANCE,
    Manifest,
    RunError,
    load_run,
    sha256_of,
)
from ingest.synthetic.sheet import Notice
from ingest.synthetic.trial import watch
from ingest.synthetic.verdicts import judge_trials

CONFIG = MarketConfig(option_prints_per_s=4.0, equity_prints_per_s=4.0)
START_US = at_new_york(date(2025, 3, 6).toordinal(), time(11))
NAMES = ("call_sweep", "box_spread", "small_sweep")


def write(folder: Path) -> Manifest:
    return generate(
        folder, "three", 9, NAMES, config=CONFIG, start_us=START_US, warm_up_us=MINUTE_US
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "three"
    write(folder)
    return folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "copy"))


def test_the_same_seed_writes_the_same_bytes(run: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again")

    assert msgspec.json.decode((run / MANIFEST).read_bytes(), type=Manifest) == again
    for name in (*ARTIFACTS, MANIFEST):
        assert (run / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_run_is_loaded_as_it_was_made(run: Path) -> None:
    loaded = load_run(run)

    assert [scene.label.scenario for scene in loaded.scenes] == list(NAMES)
    assert len(loaded.items) == loaded.manifest.counts[PROVENANCE]
    owned = {item.scene for item in loaded.items if item.scene}
    assert owned == {scene.uid for scene in loaded.scenes}
    assert sum(len(items) for _, items in loaded.beats()) == len(loaded.items)


def test_its_events_are_what_the_import_reads(run: Path) -> None:
    feed = import_jsonl(run / EVENTS)
    feed.open(None)
    read = []
    while not feed.finished:
        read.extend(feed.read(10_000, 0))

    events = [item.event for item in load_run(run).items if not isinstance(item.event, Notice)]
    assert sorted(each.uid for each in read) == sorted(each.uid for each in events)  # type: ignore[union-attr]


def test_the_engine_reads_it_as_it_is_labelled(run: Path) -> None:
    loaded = load_run(run)
    manifest = loaded.manifest
    outcome = watch(
        loaded.beats(), loaded.scenes, from_us=manifest.scenes_from_us, until_us=manifest.until_us
    )

    assert [reading.profile for reading in outcome.readings] == [
        "institutional_directional", "arbitrage", None,
    ]  # fmt: skip
    verdict = judge_trials([outcome])
    assert (verdict.report.macro_f1, verdict.failed) == (1.0, {})
    assert verdict.errors == {}


def test_labels_and_expectations_stand_beside_the_events(run: Path) -> None:
    expected = msgspec.json.decode((run / EXPECTED).read_bytes())

    assert [(row["scenario"], row["expectation"]) for row in expected] == [
        ("call_sweep", "alert"), ("box_spread", "alert"), ("small_sweep", "no_alert"),
    ]  # fmt: skip
    assert b"call_sweep" in (run / LABELS).read_bytes()
    assert b"call_sweep" not in (run / EVENTS).read_bytes()


@pytest.mark.parametrize("name", ARTIFACTS)
def test_a_changed_file_is_fatal(copy: Path, name: str) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1) or b"x")

    with pytest.raises(RunError, match=f"hash of {name}"):
        load_run(copy)


def test_a_wrong_count_is_fatal(copy: Path) -> None:
    manifest = msgspec.json.decode((copy / MANIFEST).read_bytes())
    manifest["counts"][EVENTS] += 1
    (copy / MANIFEST).write_bytes(msgspec.json.encode(manifest))

    with pytest.raises(RunError, match="counts"):
        load_run(copy)


def test_a_wrong_order_is_fatal(copy: Path) -> None:
    lines = (copy / PROVENANCE).read_bytes().splitlines(keepends=True)
    event = next(n for n, line in enumerate(lines) if b"events.jsonl" in line)
    lines[event] = lines[event].replace(b",1741", b",1751", 1)
    (copy / PROVENANCE).write_bytes(b"".join(lines))
    manifest = msgspec.json.decode((copy / MANIFEST).read_bytes())
    manifest["sha256"][PROVENANCE] = sha256_of(copy / PROVENANCE)
    (copy / MANIFEST).write_bytes(msgspec.json.encode(manifest))

    with pytest.raises(RunError, match="wire order"):
        load_run(copy)


def test_the_commands(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("synthetic", "evaluate", str(run), "--json", str(tmp_path / "figures.json"))

    told = capsys.readouterr().out
    assert "macro F1 1.0000" in told
    assert "false alerts: " in told
    assert (tmp_path / "figures.json").exists()
    with pytest.raises(CommandError, match="holds a run"):
        call_command("synthetic", "generate", str(run), "--scenario", "call_sweep")
    with pytest.raises(CommandError, match="--seed is 5; expected 1000000"):
        call_command("synthetic", "evaluate", "--held-out", "--seed", "5")
