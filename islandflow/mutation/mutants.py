"""The mutants that the tool made: where each one is, what it changed, and whether it counts.

The tool leaves docstrings, annotations, decorators, decorated functions (properties), class bodies
(msgspec fields and their metadata, `__slots__`) and tables of modules alone: it changes what a
function does. Of the rest we do not count:

text of an error    what a `raise` statement says; that it raises, and when, counts
type of a cast      `cast` does nothing when the program runs
guard of a zip      `strict=True` only raises where two lists of our own making differ in length
"""

import ast
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef

SKIPPED = 34  # mutmut's own code of a mutant that is not to be tried
_KILLED = {1, 3}  # a test failed, or pytest did
_STOPPED = {36, -24, 24, 152, 255, -9, -11}  # out of time or memory: it would not have passed
_CAST = re.compile(r"\bcast\((None|\"[^\"]*\"|[\w.\[\], |]+?), ")
_STRICT = re.compile(r",\s*strict=\w+")
_LAST_COMMA = re.compile(r",\s*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one function."""

    key: str
    path: str
    line: int
    function: str
    before: str
    after: str
    diff: str
    kind: str = ""  # why it does not count; empty: it counts

    @property
    def short(self) -> str:
        """Return one line that says where and what."""
        return f"{self.path}:{self.line} {self.function}: {self.before} -> {self.after}"


class File:
    """One changed file: its mutants and what became of them."""

    def __init__(self, work: Path, path: str) -> None:
        """Read what the tool wrote beside the changed copy of a file."""
        self._path = path
        self._source = (work / path).read_text()
        changed = work / "mutants" / path
        self._lines = changed.read_text().splitlines()
        self._spans = json.loads(_beside(changed, ".spans").read_text())["spans"]
        self._meta = _beside(changed, ".meta")

    def mutants(self) -> Iterator[Mutant]:
        """Yield every mutant, those that do not count included."""
        for key in self._codes():
            name = key.rpartition(".")[2]
            yield self._mutant(key, name, name.rpartition("__mutmut_")[0])

    def skip(self, keys: set[str]) -> None:
        """Tell the tool which mutants it must not try."""
        meta = json.loads(self._meta.read_text())
        meta["exit_code_by_key"].update(dict.fromkeys(keys & self._codes().keys(), SKIPPED))
        self._meta.write_text(json.dumps(meta))

    def killed(self) -> set[str]:
        """Return the mutants that a test noticed or that never came to an end."""
        return {key for key, code in self._codes().items() if code in _KILLED | _STOPPED}

    def untried(self) -> set[str]:
        """Return the mutants that the tool did not get to."""
        return {key for key, code in self._codes().items() if code is None}

    def _codes(self) -> dict[str, int | None]:
        codes: dict[str, int | None] = json.loads(self._meta.read_text())["exit_code_by_key"]
        return codes

    def _mutant(self, key: str, name: str, mangled: str) -> Mutant:
        class_name, function = _names(mangled)
        before = self._text(f"{mangled}__mutmut_orig", function)
        after = self._text(name, function)
        at, old, new = _first_difference(before, after)
        line = self._functions[class_name, function].lineno + at
        diff = difflib.unified_diff(before, after, self._path, self._path, lineterm="", n=2)
        return Mutant(
            key=key,
            path=self._path,
            line=line,
            function=".".join(filter(None, (class_name, function))),
            before=old.strip(),
            after=new.strip(),
            diff="\n".join(diff),
            kind=self._kind(class_name, function, line, "\n".join(before), "\n".join(after)),
        )

    def _text(self, generated: str, function: str) -> list[str]:
        """Return the lines of a generated function from its `def` on, under its own name."""
        start, end = self._spans[generated]
        lines = self._lines[start - 1 : end]
        first = next(n for n, line in enumerate(lines) if f"def {generated}(" in line)
        return [line.replace(generated, function, 1) for line in lines[first:]]

    def _kind(self, class_name: str, function: str, line: int, before: str, after: str) -> str:
        inside = ast.walk(self._functions[class_name, function])
        raised = [each for each in inside if isinstance(each, ast.Raise)]
        if any(each.lineno <= line <= (each.end_lineno or 0) for each in raised):
            return "text of an error"
        if _CAST.sub("cast(T, ", before) == _CAST.sub("cast(T, ", after):
            return "type of a cast"
        if "strict=False" not in before and _unguarded(before) == _unguarded(after):
            return "guard of a zip"
        return ""

    @cached_property
    def _functions(self) -> dict[tuple[str, str], _Function]:
        found: dict[tuple[str, str], _Function] = {}
        for top in ast.parse(self._source).body:
            owner = top.name if isinstance(top, ast.ClassDef) else ""
            for each in top.body if isinstance(top, ast.ClassDef) else [top]:
                if isinstance(each, _Function):
                    found[owner, each.name] = each
        return found


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _unguarded(text: str) -> str:
    return _LAST_COMMA.sub(")", _STRICT.sub("", text))


def _first_difference(before: list[str], after: list[str]) -> tuple[int, str, str]:
    pairs = zip_longest(before, after, fillvalue="")
    return next((at, old, new) for at, (old, new) in enumerate(pairs) if old != new)


def _names(mangled: str) -> tuple[str, str]:
    """Return class and function of the tool's name: `x_place` or `xǁClustersǁadd`."""
    if "ǁ" in mangled:
        _, class_name, function = mangled.split("ǁ")
        return class_name, function
    return "", mangled.removeprefix("x_")
