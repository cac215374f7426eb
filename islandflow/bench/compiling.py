"""The engine compiled by mypyc from the same source, in a folder of its own, for the measurement.

Never part of the product: no import of it, no dependency; mypyc comes with the type checker.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from islandflow.bench.splitting import SUFFIX, split_module

# What the measured process imports from the build instead of from the source tree.
COPIED = (
    "flow/collector.py",
    "flow/domain/**/*.py",
    "signals/engine/**/*.py",
    "ingest/feeds.py",
    "ingest/moves.py",
    "ingest/rings.py",
    "ingest/spots.py",
    "ingest/stamping.py",
    "ingest/terms.py",
)
# Copied and left interpreted. Classes that mypyc cannot compile are moved aside in every module
# (see `splitting`); these modules have nothing else in them, or gain nothing.
INTERPRETED = {
    "signals/engine/params.py": "a dataclass of many parents; mypyc knows but single inheritance",
    "signals/engine/parameter.py": "records of tuning and an exception; nothing runs per print",
    "signals/engine/records.py": "records only",
    "flow/collector.py": "runs once a process",
    "flow/domain/events.py": "records only",
    "flow/domain/clock.py": "not part of the engine",
    "flow/domain/condition_table.py": "a table",
    "flow/domain/reference_rows.py": "reads files of reference data; not part of the engine",
    "flow/domain/venues.py": "a table; its one function per print is a comparison",
    "ingest/feeds.py": "records and a protocol",
}
LIMIT_S = 1_200
_SETUP = """\
from mypyc.build import mypycify
from setuptools import setup

PATHS = {paths!r}
FLAGS = ["--config-file=", "--ignore-missing-imports", "--no-error-summary"]
setup(
    name="engine",
    ext_modules=mypycify([*FLAGS, *PATHS], opt_level="3", debug_level="0"),
    script_args=["--quiet", "build_ext", "--inplace"],
)
"""


class NotCompiled(RuntimeError):
    """The engine cannot be compiled here. The text is a sentence that says why."""


def compile_engine(source: Path, home: Path) -> Path:
    """Return the folder to import from; built once for equal sources.

    Errors: NotCompiled where a tool is missing or refuses the source.
    """
    if shutil.which("gcc") is None:
        raise NotCompiled("gcc is not installed; install a C compiler to measure the compiled form")
    if importlib.util.find_spec("mypyc") is None or importlib.util.find_spec("setuptools") is None:
        raise NotCompiled("mypyc is not installed; install requirements-dev.txt to measure it")
    texts = read_sources(source)
    folder = home / "bench" / f"engine-{_digest(texts)}"
    if not (folder / "done").exists():
        for older in folder.parent.glob("engine-*"):
            shutil.rmtree(older)
        compiled = write_sources(texts, folder)
        build_modules(folder, compiled)
        (folder / "done").touch()
    return folder


def read_sources(source: Path) -> dict[PurePosixPath, str]:
    """Return the text of every module by its path from the import root."""
    found = sorted(path for pattern in COPIED for path in source.glob(pattern))
    return {PurePosixPath(path.relative_to(source)): path.read_text() for path in found}


def write_sources(texts: dict[PurePosixPath, str], folder: Path) -> list[str]:
    """Write the modules, parted where needed; return the paths of those to compile."""
    compiled = []
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / path.parts[0] / "__init__.py").touch()
        if path.name == "__init__.py" or str(path) in INTERPRETED:
            target.write_text(text)
            continue
        aside, rest = split_module(text, path)
        target.write_text(rest)
        if aside:
            target.with_name(path.stem + SUFFIX + ".py").write_text(aside)
        compiled.append(str(path))
    return compiled


def _digest(texts: dict[PurePosixPath, str]) -> str:
    found = hashlib.sha256(sys.version.encode())
    found.update(version("mypy").encode())
    for path, text in texts.items():
        found.update(f"{path}\n{text}\n".encode())
    return found.hexdigest()[:16]


def build_modules(folder: Path, paths: list[str]) -> None:
    """Compile modules of a folder in place; what the compiler says is kept in build.log.

    Errors: NotCompiled where it refuses one.
    """
    (folder / "setup.py").write_text(_SETUP.format(paths=paths))
    # Fused multiply-add changes last bits, and with them the hash (performance.md, section 4).
    environ = {**os.environ, "CFLAGS": "-ffp-contract=off -w", "PYTHONPATH": ""}
    with (folder / "build.log").open("w") as log:
        done = subprocess.run(
            [sys.executable, "setup.py"],
            cwd=folder,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
            check=False,
        )
    if done.returncode:
        said = (folder / "build.log").read_text().splitlines()
        reason = next((line for line in said if "error" in line.lower()), "no reason was given")
        raise NotCompiled(f"mypyc refuses the engine: {reason} (all of it: {folder / 'build.log'})")
