"""Makes increasing.json: trained increasing maps of one number, values and gradients, by mpmath with 60 digits.

Each map is written as its paper writes it, integrals as closed polynomials. Slopes and gradients of L = sum(r y) + sum(c log dy/dx), and of
the same with x and y exchanged, are differences of the map over 10^-15, and the inverse is found by secant steps: none of FlowKit's formulas for
them is used. Inputs are Float numbers, in the middle, near the borders and far beyond."""
import mpmath
import numpy as np
from mpmath import mpf

import reference

mpmath.mp.dps = 60
EVENTS = 8
STEP = mpf(10) ** -15


def sos(x, phi, degree, polynomials, bound):
    """Jaini, Selby & Yu 2019, section 4: the integral of a sum of squares, here by its coefficients."""
    B, density = mpf(bound), [mpf(0)] * (2 * degree + 1)
    for k in range(polynomials):
        tilt = mpf(k) / (polynomials - 1) - mpf(1) / 2 if polynomials > 1 else mpf(0)
        a = [v for v in phi[k * (degree + 1) : (k + 1) * (degree + 1)]]
        a[0], a[1] = a[0] + 1, a[1] + tilt
        for i, left in enumerate(a):
            for j, right in enumerate(a):
                density[i + j] += left * right / polynomials
    density[0] += mpf("0.001")
    t = min(max(x / B, mpf(-1)), mpf(1))
    integral = sum(q * t ** (m + 1) / (m + 1) for m, q in enumerate(density))
    return phi[-1] + B * integral + sum(q * t**m for m, q in enumerate(density)) * (x - B * t)


def bernstein(x, phi, degree, bound):
    """Sick, Hothorn & Duerr 2020, section III: increasing coefficients in the Bernstein basis."""
    B, offset = mpf(bound), mpmath.log(mpmath.expm1(mpf("0.999")))
    inner = [mpf("0.001") + mpmath.log1p(mpmath.exp(v + offset)) for v in phi[1:]]
    increments = [2 * B / degree * k for k in (inner[0], *inner, inner[-1])]
    coefficients = [-sum(increments) / 2 + sum(increments[:i]) for i in range(degree + 1)]
    v = min(max(x, -B), B)
    t = (v + B) / (2 * B)
    y = sum(a * mpmath.binomial(degree, i) * t**i * (1 - t) ** (degree - i) for i, a in enumerate(coefficients))
    return phi[0] + y + degree * increments[-1 if x > 0 else 0] / (2 * B) * (x - v)


def naf(x, phi, units):
    """Huang et al. 2018, equation 8, as it stands: with so many digits that 1 - S keeps enough of them."""
    with mpmath.workdps(400):
        total, mean = sum(mpmath.exp(w) for w in phi[::3]), mpf(0)
        for k, (w, s, b) in enumerate(zip(phi[::3], phi[1::3], phi[2::3])):
            a = mpmath.exp(s / (1 + abs(s) / mpmath.log(1000)))
            start = 2 - mpf(4) * k / (units - 1) if units > 1 else 0
            mean += mpmath.exp(w) / total / (1 + mpmath.exp(-(a * x + b + start)))
        return (1 - mpf("0.001")) * mpmath.log(mean / (1 - mean)) + mpf("0.001") * x


# Each layer, its map, the number of its parameters and how widely they are spread, and the half width of its middle.
MAPS = [
    ("elementwise-sos(degree=4,polynomials=3,bound=5)", lambda x, phi: sos(x, phi, 4, 3, 5), 16, 0.7, 5),
    ("elementwise-sos(degree=1,polynomials=1,bound=0.5)", lambda x, phi: sos(x, phi, 1, 1, 0.5), 3, 0.7, 0.5),
    ("elementwise-sos(degree=8,polynomials=2,bound=3)", lambda x, phi: sos(x, phi, 8, 2, 3), 19, 0.5, 3),
    ("elementwise-bernstein(degree=16,bound=5)", lambda x, phi: bernstein(x, phi, 16, 5), 15, 1.5, 5),
    ("elementwise-bernstein(degree=4,bound=0.5)", lambda x, phi: bernstein(x, phi, 4, 0.5), 3, 1, 0.5),
    ("elementwise-bernstein(degree=9,bound=3)", lambda x, phi: bernstein(x, phi, 9, 3), 8, 1.5, 3),
    ("elementwise-naf(units=8)", lambda x, phi: naf(x, phi, 8), 24, 1, 3),
    ("elementwise-naf(units=1)", lambda x, phi: naf(x, phi, 1), 3, 1, 3),
    ("elementwise-naf(units=3)", lambda x, phi: naf(x, phi, 3), 9, 2, 2),
]


def derivative(f, x):
    return (f(x + STEP) - f(x - STEP)) / (2 * STEP)


def inverse(g, y, phi, near):
    """By secant steps from a place that is near, to 50 digits."""
    x, before = near, near + STEP
    value, last = g(x, phi) - y, g(before, phi) - y
    while abs(value) > mpf(10) ** -50 * (1 + abs(y)):
        x, before, last = x - value * (x - before) / (value - last), x, value
        value = g(x, phi) - y
    return x


def log_slope(g, x, phi):
    return mpmath.log(derivative(lambda v: g(v, phi), x))


def loss(g, v, phi, r, c, near):
    if near is not None:
        x = inverse(g, v, phi, near)
        return r * x - c * log_slope(g, x, phi)
    return r * g(v, phi) + c * log_slope(g, v, phi)


def gradients(g, v, phi, *others):
    replaced = lambda index, value: phi[:index] + [value] + phi[index + 1 :]
    own = [derivative(lambda t: loss(g, v, replaced(index, t), *others), phi[index]) for index in range(len(phi))]
    return derivative(lambda t: loss(g, t, phi, *others), v), own


def case(layer, g, count, spread, size, random):
    rounded = lambda values: np.asarray(values, dtype=np.float32).astype(np.float64)
    phi = rounded(random.normal(0, spread, (EVENTS, count)))
    x = rounded(np.resize([0.01, -0.4, 0.9, -1.3, 0.5, 3.0, -0.97, -20.0], EVENTS) * size + random.uniform(-0.01, 0.01, EVENTS))
    r, c = rounded(random.normal(size=EVENTS)), rounded(random.normal(size=EVENTS))
    rows = {name: [] for name in ("y", "logSlope", "gradientX", "gradientPhi", "inverseGradientY", "inverseGradientPhi")}
    for event in range(EVENTS):
        own, input = [mpf(v) for v in phi[event]], mpf(x[event])
        others, y = (mpf(r[event]), mpf(c[event])), g(input, own)
        forward, backward = gradients(g, input, own, *others, None), gradients(g, y, own, *others, input)
        for name, value in zip(rows, (y, log_slope(g, input, own), *forward, *backward)):
            rows[name].append([float(v) for v in value] if isinstance(value, list) else float(value))
    arrays = {"phi": phi, "x": x, "r": r, "c": c} | rows
    return {"layer": layer} | {name: reference.array(values) for name, values in arrays.items()}


if __name__ == "__main__":
    reference.write(
        "increasing.json", __file__, "Increasing maps, and gradients of L = sum(r y) + sum(c logSlope) both ways.",
        ["mpmath", "numpy"], {"cases": [case(*each, np.random.default_rng(index)) for index, each in enumerate(MAPS)]})
