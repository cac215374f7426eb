"""The signing key of an installation that was given none: the file secret_key in its home."""

import os
import secrets
from pathlib import Path


def find(home: Path) -> Path | None:
    """Return the file if this home has one."""
    path = home / "secret_key"
    return path if path.is_file() else None


def make(home: Path) -> str:
    """Write a new key for its owner alone; where another process was faster, return its key.

    Errors: OSError where the home cannot be written.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, draft = home / "secret_key", home / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails where the key exists, and never shows half a file
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("utf-8").strip()
