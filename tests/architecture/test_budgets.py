"""House rules that no linter knows: short files, short functions, a pure core, honest documents."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from signals.dump import KINDS, LEFT_OUT, canonical_columns

PROJECT = Path(__file__).resolve().parents[2]
CODE_LINES, TEST_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 600, 60, 150


def tracked(suffix: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"*{suffix}"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [PROJECT / name for name in names if (PROJECT / name).exists()]


def too_long(paths: list[Path], limit: int) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}: {lines}"
        for path in paths
        if (lines := len(path.read_text().splitlines())) > limit
    ]


def test_no_code_file_is_over_its_budget() -> None:
    code = [p for p in tracked(".py") if "tests" not in p.parts and "migrations" not in p.parts]
    tests = [p for p in tracked(".py") if "tests" in p.parts]

    assert len(code) > 100
    assert not too_long(code, CODE_LINES)
    assert not too_long(tests, TEST_LINES)
    assert not too_long(tracked(".html"), TEMPLATE_LINES)


def test_no_function_is_over_its_budget() -> None:
    long = [
        f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}"
        for path in tracked(".py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > FUNCTION_LINES
    ]
    assert not long


@pytest.mark.parametrize("package", ["flow.domain", "signals.engine"])
def test_the_pure_packages_load_no_framework(package: str) -> None:
    code = (
        "import pkgutil, importlib, sys\n"
        f"root = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(root.__path__, root.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(loaded & {'django', 'celery', 'channels', 'psycopg', 'redis', 'numpy',"
        " 'pandas', 'asyncio'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_nothing_in_the_project_names_this_machine() -> None:
    home = re.compile(rf"{PROJECT.parent}/[a-z.]|{Path.home()}/[a-z.]")
    found = [
        f"{path.relative_to(PROJECT)}: {line.strip()[:80]}"
        for suffix in (".py", ".md", ".txt", ".toml", ".yaml", ".html", ".js", ".in")
        for path in tracked(suffix)
        for line in path.read_text(errors="replace").splitlines()
        if home.search(line)
    ]
    assert not found


def test_the_dump_leaves_out_what_two_equal_derivations_may_differ_in() -> None:
    assert {
        "run", "stream", "shard", "step_no", "seq", "ordinal", "received_at", "member_seqs",
        "quote_seq", "spot_seq", "ref_seq", "ref_stream", "tuning_revision", "first_seq",
        "last_seq",
    } == LEFT_OUT  # fmt: skip
    for kind in KINDS:
        columns = canonical_columns(kind)
        assert {"ts"} <= set(columns)
        assert not LEFT_OUT & set(columns)


def test_the_readme_shows_the_two_commands_and_a_picture_that_exists() -> None:
    text = (PROJECT / "README.md").read_text()

    assert text.index("bin/up") < text.index("bin/test") < 1_600
    for name in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert (PROJECT / name).exists(), name
