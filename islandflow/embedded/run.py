"""Run one command with the services up: `python -m islandflow.embedded.run COMMAND ...`.

It ends as the command ends: same exit code, same signal.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from islandflow.embedded.environment import effective
from islandflow.embedded.home import PROJECT, Home
from islandflow.embedded.services import use
from islandflow.embedded.shell import EmbeddedError, say, spawn


def run_command(words: Sequence[str]) -> int:
    """Run the command in our terminal and return its status; negative is a signal."""
    environ = effective(os.environ)
    home = Home.of(environ)
    with use(home, environ, say=say) as services:
        environment = {**environ, **services.environment(home)}
        child = spawn(words, env=environment, is_own_session=False)

        def forward(number: int, frame: FrameType | None) -> None:
            if child.poll() is None:
                child.send_signal(number)

        # Ctrl-C reaches the command by itself, being in our group; we wait for what it does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, forward)
        signal.signal(signal.SIGHUP, forward)
        return child.wait()


def main(words: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    try:
        status = run_command(words)
    except EmbeddedError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    if status < 0:  # so that a shell sees how the command ended
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
