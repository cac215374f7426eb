"""What news looks like, for the OpenAPI document. A test compares it with the answers."""

from typing import Any, get_args

from rest_framework import serializers

from flow.api.serializers import instant_ms
from news.stories import State
from news.symbols import Method, Resolution

METHODS = get_args(Method)


class FoundSymbolSerializer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    method = serializers.ChoiceField(METHODS, help_text="The surest way that named it")
    methods = serializers.ListField(child=serializers.CharField())
    confidence = serializers.FloatField(help_text="0 to 1 by method; no probability")
    is_known = serializers.BooleanField(help_text="Whether reference data have it")


class RevisionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="provider:story_id")
    provider = serializers.CharField()
    story_id = serializers.IntegerField()
    uid = serializers.UUIDField(help_text="Content identity of the revision")
    stream = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="Its entry in the log")
    state = serializers.ChoiceField(get_args(State))
    is_current = serializers.BooleanField()
    revisions = serializers.IntegerField(help_text="How many the story has")
    source = serializers.CharField()  # type: ignore[assignment]  # Field has one of its own
    headline = serializers.CharField(help_text="Plain text")
    summary = serializers.CharField(help_text="Plain text")
    content_html = serializers.CharField(
        help_text="Tags a, b, i, em, strong, p, br and nothing else; links absolute https"
    )
    content_text = serializers.CharField()
    content_emptied = serializers.BooleanField(
        help_text="The provider sent a body of which no text could be kept"
    )
    sanitizer = serializers.IntegerField(help_text="Version of the rules that cleaned the body")
    url = serializers.CharField(help_text="http(s) address, or empty")
    provider_symbols = serializers.ListField(child=serializers.CharField())
    resolved_symbols = serializers.ListField(child=serializers.CharField())
    symbol_resolution = serializers.ChoiceField(get_args(Resolution))
    symbols = FoundSymbolSerializer(many=True)
    published_ts = serializers.DateTimeField(help_text="As the story first said")
    published_ts_ms = instant_ms("Publication")
    updated_ts = serializers.DateTimeField()
    updated_ts_ms = instant_ms("Update, by the provider")
    received_at = serializers.DateTimeField(help_text="From then on it was there to be used")
    received_ms = instant_ms("Receipt of this revision")
    first_received_at = serializers.DateTimeField(help_text="Receipt of the story's first revision")
    changed_ts = serializers.DateTimeField(
        help_text="Its time in the feed of changes: updated_ts, or just after the change before it"
    )
    changed_ts_ms = instant_ms("That time")
