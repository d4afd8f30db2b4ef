"""Layers of FlowKit.docc/Checkpoints.md: each takes its JSON, its parameters, x (N x D) and the context, and returns z
and log|det dz/dx| (N). AFFINE layers give the matrix and the shift instead, which also serve their inverses."""
import numpy as np

from maps import MONOTONE, SCALAR_MAPS, circular_spline, inverted
from networks import SMOOTH, lipschitz_perceptron, perceptron


def filled(D, places, values, diagonal):
    A = np.diag(diagonal)
    A[places] = values
    return A


def lower(j, p):
    D = len(j["signs"])
    return filled(D, np.tril_indices(D, -1), p["offDiagonal"], j["signs"] * np.exp(p["logDiagonal"])), p["bias"]


def upper(j, p):
    D = len(j["signs"])
    return filled(D, np.triu_indices(D, 1), p["offDiagonal"], j["signs"] * np.exp(p["logDiagonal"])), p["bias"]


def plu(j, p):
    D = len(j["signs"])
    L = filled(D, np.tril_indices(D, -1), p["lower"], np.ones(D))
    U = filled(D, np.triu_indices(D, 1), p["upper"], j["signs"] * np.exp(p["logDiagonal"]))
    return (L @ U)[j["permutation"]], p["bias"]


def reflections(vectors):
    Q = np.eye(vectors.shape[1])
    for v in vectors:
        Q = Q - 2 / (v @ v) * np.outer(Q @ v, v)
    return Q


def qr(j, p):
    D = len(j["signs"])
    R = filled(D, np.triu_indices(D, 1), p["upper"], j["signs"] * np.exp(p["logDiagonal"]))
    return reflections(p["vectors"]) @ R, p["bias"]


def permute(j, p):
    return np.eye(len(j["indices"]))[j["indices"]], 0


AFFINE = {
    "diagonal": lambda j, p: (np.diag(j["signs"] * np.exp(p["logScale"])), 0),
    "shift": lambda j, p: (np.eye(len(p["shift"])), p["shift"]),
    "lower": lower,
    "upper": upper,
    "lu": plu,
    "plu": plu,
    "qr": qr,
    "householder": lambda j, p: (reflections(p["vectors"]), 0),
    "actnorm": lambda j, p: (np.diag(np.exp(p["logScale"])), np.exp(p["logScale"]) * p["shift"]),
    "permute": permute,
}


def linear(kind, j, p, x):
    A, b = AFFINE[kind](j, p)
    return x @ A.T + b, np.full(len(x), np.linalg.slogdet(A)[1])


def leaky_relu(j, p, x, c):
    logs = np.full(x.shape[1], np.log(j["slope"])) if "slope" in j else p["logSlope"]
    return np.where(x < 0, np.exp(logs) * x, x), (logs * (x < 0)).sum(1)


def monotone(j, p, x, c):
    z, l = MONOTONE[j["kind"]](x)
    return z, l.sum(1)


def conditioned(j, p, seen, features):
    """phi, N x F x P."""
    phi = perceptron(seen, p["conditioner"], j["conditioner"]["activation"])
    return phi.reshape(len(seen), features, -1)


def kinds(j, features):
    given = j.get("kinds")
    return [given[i] if given else "line" for i in features]


def count(kind):
    return int(kind.removeprefix("categories(").removesuffix(")"))


def seen(j, x, features):
    """What a network sees of features: numbers, and angles as cosine and sine."""
    def column(i, kind):
        if kind == "circle":
            return np.stack([np.cos(x[:, i]), np.sin(x[:, i])], 1)
        if kind.startswith("categories"):
            return np.eye(count(kind))[np.floor(x[:, i]).astype(int)]
        return x[:, [i]]

    columns = [column(i, kind) for i, kind in zip(features, kinds(j, features))]
    return np.concatenate(columns, 1) if columns else x[:, :0]


def mapped(name, j, x, phi, features):
    """g of some columns and the logarithms of its slopes, angles by a circular spline."""
    circle = {"bins": j["map"].get("bins", 8)}

    def one(k, kind):
        if kind == "circle":
            return circular_spline(x[:, k], phi[:, k], circle)
        if kind.startswith("categories") and name != "categories":
            return x[:, k], np.zeros(len(x))
        return SCALAR_MAPS[name](x[:, k], phi[:, k, : counts(name, j["map"], phi, kind)], j["map"])

    parts = [one(k, kind) for k, kind in enumerate(kinds(j, features))]
    return tuple(np.stack(part, 1) for part in zip(*parts))


def counts(name, m, phi, kind):
    """The parameters of one map; the rest belongs to angles, or to features of more categories."""
    if kind.startswith("categories"):
        return count(kind)
    return 3 * m["bins"] - 1 if name == "rqs" else phi.shape[-1]


def coupling(name):
    def forward(j, p, x, c):
        moved = j["transformed"]
        phi = conditioned(j, p, np.concatenate([seen(j, x, j["conditioning"]), c], 1), len(moved))
        z = x.copy()
        z[:, moved], l = mapped(name, j, x[:, moved], phi, moved)
        return z, l.sum(1)

    return forward


def autoregressive(name):
    def forward(j, p, x, c):
        is_category = [k.startswith("categories") for k in kinds(j, j["ordering"])]
        first = [i for i, is_one in zip(j["ordering"], is_category) if is_one]
        last = [i for i, is_one in zip(j["ordering"], is_category) if not is_one]
        first, order = ([], first) if name == "categories" else (first, last)
        phi = conditioned(j, p, np.concatenate([seen(j, x, first + order), c], 1), len(order))
        z = x.copy()
        z[:, order], l = mapped(name, j, x[:, order], phi, order)
        return z, l.sum(1)

    return forward


