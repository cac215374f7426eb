"""What derived rows look like, for the OpenAPI document. A test compares them with the answers."""

from typing import Any

from rest_framework import serializers

from flow.api.serializers import decimal_text, instant_ms, maybe_money


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
