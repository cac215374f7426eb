"""What a derived row rests on, as HTML for the admin: members, sentences, score, neighbours.

Every read is by key and bounded: a packet of thousands of prints shows its first ones and says so.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from flow.codes import label_reasons, side_name
from flow.evidence_filters import run_name
from flow.evidence_keys import derived_key, raw_key
from flow.evidence_text import MISSING, dollars, instant, json_block, link, table
from flow.storage.pages import PrintRow, prints_by_seq
from flow.storage.schemas import alias_of
from signals.models import TuningRevision
from signals.storage.reads import HitRow, PacketRow, find_packet, hits_of_event

SHOWN_MEMBERS = 200
ADMIN = {
    "alert": "admin:signals_alertevidence_change",
    "packet": "admin:signals_packetevidence_change",
    "smart_money_event": "admin:signals_smartmoneyeventevidence_change",
    "classifier_hit": "admin:signals_classifierhitevidence_change",
    "option_print": "admin:flow_optionprintevidence_change",
    "option_quote": "admin:flow_optionquoteevidence_change",
}


def sentences(explanations: Iterable[dict[str, Any]]) -> SafeString:
    """Return each sentence with the numbers and the thresholds that it rests on."""
    rows = [
        (one.get("text", ""), _pairs(one.get("values", {})), _pairs(one.get("thresholds", {})))
        for one in explanations
    ]
    return table(("sentence", "numbers", "thresholds"), rows)


def breakdown(terms: Iterable[dict[str, Any]]) -> SafeString:
    """Return the sum that made a score, term by term."""
    rows = list(terms)
    heads = tuple(dict.fromkeys(key for row in rows for key in row))
    return table(heads, [[_plain(row.get(head)) for head in heads] for row in rows])


def members(run: int, packet: PacketRow | None) -> SafeString:
    """Return the prints of a packet with the quote that stood at each."""
    if packet is None:
        return table((), (), note="the packet is not in the database")
    alias, seqs = alias_of(run), list(packet.member_seqs)
    prints = prints_by_seq(alias, packet.stream, seqs[:SHOWN_MEMBERS], packet.ts, packet.end_ts)
    gone = min(len(seqs), SHOWN_MEMBERS) - len(prints)
    notes = [f"{len(seqs)} prints"]
    if len(seqs) > SHOWN_MEMBERS:
        notes.append(f"the first {SHOWN_MEMBERS} shown")
    if gone > 0:
        notes.append(f"{gone} no longer in the log: retention has taken them")
    query = _run_query(run)
    quotes = quote_stream(alias, packet.stream)
    heads = (
        "print", "event time", "price", "contracts", "premium", "bid x ask", "quote", "side",
        "label",
    )  # fmt: skip
    return table(heads, [_member(row, query, quotes) for row in prints], note=", ".join(notes))


def packet_of(row: Any) -> PacketRow | None:
    """Return the packet that a conclusion was drawn from."""
    return find_packet(alias_of(row.run), row.run, row.packet_uid, row.packet_ts)


def hits(row: Any, event_uid: Any) -> SafeString:
    """Return the rules that fired for an event, strongest first."""
    found: list[HitRow] = hits_of_event(alias_of(row.run), row.run, event_uid, row.ts, row.rev)
    return table(
        ("rule", "confidence", "direction", "identity"),
        [
            (
                hit.classifier_id,
                hit.confidence,
                hit.direction,
                neighbour("classifier_hit", row.run, row.ts, hit.uid, hit.rev),
            )
            for hit in found
        ],
    )


def neighbour(kind: str, run: int, ts: Any, uid: Any, rev: int = 0) -> SafeString:
    """Return a link to another derived row of the same run."""
    key = derived_key(run, ts, uid, rev)
    return link(reverse(ADMIN[kind], args=[key]) + _run_query(run), key)


def revision_values(number: int) -> SafeString:
    """Return the thresholds of the revision that a row was made under."""
    revision = TuningRevision.objects.filter(pk=number).first()
    if revision is None:
        return table((), (), note=f"revision {number} is not in this database")
    address = reverse("admin:signals_tuningrevision_change", args=[number])
    return format_html(
        "<p>{}</p><details><summary>all values</summary>{}</details>",
        link(address, str(revision)),
        json_block(revision.values),
    )


def quote_stream(alias: str, stream: int) -> int | None:
    """Return the stream of option quotes of the same source and run."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT q.id FROM stream p JOIN stream q
                 ON q.run = p.run AND q.source = p.source AND q.kind = 'option_quote'
               WHERE p.id = %s LIMIT 1""",
            [stream],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _run_query(run: int) -> str:
    return "?" + urlencode({"run": run_name(run)})


def _member(row: PrintRow, query: str, quotes: int | None) -> tuple[Any, ...]:
    key = raw_key(row.stream, row.ts, row.seq)
    return (
        link(reverse(ADMIN["option_print"], args=[key]) + query, key),
        instant(row.ts),
        dollars(row.price_micros),
        row.size,
        dollars(row.premium_micros),
        f"{dollars(row.bid_micros)} x {dollars(row.ask_micros)}",
        _quote_link(row, query, quotes),
        side_name(row.side),
        ", ".join(label_reasons(row.label_reasons)),
    )


def _quote_link(row: PrintRow, query: str, quotes: int | None) -> SafeString | str:
    if row.quote_ts is None or row.quote_seq is None:
        return MISSING
    shown = instant(row.quote_ts)
    if quotes is None:
        return shown
    key = raw_key(quotes, row.quote_ts, row.quote_seq)
    return link(reverse(ADMIN["option_quote"], args=[key]) + query, shown)


def _pairs(values: dict[str, Any]) -> SafeString:
    return format_html_join("", "{} = {}<br>", ((k, _plain(v)) for k, v in values.items()))


def _plain(value: Any) -> Any:
    return MISSING if value is None else value
