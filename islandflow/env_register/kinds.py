"""How the text of an environment variable becomes a value, and what each kind accepts.

A kind never sees the variable's name; naming it in a refusal is the work of `reading`.
"""

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Failpoint:
    """Exit at the k-th pass of a commit boundary; a test aid."""

    name: str
    k: int


Value = str | int | float | bool | Path | Failpoint | tuple[str, ...]


class Kind(Protocol):
    """Reads one text; `expected` completes the sentence "expected ..."."""

    @property
    def expected(self) -> str: ...

    def read(self, text: str) -> Value:
        """Return the value, or raise ValueError."""
        ...


@dataclass(frozen=True, slots=True)
class Switch:
    expected: ClassVar[str] = "true or false (also 1 or 0, yes or no)"
    words: ClassVar[dict[str, bool]] = {
        "true": True, "1": True, "yes": True, "false": False, "0": False, "no": False,
    }  # fmt: skip

    def read(self, text: str) -> bool:
        if text.lower() not in self.words:
            raise ValueError
        return self.words[text.lower()]


@dataclass(frozen=True, slots=True)
class Whole:
    lowest: int
    highest: int

    @property
    def expected(self) -> str:
        return f"a whole number from {self.lowest} to {self.highest}"

    def read(self, text: str) -> int:
        # int() alone would also take "1_000", Arabic digits and texts of any length.
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ValueError
        number = int(text)
        if not self.lowest <= number <= self.highest:
            raise ValueError
        return number


@dataclass(frozen=True, slots=True)
class Number:
    lowest: float
    highest: float

    @property
    def expected(self) -> str:
        return f"a number from {self.lowest:g} to {self.highest:g}"

    def read(self, text: str) -> float:
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
            raise ValueError
        number = float(text)
        if not math.isfinite(number) or not self.lowest <= number <= self.highest:
            raise ValueError
        return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words in any case; `same_as` maps an older word to today's."""

    options: tuple[str, ...]
    same_as: dict[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        older = "".join(f"; {old} means {new}" for old, new in self.same_as.items())
        return "one of " + ", ".join(self.options) + older

    def read(self, text: str) -> str:
        for option in self.options:
            if option.lower() == text.lower():
                return option
        if text.lower() not in self.same_as:
            raise ValueError
        return self.same_as[text.lower()]


@dataclass(frozen=True, slots=True)
class Text:
    expected: str = "a text without line breaks"
    pattern: str = r"[^\x00-\x1f\x7f]+"

    def read(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text, re.ASCII):  # \d would take digits of any script
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class Words:
    """Items separated by commas; doubles are dropped, the order stays."""

    item: str
    pattern: str
    upper: bool = False

    @property
    def expected(self) -> str:
        return f"{self.item}, separated by commas"

    def read(self, text: str) -> tuple[str, ...]:
        if self.upper and not text.isascii():  # upper-casing would turn a dotless i into I
            raise ValueError
        items = [item.strip() for item in (text.upper() if self.upper else text).split(",")]
        if not all(re.fullmatch(self.pattern, item, re.ASCII) for item in items):
            raise ValueError
        return tuple(dict.fromkeys(items))


@dataclass(frozen=True, slots=True)
class Address:
    """A URL of one of these schemes."""

    schemes: tuple[str, ...]
    needs_host: bool = True
    example: str = ""
    needs_path: bool = False

    @property
    def expected(self) -> str:
        if self.example:
            return f"an address such as {self.example}"
        return "an address that starts with " + " or ".join(f"{s}://" for s in self.schemes)

    def read(self, text: str) -> str:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError where it is no port
        if parts.scheme not in self.schemes or re.search(r"[\s\x00-\x1f\x7f]", text):
            raise ValueError
        if not text.startswith(f"{parts.scheme}://") or (self.needs_host and not parts.hostname):
            raise ValueError
        if self.needs_path and not parts.path.strip("/"):
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class Credential:
    shortest: int = 1

    @property
    def expected(self) -> str:
        least = f"at least {self.shortest} " if self.shortest > 1 else ""
        return f"{least}printable characters"

    def read(self, text: str) -> str:
        if len(text) < self.shortest or not text.isprintable():
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder; a relative one counts from the project's folder."""

    expected: ClassVar[str] = "a path"

    def read(self, text: str) -> Path:
        if "\x00" in text:
            raise ValueError
        try:
            path = Path(text).expanduser()
        except RuntimeError as unknown_user:
            raise ValueError from unknown_user
        return Path(os.path.normpath(PROJECT / path))


@dataclass(frozen=True, slots=True)
class FailpointKind:
    expected: ClassVar[str] = "name:k, such as before_commit:3, with k from 1"

    def read(self, text: str) -> Failpoint:
        found = re.fullmatch(r"([a-z][a-z0-9_.-]*):([1-9][0-9]{0,8})", text)
        if not found:
            raise ValueError
        return Failpoint(found[1], int(found[2]))


TICKERS = Words("tickers such as SPY", r"[A-Z][A-Z0-9./-]{0,9}", upper=True)
MILLISECONDS = Whole(0, 86_400_000)
DAY_OR_INSTANT = Text(
    "a day or an instant such as 2025-01-17 or 2025-01-17T14:30:00Z",
    r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?",
)
