"""From texts to checked readings of the register: which name gave which value, and what is wrong.

Knows mappings only; that one of them is the process environment is the business of `env`.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from islandflow.env_register import BY_NAME, REGISTER
from islandflow.env_register.kinds import Place, Value
from islandflow.env_register.variable import Later, NoMeaning, Renamed, Variable

DEFAULT = "default"
ENVIRONMENT = "environment"
# A name that begins like one of ours and is none of ours is most likely a misspelling.
OUR_PREFIXES = (
    "ISLANDFLOW_", "OPTIONS_", "OPTION_", "EQUITIES_", "EQUITY_", "ALPACA_", "DATABENTO_",
    "IBKR_", "ALPHA_VANTAGE_", "CLASSIFIER_", "LIVE_", "CANDLE_", "REPLAY_", "DARK_INFER_",
    "SYNTHETIC_", "CLUSTER_", "ROLLING_", "FLOW_", "REFDATA_", "NBBO_", "COMPUTE_",
    "API_RATE_LIMIT_", "NEWS_",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One text, where it was found and under which name."""

    name: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The value in force for one variable and where it comes from."""

    variable: Variable
    value: Value | None
    source: str

    @property
    def is_set(self) -> bool:
        return self.source != DEFAULT


class Texts:
    """The texts that are set, by name, each with its source; empty ones do not count."""

    def __init__(self, sources: Mapping[str, Mapping[str, str | None]]) -> None:
        """Take sources by label, the strongest first."""
        self.problems: list[str] = []
        self._found: dict[str, Found] = {}
        for source, texts in sources.items():
            for name, text in texts.items():
                if text is not None and text.strip():
                    self._found.setdefault(name, Found(name, text, source))

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def under(self, name: str, *, secret: bool) -> Found | None:
        """Find the text of exactly this name, or of the file that NAME_FILE points to."""
        direct, pointer = self._found.get(name), self._found.get(f"{name}_FILE")
        if not secret or pointer is None:
            return direct
        if direct is not None:
            self.problems.append(
                f"{name} and {name}_FILE are both set; expected one of them; remove one"
            )
            return direct
        return self._from_file(name, pointer.text.strip())

    def _from_file(self, name: str, path_text: str) -> Found | None:
        try:
            path = Place().read(path_text)
            text = path.read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as failure:
            reason = getattr(failure, "strerror", None) or "it is no readable UTF-8 text"
            self.problems.append(
                f"{name}_FILE is {path_text}; expected a readable file ({reason}); "
                f"correct the path or its rights, or set {name}"
            )
            return None
        if not text.strip():
            self.problems.append(
                f"{name}_FILE is {path_text}; expected a file with the secret in it, and it is "
                f"empty; fill it or remove {name}_FILE"
            )
            return None
        return Found(name, text, f"file {path}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything that one look at the environment gives."""

    by_name: dict[str, Reading]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    renamed_in_use: dict[str, str]


def read_all(texts: Texts) -> Readings:
    """Read every variable of the register; collect problems, never raise."""
    warnings = [*_without_effect(texts), *_unknown(texts)]
    renamed_in_use: dict[str, str] = {}
    by_name = {}
    for variable in REGISTER:
        if not variable.is_read:
            continue
        found = _choose(variable, texts, warnings, renamed_in_use)
        by_name[variable.name] = _read(variable, found, texts.problems)
    return Readings(
        by_name=by_name,
        problems=tuple(texts.problems),
        warnings=tuple(warnings),
        renamed_in_use=renamed_in_use,
    )


def _choose(
    variable: Variable, texts: Texts, warnings: list[str], renamed_in_use: dict[str, str]
) -> Found | None:
    """Take today's name before an older one; say each older name that is in use."""
    chosen = texts.under(variable.name, secret=variable.secret)
    for older in REGISTER:
        if not isinstance(older.status, Renamed) or older.status.to != variable.name:
            continue
        found = texts.under(older.name, secret=variable.secret)
        if found is None:
            continue
        renamed_in_use[older.name] = variable.name
        if chosen is None:
            chosen = found
            warnings.append(f"{older.name} is now {variable.name}; rename it")
        elif chosen.text.strip() != found.text.strip():
            warnings.append(f"{older.name} is ignored: {chosen.name} is set too; remove it")
    return chosen


def _read(variable: Variable, found: Found | None, problems: list[str]) -> Reading:
    if found is None:
        value = variable.kind.read(variable.default) if variable.default else None
        return Reading(variable, value, DEFAULT)
    text = found.text if variable.secret else found.text.strip()
    source = found.source if found.name == variable.name else f"{found.source} as {found.name}"
    try:
        return Reading(variable, variable.kind.read(text), source)
    except ValueError:
        shown = f"a secret of {len(text)} characters" if variable.secret else repr(text)[1:-1]
        remedy = f"for the default {variable.default}" if variable.default else "to leave it unset"
        place = "" if found.source == ENVIRONMENT else f" in {found.source}"
        problems.append(
            f"{found.name} is {shown}; expected {variable.kind.expected}; "
            f"correct it{place}, or remove it {remedy}"
        )
        return Reading(variable, None, source)


def _without_effect(texts: Texts) -> list[str]:
    said = []
    for name in sorted(set(texts) & set(BY_NAME)):
        status = BY_NAME[name].status
        if isinstance(status, NoMeaning):
            said.append(f"{name} has no effect here; remove it. {status.reason}")
        elif isinstance(status, Later):
            said.append(f"{name} is checked, but nothing uses it before step {status.step}")
    return said


def _unknown(texts: Texts) -> list[str]:
    known = {name for variable in REGISTER for name in variable.names}
    said = []
    for name in sorted(set(texts) - known):
        if not name.startswith(OUR_PREFIXES):
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else "see docs/environment.md"
        said.append(f"{name} is not a variable of ours; {hint}")
    return said
