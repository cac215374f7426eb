"""Places where a test may let the process die as hard as a power cut.

`ISLANDFLOW_FAILPOINT=name:k` ends the process at the k-th pass of that place. Random kills miss
narrow windows; these hit every commit boundary (reliability-security.md, section 3).
"""

import os

from django.conf import settings

NAMES = (
    "ingest_after_copy",
    "ingest_after_manifest",
    "ingest_before_commit",
    "ingest_after_commit",
    "compute_after_rows",
    "compute_after_ledger",
    "compute_before_commit",
    "compute_after_commit",
    "compute_after_state",
)
KILLED = 137

_passes: dict[str, int] = {}


def pass_failpoint(name: str) -> None:
    """End the process without any clean-up when this pass is the chosen one."""
    chosen: str = settings.FAILPOINT
    if not chosen:
        return
    wanted, _, k = chosen.partition(":")
    if wanted != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] == int(k or 1):
        os._exit(KILLED)
