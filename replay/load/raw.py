"""Raw rows for the load test: five days of prints of two hundred contracts, quotes, equities."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b
from typing import Any

import psycopg

from flow.domain.units import SECOND_US, from_datetime
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS, Row
from flow.storage.streams import open_stream

SOURCE = "admin-load"
DAYS = (2, 3, 4, 5, 6)  # of June 2014, Monday to Friday
OPEN_H, SESSION_S = 13.5, 23_400  # New York's session in UTC
SYMBOLS = 20
CONTRACTS_EACH = 10
QUOTES_PER_PRINTS = 2  # one quote for so many prints
EQUITIES_PER_PRINTS = 5
COPY_ROWS = 250_000

Option = tuple[int, int, int]  # contract, symbol, price in micro-dollars


def symbol(place: int) -> str:
    """Return a symbol; the first are busy, the last quiet."""
    return f"Q{chr(65 + place)}X"  # letters only: a digit would mark an adjusted deliverable


def contracts() -> list[str]:
    """Return all contracts by symbol."""
    return [
        f"{symbol(place)}-2014-06-20-{50 + strike * 5}-{'CP'[strike % 2]}"
        for place in range(SYMBOLS)
        for strike in range(CONTRACTS_EACH)
    ]


def instant(place: int, total: int) -> int:
    """Return the event time of a row by its place: spread evenly over the sessions."""
    share = place / total * len(DAYS)
    day = DAYS[min(int(share), len(DAYS) - 1)]
    opened = datetime(2014, 6, day, tzinfo=UTC).timestamp() + OPEN_H * 3600
    return int((opened + (share % 1) * SESSION_S) * SECOND_US) + place % 7


def copy_raw(conn: psycopg.Connection[Any], run: int, prints: int) -> None:
    """Copy prints, quotes and equity prints of one source."""
    instruments = Instruments(conn)
    # Looked up before the COPY begins: the connection can do one thing at a time.
    options = [
        (*instruments.contract(name), 1_000_000 + place * 50_000)
        for place, name in enumerate(contracts())
    ]
    equities = [instruments.symbol(symbol(place)) for place in range(SYMBOLS)]
    makers = {
        "option_print": (partial(_prints, options), prints),
        "option_quote": (partial(_quotes, options), prints // QUOTES_PER_PRINTS),
        "equity_print": (partial(_equities, equities), prints // EQUITIES_PER_PRINTS),
    }
    for kind, (make, total) in makers.items():
        stream = open_stream(conn, run=run, source=SOURCE, kind=kind)  # type: ignore[arg-type]
        if stream.next_seq > 1:
            continue  # filled by an earlier call
        _copy(conn, kind, make(stream.id, total))
        conn.execute(
            """UPDATE stream SET next_seq = %s, batch_no = 1, clock = %s WHERE id = %s""",
            (total + 1, datetime(2014, 6, 6, 21, tzinfo=UTC), stream.id),
        )


def _copy(conn: psycopg.Connection[Any], kind: str, rows: Iterable[Row]) -> None:
    spec = SPECS[kind]
    sql = f"COPY {spec.name} ({', '.join(spec.columns)}) FROM STDIN (FORMAT BINARY)"
    waiting = iter(rows)
    while True:
        count = 0
        with conn.transaction(), conn.cursor() as cursor, cursor.copy(sql) as copy:
            copy.set_types(spec.types)
            for row in waiting:
                copy.write_row(row)
                count += 1
                if count == COPY_ROWS:
                    break
        if count < COPY_ROWS:
            return


def _uid(kind: str, seq: int) -> bytes:
    return blake2b(f"{kind}{seq}".encode(), digest_size=16).digest()


def _chosen(rng: random.Random, names: list[Any]) -> Any:
    """Return one of them; the first far more often than the last."""
    return names[int(len(names) * rng.random() ** 3)]


def _prints(known: list[Option], stream: int, total: int) -> Iterator[Row]:
    rng = random.Random(1)  # noqa: S311 - repeatable rows, no secret
    received = from_datetime(datetime(2014, 6, 7, tzinfo=UTC))
    for place in range(total):
        contract, symbol_id, price = _chosen(rng, known)
        ts, seq = instant(place, total), place + 1
        size, side = rng.randrange(1, 400), rng.randrange(0, 7)
        bid, ask = price - 20_000, price + 20_000
        trade_date = date(2014, 6, 2).toordinal() + int(place / total * 5)
        yield (
            stream, seq, ts, received, _uid("p", seq), contract, symbol_id, price, size,
            1 + seq % 19, (32,), price * size * 100, bid, ask, 10, 12,
            ts - 400_000, max(seq // QUOTES_PER_PRINTS, 1), 150_000, 1,
            100_000_000, 100_010_000, ts - 200_000, seq, 1.5, -3.0, 0.4, 0.25,
            2, trade_date, 18, 0, side, size > 200, 4_096 if size > 200 else 16, 1, seq,
        )  # fmt: skip


def _quotes(known: list[Option], stream: int, total: int) -> Iterator[Row]:
    rng = random.Random(2)  # noqa: S311 - repeatable rows, no secret
    received = from_datetime(datetime(2014, 6, 7, tzinfo=UTC))
    for place in range(total):
        contract, _, price = _chosen(rng, known)
        seq = place + 1
        yield (
            stream, seq, instant(place, total), received, _uid("q", seq), contract,
            price - 20_000, price + 20_000, 10, 12, seq,
        )  # fmt: skip


def _equities(known: list[int], stream: int, total: int) -> Iterator[Row]:
    rng = random.Random(3)  # noqa: S311 - repeatable rows, no secret
    received = from_datetime(datetime(2014, 6, 7, tzinfo=UTC))
    for place in range(total):
        seq, ts = place + 1, instant(place, total)
        trade_date = date(2014, 6, 2).toordinal() + int(place / total * 5)
        yield (
            stream, seq, ts, received, _uid("e", seq), _chosen(rng, known), 100_000_000,
            rng.randrange(1, 500) * 1_000_000, 101 + seq % 15, (), seq % 3 == 0, None,
            99_990_000, 100_010_000, 3, 4, ts - 100_000, seq, 100_000, 1, 2, trade_date, 0,
            5, 1, None,
        )  # fmt: skip
