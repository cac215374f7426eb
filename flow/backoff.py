"""How long to wait before the next try: capped exponential, full jitter. Pure."""


def backoff_s(attempt: int, jitter: float, *, base_s: float = 0.1, cap_s: float = 5.0) -> float:
    """Return seconds to wait before try number `attempt` (0 = the first).

    Units: `jitter` is drawn by the caller from 0 (inclusive) to 1.
    Source: Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), full jitter.
    """
    return float(jitter * min(cap_s, base_s * 2.0 ** min(attempt, 32)))
