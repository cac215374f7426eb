"""A revision as the API writes it."""

import json
from typing import Any

from flow.api.texts import iso, milliseconds
from news.storage.reads import Revision


def revision_body(row: Revision) -> dict[str, Any]:
    """Return one revision with its story's count and publication."""
    return {
        "id": f"{row.provider}:{row.story_id}",
        "provider": row.provider,
        "story_id": row.story_id,
        "uid": str(row.uid),
        "stream": row.stream,
        "seq": row.seq,
        "state": row.state,
        "is_current": row.is_current,
        "revisions": row.revisions,
        "source": row.source,
        "headline": row.headline,
        "summary": row.summary,
        "content_html": row.content_html,
        "content_text": row.content_text,
        "content_emptied": row.is_emptied,
        "sanitizer": row.sanitizer,
        "url": row.url,
        "provider_symbols": row.provider_symbols,
        "resolved_symbols": row.symbols,
        "symbol_resolution": row.symbol_resolution,
        "symbols": _found(row.found),
        "published_ts": iso(row.story_published_ts),
        "published_ts_ms": milliseconds(row.story_published_ts),
        "updated_ts": iso(row.updated_ts),
        "updated_ts_ms": milliseconds(row.updated_ts),
        "received_at": iso(row.received_at),
        "received_ms": milliseconds(row.received_at),
        "first_received_at": iso(row.first_received_at),
        "changed_ts": iso(row.changed_ts),
        "changed_ts_ms": milliseconds(row.changed_ts),
    }


def _found(value: Any) -> Any:
    """Return the symbols with their methods; a raw cursor may hand JSON over as text."""
    return json.loads(value) if isinstance(value, str) else value
