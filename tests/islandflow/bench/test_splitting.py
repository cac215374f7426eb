"""What moves aside for the compiler: every statement once, and what a moved class needs with it."""

import sys
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from islandflow.bench.splitting import split_module

PATH = PurePosixPath("shop/rules.py")
RULES = '''"""Limits."""
from typing import NamedTuple

FLOOR = 3
STEP: int = 2


class Limits(NamedTuple):
    """Bounds."""

    low: int = FLOOR
    high: "Top" = 10


Top = int


def judge(limits: Limits) -> int:
    return limits.low + STEP
'''


def test_plain_module_stays_whole() -> None:
    text = "LIMIT = 3\n\n\ndef double(x: int) -> int:\n    return 2 * x\n"

    assert split_module(text, PATH) == ("", text)


def test_special_class_takes_along_what_it_names() -> None:
    aside, rest = split_module(RULES, PATH)

    assert "class Limits(NamedTuple)" in aside
    assert "FLOOR = 3" in aside
    assert "Top = int" in aside
    assert "from shop.rules_interpreted import FLOOR, Limits, Top" in rest
    assert "STEP" not in aside
    assert "class" not in rest


def test_both_parts_together_do_what_the_module_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside, rest = split_module(RULES, PurePosixPath("parted/rules.py"))
    folder = tmp_path / "parted"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "rules_interpreted.py").write_text(aside)
    (folder / "rules.py").write_text(rest)
    monkeypatch.syspath_prepend(tmp_path)

    module = _import("parted.rules")

    assert module.judge(module.Limits()) == 5


def _import(name: str) -> ModuleType:
    __import__(name)
    return sys.modules[name]


def test_decorated_class_and_checking_imports_are_kept_in_their_places() -> None:
    text = (
        "from dataclasses import dataclass\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from shop.other import Other\n"
        "if True:\n    PLAIN = 1\n"
        "@dataclass(frozen=True)\nclass Record:\n    other: 'Other | None' = None\n"
        "    size: list['Other'] = 0\n"
    )

    aside, rest = split_module(text, PATH)

    assert "@dataclass(frozen=True)\nclass Record" in aside
    assert "from shop.other import Other" in aside
    assert "if True:\n    PLAIN = 1" in rest
