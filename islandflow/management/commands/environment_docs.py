"""Write docs/environment.md and .env.example from the register, or check that they are current."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from islandflow.env_register.kinds import PROJECT
from islandflow.env_register.page import environment_page, example_file


class Command(BaseCommand):
    help = "Write docs/environment.md and .env.example from the register of variables."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where a file is not current"
        )

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        pages = {"docs/environment.md": environment_page(), ".env.example": example_file()}
        for name, text in pages.items():
            path = PROJECT / name
            current = path.read_text("utf-8") if path.is_file() else None
            if current == text:
                self.stdout.write(f"{name} is current")
            elif check:
                raise CommandError(
                    f"{name} is not current; expected what the register gives; "
                    "run bin/manage environment_docs"
                )
            else:
                path.write_text(text, "utf-8")
                self.stdout.write(f"{name} written")
