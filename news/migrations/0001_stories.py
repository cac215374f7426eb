"""Stories and revisions in both schemas, and the head of the feed of changes."""

import django.contrib.postgres.fields
from django.db import migrations, models

from flow.storage.schemas import in_both

STORY = """
CREATE TABLE {s}.news_story (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run integer NOT NULL CHECK ({run_check}),
    stream integer NOT NULL REFERENCES {s}.stream (id),
    provider text NOT NULL,
    story_id bigint NOT NULL CHECK (story_id >= 0),
    published_ts timestamptz NOT NULL,
    first_received_at timestamptz NOT NULL,
    updated_ts timestamptz NOT NULL,
    revision uuid NOT NULL,
    revisions integer NOT NULL CHECK (revisions > 0),
    source text NOT NULL,
    symbols text[] NOT NULL,
    CONSTRAINT news_story_identity UNIQUE (run, provider, story_id)
)"""

REVISION = """
CREATE TABLE {s}.news_revision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run integer NOT NULL CHECK ({run_check}),
    uid uuid NOT NULL,
    stream integer NOT NULL REFERENCES {s}.stream (id),
    seq bigint NOT NULL,
    provider text NOT NULL,
    story_id bigint NOT NULL CHECK (story_id >= 0),
    updated_ts timestamptz NOT NULL,
    published_ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    changed_ts timestamptz NOT NULL CHECK (changed_ts >= updated_ts),
    state text NOT NULL CHECK (state IN ('new', 'updated', 'corrected')),
    source text NOT NULL CHECK (source <> ''),
    headline text NOT NULL CHECK (headline <> ''),
    summary text NOT NULL,
    content_html text NOT NULL,
    content_text text NOT NULL,
    is_emptied boolean NOT NULL,
    sanitizer integer NOT NULL,
    url text NOT NULL,
    provider_symbols text[] NOT NULL,
    symbols text[] NOT NULL,
    symbol_resolution text NOT NULL
        CHECK (symbol_resolution IN ('provider', 'derived', 'mixed', 'none')),
    found jsonb NOT NULL,
    content_hash uuid NOT NULL,
    CONSTRAINT news_revision_identity UNIQUE (run, provider, story_id, updated_ts),
    CONSTRAINT news_revision_change UNIQUE (run, changed_ts),
    CONSTRAINT news_revision_place UNIQUE (stream, seq)
)"""

# Its row is locked by every writer until it commits: so the feed of changes grows at its end only,
# also when several providers write.
CHANGE_HEAD = """
CREATE TABLE {s}.news_change_head (
    run integer PRIMARY KEY CHECK ({run_check}),
    changed_ts timestamptz NOT NULL
)"""

INDEXES = {
    # The list, newest first.
    "news_story_published": "news_story (run, published_ts, story_id, stream)",
    # The same of one source.
    "news_story_source": "news_story (run, lower(source), published_ts, story_id, stream)",
    # The same of one symbol.
    "news_story_symbols": "news_story USING gin (symbols)",
    # The feed of changes of one symbol.
    "news_revision_symbols": "news_revision USING gin (symbols)",
}


def _table(name, sql):
    return in_both(sql, undo=f"DROP TABLE {{s}}.{name}")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("flow", "0002_tables")]
    operations = [
        _table("news_story", STORY),
        _table("news_revision", REVISION),
        _table("news_change_head", CHANGE_HEAD),
        *(
            in_both(f"CREATE INDEX {name} ON {{s}}.{where}", undo=f"DROP INDEX {{s}}.{name}")
            for name, where in INDEXES.items()
        ),
        migrations.CreateModel(
            name="NewsRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run", models.IntegerField()),
                ("uid", models.UUIDField()),
                ("stream", models.IntegerField()),
                ("seq", models.BigIntegerField()),
                ("provider", models.TextField()),
                ("story_id", models.BigIntegerField()),
                ("updated_ts", models.DateTimeField()),
                ("published_ts", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("changed_ts", models.DateTimeField()),
                ("state", models.TextField()),
                ("source", models.TextField()),
                ("headline", models.TextField()),
                ("summary", models.TextField()),
                ("content_html", models.TextField()),
                ("content_text", models.TextField()),
                ("is_emptied", models.BooleanField()),
                ("sanitizer", models.IntegerField()),
                ("url", models.TextField()),
                (
                    "provider_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("symbol_resolution", models.TextField()),
                ("found", models.JSONField()),
                ("content_hash", models.UUIDField()),
            ],
            options={
                "db_table": "news_revision",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="NewsStory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run", models.IntegerField()),
                ("stream", models.IntegerField()),
                ("provider", models.TextField()),
                ("story_id", models.BigIntegerField()),
                ("published_ts", models.DateTimeField()),
                ("first_received_at", models.DateTimeField()),
                ("updated_ts", models.DateTimeField()),
                ("revision", models.UUIDField()),
                ("revisions", models.IntegerField()),
                ("source", models.TextField()),
                (
                    "symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "news stories",
                "db_table": "news_story",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
