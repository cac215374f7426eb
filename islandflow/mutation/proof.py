"""The course of one proof: copy, mutants, choice, tests, verdict."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from islandflow.mutation.groups import Group
from islandflow.mutation.mutants import File, Mutant
from islandflow.mutation.workspace import NotMutated, files_of, make_workspace

FLOOR = 85.0  # percent; ../shared/spec/reliability-security.md, 12
LOG_LINES = 15
SURVIVORS = "survivors.txt"
_INSIDE = Path(__file__).with_name("inside.py")
_KEPT_ENVIRONMENT = ("HOME", "LANG", "PATH", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of the mutants of one group."""

    group: str
    made: int
    tried: int
    survivors: tuple[Mutant, ...]
    left_out: dict[str, int]  # by kind

    @property
    def killed(self) -> int:
        """Return how many were noticed."""
        return self.tried - len(self.survivors)

    @property
    def passed(self) -> bool:
        """Return whether enough were noticed."""
        return _share(self.killed, self.tried) >= FLOOR

    @property
    def verdict(self) -> str:
        """Return the verdict line, with what was left out or not drawn."""
        counted = self.made - sum(self.left_out.values())
        notes = [f"{count} with the {kind}" for kind, count in sorted(self.left_out.items())]
        line = _verdict(self.group, self.killed, self.tried, passed=self.passed)
        if self.tried < counted:
            line += f"; drawn from {counted}"
        return line + (f"; not counted: {', '.join(notes)}" if notes else "")


def overall(results: Sequence[Result]) -> str:
    """Return the verdict over all groups: passed if each of them did."""
    killed, tried = sum(r.killed for r in results), sum(r.tried for r in results)
    return _verdict("all", killed, tried, passed=all(r.passed for r in results))


def run_group(
    group: Group,
    source: Path,
    home: Path,
    *,
    limit: int | None,
    seed: int,
    processes: int,
    say: Callable[[str], None],
) -> Result:
    """Try a group's mutants in a fresh copy below `home`; `limit` draws that many by `seed`.

    Errors: NotMutated where the tool or the unchanged tests fail.
    """
    work = home / group.name
    make_workspace(group, source, work)
    _run(work, "make", processes)
    files = [File(work, path) for path in files_of(group.sources, work)]
    made = [mutant for file in files for mutant in file.mutants()]
    chosen = choose([mutant for mutant in made if not mutant.kind], limit, seed)
    if not chosen:
        raise NotMutated(f"{group.name} has nothing to change; name files with functions in them")
    tried = {mutant.key for mutant in chosen}
    say(f"{group.name}: {len(chosen)} of {len(made)} mutants, log {work / 'try.log'}")
    for file in files:
        file.skip({mutant.key for mutant in made} - tried)
    _run(work, "try", processes)
    if any(file.untried() for file in files):
        raise NotMutated(f"mutmut left mutants untried; see the end of {work / 'try.log'}")
    killed = {key for file in files for key in file.killed()}
    result = Result(
        group=group.name,
        made=len(made),
        tried=len(chosen),
        survivors=tuple(mutant for mutant in chosen if mutant.key not in killed),
        left_out=_count(mutant.kind for mutant in made if mutant.kind),
    )
    (work / SURVIVORS).write_text(_survivors(result))
    return result


def choose(mutants: list[Mutant], limit: int | None, seed: int) -> list[Mutant]:
    """Return all mutants, or `limit` of them, in the order of the source."""
    if limit is None or limit >= len(mutants):
        return mutants
    drawn = random.Random(seed).sample(range(len(mutants)), limit)  # noqa: S311 - seeded on purpose
    return [mutants[place] for place in sorted(drawn)]


def _run(work: Path, step: str, processes: int) -> None:
    """Run one step of the tool in the copy; what it says is kept in a log."""
    log = work / f"{step}.log"
    kept = {name: text for name, text in os.environ.items() if name in _KEPT_ENVIRONMENT}
    with log.open("w") as stream:
        done = subprocess.run(  # noqa: S603 - our own file and arguments
            [sys.executable, "-P", str(_INSIDE), step, str(processes)],
            cwd=work,
            env={**kept, "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
        raise NotMutated(f"the step `{step}` of {work.name} failed. The end of {log}:\n{end}")


def _survivors(result: Result) -> str:
    blocks = [f"{mutant.short}\n{mutant.diff}\n" for mutant in result.survivors]
    return "\n".join([result.verdict, "", *blocks])


def _count(kinds: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in kinds:
        found[kind] = found.get(kind, 0) + 1
    return found


def _share(killed: int, tried: int) -> float:
    return 100 * killed / tried


def _verdict(name: str, killed: int, tried: int, *, passed: bool) -> str:
    word = "PASSED" if passed else "FAILED"
    share = _share(killed, tried)
    return (
        f"MUTATION {word} {name}: {killed} of {tried} killed ({share:.1f} %; floor {FLOOR:.0f} %)"
    )
