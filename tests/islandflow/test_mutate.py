"""Mutation testing with the real tool, on a planted module whose weak spots are known."""

import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from islandflow.management.commands import mutate
from islandflow.mutation.groups import GROUPS, Group
from islandflow.mutation.mutants import Mutant
from islandflow.mutation.proof import Result, choose, overall, run_group
from islandflow.mutation.workspace import NotMutated, files_of, make_workspace

PROJECT = Path(__file__).resolve().parents[2]
PLANTED = '''\
from typing import cast


class Sizes:
    """Two limits."""

    __slots__ = ("large",)

    def __init__(self) -> None:
        """Start."""
        self.large = 100

    def is_large(self, size: int) -> bool:
        """Tell."""
        if size < 0:
            raise ValueError("size is below 0")
        return size >= self.large


def weigh(sizes: list[int], weights: list[int]) -> int:
    pairs = zip(sizes, weights, strict=True)
    return cast(int, sum(size * weight for size, weight in pairs))
'''
WEAK = """\
from signals.engine.planted import Sizes, weigh


def test_large():
    assert Sizes().is_large(100) and not Sizes().is_large(99)


def test_weigh():
    assert weigh([2, 3], [5, 7]) == 31
"""
GROUP = Group(
    name="planted", sources=("signals/engine/planted.py",), tests=("tests/test_planted.py",)
)


def planted(root: Path, tests: str, code: str = PLANTED) -> Path:
    for name, text in (
        ("signals/__init__.py", ""),
        ("signals/engine/__init__.py", ""),
        ("signals/engine/planted.py", code),
        ("tests/test_planted.py", tests),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def run(source: Path, home: Path, group: Group = GROUP) -> Result:
    return run_group(group, source, home, limit=None, seed=1, processes=1, say=lambda text: None)


def test_what_the_tests_do_not_look_at_survives_and_the_rest_is_killed(tmp_path: Path) -> None:
    source = planted(tmp_path / "source", WEAK)

    result = run(source, tmp_path / "home")

    assert [mutant.short for mutant in result.survivors] == [
        "signals/engine/planted.py:15 Sizes.is_large: if size < 0: -> if size <= 0:",
        "signals/engine/planted.py:15 Sizes.is_large: if size < 0: -> if size < 1:",
    ]
    assert result.left_out == {
        "text of an error": 3, "guard of a zip": 3, "type of a cast": 1,
    }  # fmt: skip
    assert result.made - result.tried == 7
    assert result.passed == (result.killed >= 0.85 * result.tried)
    written = (tmp_path / "home/planted/survivors.txt").read_text()
    assert written.startswith(result.verdict)
    assert "-        if size < 0:\n+        if size <= 0:" in written
    assert (source / "signals/engine/planted.py").read_text() == PLANTED


def test_mutant_that_never_ends_is_stopped_and_counts_as_killed(tmp_path: Path) -> None:
    code = "def down(n: int) -> int:\n    while n > 0:\n        n = n - 1\n    return n\n"
    tests = (
        "from signals.engine.planted import down\n\n\ndef test_down():\n    assert down(3) == 0\n"
    )

    result = run(planted(tmp_path / "source", tests, code), tmp_path / "home")

    assert (result.tried, result.survivors) == (5, ())


def test_tests_that_fail_unchanged_are_said(tmp_path: Path) -> None:
    source = planted(tmp_path / "source", WEAK.replace("== 31", "== 32"))

    with pytest.raises(NotMutated, match="the step `try` of planted failed") as caught:
        run(source, tmp_path / "home")

    assert "assert 31 == 32" in str(caught.value)


def test_pattern_without_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotMutated, match=r"no file matches none\.py; correct islandflow/mutation"):
        run(tmp_path, tmp_path / "home", Group(name="empty", sources=("none.py",), tests=()))


def test_the_copy_knows_every_mark_of_the_project(tmp_path: Path) -> None:
    make_workspace(GROUP, planted(tmp_path / "source", WEAK), tmp_path / "work")

    def marks(folder: Path) -> set[str]:
        text = (folder / "pyproject.toml").read_text()
        told = tomllib.loads(text)["tool"]["pytest"]["ini_options"]["markers"]
        return {mark.split(":")[0] for mark in told}

    assert marks(tmp_path / "work") == marks(PROJECT)


def test_every_group_names_files_that_exist() -> None:
    for group in GROUPS:
        assert files_of(group.sources, PROJECT)
        assert files_of(group.tests, PROJECT)


def mutants(count: int) -> list[Mutant]:
    return [
        Mutant(key=str(n), path="a.py", line=n, function="f", before="", after="", diff="")
        for n in range(count)
    ]


def test_equal_seeds_draw_equal_mutants_in_the_order_of_the_source() -> None:
    made = mutants(50)

    drawn = choose(made, 10, seed=1)

    assert drawn == choose(made, 10, seed=1) == sorted(drawn, key=made.index)
    assert len(drawn) == 10
    assert drawn != choose(made, 10, seed=2)
    assert choose(made, None, seed=1) == choose(made, 50, seed=1) == made


def result_of(killed: int, tried: int, made: int, **left_out: int) -> Result:
    survivors = tuple(mutants(tried - killed))
    return Result(group="g", made=made, tried=tried, survivors=survivors, left_out=left_out)


def test_verdict_names_counts_share_and_floor() -> None:
    passed, failed = result_of(85, 100, 100), result_of(84, 100, 300, cast=20)

    assert passed.verdict == "MUTATION PASSED g: 85 of 100 killed (85.0 %; floor 85 %)"
    assert failed.verdict == (
        "MUTATION FAILED g: 84 of 100 killed (84.0 %; floor 85 %); drawn from 280;"
        " not counted: 20 with the cast"
    )
    assert overall([passed, failed]) == (
        "MUTATION FAILED all: 169 of 200 killed (84.5 %; floor 85 %)"
    )


def test_one_weak_group_fails_the_whole() -> None:
    assert overall([result_of(84, 100, 100), result_of(900, 900, 900)]).startswith(
        "MUTATION FAILED all: 984 of 1000"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--limit=0"], r"--limit is 0; expected 1 or more, or none at all for all"),
        (["--processes=0"], r"--processes is 0; expected 1 or more"),
        (["--group=prices"], r"invalid choice: 'prices' \(choose from '?placement"),
        (["--seed=x"], r"argument --seed: invalid int value: 'x'"),
    ],
)
def test_argument_that_does_not_fit_is_said(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("mutate", *words)


def test_command_shows_survivors_and_fails_below_the_floor(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = planted(tmp_path / "source", WEAK.partition("\n\n\ndef test_weigh")[0])
    settings.HOME = tmp_path / "home"
    monkeypatch.setattr(mutate, "BY_NAME", {"planted": GROUP})
    out, err = StringIO(), StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("mutate", "--group=planted", "--limit=9", stdout=out, stderr=err)

    lines = out.getvalue().splitlines()
    assert ended.value.code == 1
    assert lines[-1].startswith("MUTATION FAILED planted: ")
    assert " of 9 killed (" in lines[-1]
    assert (
        lines[-2]
        == f"all {len(lines) - 2} with what changed: {tmp_path}/home/mutate/planted/survivors.txt"
    )
    assert any("planted.py:21 weigh: " in line for line in lines)
    assert err.getvalue().startswith("planted: 9 of ")
