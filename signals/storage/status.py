"""How far the engine has come in each print stream of a run."""

from typing import NamedTuple

from django.db import connections

from flow.storage.status import WaitingBatches, stream_status, waiting_batches
from signals.operators import KINDS


class ComputeStatus(NamedTuple):
    """One print stream as compute sees it: the last batch it took, and what waits."""

    stream: str
    step_no: int | None
    last_batch: int
    engine: str | None
    waiting: WaitingBatches


def compute_status(alias: str, run: int) -> list[ComputeStatus]:
    """Return the position of compute in every print stream of a run."""
    found = []
    for stream in stream_status(alias, run):
        if stream.kind not in KINDS:
            continue
        step_no, last_batch, engine = _newest_step(alias, run, stream.id)
        waiting = waiting_batches(alias, stream.id, last_batch)
        found.append(ComputeStatus(stream.name, step_no, last_batch, engine, waiting))
    return found


def _newest_step(alias: str, run: int, stream: int) -> tuple[int | None, int, str | None]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT step_no, last_batch, engine FROM step_ledger
               WHERE run = %s AND shard = 0 AND stream = %s
               ORDER BY step_no DESC LIMIT 1""",
            [run, stream],
        )
        row = cursor.fetchone()
    return (None, 0, None) if row is None else (int(row[0]), int(row[1]), str(row[2]))
