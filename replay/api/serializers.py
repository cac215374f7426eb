"""What the status looks like, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from flow.api.serializers import instant_ms


class RunSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    first_ts = serializers.DateTimeField(allow_null=True)
    last_ts = serializers.DateTimeField(allow_null=True)


class StreamSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the field of the answer
    kind = serializers.CharField()
    head_seq = serializers.IntegerField()
    batch_no = serializers.IntegerField()
    clock = serializers.DateTimeField(allow_null=True)
    clock_ms = instant_ms("Promise: nothing at or before it is on time", allow_null=True)
    tuning_revision = serializers.IntegerField(allow_null=True)
    off_exchange = serializers.BooleanField(
        allow_null=True,
        help_text="false: this feed's equity prints are exchange prints only, so off-exchange"
        " inference abstains; null: not said, or no stream of equity prints",
    )


class SourceSerializer(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]  # the field of the answer
    state = serializers.ChoiceField(["starting", "live", "stale", "dead", "stopped", "finished"])
    detail = serializers.CharField()
    silence_s = serializers.FloatField(allow_null=True)
    delay_s = serializers.FloatField(allow_null=True)
    received = serializers.IntegerField()
    stored = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    late = serializers.IntegerField()
    last_event_ts = serializers.DateTimeField(allow_null=True)
    last_received_at = serializers.DateTimeField(allow_null=True)
    events_per_s = serializers.FloatField(
        allow_null=True,
        help_text="events a second that the feed sent lately (ten seconds); null: not measured",
    )
    asked_events_per_s = serializers.FloatField(
        allow_null=True, help_text="what a load run asks for; null: nothing"
    )


class ComputeSerializer(serializers.Serializer[Any]):
    stream = serializers.CharField()
    step_no = serializers.IntegerField(allow_null=True)
    last_batch = serializers.IntegerField()
    engine = serializers.CharField(allow_null=True)
    batches_behind = serializers.IntegerField()
    entries_behind = serializers.IntegerField()
    oldest_waiting_s = serializers.FloatField(allow_null=True)
    newest_waiting_s = serializers.FloatField(allow_null=True)


class TuningSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    digest = serializers.CharField()
    activated_at = serializers.DateTimeField(allow_null=True)


class StatusSerializer(serializers.Serializer[Any]):
    version = serializers.CharField()
    engine_version = serializers.CharField()
    run = serializers.CharField()
    runs = RunSerializer(many=True)
    streams = StreamSerializer(many=True)
    sources = SourceSerializer(many=True)
    compute = ComputeSerializer(many=True)
    tuning = TuningSerializer(allow_null=True)
