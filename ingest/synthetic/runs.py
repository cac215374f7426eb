"""Runs on disk: a stretch of the market as files, each hashed, with what belongs beside it.

    events.jsonl      market events in wire order (docs/jsonl.md); no label is in it
    reference.jsonl   calendar entries, open interest and stories, in wire order
    provenance.jsonl  one line per event and entry: wire instant and, of a scene's, its uid
    labels.json       the scenes with their labels
    expected.json     what the engines must make of each scene
    manifest.json     versions, seed, settings, counts, SHA-256 of each file

Loading checks every count, hash and the order; any mismatch is fatal.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from flow.domain.events import Malformed
from ingest.jsonl import JsonlParser, encode_event
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.scenarios.catalogue import scenario_of
from ingest.synthetic.sheet import Item, Notice
from ingest.synthetic.sidecar import Witness
from ingest.synthetic.steps import Scene, Scheduled, Standing, Story

GENERATOR = "synthetic-4"
MANIFEST = "manifest.json"
EVENTS, REFERENCE, PROVENANCE = "events.jsonl", "reference.jsonl", "provenance.jsonl"
LABELS, EXPECTED = "labels.json", "expected.json"
ARTIFACTS = (EVENTS, REFERENCE, PROVENANCE, LABELS, EXPECTED)
CONTRACT = "no label, scenario or profile is told in events.jsonl or reference.jsonl"
_KINDS: dict[str, Any] = {
    "scheduled": Scheduled,
    "standing": Standing,
    "story": Story,
}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is made of. Times in microseconds since 1970 UTC; hashes are SHA-256 in hex."""

    generator: str
    run: str
    seed: int
    config: MarketConfig
    config_digest: str
    from_us: int
    until_us: int
    scenes_from_us: int
    counts: dict[str, int]
    sha256: dict[str, str]
    contract: str = CONTRACT
    order: str = "wire instant, then the order of the lines"


class Traced(msgspec.Struct, frozen=True, array_like=True):
    """One line of provenance: the file it speaks of, the wire instant, the scene's uid in hex."""

    file: str
    wire_us: int
    scene: str | None


