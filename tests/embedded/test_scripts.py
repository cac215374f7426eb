"""The bash scripts: they parse, and they name no mirror and no folder of one machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from islandflow.embedded.home import PROJECT

SCRIPTS = [*sorted((PROJECT / "bin").iterdir()), PROJECT / ".ci" / "run"]
OURS = [*SCRIPTS, PROJECT / "compose.yaml", PROJECT / "Dockerfile"]
OURS += sorted((PROJECT / "islandflow" / "embedded").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_parses(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_can_be_called(script: Path) -> None:
    is_library = script.name == "lib.sh"

    assert bool(script.stat().st_mode & 0o111) is not is_library


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_mirror_and_no_folder_of_a_machine_is_written_down(path: Path) -> None:
    text = path.read_text()

    hosts = set(re.findall(r"https?://([A-Za-z0-9.-]+\.[a-z]{2,})", text))
    assert hosts == set()
    assert not re.search(r"/(root|work|opt)/", text)


def test_stamp_follows_the_locked_files(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lib.sh").write_text((PROJECT / "bin" / "lib.sh").read_text())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("a==1\n")

    def stamp(kind: str) -> str:
        script = f". {tmp_path}/bin/lib.sh; environment_stamp {kind}"
        return subprocess.check_output(["bash", "-c", script], text=True)

    first = stamp("runtime")
    assert stamp("runtime") == first
    assert stamp("dev") != first
    (tmp_path / "requirements-dev.txt").write_text("a==2\n")
    assert stamp("runtime") == first
    (tmp_path / "requirements.txt").write_text("a==2\n")
    assert stamp("runtime") != first


def test_embedded_package_needs_no_django() -> None:
    modules = [
        f"islandflow.embedded.{path.stem}"
        for path in (PROJECT / "islandflow" / "embedded").glob("*.py")
        if path.stem != "__init__"
    ]
    code = f"import sys, {', '.join(modules)}\nassert 'django' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
