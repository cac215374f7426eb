import json
import re
from pathlib import Path

import pytest

from flow.domain.events import Malformed, QuoteMode
from ingest.feeds import FeedItem, ImportFormatError
from ingest.jsonl import JsonlParser, encode_event
from ingest.jsonl_files import JsonlImport, import_jsonl
from ingest.jsonl_lines import (
    EquityPrintLine,
    EquityQuoteLine,
    FeedLine,
    OptionPrintLine,
    OptionQuoteLine,
)
from ingest.synthetic_feed import ledger

PAGE = Path(__file__).resolve().parents[2] / "docs" / "jsonl.md"


def read_all(feed: JsonlImport) -> list[FeedItem]:
    items: list[FeedItem] = []
    while not feed.finished:
        items += feed.read(7, 0)
    return items


def events_of(*paths: Path) -> list[FeedItem]:
    feed = import_jsonl(*paths)
    feed.open(None)
    return read_all(feed)


def write(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def test_file_gives_its_events_in_its_order(tmp_path: Path) -> None:
    events = ledger(1, 60)
    path = write(tmp_path / "day.jsonl", *map(encode_event, events))
    assert events_of(path) == events
    feed = import_jsonl(path)
    assert (feed.name, feed.source) == ("day", "jsonl")


def test_folder_is_merged_by_time(tmp_path: Path) -> None:
    events = ledger(1, 60)
    write(tmp_path / "a.jsonl", *map(encode_event, events[::2]))
    write(tmp_path / "b.jsonl", *map(encode_event, events[1::2]))
    assert events_of(tmp_path) == events


def test_empty_lines_are_nothing_and_broken_ones_tell_where(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", b"", encode_event(ledger(1, 1)[0]), b"  ", b"oops")
    event, bad = events_of(path)
    assert event == ledger(1, 1)[0]
    assert isinstance(bad, Malformed)
    assert (bad.reason, bad.where) == ("bad_json", "x.jsonl:4")


def test_line_above_the_limit_is_one_malformed(tmp_path: Path) -> None:
    good = encode_event(ledger(1, 1)[0])
    path = write(tmp_path / "x.jsonl", good, b"9" * 3_000_000, encode_event(ledger(1, 2)[1]))
    reasons = [i.reason if isinstance(i, Malformed) else "" for i in events_of(path)]
    assert reasons == ["", "too_long", ""]


def test_resume_gives_the_rest_and_mended_files_start_over(tmp_path: Path) -> None:
    lines = [encode_event(event) for event in ledger(1, 30)]
    path = write(tmp_path / "x.jsonl", *lines)
    feed = import_jsonl(path)
    feed.open(None)
    taken = feed.read(11, 0)
    saved = json.loads(json.dumps(feed.cursor()))
    feed.close()
    again = import_jsonl(path)
    again.open(saved)
    assert taken + read_all(again) == ledger(1, 30)
    write(path, *lines[:20])
    mended = import_jsonl(path)
    mended.open(saved)
    assert len(read_all(mended)) == 20


def test_first_line_declares_the_feed(tmp_path: Path) -> None:
    declared = (
        b'{"type":"feed","quote_mode_options":"sampled","conditions_known":false,"delay_ms":900}'
    )
    path = write(tmp_path / "x.jsonl", declared, encode_event(ledger(1, 1)[0]))
    found = import_jsonl(path).capabilities
    assert (found.quote_mode_options, found.quote_mode_equities) == (
        QuoteMode.SAMPLED,
        QuoteMode.CHANGE,
    )
    assert (found.conditions_known, found.delay_us) == (False, 900_000)
    assert len(events_of(path)) == 1


def test_files_that_declare_different_things_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", b'{"type":"feed","delay_ms":900}')
    write(tmp_path / "b.jsonl", b'{"type":"feed"}')
    with pytest.raises(ImportFormatError, match="mixes feeds"):
        import_jsonl(tmp_path)


@pytest.mark.parametrize("name", ["x.json", "x.csv"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(ImportFormatError, match=f"is no JSONL file: received '{name}'"):
        import_jsonl(tmp_path)


def test_missing_and_empty_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="no such file"):
        import_jsonl(tmp_path / "nothing")
    with pytest.raises(ImportFormatError, match="is empty"):
        import_jsonl(tmp_path)


def examples() -> list[bytes]:
    return [
        line.strip().encode() for line in PAGE.read_text().splitlines() if line.startswith("    {")
    ]


def test_every_example_of_the_page_is_understood() -> None:
    parser = JsonlParser("jsonl", counts_repeats=False)
    *lines, declaration = examples()
    items = [parser.parse(line, "page") for line in lines]
    assert len(items) == 6
    assert not [item for item in items if isinstance(item, Malformed)]
    assert json.loads(declaration) == {
        "type": "feed",
        "quote_mode_options": "change",
        "quote_mode_equities": "change",
        "conditions_known": True,
        "granularity": "tick",
        "delay_ms": 0,
        "off_exchange": True,
    }


@pytest.mark.parametrize(
    "shape", [OptionQuoteLine, OptionPrintLine, EquityQuoteLine, EquityPrintLine, FeedLine]
)
def test_every_field_is_on_the_page(shape: type) -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE.read_text()))
    assert set(shape.__struct_fields__) <= named  # type: ignore[attr-defined]
