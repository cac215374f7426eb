"""The environment that bin/up and bin/manage act on; `islandflow.env` later reads the same.

Only what must be known before Django can start is looked at here.
"""

from collections.abc import Mapping
from pathlib import Path

from islandflow.embedded.home import PROJECT
from islandflow.embedded.shell import EmbeddedError

# Secrets that may come from a file named by NAME_FILE.
SECRETS = ("DATABASE_URL", "REDIS_URL", "ISLANDFLOW_ADMIN_PASSWORD")


def effective(environ: Mapping[str, str], *, dotenv: Path = PROJECT / ".env") -> dict[str, str]:
    """Return the environment, completed from `.env` and from the files that hold secrets."""
    found = {**_written(dotenv), **environ}
    for name in SECRETS:
        path = found.get(f"{name}_FILE")
        if not path or found.get(name):
            continue
        try:
            found[name] = (PROJECT / Path(path).expanduser()).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise EmbeddedError(
                f"{name}_FILE is {path}; expected a readable file ({error}); correct the path "
                f"or its rights, or set {name}."
            ) from error
        if not found[name]:
            raise EmbeddedError(
                f"{name}_FILE is {path}; expected a file with the secret in it, and it is "
                f"empty; fill it or remove {name}_FILE."
            )
        # Set both, and Django's settings would refuse to guess which one counts.
        del found[f"{name}_FILE"]
    return found


def _written(dotenv: Path) -> dict[str, str]:
    if not dotenv.is_file():
        return {}
    from dotenv import dotenv_values  # the reader that pydantic-settings uses for this file

    return {name: value for name, value in dotenv_values(dotenv).items() if value is not None}
