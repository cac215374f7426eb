import ast
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.synthetic
from ingest.synthetic import exact

FOLDER = Path(ingest.synthetic.__file__).parent
# Correctly rounded by IEEE 754, or only moving bits: the same on every machine.
SAFE = {"sqrt", "isqrt", "floor", "frexp", "ldexp"}


@given(st.floats(-600, 600))
def test_exp_is_the_exponential(x: float) -> None:
    assert exact.exp(x) == pytest.approx(math.exp(x), rel=1e-12)


def test_exp_far_below_is_zero() -> None:
    assert exact.exp(-701.0) == 0.0


@given(st.floats(1e-9, 1e9))
def test_log_is_the_logarithm(x: float) -> None:
    assert exact.log(x) == pytest.approx(math.log(x), rel=1e-12, abs=1e-12)


@given(st.floats(-40, 40))
def test_cdf_is_the_normal_distribution(x: float) -> None:
    assert exact.cdf(x) == pytest.approx(0.5 * math.erfc(-x / math.sqrt(2)), abs=1e-9)


def test_nothing_in_the_package_rounds_by_a_library() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "math":
                assert {alias.name for alias in node.names} <= SAFE, path
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
                assert not names & {"math", "cmath", "numpy", "random", "time", "os"}, path
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
                whole = isinstance(node.right, ast.Constant) and isinstance(node.right.value, int)
                assert whole, f"{path}: a power of a float goes through libm"
