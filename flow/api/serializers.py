"""What answers look like, for the OpenAPI document. Rows are written by plain functions.

A test holds that the fields here are the fields written.
"""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from flow.codes import LABEL_REASONS, OPTION_SIDES


class FieldErrorSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    received = serializers.CharField()
    allowed = serializers.CharField()


class ErrorBodySerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = FieldErrorSerializer(many=True)  # type: ignore[assignment]


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorBodySerializer()


ERRORS: dict[int, OpenApiResponse] = {
    400: OpenApiResponse(ErrorSerializer, "A parameter is unknown, repeated or malformed."),
    401: OpenApiResponse(ErrorSerializer, "No valid token and no session."),
    403: OpenApiResponse(ErrorSerializer, "The role does not include this resource."),
    404: OpenApiResponse(ErrorSerializer, "No run has that name."),
    405: OpenApiResponse(ErrorSerializer, "Reads only."),
    503: OpenApiResponse(ErrorSerializer, "The read took too long, or the database is away."),
}


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return the shape of a page of one family."""
    return inline_serializer(
        name,
        {
            "data": row(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="Cursor of the last row; null when the page is empty."
            ),
            "has_more": serializers.BooleanField(),
            "applied_filters": serializers.DictField(),
            "run": serializers.CharField(),
        },
    )


def documented(parameters: Any) -> list[OpenApiParameter]:
    """Return the parameters as OpenAPI tells them."""
    return [parameter.documented() for parameter in parameters]


def decimal_text(what: str, **options: Any) -> serializers.CharField:
    """Return a field of dollars as decimal text."""
    return serializers.CharField(help_text=f"{what}, dollars as decimal text", **options)


def maybe_money(what: str) -> serializers.CharField:
    """Return a field of dollars that may be missing."""
    return decimal_text(what, allow_null=True)


def instant_ms(what: str, **options: Any) -> serializers.FloatField:
    """Return a field of milliseconds since 1970."""
    return serializers.FloatField(help_text=f"{what}, milliseconds since 1970", **options)


class OptionPrintSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="stream-microseconds-seq")
    stream = serializers.IntegerField()
    seq = serializers.IntegerField()
    source_uid = serializers.UUIDField()
    ts = serializers.DateTimeField()
    ts_ms = instant_ms("Event time")
    received_at = serializers.DateTimeField()
    received_ms = instant_ms("Received by us")
    option_contract_id = serializers.CharField()
    underlying_id = serializers.CharField()
    option_type = serializers.ChoiceField(["call", "put"], allow_null=True)
    price = decimal_text("Per share")
    size = serializers.IntegerField(help_text="Contracts")
    notional = maybe_money("Premium: price x size x multiplier")
    exchange = serializers.CharField(allow_null=True, help_text="MIC; null where not stated")
    conditions = serializers.ListField(
        child=serializers.CharField(), help_text="OPRA letters, case-sensitive; else names"
    )
    session = serializers.CharField()
    session_date = serializers.DateField()
    dte_days = serializers.IntegerField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    execution_nbbo_bid = maybe_money("Bid that stood")
    execution_nbbo_ask = maybe_money("Ask that stood")
    execution_nbbo_bid_size = serializers.IntegerField(allow_null=True)
    execution_nbbo_ask_size = serializers.IntegerField(allow_null=True)
    execution_nbbo_ts = serializers.DateTimeField(allow_null=True)
    execution_nbbo_ts_ms = instant_ms("Time of that quote", allow_null=True)
    execution_nbbo_seq = serializers.IntegerField(allow_null=True)
    execution_nbbo_age_ms = serializers.FloatField(allow_null=True)
    execution_nbbo_silence_ms = serializers.FloatField(
        allow_null=True, help_text="How long that quote feed had said nothing"
    )
    execution_nbbo_mode = serializers.CharField()
    execution_nbbo_side = serializers.ChoiceField(OPTION_SIDES)
    execution_underlying_bid = maybe_money("Underlying's bid")
    execution_underlying_ask = maybe_money("Underlying's ask")
    execution_underlying_ts = serializers.DateTimeField(allow_null=True)
    execution_underlying_ts_ms = instant_ms("Time of that quote", allow_null=True)
    execution_underlying_seq = serializers.IntegerField(allow_null=True)
    underlying_move_60s_bps = serializers.FloatField(allow_null=True)
    underlying_move_5m_bps = serializers.FloatField(allow_null=True)
    underlying_move_5m_z = serializers.FloatField(allow_null=True)
    execution_iv = serializers.FloatField(allow_null=True)
    signal_pass = serializers.BooleanField()
    signal_reasons = serializers.ListField(child=serializers.ChoiceField(LABEL_REASONS))
    tuning_revision = serializers.IntegerField()
