"""The canonical dump: every row of a run as JSON lines whose bytes depend on content alone.

Rows are ordered by (kind, ts, uid, rev). Left out is what differs by nature between two equal
derivations: run, stream, shard, step, positions in the log, storage ids, and our own clock.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import psycopg

from flow.storage.kinds import SPECS as RAW_SPECS
from signals.storage.rows import BY_NAME as DERIVED_SPECS

LEFT_OUT = frozenset(
    {
        "run",
        "stream",
        "shard",
        "step_no",
        "seq",
        "first_seq",
        "last_seq",
        "ordinal",
        "received_at",
        "member_seqs",
        "quote_seq",
        "spot_seq",
        "ref_seq",
        "ref_stream",
        "tuning_revision",
    }
)
NAMED = {"contract": "contract", "symbol": "symbol"}
RAW_KINDS = tuple(RAW_SPECS)
DERIVED_KINDS = tuple(DERIVED_SPECS)
KINDS = RAW_KINDS + DERIVED_KINDS
FETCH = 5_000

_encoder = msgspec.json.Encoder(order="deterministic", uuid_format="hex")


class Digest(NamedTuple):
    """What the last lines of a dump say of one kind."""

    kind: str
    rows: int
    sha256: str


def dump_kind(conn: psycopg.Connection[Any], *, run: int, kind: str) -> Iterator[bytes]:
    """Yield one canonical JSON line per row of a kind."""
    columns = canonical_columns(kind)
    select, source = _query(kind, columns)
    key = "source_uid" if kind in RAW_SPECS else "uid"
    order = f"t.ts, t.{key}" + (", s.name" if kind in RAW_SPECS else ", t.rev")
    if kind == "evidence_link":
        order += ", t.ordinal"
    with conn.transaction(), conn.cursor(name=f"dump_{kind}") as cursor:
        cursor.itersize = FETCH
        cursor.execute(f"SELECT {select} FROM {source} ORDER BY {order}", {"run": run})  # noqa: S608
        for row in cursor:
            yield _encoder.encode(
                {"kind": kind, **dict(zip(columns, map(_plain, row), strict=True))}
            )


def digest_kind(conn: psycopg.Connection[Any], *, run: int, kind: str) -> Digest:
    """Return the count and the SHA-256 of a kind's lines, each with its newline."""
    digest, count = hashlib.sha256(), 0
    for line in dump_kind(conn, run=run, kind=kind):
        digest.update(line)
        digest.update(b"\n")
        count += 1
    return Digest(kind, count, digest.hexdigest())


def canonical_columns(kind: str) -> tuple[str, ...]:
    """Return the columns of a kind that the dump shows."""
    spec = RAW_SPECS.get(kind) or DERIVED_SPECS[kind]
    return tuple(column for column in spec.columns if column not in LEFT_OUT)


def _query(kind: str, columns: tuple[str, ...]) -> tuple[str, str]:
    parts, joins = [], ""
    for column in columns:
        if column in NAMED:
            parts.append(f"{column}_name.name")
            joins += f" JOIN {NAMED[column]} {column}_name ON {column}_name.id = t.{column}"
        else:
            parts.append(f"t.{column}")
    if kind in RAW_SPECS:
        joins += " JOIN stream s ON s.id = t.stream"
        where = "s.run = %(run)s"
    else:
        where = "t.run = %(run)s"
    return ", ".join(parts), f"{kind} t{joins} WHERE {where}"


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes | memoryview) else value
