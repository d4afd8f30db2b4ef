"""Scalar maps of FlowKit.docc/Checkpoints.md. x: N x F, phi: N x F x P; each returns y and log dy/dx, N x F."""
import math

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def edges(logits, K, B):
    sizes = 2 * B * (1e-3 + (1 - 1e-3 * K) * softmax(logits))
    result = np.concatenate([np.full(sizes.shape[:-1] + (1,), -B), -B + np.cumsum(sizes, -1)], -1)
    result[..., -1] = B
    return result


def slopes(logits):
    return 1e-3 + np.logaddexp(0, logits + np.log(np.expm1(1 - 1e-3)))


def through_bins(v, kx, ky, d):
    """The spline with knots (kx, ky) and the slopes d there."""
    k = (v[..., None] >= kx[..., 1:-1]).sum(-1)[..., None]
    at = lambda a, shift=0: np.take_along_axis(np.broadcast_to(a, v.shape + a.shape[-1:]), k + shift, -1)[..., 0]
    w, h = at(kx, 1) - at(kx), at(ky, 1) - at(ky)
    s, d0, d1 = h / w, at(d), at(d, 1)
    t = np.clip((v - at(kx)) / w, 0, 1)
    bottom = s + (d0 + d1 - 2 * s) * t * (1 - t)
    y = at(ky) + h * (s * t * t + d0 * t * (1 - t)) / bottom
    slope = s * s * (d1 * t * t + 2 * s * t * (1 - t) + d0 * (1 - t) ** 2) / bottom**2
    return y, np.log(slope)


def spline(v, phi, m):
    K, B = m["bins"], m["bound"]
    inner = slopes(phi[..., 2 * K :])
    ones = np.ones(inner.shape[:-1] + (1,))
    d = np.concatenate([ones, inner, ones], -1)
    y, l = through_bins(np.clip(v, -B, B), edges(phi[..., :K], K, B), edges(phi[..., K : 2 * K], K, B), d)
    inside = np.abs(v) < B
    return np.where(inside, y, v), np.where(inside, l, 0)


