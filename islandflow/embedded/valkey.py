"""Valkey: wake-ups, fan-out, cache and broker; nothing in it is worth keeping."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from islandflow.embedded.external import redis_fault
from islandflow.embedded.home import State, rotate, write_private
from islandflow.embedded.programs import Programs
from islandflow.embedded.shell import EmbeddedError, spawn, stop, tail
from islandflow.embedded.ways import Way

# noeviction: a full broker answers with an error; dropping jobs silently would be a lie.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
save ""
appendonly no
maxmemory {memory_mb}mb
maxmemory-policy noeviction
daemonize no
"""
GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """One server: its configuration file and its log."""

    programs: Programs
    way: Way
    configuration: Path
    log: Path

    def prepare(self, state: State) -> None:
        """Write the configuration; the password stays out of the process list."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        write_private(
            self.configuration,
            CONFIGURATION.format(
                port=state.valkey_port,
                password=state.valkey_password,
                memory_mb=512 if memory >= 8 * GIB else 128,
            ),
        )
        if self.way.owner:
            os.chown(self.configuration, self.way.owner.uid, self.way.owner.gid)

    def start(self) -> subprocess.Popen[bytes]:
        rotate(self.log)
        # From `/`: no persistence, so it needs no folder, and the home may be closed to it.
        command = self.way.command(self.programs.valkey, self.configuration, dies_with_us="TERM")
        return spawn(command, log=self.log, cwd=Path("/"))

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        stop(process, signal.SIGTERM, patience_s=10)

    def wait_ready(self, process: subprocess.Popen[bytes], state: State) -> None:
        """Wait until it answers."""
        while fault := redis_fault(state.redis_url):
            if process.poll() is not None:
                raise EmbeddedError(
                    f"Valkey does not start ({fault}). The end of {self.log}:\n{tail(self.log)}"
                )
            time.sleep(0.05)
