"""Change the engine one operator or number at a time and see whether its tests notice.

Works on a copy below ISLANDFLOW_HOME; no database is used and the source tree is not touched.
"""

import importlib.util
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from islandflow.mutation.groups import BY_NAME, GROUPS
from islandflow.mutation.proof import SURVIVORS, Result, overall, run_group
from islandflow.mutation.workspace import NotMutated

SHOWN = 20


class Command(BaseCommand):
    help = "Mutation testing of the engine: the share of small changes that its tests notice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", choices=[*BY_NAME, "all"], default="all")
        parser.add_argument("--limit", type=int, help="so many mutants of a group, drawn by seed")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--processes", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        limit, processes = options["limit"], options["processes"]
        if limit is not None and limit < 1:
            raise CommandError(f"--limit is {limit}; expected 1 or more, or none at all for all")
        if processes < 1:
            raise CommandError(f"--processes is {processes}; expected 1 or more")
        if importlib.util.find_spec("mutmut") is None:
            raise CommandError("mutmut is not installed; install requirements-dev.txt to use it")
        results: list[Result] = []
        home = settings.HOME / "mutate"
        for group in GROUPS if options["group"] == "all" else (BY_NAME[options["group"]],):
            try:
                result = run_group(
                    group,
                    settings.BASE_DIR,
                    home,
                    limit=limit,
                    seed=options["seed"],
                    processes=processes,
                    say=self.stderr.write,
                )
            except NotMutated as error:
                raise CommandError(str(error)) from error
            results.append(result)
            self._report(result, home / group.name)
        if len(results) > 1:
            self.stdout.write(overall(results))
        if not all(result.passed for result in results):
            raise SystemExit(1)

    def _report(self, result: Result, work: Path) -> None:
        for mutant in result.survivors[:SHOWN]:
            self.stdout.write(mutant.short)
        if result.survivors:
            self.stdout.write(f"all {len(result.survivors)} with what changed: {work / SURVIVORS}")
        self.stdout.write(result.verdict)
