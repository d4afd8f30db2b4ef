"""Preprocessing of FlowKit.docc/Checkpoints.md: each takes its JSON and rows, and returns rows and log|det| per row."""
import numpy as np


def column(values, default):
    return np.array([default if v is None else v for v in values], "f8")


def scaled(shift, scale):
    def forward(j, x):
        s = column(j[scale], 1)
        return (x - np.array(j[shift])) / s, np.full(len(x), -np.log(s).sum())

    return forward


def arcsinh(j, x):
    s, used = column(j["scales"], 1), np.array([s is not None for s in j["scales"]])
    u = (x - np.array(j["medians"])) / s
    logs = -np.log(s) - 0.5 * np.log1p(u * u)
    return np.where(used, np.arcsinh(u), x), np.where(used, logs, 0).sum(1)


def whiten(j, x):
    s = np.array(j["standardDeviations"])
    L = np.array(j["factor"]).reshape(len(s), len(s))
    z = np.linalg.solve(L, ((x - np.array(j["means"])) / s).T).T
    return z, np.full(len(x), -np.log(s).sum() - np.log(np.diag(L)).sum())


def bounds(j, x):
    z, l = x.copy(), np.zeros(len(x))
    for i, (a, b) in enumerate(zip(j["lower"], j["upper"])):
        v = x[:, i]
        if a is not None and b is not None:
            z[:, i] = np.log((v - a) / (b - v))
            l += np.log((b - a) / (v - a) / (b - v))
        elif a is not None:
            z[:, i] = np.log(v - a)
            l -= np.log(v - a)
        elif b is not None:
            z[:, i] = -np.log(b - v)
            l -= np.log(b - v)
    return z, l


def circular(j, x):
    z, l = x.copy(), np.zeros(len(x))
    for i, period in enumerate(j["periods"]):
        if period is None:
            continue
        a, length = period["lower"], period["upper"] - period["lower"]
        z[:, i] = -np.pi + 2 * np.pi * (((x[:, i] - a) / length) % 1)
        l += np.log(2 * np.pi / length)
    return z, l


def philox(counter, key):
    """Philox 4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011)."""
    c0, c1, c2, c3 = (np.asarray(c, np.uint64) for c in counter)
    k0, k1 = key
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
        c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ np.uint64(k0), p1 & low, (p0 >> shift) ^ c3 ^ np.uint64(k1), p0 & low
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def dequantize(j, x):
    z, event = x.copy(), np.arange(len(x), dtype=np.uint64)
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    for n, feature in enumerate(j["features"]):
        zero = np.zeros_like(event)
        words = philox((event & low, event >> shift, zero + np.uint64(n // 2), zero + np.uint64(33)),
                       (j["seed"] & 0xFFFFFFFF, j["seed"] >> 32))
        bits = words[2 * (n % 2)] | words[2 * (n % 2) + 1] << shift
        z[:, feature] += (bits >> np.uint64(11)) * 2.0**-53
    return z, np.zeros(len(x))


def categories(j, x):
    z = x.copy()
    for i, values in enumerate(j["values"]):
        if values is not None:
            z[:, i] = np.searchsorted(values, x[:, i])
    return z, np.zeros(len(x))


PREPROCESSING = {
    "standardize": scaled("means", "standardDeviations"), "robust": scaled("medians", "scales"), "arcsinh": arcsinh,
    "whiten": whiten, "bounds": bounds, "circular": circular, "dequantize": dequantize,
    "categories": categories,
}
