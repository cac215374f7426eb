"""Runs on disk: equal seeds give equal bytes; a changed byte, count or order is fatal."""

import shutil
from datetime import date, time
from pathlib import Path
from typing import Any

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
    sealed,
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


def manifest_of(folder: Path) -> Manifest:
    return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)


def seal(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_bytes(msgspec.json.encode(sealed(manifest)))


@pytest.mark.parametrize(
    "change",
    [{"seed": 10}, {"until_us": START_US}, {"scenes_from_us": START_US}, {"config_digest": "0"}],
)
def test_an_edited_manifest_is_fatal(copy: Path, change: dict[str, Any]) -> None:
    told = {**msgspec.json.decode((copy / MANIFEST).read_bytes()), **change}
    (copy / MANIFEST).write_bytes(msgspec.json.encode(told))

    with pytest.raises(RunError, match=r"hash of manifest\.json"):
        load_run(copy)


def test_settings_that_are_not_those_of_their_digest_are_fatal(copy: Path) -> None:
    seal(copy, msgspec.structs.replace(manifest_of(copy), config_digest="0" * 16))

    with pytest.raises(RunError, match="config_digest is 0000"):
        load_run(copy)


@pytest.mark.parametrize("kept", [0, 100])
def test_an_empty_or_cut_manifest_is_said_to_be_no_run(copy: Path, kept: int) -> None:
    (copy / MANIFEST).write_bytes((copy / MANIFEST).read_bytes()[:kept])

    with pytest.raises(RunError, match="expected the files of a run"):
        load_run(copy)


def test_a_wrong_count_is_fatal(copy: Path) -> None:
    manifest = manifest_of(copy)
    counts = {**manifest.counts, EVENTS: manifest.counts[EVENTS] + 1}
    seal(copy, msgspec.structs.replace(manifest, counts=counts))

    with pytest.raises(RunError, match="counts"):
        load_run(copy)


def test_a_wrong_order_is_fatal(copy: Path) -> None:
    lines = (copy / PROVENANCE).read_bytes().splitlines(keepends=True)
    event = next(n for n, line in enumerate(lines) if b"events.jsonl" in line)
    lines[event] = lines[event].replace(b",1741", b",1751", 1)
    (copy / PROVENANCE).write_bytes(b"".join(lines))
    manifest = manifest_of(copy)
    hashes = {**manifest.sha256, PROVENANCE: sha256_of(copy / PROVENANCE)}
    seal(copy, msgspec.structs.replace(manifest, sha256=hashes))

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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("generate", "x", "--date", "2040-01-02"), "2040-01-02 received; expected a date of 2020"),
        (("generate", "x", "--date", "2025-03-15"), "2025-03-15 received; expected a trading day"),
        (("generate", "x", "--date", "soon"), "'soon' received; expected a date like"),
        (("generate", "x", "--option-prints", "-5"), "'-5' received; expected 0 to 20000 a second"),
        (("generate", "x", "--option-prints", "nan"), "'nan' received; expected 0 to 20000"),
        (("generate", "x", "--equity-prints", "many"), "'many' received; expected 0 to 20000"),
        (("generate", "x", "--seed", "-4"), "'-4' received; expected a whole number from 0 on"),
        (("evaluate", "--episodes", "0"), "'0' received; expected a whole number from 1 on"),
        (("evaluate", "--episodes", "-5"), "'-5' received; expected a whole number from 1 on"),
        (("evaluate", "--workers", "0"), "'0' received; expected a whole number from 1 on"),
        (("evaluate", "--episodes", "2000", "--seed", "999998"), "expected seeds up to 999999"),
    ],
)
def test_wrong_arguments_are_answered_with_a_sentence(
    arguments: tuple[str, ...], said: str
) -> None:
    command, *rest = arguments
    # As a shell passes them: a value that begins with a dash stands behind an equals sign.
    joined = [
        f"{name}={value}" for name, value in zip(rest[-2::-2], rest[::-2], strict=False)
    ] if command == "evaluate" else [rest[0], f"{rest[1]}={rest[2]}"]  # fmt: skip
    with pytest.raises(CommandError, match=said):
        call_command("synthetic", command, *joined)


def test_a_folder_below_a_file_is_answered_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CommandError, match="Not a directory"):
        call_command(
            "synthetic", "generate", str(tmp_path / "file" / "run"), "--scenario", "call_sweep"
        )
