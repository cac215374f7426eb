"""Start programs and say what went wrong; the only place of this package that does."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Say = Callable[[str], None]

EXTERNAL_HINT = (
    "Set DATABASE_URL (PostgreSQL 15 or newer with TimescaleDB 2.15 or newer) and REDIS_URL "
    "to servers of your own, or use `docker compose up`."
)


class EmbeddedError(Exception):
    """Something that the person at the keyboard can put right; the text says how."""


def say(text: str) -> None:
    """Write one line for the person at the keyboard; standard output stays the command's."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(
    argv: Sequence[object], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Run a program to its end and return its output.

    Errors: EmbeddedError with the last lines of the output when it is missing or fails.
    """
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(  # noqa: S603 - our own argument lists, no shell
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise EmbeddedError(f"{words[0]} cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        last = "\n".join(done.stdout.strip().splitlines()[-8:])
        raise EmbeddedError(f"{' '.join(words[:3])} failed with {done.returncode}:\n{last}")
    return done.stdout


def spawn(
    argv: Sequence[object],
    *,
    log: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    is_own_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a program that stays.

    In a session of its own a Ctrl-C at the terminal does not reach it: who started it
    decides when it stops. Without `log` it shares our output.
    """
    words = [str(word) for word in argv]
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log else None
    try:
        return subprocess.Popen(  # noqa: S603 - our own argument lists, no shell
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL if is_own_session else None,
            stdout=sink,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=is_own_session,
        )
    except OSError as error:
        raise EmbeddedError(f"{words[0]} cannot be started: {error.strerror}") from error
    finally:
        if sink is not None:
            os.close(sink)


def stop(process: subprocess.Popen[bytes], signal_number: int, *, patience_s: float) -> None:
    """Ask a program to end, and end it the hard way when it does not."""
    if process.poll() is not None:
        return
    process.send_signal(signal_number)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(path: Path, *, lines: int = 15) -> str:
    """Return the last lines of a log, indented; an empty or missing log says so."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 20_000))
            text = stream.read().decode(errors="replace")
    except OSError:
        text = ""
    last = text.strip().splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in last) or "    (the log is empty)"
