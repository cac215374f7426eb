import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MODULES = (
    "feeds",
    "jsonl",
    "jsonl_encode",
    "jsonl_files",
    "jsonl_lines",
    "lean",
    "lean_equity",
    "lean_options",
    "lean_zip",
    "linefeed",
    "linesender",
    "merge",
    "meter",
    "moves",
    "rings",
    "spots",
    "stamping",
    "synthetic.market",
    "synthetic_feed",
    "terms",
)


@pytest.mark.parametrize("name", MODULES)
def test_file_stays_short(name: str) -> None:
    assert (
        len((PROJECT / "ingest" / f"{name.replace('.', '/')}.py").read_text().splitlines()) <= 250
    )


def test_input_side_needs_no_framework_and_no_database() -> None:
    code = (
        "import sys, importlib\n"
        f"for name in {MODULES!r}: importlib.import_module('ingest.' + name)\n"
        "bad = {'django', 'psycopg', 'celery', 'channels', 'redis', 'numpy'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(bad)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
