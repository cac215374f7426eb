"""The copy in which a group is changed and tried: pure sources, tests, and settings for the tool.

Nothing in the source tree is touched. The copy has no Django and no database, and its properties
are drawn the same way every time, so that a mutant is not killed by luck.
"""

import json
import shutil
from pathlib import Path

from islandflow.mutation.groups import Group

COPIED = (
    "flow/__init__.py",
    "flow/domain/**/*.py",
    "ingest/*.py",
    "ingest/synthetic/**/*.py",
    "signals/__init__.py",
    "signals/engine/**/*.py",
    "tests/**/*.py",
)
_OWN_CONFTEST = Path("tests/conftest.py")
_CONFTEST = """\
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutation",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a mutant need not be killed by its least example
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")
"""
_SETTINGS = '''\
[tool.mutmut]
source_paths = {folders}
only_mutate = {sources}
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = 2.0
timeout_constant = 1.0
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = """
    -p no:django -p no:asyncio -p no:xdist -p no:randomly -p no:cacheprovider -p no:cov
    -m 'not realdata and not services'
"""
markers = ["realdata: left out", "services: left out", "browser: left out", "long: as it is"]
filterwarnings = ["error"]
'''


class NotMutated(RuntimeError):
    """A group cannot be tried here. The text is a sentence that says why."""


def make_workspace(group: Group, source: Path, work: Path) -> None:
    """Make the copy anew. Errors: NotMutated for a pattern that no file matches."""
    shutil.rmtree(work, ignore_errors=True)
    copied = sorted({path for pattern in COPIED for path in source.glob(pattern)})
    for path in copied:
        target = work / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    text = _SETTINGS.format(
        folders=json.dumps(
            sorted({path.relative_to(source).parts[0] for path in copied} - {"tests"})
        ),
        sources=json.dumps(files_of(group.sources, work)),
        tests=json.dumps(files_of(group.tests, work)),
    )
    (work / "pyproject.toml").write_text(text)
    (work / _OWN_CONFTEST).write_text(_CONFTEST)


def files_of(patterns: tuple[str, ...], root: Path) -> list[str]:
    """Return the files of a group's patterns, from the root. Errors: NotMutated, see above."""
    found: set[str] = set()
    for pattern in patterns:
        files = {str(path.relative_to(root)) for path in root.glob(pattern)}
        if not files:
            raise NotMutated(f"no file matches {pattern}; correct islandflow/mutation/groups.py")
        found |= files
    return sorted(found)
