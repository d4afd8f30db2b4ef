#!/usr/bin/env python3
"""Writes calibration.json: distributions and bands that the calibration's exact parts are compared with.

Kolmogorov's distribution for finite n from SciPy where SciPy is exact (n <= 140), and from a recursion over the order statistics
in mpmath beyond; chi-square and normal values from SciPy; the simultaneous band of Säilynoja, Bürkner & Vehtari 2022 by their
recursion, with binomial transition probabilities (SciPy) in NumPy.
Needs numpy, scipy, mpmath.
"""
import json
from pathlib import Path

import mpmath
import numpy as np
from scipy import stats

mpmath.mp.dps = 60


def marsaglia(n, d):
    """P(D_n >= d) by the matrix of Marsaglia, Tsang & Wang in 60 digits."""
    n, d = int(n), mpmath.mpf(d)
    k = int(mpmath.floor(n * d)) + 1
    h = k - n * d
    m = 2 * k - 1
    matrix = mpmath.matrix(m, m)
    for i in range(m):
        for j in range(m):
            if i - j + 1 >= 0:
                matrix[i, j] = 1 / mpmath.factorial(i - j + 1)
    for i in range(m):
        matrix[i, 0] -= h ** (i + 1) / mpmath.factorial(i + 1)
        matrix[m - 1, i] -= h ** (m - i) / mpmath.factorial(m - i)
    if 2 * h > 1:
        matrix[m - 1, 0] += (2 * h - 1) ** m / mpmath.factorial(m)
    power = matrix ** n
    return float(1 - power[k - 1, k - 1] * mpmath.factorial(n) / mpmath.mpf(n) ** n)


def within(n, lower, upper):
    """P(lower[k-1] <= R_k <= upper[k-1] for k = 1 .. K-1), the recursion of the paper, from one point to the next."""
    points = len(lower) + 1
    states = {0: 1.0}
    for k in range(1, points):
        step = 1 / (points - k + 1)
        totals = np.arange(lower[k - 1], upper[k - 1] + 1)
        following = np.zeros(len(totals))
        for before, probability in states.items():
            following += probability * stats.binom.pmf(totals - before, n - before, step)
        states = dict(zip(totals.tolist(), following.tolist()))
    return float(sum(states.values()))


def limits(n, points, tail):
    """The counts whose twice smaller tail is above `tail`."""
    # Those of the lower half, and their mirror images: equal but for rounding, which must not decide.
    z = np.arange(1, points // 2 + 1) / points
    counts = np.arange(n + 1)[:, None]
    half = 2 * np.minimum(stats.binom.cdf(counts, n, z), stats.binom.sf(counts - 1, n, z))
    inside = np.hstack([half, half[::-1, : (points - 1) // 2][:, ::-1]]) > tail
    return inside.argmax(0).tolist(), (n - inside[::-1].argmax(0)).tolist()


def band(n, points):
    """The tail at which the probability of staying inside is just at least 95 %, and that probability."""
    wide, narrow = 0.05 / points, 1.0
    for _ in range(45):
        middle = (wide * narrow) ** 0.5
        if within(n, *limits(n, points, middle)) >= 0.95:
            wide = middle
        else:
            narrow = middle
    lower, upper = limits(n, points, wide)
    return {"count": n, "points": points, "lower": lower, "upper": upper, "coverage": within(n, lower, upper)}


ks = [(n, d) for n in (1, 2, 3, 10, 50, 140) for d in (0.05, 0.12, 0.3, 0.5, 0.75, 0.99)]
out = {
    "kolmogorov": [{"count": n, "d": d, "p": float(stats.kstwo.sf(d, n))} for n, d in ks]
    + [{"count": n, "d": d, "p": marsaglia(n, d)} for n, d in ((300, 0.05), (1000, 0.03), (1000, 0.043), (2000, 0.02))],
    "chiSquare": [
        {"x": x, "degrees": k, "below": float(stats.chi2.cdf(x, k)), "above": float(stats.chi2.sf(x, k))}
        for k in (1, 2, 19, 100, 5000) for x in (0.001, 0.5 * k, float(k), 1.3 * k + 5, 3.0 * k)],
    "normal": [
        {"p": p, "z": float(stats.norm.ppf(p))}
        for p in (1e-300, 1e-16, 1e-6, 0.001, 0.02425, 0.3, 0.5, 0.6, 0.975, 0.99999)],
    "bands": [band(n, points) for n, points in ((50, 50), (100, 100), (250, 25), (1000, 100))],
    "shapes": [
        {"count": n, "points": points, "counts": counts,
         "p": 1 - within(n, *limits(n, points, (1 + 1e-12) * min(
             2 * min(stats.binom.cdf(c, n, (k + 1) / points), stats.binom.sf(c - 1, n, (k + 1) / points))
             for k, c in enumerate(counts))))}
        for n, points, counts in (
            (20, 5, [2, 6, 11, 17]), (60, 6, [18, 27, 36, 41, 49]), (100, 10, [10, 20, 30, 40, 50, 60, 70, 80, 89]))],
    "histogram": {
        "count": 200, "bins": 10, "lower": 8, "upper": 34,
        # Multinomial counts, one bin after the other.
        "p": None},
}


def within_bins(n, bins, lower, upper):
    states = np.zeros(n + 1)
    states[0] = 1
    for k in range(bins):
        following = np.zeros(n + 1)
        for before in np.flatnonzero(states):
            counts = np.arange(lower, min(upper, n - before) + 1)
            following[before + counts] += states[before] * stats.binom.pmf(counts, n - before, 1 / (bins - k))
        states = following
    return float(states[n])


out["histogram"]["p"] = within_bins(200, 10, 8, 34)
Path(__file__).with_name("calibration.json").write_text(json.dumps(out, indent=1) + "\n")
