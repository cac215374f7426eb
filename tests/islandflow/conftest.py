"""What the tests of the project itself share."""

from pathlib import Path

import pytest

from tests.support.doctor import Rig


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment that names a home of its own and nothing else."""
    return {"ISLANDFLOW_HOME": str(tmp_path)}


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The surroundings of doctor, all healthy until a test says otherwise."""
    return Rig(tmp_path, monkeypatch)
