"""Real ticks through import and compute, against an independent computation; the same day thrice.

Runs on a scratch database of its own, beside the one in use, and removes it at the end.
"""

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from islandflow.scratch import run_inside_scratch


class Command(BaseCommand):
    help = "Prove import, places, candles and off-exchange events on a folder of real ticks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data", type=Path, required=True, help="a folder with Lean ticks in one per symbol"
        )
        parser.add_argument("--repeat", default="aig/20131007", help="derived thrice and listed")
        parser.add_argument("--seed", type=int, default=1, help="of the shuffled arrivals")
        parser.add_argument("--inside", action="store_true", help="internal: the scratch is ready")

    def handle(self, *args: Any, **options: Any) -> None:
        data, repeat, seed = options["data"].resolve(), options["repeat"], options["seed"]
        files = sorted(data.glob(f"{repeat}_*.zip"))
        if len(files) != 2:
            raise CommandError(
                f"{data} has {len(files)} files of {repeat}; expected"
                f" {repeat}_trade.zip and {repeat}_quote.zip"
            )
        if options["inside"]:
            call_command("migrate", verbosity=0)
            self._prove(data, files, repeat, seed)
            return
        words = [f"--data={data}", f"--repeat={repeat}", f"--seed={seed}"]
        if run_inside_scratch("prove_equities", "--inside", *words):
            raise CommandError("the proof failed; the sentence above says what was found")

    def _prove(self, data: Path, files: list[Path], repeat: str, seed: int) -> None:
        from islandflow.tickproof.comparing import ProofFailed
        from islandflow.tickproof.proof import prove

        began = time.monotonic()
        try:
            verdict = prove(data, files, repeat, seed=seed, say=self._say, write=self.stdout.write)
        except ProofFailed as found:
            raise CommandError(f"EQUITIES FAILED {found}") from found
        took = time.monotonic() - began
        self.stdout.write(f"EQUITIES PASSED in {took:.0f} s: {verdict}")

    def _say(self, text: str) -> None:
        self.stderr.write(text)
