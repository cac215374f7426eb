"""Content identities: equal facts give equal 16 bytes on every machine (design, point 5)."""

from hashlib import blake2b

SEPARATOR = "\x1f"


def content_uid(*fields: object) -> bytes:
    """Return BLAKE2b-128 over the UTF-8 texts of the fields, joined by U+001F.

    Prices go in as integer micro-dollars, times as integer microseconds (or the vendor's
    nanoseconds), None as the empty text. Source: options-engine errata 31.
    """
    text = SEPARATOR.join(["" if field is None else str(field) for field in fields])
    return blake2b(text.encode(), digest_size=16).digest()
