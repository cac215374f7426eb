"""Content identities: equal facts give equal 16 bytes on every machine (design, point 5)."""

from hashlib import blake2b

SEPARATOR = "\x1f"


def content_uid(*fields: object) -> bytes:
    """Return BLAKE2b-128 over the UTF-8 texts of the fields, joined by U+001F.

    Prices go in as integer micro-dollars, times as integer microseconds (or the vendor's
    nanoseconds), None as the empty text. Source: options-engine errata 31.
    """
    return text_uid(*["" if field is None else str(field) for field in fields])


def text_uid(*fields: str) -> bytes:
    """Return `content_uid` of fields that are texts already."""
    return blake2b(SEPARATOR.join(fields).encode(), digest_size=16).digest()
