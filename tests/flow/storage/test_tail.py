"""Readers of the log see what was committed, in order, or say what is wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from flow.domain.events import Control, StampedPrint
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.streams import streams_of
from flow.storage.tail import (
    read_controls,
    read_entries,
    read_manifest,
    read_rows,
)
from tests.support.filled import own_log
from tests.support.market import (
    busy_minute,
    count,
    ingest_cut,
    option_log,
    rows,
)

pytestmark = pytest.mark.usefixtures("log")
Read = Callable[[psycopg.Connection[Any], int], object]


@pytest.fixture(scope="module")
def log(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[StampedPrint | Control]]:
    """Six batches of ten events of all kinds, which nobody changes."""
    with own_log(django_db_blocker):
        ingest_cut(busy_minute(15), chunk=10)
        yield option_log()


def reading(read: Read) -> Any:
    """Return what a reader of the option print stream finds."""
    with connect("default", "reader") as conn:
        (stream,) = streams_of(conn, run=0, kind="option_print")
        return read(conn, stream.id)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_reading_in_pieces_of_any_size_gives_the_same_entries(
    log: list[StampedPrint | Control], size: int
) -> None:
    def in_pieces(conn: psycopg.Connection[Any], stream: int) -> list[object]:
        found: list[object] = []
        after, instruments = 0, Instruments(conn)
        while infos := read_manifest(conn, stream, after=after, limit=size):
            found += read_entries(conn, infos, "option_print", instruments)
            after = infos[-1].batch_no
        return found

    assert reading(in_pieces) == log


@pytest.mark.parametrize(
    ("after", "last", "limit", "numbers"),
    [
        (0, 2**62, 100, [1, 2, 3, 4, 5, 6, 7]),
        (0, 2**62, 2, [1, 2]),
        (2, 4, 100, [3, 4]),
        (3, 3, 100, []),
        (7, 2**62, 100, []),
        (99, 2**62, 100, []),
    ],
)
def test_the_manifest_is_read_from_a_number_to_a_number(
    log: list[StampedPrint | Control], after: int, last: int, limit: int, numbers: list[int]
) -> None:
    infos = reading(lambda conn, s: read_manifest(conn, s, after=after, last=last, limit=limit))

    assert [info.batch_no for info in infos] == numbers


def test_no_batches_hold_no_entries(log: list[StampedPrint | Control]) -> None:
    def read(conn: psycopg.Connection[Any], _: int) -> object:
        return (
            read_entries(conn, [], "option_print", Instruments(conn)),
            read_rows(conn, "option_print", []),
            read_controls(conn, []),
        )

    assert reading(read) == ([], [], [])


def test_the_manifest_counts_what_is_there(log: list[StampedPrint | Control]) -> None:
    infos = reading(lambda conn, s: read_manifest(conn, s, after=0, limit=100))

    assert sum(info.n for info in infos) == len(log)
    assert sum(info.n_control for info in infos) == len(log) - count("option_print")
    assert [info.first_seq for info in infos[1:]] == [info.last_seq + 1 for info in infos[:-1]]


def test_rows_of_quotes_are_read_by_the_same_manifest(log: list[StampedPrint | Control]) -> None:
    with connect("default", "reader") as conn:
        (stream,) = streams_of(conn, run=0, kind="option_quote")
        infos = read_manifest(conn, stream.id, after=0, limit=100)
        found = read_rows(conn, "option_quote", infos)
        assert read_controls(conn, infos) == []

    assert [row[1] for row in found] == list(range(1, 16))
    assert rows("SELECT count(*) FROM batch WHERE n_control = 0")[0][0] >= len(infos)
