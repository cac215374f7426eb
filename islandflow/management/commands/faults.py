"""Kill the workers two hundred times each and prove that nothing was lost or changed.

Runs on a scratch database of its own, beside the one in use, and removes it at the end.
"""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingest.jsonl_encode import encode_event
from ingest.linesender import LineSender
from ingest.synthetic_feed import ledger
from islandflow.scratch import run_inside_scratch

KILL_PAIR_S = 0.9  # how long a kill of each worker takes on average: the feed has to outlast it
FAILPOINTS_S = 25.0  # and how long the failpoints and the frozen worker take before that
RESENT_LINES = 50


class Command(BaseCommand):
    help = "Kill ingest and compute at seeded times and at every failpoint; prove the log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--kills", type=int, default=200, help="of each worker")
        parser.add_argument("--events", type=int, default=200_000)
        parser.add_argument("--inside", action="store_true", help="internal: the scratch is ready")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["inside"]:
            self._prove(options["seed"], options["kills"], options["events"])
            return
        words = [f"--{key}={options[key]}" for key in ("seed", "kills", "events")]
        if run_inside_scratch("faults", "--inside", *words):
            raise CommandError("the proof failed; the sentence above says what was found")

    def _prove(self, seed: int, kills: int, events: int) -> None:
        from islandflow.faults.rig import FaultFound, Rig

        call_command("migrate", verbosity=0)
        sent = ledger(seed, events)
        lines, different = [encode_event(event) for event in sent], {event.uid for event in sent}
        started = time.monotonic()
        pace = events / (kills * KILL_PAIR_S + FAILPOINTS_S)
        with LineSender(lines, overlap=RESENT_LINES, lines_per_s=pace) as sender:
            rig = Rig(sender, events=len(different), seed=seed, kills=kills, say=self._say)
            try:
                rig.run()
                verdict = rig.check(lines)
            except FaultFound as found:
                raise CommandError(f"FAULTS FAILED seed {seed}: {found}") from found
            finally:
                rig.close()
        took = time.monotonic() - started
        self.stdout.write(f"FAULTS PASSED seed {seed} in {took:.0f} s: {verdict}")

    def _say(self, text: str) -> None:
        self.stderr.write(text)
