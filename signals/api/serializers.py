"""What derived rows look like, for the OpenAPI document. A test compares them with the answers."""

from typing import Any

from rest_framework import serializers

from flow.api.serializers import decimal_text, instant_ms, maybe_money
from flow.domain.candles.chart import INTERVALS


class SentenceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField(), required=False)
    values = serializers.DictField(required=False)
    thresholds = serializers.DictField(required=False)


class DerivedSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="run-microseconds-uid-rev")
    uid = serializers.UUIDField(help_text="Content identity: equal input gives equal uid")
    rev = serializers.IntegerField()
    ts = serializers.DateTimeField()
    ts_ms = instant_ms("Event time")
    stream = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Log entry that made the row final")
    ordinal = serializers.IntegerField()
    option_contract_id = serializers.CharField()
    underlying_id = serializers.CharField()
    tuning_revision = serializers.IntegerField()
    engine = serializers.CharField()


class PacketSerializer(DerivedSerializer):
    end_ts = serializers.DateTimeField()
    end_ts_ms = instant_ms("Last member")
    print_count = serializers.IntegerField()
    total_size = serializers.IntegerField(help_text="Contracts")
    total_notional = maybe_money("Premium")
    first_price = decimal_text("Per share")
    last_price = decimal_text("Per share")
    vwap = decimal_text("Per share")
    features = serializers.DictField()
    member_seqs = serializers.ListField(child=serializers.IntegerField())
    member_digest = serializers.CharField()


class AlertSerializer(DerivedSerializer):
    packet_id = serializers.CharField(help_text="run-microseconds-uid of the packet")
    event_uid = serializers.UUIDField()
    score = serializers.IntegerField()
    severity = serializers.ChoiceField(["high", "medium", "low"])
    direction = serializers.CharField()
    primary_profile = serializers.CharField(allow_null=True)
    classifier_ids = serializers.ListField(child=serializers.CharField())
    print_count = serializers.IntegerField()
    total_size = serializers.IntegerField(help_text="Contracts")
    total_notional = maybe_money("Premium")
    evidence_quality = serializers.FloatField()
    headline = serializers.CharField()
    breakdown = serializers.ListField(child=serializers.DictField())
    explanations = SentenceSerializer(many=True)
    dedupe_key = serializers.CharField()
    supersedes = serializers.UUIDField(allow_null=True)
    withdrawn = serializers.BooleanField()


def _shares(what: str) -> serializers.CharField:
    return serializers.CharField(help_text=f"{what}, shares as decimal text")


class CandleSerializer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    interval = serializers.ChoiceField(list(INTERVALS))
    interval_ms = serializers.IntegerField(help_text="Of a day: from its start to its end")
    ts = serializers.DateTimeField()
    ts_ms = instant_ms("Start of the window")
    end_ts = serializers.DateTimeField()
    end_ts_ms = instant_ms("End of the window")
    session = serializers.CharField(allow_null=True, help_text="null: of several sessions")
    open = maybe_money("Null where no print was allowed to set it or an import told closes alone")
    high = maybe_money("Highest")
    low = maybe_money("Lowest")
    close = maybe_money("Last")
    vwap = maybe_money("Notional over volume")
    volume = _shares("All prints that update volume")
    lit_volume = _shares("On exchanges")
    off_exchange_volume = _shares("Reported off exchange")
    off_exchange_count = serializers.IntegerField()
    trade_count = serializers.IntegerField()
    notional = decimal_text("Price x size of all of them")
    rev = serializers.IntegerField(
        allow_null=True, help_text="The highest of its parts; null while only forming"
    )
    final = serializers.BooleanField(help_text="false: the window has not ended yet")
    seq = serializers.IntegerField(help_text="Log entry that made it final; 0 where none has")
    tuning_revision = serializers.IntegerField()
    engine = serializers.CharField()


class SplitSerializer(serializers.Serializer[Any]):
    effective_date = serializers.DateField()
    numerator = serializers.IntegerField(help_text="New shares")
    denominator = serializers.IntegerField(help_text="Old shares")


class CandlePageSerializer(serializers.Serializer[Any]):
    data = CandleSerializer(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField(help_text="The range has older bars")
    next_end = serializers.DateTimeField(
        allow_null=True, help_text="`end` of the request for the bars before these"
    )
    final_until = serializers.DateTimeField(
        allow_null=True, help_text="Windows that end by then change by revisions only"
    )
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="The feed that the bars are of"
    )
    splits = SplitSerializer(
        many=True, help_text="Splits on the dates of these bars; prices are as traded"
    )
    applied_filters = serializers.DictField()
    run = serializers.CharField()