def wrapped(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def circular_spline(v, phi, m):
    K = m["bins"]
    inner, outer = slopes(phi[..., 2 * K : 3 * K - 1]), slopes(phi[..., 3 * K - 1 : 3 * K])
    d = np.concatenate([outer, inner, outer], -1)
    y, l = through_bins(wrapped(v), edges(phi[..., :K], K, np.pi), edges(phi[..., K : 2 * K], K, np.pi), d)
    return wrapped(y + phi[..., 3 * K]), l


def affine(x, phi, m):
    s = phi[..., 1] / (1 + np.abs(phi[..., 1]) / m["logScaleBound"])
    return x * np.exp(s) + phi[..., 0], s


def additive(x, phi, m):
    return x + phi[..., 0], np.zeros_like(x)


def bend(x, phi, m):
    soft = lambda v: v / (1 + np.abs(v) / np.log(1000))
    is_root = m["join"] == "root"
    alpha, h = 0.9 * np.exp(soft(3 * phi[..., 0])), (0.1 if is_root else 0.3) * np.exp(soft(3 * phi[..., 1]))
    u = (1 + x / np.hypot(x, h)) / 2 if is_root else np.clip((x + h) / (2 * h), 0, 1)
    psi = (x + np.hypot(x, h)) / 2 if is_root else h * u * u + np.maximum(x - h, 0)
    return alpha * x + (1 - alpha) * psi, np.log(alpha + (1 - alpha) * u)


def beyond(x, B, inside):
    """A map of t = x / B in [-1, 1], inside(t) = y and dy/dx, that goes on with the slope of the border."""
    t = np.clip(x / B, -1, 1)
    y, slope = inside(t)
    return y + slope * (x - B * t), np.log(slope)


def sum_of_squares(x, phi, m):
    L, K, B = m["degree"], m["polynomials"], m["bound"]
    a = phi[..., :-1].reshape(phi.shape[:-1] + (K, L + 1)) + np.eye(L + 1)[0]
    a = a + (np.linspace(-0.5, 0.5, K) if K > 1 else np.zeros(1))[:, None] * np.eye(L + 1)[1]
    q = np.zeros(phi.shape[:-1] + (2 * L + 1,))
    for i in range(L + 1):
        for j in range(L + 1):
            q[..., i + j] += (a[..., i] * a[..., j]).mean(-1)
    q[..., 0] += 1e-3
    m = np.arange(2 * L + 1)
    power = lambda t: t[..., None] ** m
    return beyond(x, B, lambda t: (
        phi[..., -1] + B * t * (q / (m + 1) * power(t)).sum(-1), (q * power(t)).sum(-1)))


def bernstein(x, phi, m):
    M, B = m["degree"], m["bound"]
    k = slopes(phi[..., 1:])
    k = np.concatenate([k[..., :1], k, k[..., -1:]], -1)
    increments = np.cumsum(np.concatenate([np.zeros(k.shape[:-1] + (1,)), 2 * B / M * k], -1), -1)
    coefficients = phi[..., :1] + increments - increments[..., -1:] / 2

    def basis(t, n):
        i = np.arange(n + 1)
        return np.array([math.comb(n, v) for v in i]) * t[..., None] ** i * (1 - t[..., None]) ** (n - i)

    return beyond(x, B, lambda t: (
        (coefficients * basis((t + 1) / 2, M)).sum(-1), (k * basis((t + 1) / 2, M - 1)).sum(-1)))


def log_of_sum(x):
    return np.logaddexp.reduce(x, -1)


def naf(x, phi, m):
    K = m["units"]
    w, s, b = phi[..., ::3], phi[..., 1::3], phi[..., 2::3]
    a = np.exp(s / (1 + np.abs(s) / np.log(1000)))
    z = a * x[..., None] + b + (np.linspace(2, -2, K) if K > 1 else 0)
    up, down = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    above, below = log_of_sum(w + up), log_of_sum(w + down)
    log_slope = log_of_sum(w + np.log(a) + up + down) + log_of_sum(w) - above - below
    return 0.999 * (above - below) + 0.001 * x, np.log(0.999 * np.exp(log_slope) + 0.001)


def masses(v, phi, m):
    """k + u becomes p_0 + … + p_{k-1} + u p_k."""
    p = np.exp(phi - np.logaddexp.reduce(phi, -1, keepdims=True))
    k = np.arange(phi.shape[-1])
    own = (np.floor(v)[..., None] == k) * p
    return (p * np.clip(v[..., None] - k, 0, 1)).sum(-1), np.log(own.sum(-1))


SCALAR_MAPS = {"additive": additive, "affine": affine, "rqs": spline, "circular-rqs": circular_spline, "smooth-leaky-relu": bend, "categories": masses, "sos": sum_of_squares, "bernstein": bernstein, "naf": naf}


def inverted(g, y):
    """x and log dx/dy with g(x) = y, for an increasing g, by bisection."""
    low, high = np.full_like(y, -1.0), np.full_like(y, 1.0)
    while (outside := g(low)[0] > y).any():
        low[outside] *= 2
    while (outside := g(high)[0] < y).any():
        high[outside] *= 2
    for _ in range(200):
        middle = (low + high) / 2
        above = g(middle)[0] > y
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2, -g((low + high) / 2)[1]


def softplus(x):
    return np.logaddexp(0, x)


# g and log g′.
MONOTONE = {
    "sigmoid": lambda x: (np.exp(-softplus(-x)), -softplus(x) - softplus(-x)),
    "logit": lambda x: (np.log(x) - np.log1p(-x), -np.log(x) - np.log1p(-x)),
    "softplus": lambda x: (softplus(x), -softplus(-x)),
    "softplus-inverse": lambda x: (x + np.log(-np.expm1(-x)), -np.log(-np.expm1(-x))),
    "exp": lambda x: (np.exp(x), x),
    "log": lambda x: (np.log(x), -np.log(x)),
    "tanh": lambda x: (np.tanh(x), 2 * (np.log(2) + x - softplus(2 * x))),
    "atanh": lambda x: (np.arctanh(x), -np.log1p(-x * x)),
    "arcsinh": lambda x: (np.arcsinh(x), -0.5 * np.log1p(x * x)),
    "sinh": lambda x: (np.sinh(x), np.log(np.cosh(x))),
}
