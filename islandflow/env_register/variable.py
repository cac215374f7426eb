"""What the register says about one name, and short ways to write a row of it."""

from dataclasses import dataclass

from islandflow.env_register.kinds import Kind, Text


@dataclass(frozen=True, slots=True)
class Used:
    """Read, checked and obeyed; `Environment` has an attribute of this name."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The older name of another variable; accepted, and said once."""

    to: str


@dataclass(frozen=True, slots=True)
class Tuning:
    """Seeds these keys of tuning revision 1; later a differing value is only reported."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """Read and checked already; nothing uses it before this step of the roadmap."""

    step: int


@dataclass(frozen=True, slots=True)
class NoMeaning:
    """Known from earlier versions, without effect here."""

    reason: str


Status = Used | Renamed | Tuning | Later | NoMeaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable. An empty default means: not set."""

    name: str
    status: Status
    kind: Kind
    default: str
    meaning: str
    unit: str = ""
    secret: bool = False

    @property
    def is_read(self) -> bool:
        """Whether a value of its own comes from it (an older name only lends its text)."""
        return not isinstance(self.status, Renamed | NoMeaning)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it may be set: a secret may also come from a file."""
        return (self.name, f"{self.name}_FILE") if self.secret else (self.name,)


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    variables: tuple[Variable, ...]


def used(
    name: str, kind: Kind, default: str, meaning: str, *, unit: str = "", secret: bool = False
) -> Variable:
    return Variable(
        name=name, status=Used(), kind=kind, default=default, meaning=meaning, unit=unit,
        secret=secret,
    )  # fmt: skip


def later(
    name: str,
    step: int,
    kind: Kind,
    default: str,
    meaning: str,
    *,
    unit: str = "",
    secret: bool = False,
) -> Variable:
    return Variable(
        name=name, status=Later(step), kind=kind, default=default, meaning=meaning, unit=unit,
        secret=secret,
    )  # fmt: skip


def tuning(
    name: str, keys: str, kind: Kind, default: str, meaning: str, *, unit: str = ""
) -> Variable:
    """A row whose value seeds tuning keys (separated by blanks)."""
    return Variable(
        name=name, status=Tuning(tuple(keys.split())), kind=kind, default=default,
        meaning=meaning, unit=unit,
    )  # fmt: skip


def renamed(name: str, to: str, *, secret: bool = False) -> Variable:
    return Variable(
        name=name, status=Renamed(to), kind=Text(), default="", secret=secret,
        meaning=f"Older name of {to}.",
    )  # fmt: skip


def no_meaning(name: str, reason: str) -> Variable:
    return Variable(name=name, status=NoMeaning(reason), kind=Text(), default="", meaning=reason)
