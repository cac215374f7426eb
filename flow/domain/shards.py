"""The fixed map of underlyings to shards. Changing SHARDS is a migration of every ledger."""

import hashlib

SHARDS = 64


def shard_of(underlying: str) -> int:
    """Return the shard (0 to 63) of an underlying's canonical symbol: stable on every machine."""
    digest = hashlib.blake2b(underlying.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SHARDS
