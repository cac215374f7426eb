"""GET /api/v1/prints/options: option prints with what was known when they printed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flow.api.parameters import (
    MIN_NOTIONAL,
    PAGE,
    UNDERLYING_ID,
    UNDERLYING_IDS,
    Parameter,
    choice,
    read_contract,
)
from flow.api.places import Place, edge_of, read_page
from flow.api.serializers import ERRORS, OptionPrintSerializer, documented, page_of
from flow.api.texts import age_ms, iso, milliseconds, money
from flow.api.views import ChosenRun, PageView
from flow.codes import (
    OPTION_SIDES,
    SIDE_CODES,
    condition_letter,
    flag_names,
    label_reasons,
    quote_mode_name,
    session_name,
    side_name,
)
from flow.domain.units import from_datetime
from flow.domain.venues import venue_mic
from flow.storage.pages import Position, PrintFilter, PrintRow, print_page

TYPES = {"call": "C", "put": "P"}
TYPE_OF_RIGHT = {right: name for name, right in TYPES.items()}

VIEW = Parameter(
    name="view", read=choice("signal", "raw"), allowed="signal or raw", choices=("signal", "raw"),
    about="signal: prints that the label keeps. Default; raw where a contract is asked for.",
)  # fmt: skip
CONTRACT = Parameter(
    name="option_contract_id", read=read_contract,
    allowed="a contract such as SPY-2025-01-17-450-C or SPY250117C00450000",
    about="One contract; forces view=raw and keeps the other filters.",
)  # fmt: skip
SIDE = Parameter(
    name="side", read=choice(*OPTION_SIDES, upper=True), many=True,
    allowed=", ".join(OPTION_SIDES), choices=OPTION_SIDES,
    about="Place of the price against the quote; repeated or by commas.",
)  # fmt: skip
TYPE = Parameter(
    name="type", read=choice(*TYPES), allowed="call, put", choices=tuple(TYPES), many=True,
    about="Right of the option; repeated or by commas.",
)  # fmt: skip


class OptionPrintsView(PageView):
    family: ClassVar[str] = "option_print"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *PAGE, VIEW, UNDERLYING_ID, UNDERLYING_IDS, CONTRACT, SIDE, TYPE, MIN_NOTIONAL,
    )  # fmt: skip

    @extend_schema(
        operation_id="prints_options",
        summary="Option prints, newest first",
        parameters=documented(parameters),
        responses={200: page_of("OptionPrintPage", OptionPrintSerializer), **ERRORS},
        tags=["prints"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request)

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        contract = values.get("option_contract_id")
        underlyings = {*values.get("underlying_id", ()), *values.get("underlying_ids", ())}
        found = {
            "view": "raw" if contract else values.get("view", "signal"),
            "underlying_id": sorted(underlyings),
            "option_contract_id": contract,
            "side": list(values.get("side", ())),
            "type": list(values.get("type", ())),
            "min_notional": money(values.get("min_notional")),
        }
        return {name: value for name, value in found.items() if value not in (None, [])}

    def read(
        self, run: ChosenRun, values: Mapping[str, Any], place: Place, limit: int
    ) -> tuple[list[PrintRow], bool]:
        chosen, edge = self._filter(values), edge_of(place, Position)
        return read_page(
            lambda count: print_page(run.alias, run.id, limit=count, chosen=chosen, **edge),
            place,
            limit,
            self.position,
        )

    def position(self, row: PrintRow) -> tuple[int, int, int]:
        place = row.position
        return place.ts, place.seq, place.stream

    def body(self, run: ChosenRun, row: PrintRow) -> dict[str, Any]:
        return print_body(row)

    def _filter(self, values: Mapping[str, Any]) -> PrintFilter:
        applied = self.applied(values)
        return PrintFilter(
            signal_only=applied["view"] == "signal",
            underlyings=tuple(applied.get("underlying_id", ())),
            contract=applied.get("option_contract_id"),
            rights=tuple(TYPES[name] for name in applied.get("type", ())),
            sides=tuple(SIDE_CODES[name] for name in applied.get("side", ())),
            min_premium_micros=values.get("min_notional"),
        )


def print_body(row: PrintRow) -> dict[str, Any]:
    """Return one option print as the API writes it."""
    age = None if row.quote_ts is None else from_datetime(row.ts) - from_datetime(row.quote_ts)
    return {
        "id": f"{row.stream}-{from_datetime(row.ts)}-{row.seq}",
        "stream": row.stream,
        "seq": row.seq,
        "source_uid": str(row.source_uid),
        "ts": iso(row.ts),
        "ts_ms": milliseconds(row.ts),
        "received_at": iso(row.received_at),
        "received_ms": milliseconds(row.received_at),
        "option_contract_id": row.contract,
        "underlying_id": row.underlying,
        "option_type": TYPE_OF_RIGHT.get(row.contract[-1:]) if "-" in row.contract else None,
        "price": money(row.price_micros),
        "size": row.size,
        "notional": money(row.premium_micros),
        "exchange": venue_mic(row.venue),
        "conditions": [condition_letter(code) for code in row.conditions],
        "session": session_name(row.session),
        "session_date": row.session_date.isoformat(),
        "dte_days": row.dte,
        "flags": flag_names(row.flags),
        "execution_nbbo_bid": money(row.bid_micros),
        "execution_nbbo_ask": money(row.ask_micros),
        "execution_nbbo_bid_size": row.bid_size,
        "execution_nbbo_ask_size": row.ask_size,
        "execution_nbbo_ts": iso(row.quote_ts),
        "execution_nbbo_ts_ms": milliseconds(row.quote_ts),
        "execution_nbbo_seq": row.quote_seq,
        "execution_nbbo_age_ms": age_ms(age),
        "execution_nbbo_silence_ms": age_ms(row.quote_silence_us),
        "execution_nbbo_mode": quote_mode_name(row.quote_mode),
        "execution_nbbo_side": side_name(row.side),
        "execution_underlying_bid": money(row.spot_bid_micros),
        "execution_underlying_ask": money(row.spot_ask_micros),
        "execution_underlying_ts": iso(row.spot_ts),
        "execution_underlying_ts_ms": milliseconds(row.spot_ts),
        "execution_underlying_seq": row.spot_seq,
        "underlying_move_60s_bps": row.move_60s_bps,
        "underlying_move_5m_bps": row.move_5m_bps,
        "underlying_move_5m_z": row.move_5m_z,
        "execution_iv": row.iv,
        "signal_pass": row.label_passed,
        "signal_reasons": label_reasons(row.label_reasons),
        "tuning_revision": row.tuning_revision,
    }
