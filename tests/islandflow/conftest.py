"""What the tests of the project itself share."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment that names a home of its own and nothing else."""
    return {"ISLANDFLOW_HOME": str(tmp_path)}
