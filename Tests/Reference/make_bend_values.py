"""Makes bends.json: smooth leaky rectifiers, values and gradients, by NumPy in extended precision.

The map is y = alpha x + (1 - alpha) psi(x), with psi a parabola between -h and h or (x + sqrt(x^2 + h^2)) / 2, and
log alpha = log 0.9 + s(3 a), log h = log h0 + s(3 b), s(v) = v / (1 + |v| / log 1000). Slopes and gradients of
L = sum(r y) + sum(c log dy/dx), and of the same with x and y exchanged, are differences of fourth order of the map, and the
inverse is found by bisection: none of FlowKit's formulas for them is used. Inputs are Float numbers, away from +-h."""
import numpy as np

import reference

EVENTS = 24
LIMIT = np.log(np.longdouble(1000))


def soft(v):
    return v / (1 + np.abs(v) / LIMIT)


def shape(phi, join):
    start = np.longdouble("0.3") if join == "quadratic" else np.longdouble("0.1")
    return np.longdouble("0.9") * np.exp(soft(3 * phi[:, 0])), start * np.exp(soft(3 * phi[:, 1]))


def bend(x, phi, join):
    alpha, h = shape(phi, join)
    if join == "root":
        psi = (x + np.sqrt(x * x + h * h)) / 2
    else:
        psi = np.where(x >= h, x, np.where(x <= -h, 0, (x + h) ** 2 / (4 * h)))
    return alpha * x + (1 - alpha) * psi


def derivative(f, x, step):
    return (8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))) / (12 * step)


def log_slope(x, phi, join):
    return np.log(derivative(lambda v: bend(v, phi, join), x, np.longdouble("2e-4")))


def inverse(y, phi, join):
    low, high = np.full_like(y, -1e4), np.full_like(y, 1e4)
    for _ in range(120):
        middle = (low + high) / 2
        above = bend(middle, phi, join) > y
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def loss(v, phi, join, r, c, inverted):
    """Of each event by itself."""
    if inverted:
        x = inverse(v, phi, join)
        return r * x - c * log_slope(x, phi, join)
    return r * bend(v, phi, join) + c * log_slope(v, phi, join)


def gradients(v, phi, join, r, c, inverted):
    step = np.longdouble("1e-3")
    shifted = lambda column, t: phi + t * np.eye(2, dtype=np.longdouble)[column]
    of_input = derivative(lambda t: loss(v + t, phi, join, r, c, inverted), np.longdouble(0), step)
    of_phi = [
        derivative(lambda t: loss(v, shifted(column, t), join, r, c, inverted), np.longdouble(0), step)
        for column in range(2)]
    return of_input, np.stack(of_phi, axis=1)


def case(join, random):
    rounded = lambda values: values.astype(np.float32).astype(np.longdouble)
    phi = rounded(random.normal(0, 0.5, (EVENTS, 2)))
    h = shape(phi, join)[1]
    # A third in the middle of the join, the others on either side of it.
    place = np.resize([0.5, -2.0, 3.0, -0.6, 0.1, -8.0], EVENTS)
    x = rounded(place * h + random.uniform(-0.1, 0.1, EVENTS) * h)
    r, c = rounded(random.normal(size=EVENTS)), rounded(random.normal(size=EVENTS))
    y = bend(x, phi, join)
    forward, backward = gradients(x, phi, join, r, c, False), gradients(y, phi, join, r, c, True)
    arrays = {
        "phi": phi, "x": x, "r": r, "c": c, "y": y, "logSlope": log_slope(x, phi, join), "gradientX": forward[0],
        "gradientPhi": forward[1], "inverseGradientY": backward[0], "inverseGradientPhi": backward[1]}
    return {"join": join} | {name: reference.array(values) for name, values in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(19)
    reference.write(
        "bends.json", __file__, "Smooth leaky rectifiers, and gradients of L = sum(r y) + sum(c logSlope) both ways.",
        ["numpy"], {"cases": [case(join, random) for join in ("quadratic", "root")]})
