"""Stories and their revisions: plain tables in both schemas, written by the news worker alone.

SQL makes them (migrations/0001_stories.py); the models are unmanaged and for reading. A test holds
that the columns agree.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class NewsStory(models.Model):
    """One story and which of its revisions is current: the one with the newest `updated_ts`.

    `published_ts` and `first_received_at` are those of the revision that came first, for ever, so
    that a story keeps its place in lists. `stream` is its provider's stream of the log.
    """

    run = models.IntegerField()
    stream = models.IntegerField()
    provider = models.TextField()
    story_id = models.BigIntegerField()
    published_ts = models.DateTimeField()
    first_received_at = models.DateTimeField()
    updated_ts = models.DateTimeField()
    revision = models.UUIDField()
    revisions = models.IntegerField()
    source = models.TextField()
    symbols = ArrayField(models.TextField())

    class Meta:
        managed = False
        db_table = "news_story"
        verbose_name_plural = "news stories"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.provider}:{self.story_id}"


class NewsRevision(models.Model):
    """One revision as it was received, cleaned and checked. Never changed, never removed.

    `changed_ts` orders the feed of changes: `updated_ts`, moved on by as many microseconds as it
    takes to stand after everything that the feed has shown. `received_at` is from when on it may
    be used. `content_html` was cleaned by the rules of version `sanitizer`.
    """

    run = models.IntegerField()
    uid = models.UUIDField()
    stream = models.IntegerField()
    seq = models.BigIntegerField()
    provider = models.TextField()
    story_id = models.BigIntegerField()
    updated_ts = models.DateTimeField()
    published_ts = models.DateTimeField()
    received_at = models.DateTimeField()
    changed_ts = models.DateTimeField()
    state = models.TextField()
    source = models.TextField()
    headline = models.TextField()
    summary = models.TextField()
    content_html = models.TextField()
    content_text = models.TextField()
    is_emptied = models.BooleanField()
    sanitizer = models.IntegerField()
    url = models.TextField()
    provider_symbols = ArrayField(models.TextField())
    symbols = ArrayField(models.TextField())
    symbol_resolution = models.TextField()
    found = models.JSONField()
    content_hash = models.UUIDField()

    class Meta:
        managed = False
        db_table = "news_revision"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.provider}:{self.story_id} {self.updated_ts.isoformat()}"
