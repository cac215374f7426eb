"""Thresholds from the command line: list, show, draft, activate, start."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from signals.engine.params import PARAMETERS, PRESETS, TuningError
from signals.models import TuningRevision
from signals.tuning import (
    active_revision,
    environment_differences,
    start_for_source,
    tuning_activate,
    tuning_create,
)
from signals.tuning_form import differences


class Command(BaseCommand):
    help = "List, show, draft and activate tuning revisions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="all revisions, newest first")
        show = what.add_parser("show", help="the values of one revision; default: in force")
        show.add_argument("revision", nargs="?", type=int)
        env = what.add_parser("from-env", help="draft what the environment says differently")
        env.add_argument("--reason", default="From the environment")
        draft = what.add_parser("draft", help="draft a preset, or the values of any revision anew")
        draft.add_argument("source", help=f"{', '.join(PRESETS)}, or a revision's number")
        draft.add_argument("--reason")
        what.add_parser("start", help="before the first event: what the source needs (bin/up)")
        activate = what.add_parser("activate", help="put a draft into force")
        activate.add_argument("revision", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {
            "list": self._list,
            "show": self._show,
            "from-env": self._from_environment,
            "draft": self._draft,
            "activate": self._activate,
            "start": self._start,
        }
        actions[options["what"]](options)

    def _list(self, options: dict[str, Any]) -> None:
        for revision in TuningRevision.objects.select_related("author")[:500]:
            author = revision.author or "-"
            self.stdout.write(
                f"{revision.pk:>5} {revision.state:<8} {revision.created_at:%Y-%m-%d %H:%M}"
                f" {revision.digest[:12]} {author} {revision.reason}"
            )

    def _show(self, options: dict[str, Any]) -> None:
        number = options["revision"]
        revision = active_revision() if number is None else _find(number)
        if revision is None:
            raise CommandError("no revision is active; run `manage.py migrate`")
        self.stdout.write(f"Revision {revision.pk} ({revision.state}): {revision.reason}")
        for parameter in PARAMETERS:
            value = revision.values.get(parameter.key)
            changed = "" if value == parameter.default else f"  (default {parameter.default})"
            self.stdout.write(f"  {parameter.key} = {value}  {parameter.expectation}{changed}")

    def _from_environment(self, options: dict[str, Any]) -> None:
        values = settings.ENV.tuning
        try:
            found = environment_differences(values)
        except TuningError as error:
            raise CommandError(str(error)) from error
        if not found:
            self.stdout.write("The environment says nothing else than what is in force.")
            return
        active = active_revision()
        merged = {**(active.values if active else {}), **{k: v for k, (v, _) in found.items()}}
        draft = tuning_create(merged, reason=options["reason"])
        for key, (wanted, current) in sorted(found.items()):
            self.stdout.write(f"  {key}: {current} -> {wanted}")
        self._say_drafted(draft)

    def _draft(self, options: dict[str, Any]) -> None:
        source = options["source"]
        if source in PRESETS:
            values, reason = PRESETS[source], f"Preset {source}"
        elif source.isascii() and source.isdigit() and len(source) <= 9:
            values, reason = _find(int(source)).values, f"Values of revision {source}"
        else:
            expected = f"{', '.join(PRESETS)}, or a revision's number"
            raise CommandError(f"source is {source!r}; expected {expected}")
        draft = tuning_create(values, reason=options["reason"] or reason)
        for key, current, value in differences(draft.values):
            self.stdout.write(f"  {key}: {current} -> {value}")
        self._say_drafted(draft)

    def _say_drafted(self, draft: TuningRevision) -> None:
        self.stdout.write(
            f"Draft {draft.pk} made; `manage.py tuning activate {draft.pk}` puts it into force."
        )

    def _start(self, _options: dict[str, Any]) -> None:
        source = settings.ENV.options_ingest_adapter
        revision = start_for_source(source, settings.ENV.tuning)
        if revision is not None:
            self.stdout.write(f"Revision {revision.pk} is in force: {revision.reason}")

    def _activate(self, options: dict[str, Any]) -> None:
        draft = _find(options["revision"])
        changes = differences(draft.values)
        try:
            tuning_activate(draft)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for key, current, value in changes:
            self.stdout.write(f"  {key}: {current} -> {value}")
        self.stdout.write(f"Revision {draft.pk} is in force from the next entries on.")


def _find(number: int) -> TuningRevision:
    revision = TuningRevision.objects.filter(pk=number).first()
    if revision is None:
        raise CommandError(f"revision is {number}; no revision has that number")
    return revision
