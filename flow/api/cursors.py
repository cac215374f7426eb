"""Opaque page cursors: where a page ended, for which family, filter and direction.

Unsigned on purpose: whoever may pass `before_ts` gains nothing by forging one (platform errata
28). A cursor is checked and refused where it does not belong, never guessed at.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from flow.api.errors import ApiError, FieldError

MAX_TS = 253_402_300_799_999_999  # the last microsecond of 9999
MAX_SEQ = 2**63 - 1
MAX_LENGTH = 400

SeqType = type | tuple[type, ...]  # int for raw families, str for derived ones


class Cursor(NamedTuple):
    """A place in a family's order. `seq` is a number for raw rows, a uid in hex for derived."""

    family: str
    direction: str  # "<" older and older, ">" newer and newer
    ts: int
    seq: int | str
    stream: int
    filters: str


def filter_digest(run: int, applied: Mapping[str, Any]) -> str:
    """Return a short digest of what a page was narrowed to; the limit is not part of it."""
    text = json.dumps([run, applied], sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def encode_cursor(cursor: Cursor) -> str:
    """Return the text form that the client hands back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(cursor))).rstrip(b"=").decode()


def decode_cursor(
    text: str, *, family: str, filters: str, seq_type: SeqType = (int, str)
) -> Cursor:
    """Read a cursor of one family and filter. Errors: ApiError 400 for anything else."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        values = msgspec.json.decode(raw, type=tuple[str, str, int, int | str, int, str])
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, UnicodeDecodeError):
        raise _refused(text, "the `next` of an earlier answer, unchanged") from None
    cursor = Cursor(*values)
    if len(text) > MAX_LENGTH or not _is_possible(cursor) or encode_cursor(cursor) != text:
        raise _refused(text, "the `next` of an earlier answer, unchanged")
    if cursor.family != family:
        raise _refused(text, f"a cursor of {family}; this one is of {cursor.family}")
    if not isinstance(cursor.seq, seq_type):
        raise _refused(text, "the `next` of an earlier answer, unchanged")
    if cursor.filters != filters:
        raise _refused(text, "a cursor of the same run and filters; start again without it")
    return cursor


def _is_possible(cursor: Cursor) -> bool:
    in_order = cursor.direction in {"<", ">"} and 0 <= cursor.ts <= MAX_TS
    if isinstance(cursor.seq, str):
        has_place = len(cursor.seq) == 32 and all(c in "0123456789abcdef" for c in cursor.seq)
    else:
        has_place = 0 <= cursor.seq <= MAX_SEQ
    return in_order and has_place and 0 <= cursor.stream < 2**31


def _refused(text: str, allowed: str) -> ApiError:
    field = FieldError("cursor", text[:100], allowed)
    return ApiError("invalid_cursor", f"cursor cannot be used; expected {allowed}", fields=[field])
