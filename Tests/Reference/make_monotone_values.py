"""Makes monotone.json: fixed monotone functions, the logarithms of their slopes, by mpmath with 60 digits.

Arguments are Float numbers inside the domain, far into both tails. Before anything is written, each function must undo its
partner, and the slope must be that of the function as mpmath differentiates it. Run it in the environment of
Benchmarks/peers/setup.sh."""
import mpmath
import numpy as np
from mpmath import mp, mpf

import reference

mp.dps = 60

REAL = [-80, -40, -17, -16, -9, -3.5, -1, -0.5, -0.25, -1e-3, -1e-20, 0, 1e-20, 1e-3, 0.25, 0.5, 1, 3.5, 9, 16, 17, 40, 80]
POSITIVE = [1e-30, 1e-10, 1e-3, 0.1, 0.5, 0.69, 0.7, 1, 2, 5, 16, 17, 60, 1e4, 1e20]
UNIT = [1e-30, 1e-10, 1e-3, 0.1, 0.49, 0.5, 0.51, 0.9, 0.999, 1 - 2**-20, 1 - 2**-24]
SYMMETRIC = [sign * x for x in UNIT for sign in (1, -1)]
ALL = REAL + [-1e30, -1e12, 1e12, 1e30]

KINDS = {
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), "logit", REAL),
    "logit": (lambda x: mpmath.log(x / (1 - x)), "sigmoid", UNIT),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), "softplus-inverse", REAL),
    "softplus-inverse": (lambda x: mpmath.log(mpmath.expm1(x)), "softplus", POSITIVE),
    "exp": (mpmath.exp, "log", REAL),
    "log": (mpmath.log, "exp", POSITIVE),
    "tanh": (mpmath.tanh, "atanh", REAL),
    "atanh": (mpmath.atanh, "tanh", SYMMETRIC),
    "arcsinh": (mpmath.asinh, "sinh", ALL),
    "sinh": (mpmath.sinh, "arcsinh", REAL),
}


def slope(kind, x):
    return {
        "sigmoid": lambda: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2,
        "logit": lambda: 1 / (x * (1 - x)),
        "softplus": lambda: 1 / (1 + mpmath.exp(-x)),
        "softplus-inverse": lambda: mpmath.exp(x) / mpmath.expm1(x),
        "exp": lambda: mpmath.exp(x),
        "log": lambda: 1 / x,
        "tanh": lambda: 1 / mpmath.cosh(x) ** 2,
        "atanh": lambda: 1 / (1 - x * x),
        "arcsinh": lambda: 1 / mpmath.sqrt(1 + x * x),
        "sinh": lambda: mpmath.cosh(x),
    }[kind]()


def check(kind, x):
    function, partner, _ = KINDS[kind]
    if abs(x) < 1e4 and abs(x) > 1e-12:
        mp.dps = 200
        back = KINDS[partner][0](function(x))
        assert abs(back - x) < mpf(10) ** -50 * (1 + abs(x)), (kind, x)
        h = min(abs(x), 1 - abs(x) if abs(x) < 1 else mpf(1)) * mpf(10) ** -40
        difference = (function(x + h) - function(x - h)) / (2 * h)
        assert abs(difference / slope(kind, x) - 1) < 1e-30, (kind, x)
        mp.dps = 60


if __name__ == "__main__":
    cases = []
    for kind, (function, _, values) in KINDS.items():
        x = [mpf(float(np.float32(value))) for value in values]
        for value in x:
            check(kind, value)
        cases.append({
            "kind": kind,
            "x": reference.array([float(value) for value in x]),
            "z": reference.array([float(function(value)) for value in x]),
            "logSlope": reference.array([float(mpmath.log(slope(kind, value))) for value in x]),
        })
    reference.write(
        "monotone.json", __file__, "Monotone functions and the logarithms of their slopes.", ["mpmath", "numpy"],
        {"cases": cases})
