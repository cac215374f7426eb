"""Every golden example of docs/goldens.md has its test."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
GROUPS = {"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G10", "G11", "G12"}
ROW = re.compile(r"^\| (G\d+) \| .+ \| `(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)` \|$", re.MULTILINE)


def test_every_golden_group_is_held_by_a_test_that_exists() -> None:
    table = ROW.findall((PROJECT / "docs/goldens.md").read_text())

    assert {group for group, _, _ in table} == GROUPS
    gone = [
        f"{path}::{name}"
        for _, path, name in table
        if f"def {name}(" not in (PROJECT / path).read_text()
    ]
    assert not gone
