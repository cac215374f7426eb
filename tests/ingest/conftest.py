"""What the ingest tests share: the folder of real data, and tiny zips."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real market data beside the project; tests that use it carry the realdata mark."""
    folder = Path(os.environ.get("ISLANDFLOW_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    assert folder.is_dir(), f"{folder} is missing; set ISLANDFLOW_SHARED_DATA"
    return folder


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, **members: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(f"{member}.csv", content)
        return path

    return make