def inverse_autoregressive(name, j, p, z, c):
    """Position by position: phi of position k sees only those before it."""
    order = j["ordering"]
    x, l = np.zeros_like(z), np.zeros(len(z))
    for k, feature in enumerate(order):
        phi = conditioned(j, p, np.concatenate([x[:, order], c], 1), len(order))[:, k]
        x[:, feature], change = inverted(lambda v: SCALAR_MAPS[name](v, phi, j["map"]), z[:, feature])
        l += change
    return x, l


def elementwise(name):
    def forward(j, p, x, c):
        D = x.shape[1]
        phi = conditioned(j, p, c, D) if "conditioner" in p else np.broadcast_to(p["map"], (len(x),) + p["map"].shape)
        z, l = mapped(name, j, x, phi, range(D))
        return z, l.sum(1)

    return forward


def residual(j, p, x, c):
    g, J = lipschitz_perceptron(x, c, p["network"], j["network"])
    return x + g, np.linalg.slogdet(np.eye(x.shape[1]) + J)[1]


def ode(j, p, x, c, steps=128):
    """x(0) of dx/dt = f with x(1) = x by the classical method of Runge and Kutta; the trace is that of the Jacobian multiplied out."""
    net, D = p["field"], x.shape[1]
    count, phi = len(net) // 2, SMOOTH[j["field"]["activation"]]

    def rate(t, x):
        waves = np.array([f(np.pi * k * t) for k in (1, 2, 3) for f in (np.cos, np.sin)])
        h, J = np.concatenate([x, c, np.tile(waves, (len(x), 1))], 1), None
        for i in range(count):
            W = net[f"weight{i}"]
            h, J = h @ W.T + net[f"bias{i}"], np.broadcast_to(W[:, :D], (len(x), len(W), D)) if J is None else W @ J
            if i + 1 < count:
                h, slope = phi(h)
                J = slope[:, :, None] * J
        return np.concatenate([h, np.trace(J, axis1=1, axis2=2)[:, None]], 1)

    h, state = -1 / steps, np.concatenate([x, np.zeros((len(x), 1))], 1)
    for step in range(steps):
        t = 1 + step * h
        first = rate(t, state[:, :D])
        second = rate(t + h / 2, (state + h / 2 * first)[:, :D])
        third = rate(t + h / 2, (state + h / 2 * second)[:, :D])
        fourth = rate(t + h, (state + h * third)[:, :D])
        state = state + h / 6 * (first + 2 * second + 2 * third + fourth)
    return state[:, :D], state[:, D]


def gain(v):
    return 1e-3 + np.logaddexp(0, v + np.log(np.expm1(1 - 1e-3))) - 1


def planar(j, p, x, c):
    u, w = p["out"], p["in"]
    k = gain(w @ u)[()]
    t = np.tanh(x @ w + p["bias"][0])
    return x + t[:, None] * (u + (k - w @ u) * w / (w @ w)), np.log1p(k * (1 - t * t))


def radial(j, p, x, c):
    alpha, k = np.exp(p["logScale"][0]), gain(p["gain"][0])
    d = x - p["centre"]
    q = alpha / (alpha + np.linalg.norm(d, axis=1))
    return x + (k * q)[:, None] * d, (x.shape[1] - 1) * np.log1p(k * q) + np.log1p(k * q * q)


def sylvester(j, p, x, c):
    M = j["unitCount"]
    Q, k, places = reflections(p["reflections"])[:, :M], gain(p["gain"]), np.triu_indices(M, 1)
    R = filled(M, places, p["outTriangle"], k * np.exp(-p["logSlope"]))
    S = filled(M, places, p["inTriangle"], np.exp(p["logSlope"]))
    t = np.tanh(x @ (S @ Q.T).T + p["bias"])
    return x + t @ (Q @ R).T, np.log1p(k * (1 - t * t)).sum(1)


def inverse(j, p, z, c):
    kind, inner = j["base"]["kind"], j["base"]["layer"]
    if kind in AFFINE:
        A, b = AFFINE[kind](inner, p)
        return np.linalg.solve(A, (z - b).T).T, np.full(len(z), -np.linalg.slogdet(A)[1])
    if kind.startswith("autoregressive-"):
        return inverse_autoregressive(kind.removeprefix("autoregressive-"), inner, p, z, c)
    raise NotImplementedError(f"inverse({kind})")


LAYERS = {kind: lambda j, p, x, c, kind=kind: linear(kind, j, p, x) for kind in AFFINE}
LAYERS |= {f"coupling-{name}": coupling(name) for name in SCALAR_MAPS if name != "categories"}
LAYERS |= {f"autoregressive-{name}": autoregressive(name) for name in SCALAR_MAPS}
LAYERS |= {f"elementwise-{name}": elementwise(name) for name in ("additive", "affine", "rqs", "sos", "bernstein", "naf")}
LAYERS |= {name: elementwise(name) for name in ("circular-rqs", "smooth-leaky-relu")}
LAYERS |= {
    "leaky-relu": leaky_relu, "prelu": leaky_relu, "monotone": monotone,
    "residual": residual, "ode": ode, "planar": planar, "radial": radial, "sylvester": sylvester, "inverse": inverse,
}
