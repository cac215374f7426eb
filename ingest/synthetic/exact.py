"""Exponential, logarithm and normal distribution from + - * / alone: the same bits everywhere.

A libm or a vector unit may round its own way; IEEE basic operations and the square root may not.
`frexp` and `ldexp` only move the exponent.
"""

from math import floor, frexp, ldexp, sqrt

_LN2_HIGH = 0.6931471803691238  # fdlibm's split: high part with 20 trailing zero bits
_LN2_LOW = 1.9082149292705877e-10
_LN2 = 0.6931471805599453
_LOG2_E = 1.4426950408889634
_SQRT_HALF = 0.7071067811865476
_C2, _C3, _C4, _C5 = 1 / 2, 1 / 6, 1 / 24, 1 / 120
_C6, _C7, _C8, _C9 = 1 / 720, 1 / 5_040, 1 / 40_320, 1 / 362_880
_C10, _C11, _C12 = 1 / 3_628_800, 1 / 39_916_800, 1 / 479_001_600
_ROOT_2PI = 2.5066282746310002


def exp(x: float) -> float:
    """Return e to the power of `x`; 0.0 below -700, and 700 is the most that is asked for."""
    if x < -700.0:
        return 0.0
    n = floor(x * _LOG2_E + 0.5)
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW  # within +-0.347: twelve terms leave 1e-16
    p = _C9 + r * (_C10 + r * (_C11 + r * _C12))
    p = _C5 + r * (_C6 + r * (_C7 + r * (_C8 + r * p)))
    return ldexp(1.0 + r * (1.0 + r * (_C2 + r * (_C3 + r * (_C4 + r * p)))), n)


def log(x: float) -> float:
    """Return the natural logarithm of a positive number."""
    mantissa, exponent = frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa, exponent = mantissa * 2.0, exponent - 1
    # ln m = 2 artanh z, |z| below 0.172: eleven odd terms leave 1e-17
    z = (mantissa - 1.0) / (mantissa + 1.0)
    w = z * z
    p = 1 / 15 + w * (1 / 17 + w * (1 / 19 + w * (1 / 21)))
    p = 1.0 + w * (
        1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w * (1 / 13 + w * p)))))
    )
    return exponent * _LN2 + 2.0 * z * p


def cdf(x: float) -> float:
    """Return the standard normal distribution function.

    Source: Hart (1968) algorithm 5666 as in G. West, "Better approximations to cumulative normal
    functions" (2005); double precision.
    """
    a = -x if x < 0.0 else x
    if a > 37.0:
        tail = 0.0
    else:
        e = exp(-a * a * 0.5)
        if a < 7.07106781186547:
            top = (((((3.52624965998911e-2 * a + 0.700383064443688) * a + 6.37396220353165) * a
                     + 33.912866078383) * a + 112.079291497871) * a + 221.213596169931) * a \
                + 220.206867912376  # fmt: skip
            low = ((((((8.83883476483184e-2 * a + 1.75566716318264) * a + 16.064177579207) * a
                      + 86.7807322029461) * a + 296.564248779674) * a + 637.333633378831) * a
                   + 793.826512519948) * a + 440.413735824752  # fmt: skip
            tail = e * top / low
        else:
            tail = e / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) / _ROOT_2PI
    return 1.0 - tail if x > 0.0 else tail


def density(x: float) -> float:
    """Return the standard normal density."""
    return exp(-x * x * 0.5) / _ROOT_2PI


__all__ = ["cdf", "density", "exp", "log", "sqrt"]