class Noted(msgspec.Struct, frozen=True):
    """One line of the reference file."""

    kind: str
    ts: int
    symbol: str
    contract: str | None
    what: Any


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What must come of one scene. `confidence` bounds the score of its reading."""

    scene: str
    scenario: str
    expectation: str
    profile: str | None
    direction: str
    dark: str | None
    confidence: tuple[float, float] | None
    required: tuple[str, ...]
    forbidden: tuple[str, ...]


class RunError(ValueError):
    """A run on disk is not what its manifest says."""

    def __init__(self, what: str, *, received: object, expected: object) -> None:
        """Say what differs."""
        super().__init__(f"{what} is {received}; expected {expected}; generate the run again")
        self.what = what


class Run(msgspec.Struct, frozen=True):
    """A verified run."""

    manifest: Manifest
    scenes: list[Scene]
    items: list[Item]

    def beats(self) -> Iterator[tuple[int, list[Item]]]:
        """Yield each beat with its items, empty ones too: every beat has its clock."""
        place, items = 0, self.items
        first, end = self.manifest.from_us // BEAT_US, self.manifest.until_us // BEAT_US
        for beat in range(first, end):
            start = place
            while place < len(items) and items[place].wire_us < (beat + 1) * BEAT_US:
                place += 1
            yield beat, items[start:place]


def write_run(
    folder: Path, run: str, seed: int, config: MarketConfig, scenes: Sequence[Scene], *,
    from_us: int, until_us: int, verify: bool = True,
) -> Manifest:  # fmt: skip
    """Write a run into an empty or new folder; return its manifest.

    Errors: BuildFailed where a scene's events do not show what it stands for (`verify`);
    FileExistsError where the folder holds a run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        raise FileExistsError(f"{folder} holds a run; name another folder")
    market, witness = Market(seed, config, ListedScenes(scenes)), Witness(scenes)
    beats = range(from_us // BEAT_US, until_us // BEAT_US)
    counts = _write_items(folder, (market.beat(beat) for beat in beats), witness)
    for scene in scenes if verify else ():
        scenario_of(scene.label.scenario).verify(scene, witness.of(scene))
    (folder / LABELS).write_bytes(_pretty(scenes))
    (folder / EXPECTED).write_bytes(_pretty([expected_of(scene) for scene in scenes]))
    counts |= {LABELS: len(scenes), EXPECTED: len(scenes)}
    manifest = Manifest(
        generator=GENERATOR,
        run=run,
        seed=seed,
        config=config,
        config_digest=config.digest,
        from_us=from_us,
        until_us=until_us,
        scenes_from_us=min((scene.start_us for scene in scenes), default=from_us),
        counts=counts,
        sha256={name: sha256_of(folder / name) for name in ARTIFACTS},
    )
    (folder / MANIFEST).write_bytes(_pretty(manifest))
    return manifest


def _write_items(folder: Path, beats: Iterable[list[Item]], witness: Witness) -> dict[str, int]:
    """Write events, reference entries and provenance; return how many lines each file has."""
    counts = dict.fromkeys((EVENTS, REFERENCE, PROVENANCE), 0)
    encode = msgspec.json.Encoder(order="sorted").encode
    with (
        (folder / EVENTS).open("wb") as events,
        (folder / REFERENCE).open("wb") as reference,
        (folder / PROVENANCE).open("wb") as provenance,
    ):
        for items in beats:
            witness.see(items)
            for item in items:
                if isinstance(item.event, Notice):
                    name, line, file = REFERENCE, encode(_noted(item.event)), reference
                else:
                    name, line, file = EVENTS, encode_event(item.event), events
                file.write(line + b"\n")
                owner = item.scene.hex() if item.scene else None
                provenance.write(encode(Traced(name, item.wire_us, owner)) + b"\n")
                counts[name] += 1
                counts[PROVENANCE] += 1
    return counts


def load_run(folder: Path) -> Run:
    """Read a run and hold it against its manifest.

    Errors: RunError for a hash, a count or an order that differs, or a line that is no event.
    """
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    if manifest.generator != GENERATOR:
        raise RunError("generator", received=manifest.generator, expected=GENERATOR)
    for name in ARTIFACTS:
        found = sha256_of(folder / name)
        if found != manifest.sha256.get(name):
            raise RunError(f"hash of {name}", received=found, expected=manifest.sha256.get(name))
    scenes = msgspec.json.decode((folder / LABELS).read_bytes(), type=list[Scene])
    items = list(_items(folder))
    told = {name: _lines_in(folder / name) for name in (EVENTS, REFERENCE)}
    told |= {PROVENANCE: len(items), LABELS: len(scenes), EXPECTED: len(scenes)}
    if told != manifest.counts:
        raise RunError("counts", received=told, expected=manifest.counts)
    for one, two in pairwise(items):
        if one.wire_us > two.wire_us:
            raise RunError("wire order", received=two.wire_us, expected=f"{one.wire_us} or later")
    return Run(manifest, scenes, items)


def expected_of(scene: Scene) -> Expected:
    """Return what the engines must make of a scene."""
    scenario = scenario_of(scene.label.scenario)
    return Expected(
        scene=scene.uid.hex(),
        scenario=scenario.name,
        expectation=scenario.expectation,
        profile=scene.label.profile,
        direction=scene.label.direction,
        dark=scene.label.dark,
        confidence=scenario.confidence,
        required=tuple(map(str, scenario.required)),
        forbidden=tuple(map(str, scenario.forbidden)),
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines_in(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _items(folder: Path) -> Iterator[Item]:
    """Yield the items in wire order: the provenance says whose turn it is."""
    parser = JsonlParser("run", counts_repeats=False)
    trace = msgspec.json.Decoder(Traced)
    with (
        (folder / EVENTS).open("rb") as events,
        (folder / REFERENCE).open("rb") as reference,
        (folder / PROVENANCE).open("rb") as provenance,
    ):
        for number, line in enumerate(provenance, start=1):
            traced = trace.decode(line)
            event: Any
            if traced.file == REFERENCE:
                event = _notice(reference.readline())
            else:
                event = parser.parse(events.readline().rstrip(b"\n"), f"{EVENTS}:{number}")
                if event is None or isinstance(event, Malformed):
                    raise RunError(f"event {number}", received=event, expected="a market event")
            scene = bytes.fromhex(traced.scene) if traced.scene else None
            yield Item(traced.wire_us, event, scene)


def _noted(notice: Notice) -> Noted:
    kind = type(notice.what).__name__.lower()
    return Noted(kind, notice.ts, notice.symbol, notice.contract, notice.what)


def _notice(line: bytes) -> Notice:
    noted = msgspec.json.decode(line, type=Noted)
    what = msgspec.convert(noted.what, _KINDS[noted.kind])
    return Notice(ts=noted.ts, symbol=noted.symbol, what=what, contract=noted.contract)


def _pretty(value: Any) -> bytes:
    """Return canonical JSON: sorted keys, one space a level, a line end."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
