"""Makes normal-tail.json: Mills' ratio (1 - Phi(x)) / phi(x) by mpmath in 40 digits, at arguments that float32 holds.

Prints the coefficients of mills_ratio_ in Sources/CFlowKernels/elementary.h besides: (1 + x) times the ratio,
interpolated at Chebyshev's points as a polynomial in m = (x - 4) / (x + 4), whose powers are written from the lowest."""
import mpmath
import numpy as np

import reference

mpmath.mp.dps = 40
CENTRE = 4
POINTS = 80


def ratio(x):
    x = mpmath.mpf(x)
    if x < 30:
        return mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(x / mpmath.sqrt(2)) * mpmath.exp(x * x / 2)
    return mpmath.quad(lambda u: mpmath.exp(-x * u - u * u / 2), [0, 1 / x, 10 / x, 100 / x])


def chebyshev_coefficients():
    angles = [mpmath.pi * (2 * k + 1) / (2 * POINTS) for k in range(POINTS)]
    values = []
    for angle in angles:
        x = CENTRE * (1 + mpmath.cos(angle)) / (1 - mpmath.cos(angle))
        values.append((1 + x) * ratio(x))
    return [sum(v * mpmath.cos(j * a) for v, a in zip(values, angles)) * 2 / POINTS for j in range(POINTS)]


def powers(chebyshev, degree):
    polynomials = [[mpmath.mpf(1)], [mpmath.mpf(0), mpmath.mpf(1)]]
    for _ in range(2, degree + 1):
        polynomial = [mpmath.mpf(0)] + [2 * c for c in polynomials[-1]]
        for power, c in enumerate(polynomials[-2]):
            polynomial[power] -= c
        polynomials.append(polynomial)
    result = [mpmath.mpf(0)] * (degree + 1)
    for order in range(degree + 1):
        scale = chebyshev[order] / (1 if order else 2)
        for power, c in enumerate(polynomials[order]):
            result[power] += scale * c
    return [float(c) for c in result]


if __name__ == "__main__":
    chebyshev = chebyshev_coefficients()
    print("double:", ", ".join(f"{c:.17g}" for c in powers(chebyshev, 24)))
    print("float:", ", ".join(f"{np.float32(c):.9g}" for c in powers(chebyshev, 10)))
    random = np.random.default_rng(3)
    x = np.concatenate([[0, 1, 4, 1e4], np.linspace(0, 12, 200), np.geomspace(1e-4, 1e3, 100), 40 * random.random(100)])
    x = x.astype(np.float32).astype(np.float64)
    reference.write(
        "normal-tail.json", __file__, "(1 - Phi(x)) / phi(x) by mpmath.", ["numpy", "mpmath"],
        {"x": x.tolist(), "ratio": [float(ratio(v)) for v in x]})
