"""The register as text: docs/environment.md, .env.example, and a value as doctor shows it."""

import re
from collections.abc import Iterator

from islandflow.env_register import GROUPS
from islandflow.env_register.kinds import Failpoint
from islandflow.env_register.reading import Reading
from islandflow.env_register.variable import (
    Group,
    Later,
    NoMeaning,
    Renamed,
    Status,
    Tuning,
    Used,
    Variable,
)

MANY = 16  # shortest secret of which the last four characters may be shown

OPENING = """# Environment

Written by `bin/manage environment_docs` from `islandflow/env_register`; a test compares the two.

The process environment comes first, then the file `.env` beside `manage.py`. An empty value
counts as not set. Switches take `true`, `false`, `1`, `0`, `yes`, `no` and nothing else. A secret
may also lie in a file: `NAME_FILE` holds its path. A value that cannot be used stops the start,
and all of them are named at once. `bin/manage doctor` shows what is in force and where it
comes from.

| Status | What it means |
|---|---|
| used | obeyed |
| tuning | seeds the named keys of tuning revision 1 on an empty database. Later a differing value changes nothing: `doctor` says so, and `manage.py tuning from-env` drafts a revision from it. |
| step N | read and checked, but nothing uses it before that step of the roadmap |
| renamed | the older name is accepted and said once |
| no effect | known from earlier versions; the reason is given |
"""  # noqa: E501  # one row of a table is one line

EXAMPLE_OPENING = """\
# Copy to .env and take the # from what you want to change. Nothing here is needed to start.
# Every name, with what it accepts: docs/environment.md. Written by `bin/manage environment_docs`.
"""


def environment_page() -> str:
    """Return the text of docs/environment.md."""
    return "\n".join([OPENING, *(line for group in GROUPS for line in _section(group))])


def example_file() -> str:
    """Return the text of .env.example: what is in use, commented out, with its default."""
    lines = [EXAMPLE_OPENING]
    for group in GROUPS:
        rows = [v for v in group.variables if isinstance(v.status, Used)]
        if rows:
            lines.append(f"# {group.title}")
        for variable in rows:
            lines += [f"# {variable.meaning}", f"# {variable.name}={variable.default}", ""]
    return "\n".join(lines)


def shown(reading: Reading) -> str:
    """Return a value as a person may see it: secrets masked."""
    value = reading.value
    if value is None:
        return "not set"
    if reading.variable.secret:
        text = str(value)
        return f"set, ...{text[-4:]}" if len(text) >= MANY else "set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Failpoint):
        return f"{value.name}:{value.k}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _section(group: Group) -> Iterator[str]:
    yield f"## {group.title}"
    yield ""
    yield "| Variable | Status | Default | Expected | Unit | Meaning |"
    yield "|---|---|---|---|---|---|"
    for variable in group.variables:
        yield "| " + " | ".join(_cells(variable)) + " |"
    yield ""


def _cells(variable: Variable) -> list[str]:
    if not variable.is_read:
        return [f"`{variable.name}`", _status(variable.status), "", "", "", variable.meaning]
    secret = " Secret." if variable.secret else ""
    default = f"`{variable.default}`" if variable.default else "not set"
    cells = [
        f"`{variable.name}`",
        _status(variable.status),
        re.sub(r",(?=\S)", ", ", default) if len(default) > 40 else default,
        variable.kind.expected,
        variable.unit,
        variable.meaning + secret,
    ]
    return [cell.replace("|", r"\|") for cell in cells]


def _status(status: Status) -> str:
    match status:
        case Used():
            return "used"
        case Tuning(keys=keys):
            return "tuning: " + ", ".join(f"`{key}`" for key in keys)
        case Later(step=step):
            return f"step {step}"
        case Renamed(to=to):
            return f"renamed: `{to}`"
        case NoMeaning():
            return "no effect"
