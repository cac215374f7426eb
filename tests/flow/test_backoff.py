from hypothesis import given
from hypothesis import strategies as st

from flow.backoff import backoff_s


def test_first_try_waits_at_most_the_base() -> None:
    assert backoff_s(0, 1.0, base_s=0.1) == 0.1
    assert backoff_s(0, 0.0) == 0.0


def test_wait_doubles_up_to_the_cap() -> None:
    assert [backoff_s(n, 1.0, base_s=1, cap_s=5) for n in range(5)] == [1, 2, 4, 5, 5]


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_wait_is_never_above_the_cap(attempt: int, jitter: float) -> None:
    assert 0 <= backoff_s(attempt, jitter, cap_s=5.0) <= 5.0
