"""Makes bends.json: smooth leaky rectifiers, values and gradients, by mpmath with 80 digits.

The map is y = alpha x + (1 - alpha) psi(x), with psi a parabola between -h and h or (x + sqrt(x^2 + h^2)) / 2, and
log alpha = log 0.9 + s(3 a), log h = log h0 + s(3 b), s(v) = v / (1 + |v| / log 1000). Slopes and gradients of
L = sum(r y) + sum(c log dy/dx), and of the same with x and y exchanged, are differences of the map over 10^-20, and the inverse
is found by bisection: none of FlowKit's formulas for them is used. Inputs are Float numbers, away from +-h."""
import mpmath
import numpy as np
from mpmath import mpf

import reference

mpmath.mp.dps = 80
EVENTS = 24
STEP = mpf(10) ** -20
LIMIT = mpmath.log(1000)


def soft(v):
    return v / (1 + abs(v) / LIMIT)


def shape(phi, join):
    start = mpf("0.3") if join == "quadratic" else mpf("0.1")
    return mpf("0.9") * mpmath.exp(soft(3 * phi[0])), start * mpmath.exp(soft(3 * phi[1]))


def bend(x, phi, join):
    alpha, h = shape(phi, join)
    if join == "root":
        psi = (x + mpmath.sqrt(x * x + h * h)) / 2
    else:
        psi = x if x >= h else mpf(0) if x <= -h else (x + h) ** 2 / (4 * h)
    return alpha * x + (1 - alpha) * psi


def derivative(f, x):
    return (f(x + STEP) - f(x - STEP)) / (2 * STEP)


def log_slope(x, phi, join):
    return mpmath.log(derivative(lambda v: bend(v, phi, join), x))


def inverse(y, phi, join):
    low, high = mpf(-10000), mpf(10000)
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (low, middle) if bend(middle, phi, join) > y else (middle, high)
    return (low + high) / 2


def loss(v, phi, join, r, c, inverted):
    if inverted:
        x = inverse(v, phi, join)
        return r * x - c * log_slope(x, phi, join)
    return r * bend(v, phi, join) + c * log_slope(v, phi, join)


def gradients(v, phi, *others):
    return [
        derivative(lambda t: loss(t, phi, *others), v), derivative(lambda t: loss(v, (t, phi[1]), *others), phi[0]),
        derivative(lambda t: loss(v, (phi[0], t), *others), phi[1])]


def case(join, random):
    rounded = lambda values: np.asarray(values, dtype=np.float32).astype(np.float64)
    phi = rounded(random.normal(0, 0.5, (EVENTS, 2)))
    h = np.array([float(shape([mpf(v) for v in row], join)[1]) for row in phi])
    # A third in the middle of the join, the others on either side of it.
    place = np.resize([0.5, -2.0, 3.0, -0.6, 0.1, -8.0], EVENTS)
    x = rounded(place * h + random.uniform(-0.1, 0.1, EVENTS) * h)
    r, c = rounded(random.normal(size=EVENTS)), rounded(random.normal(size=EVENTS))
    rows = {name: [] for name in (
        "y", "logSlope", "gradientX", "gradientPhi", "inverseGradientY", "inverseGradientPhi")}
    for event in range(EVENTS):
        own = tuple(mpf(v) for v in phi[event])
        input, others = mpf(x[event]), (join, mpf(r[event]), mpf(c[event]))
        y = bend(input, own, join)
        forward, backward = gradients(input, own, *others, False), gradients(y, own, *others, True)
        values = (y, log_slope(input, own, join), forward[0], forward[1:], backward[0], backward[1:])
        for name, value in zip(rows, values):
            rows[name].append([float(v) for v in value] if isinstance(value, list) else float(value))
    arrays = {"phi": phi, "x": x, "r": r, "c": c} | rows
    return {"join": join} | {name: reference.array(values) for name, values in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(19)
    reference.write(
        "bends.json", __file__, "Smooth leaky rectifiers, and gradients of L = sum(r y) + sum(c logSlope) both ways.",
        ["mpmath", "numpy"], {"cases": [case(join, random) for join in ("quadratic", "root")]})
