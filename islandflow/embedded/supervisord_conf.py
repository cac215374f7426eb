"""The configuration of supervisord, and what its log says about processes that keep dying."""

import re
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from islandflow.processes import Process

# No process is given up: after each failed start supervisord waits one second longer.
HEAD = """\
; Written by bin/up at every start.
[supervisord]
nodaemon = true
silent = true
logfile = supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {run}/supervisord.pid

[unix_http_server]
file = {run}/supervisor.sock
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{run}/supervisor.sock

; One group, so that all of them are asked to stop at the same moment.
[group:islandflow]
programs = {names}
"""
PROGRAM = """
[program:{name}]
command = {command}
directory = {project}
autostart = true
autorestart = true
startsecs = 3
startretries = 1000000
stopsignal = TERM
stopwaitsecs = {patience}
stopasgroup = false
killasgroup = true
redirect_stderr = true
stdout_logfile = {name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 2
"""


def configuration(processes: Iterable[Process], *, python: Path, project: Path, run: Path) -> str:
    """Write the configuration; each process ends when supervisord itself is killed.

    The logs go to the folder that supervisord is started in: in `stdout_logfile` it expands
    percent signs twice, so the path of a home must not stand there.
    """
    listed = tuple(processes)
    names = ",".join(process.name for process in listed)
    head = HEAD.format(run=escaped(run), names=names)
    programs = [
        PROGRAM.format(
            name=process.name,
            command=command_line(["setpriv", "--pdeathsig", "TERM", python, *process.arguments]),
            project=escaped(project),
            patience=process.stop_patience_s,
        )
        for process in listed
    ]
    return head + "".join(programs)


def escaped(value: str | Path) -> str:
    """Double the percent signs: supervisord expands `%(name)s`."""
    return str(value).replace("%", "%%")


def command_line(words: Iterable[str | Path]) -> str:
    """Join words the way supervisord splits them again (like a POSIX shell, `;` is a comment)."""
    return " ".join('"' + re.sub(r'(["\\])', r"\\\1", escaped(word)) + '"' for word in words)


class CrashWatch:
    """Reads supervisord's log and notices a process that ends again and again."""

    EXITS = 3
    WITHIN_S = 60.0
    LINE = re.compile(rb"exited: (\w+) \(([^)]*)\)")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_to = path.stat().st_size if path.exists() else 0
        self._ends: dict[str, deque[float]] = {}

    def look(self, now: float) -> dict[str, str]:
        """Return the processes that ended too often since the last report, with how they ended."""
        reports = {}
        for name, how in self._news():
            ends = self._ends.setdefault(name, deque(maxlen=self.EXITS))
            ends.append(now)
            if len(ends) == self.EXITS and now - ends[0] <= self.WITHIN_S:
                reports[name] = how
                ends.clear()
        return reports

    def _news(self) -> list[tuple[str, str]]:
        try:
            with self.path.open("rb") as stream:
                if stream.seek(0, 2) < self._read_to:
                    self._read_to = 0  # supervisord began a new file
                stream.seek(self._read_to)
                text = stream.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = text.rpartition(b"\n")
        self._read_to += len(whole) + len(newline)
        return [(name.decode(), how.decode()) for name, how in self.LINE.findall(whole)]
