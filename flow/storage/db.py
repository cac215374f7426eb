"""Worker connections: psycopg with the log's own types.

A worker speaks integers of microseconds, 16-byte uids and day ordinals; the adapters here turn
them into `timestamptz`, `uuid` and `date` on the wire, so that no object is made per field.
Web code uses Django's connections and its types; the two never mix on one connection.
"""

import struct
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

PG_EPOCH_US = 946_684_800_000_000  # 2000-01-01 in microseconds since 1970
PG_EPOCH_ORDINAL = 730_120  # date(2000, 1, 1).toordinal()

WORKER_IDLE_MS = 10_000
# The server is away, or has dropped a worker that froze inside a transaction.
GONE = (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout)
DJANGO_ONLY = ("cursor_factory", "context", "prepare_threshold", "client_encoding")

OID_INT2_ARRAY = 1005
OID_INT8_ARRAY = 1016
OID_DATE = 1082
OID_TIMESTAMPTZ = 1184
OID_UUID = 2950
OID_JSONB = 3802

_int8 = struct.Struct("!q")
_int4 = struct.Struct("!i")
_unpack_int8 = _int8.unpack
_pack_int8 = _int8.pack


class _MicrosDumper(Dumper):
    oid = OID_TIMESTAMPTZ
    format = Format.BINARY

    def dump(self, obj: int) -> Buffer:
        return _pack_int8(obj - PG_EPOCH_US)


class _OrdinalDumper(Dumper):
    oid = OID_DATE
    format = Format.BINARY

    def dump(self, obj: int) -> Buffer:
        return _int4.pack(obj - PG_EPOCH_ORDINAL)


class _UidDumper(Dumper):
    oid = OID_UUID
    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer:
        return obj


def array_bytes(items: Sequence[int], element_oid: int, code: str) -> bytes:
    """Return a one-dimensional PostgreSQL array in its binary form."""
    if not items:
        return struct.pack("!iii", 0, 0, element_oid)
    size = struct.calcsize("!" + code)
    parts = [struct.pack("!iiiii", 1, 0, element_oid, len(items), 1)]
    pack = struct.Struct("!i" + code).pack
    parts.extend(pack(size, item) for item in items)
    return b"".join(parts)


_small_arrays: dict[tuple[int, ...], bytes] = {}


class _Int2ArrayDumper(Dumper):
    """Conditions: a handful of distinct tuples make up a whole day, so their bytes are kept."""

    oid = OID_INT2_ARRAY
    format = Format.BINARY

    def dump(self, obj: tuple[int, ...]) -> Buffer:
        known = _small_arrays.get(obj)
        if known is None:
            known = array_bytes(obj, 21, "h")
            if len(_small_arrays) < 4_096:
                _small_arrays[obj] = known
        return known


class _Int8ArrayDumper(Dumper):
    oid = OID_INT8_ARRAY
    format = Format.BINARY

    def dump(self, obj: Sequence[int]) -> Buffer:
        return array_bytes(obj, 20, "q")


class _JsonbDumper(Dumper):
    """JSON that is encoded already: the canonical bytes of msgspec, never encoded twice."""

    oid = OID_JSONB
    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer:
        return b"\x01" + obj  # the version byte of PostgreSQL's binary form


class _MicrosLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> int:
        return int(_unpack_int8(data)[0]) + PG_EPOCH_US


class _OrdinalLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> int:
        return int(_int4.unpack(data)[0]) + PG_EPOCH_ORDINAL


class _UidLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def connect(
    alias: str, name: str, *, idle_ms: int = WORKER_IDLE_MS
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a worker's own connection to the schema of an alias.

    In autocommit: what belongs together stands in a `with conn.transaction()`. `name` is shown in
    pg_stat_activity; a worker that freezes inside a transaction loses it after ten seconds, so
    that its locks never outlive its lease; a reader that may pause passes `idle_ms=0`. What
    DATABASE_URL asks of the connection (TLS above all) holds here as in Django.
    Errors: psycopg.OperationalError when the server cannot be reached.
    """
    settings = connections[alias].get_connection_params()
    for ours in DJANGO_ONLY:
        settings.pop(ours, None)
    settings |= {
        "options": f"{settings['options']} -c idle_in_transaction_session_timeout={idle_ms}",
        "application_name": f"islandflow {name}"[:63],
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    conn: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(autocommit=True, **settings)
    teach_types(conn)
    return conn


def teach_types(conn: psycopg.Connection[Any]) -> None:
    """Register the integer and byte forms of this module on one connection."""
    adapters = conn.adapters
    for dumper in (
        _MicrosDumper,
        _OrdinalDumper,
        _UidDumper,
        _Int2ArrayDumper,
        _Int8ArrayDumper,
        _JsonbDumper,
    ):
        adapters.register_dumper(None, dumper)
    adapters.register_loader(OID_TIMESTAMPTZ, _MicrosLoader)
    adapters.register_loader(OID_DATE, _OrdinalLoader)
    adapters.register_loader(OID_UUID, _UidLoader)
