"""log p̃ of the built-in targets at stated points, by SciPy: python3 make_target_values.py > target-values.json"""
import json

import numpy as np
from scipy import special, stats

R = np.array([10, 23, 23, 26, 17, 5, 53, 55, 32, 46, 10, 8, 10, 8, 23, 0, 3, 22, 15, 32, 3.0])
N = np.array([39, 62, 81, 51, 39, 6, 74, 72, 51, 79, 13, 16, 30, 28, 45, 4, 12, 41, 30, 51, 7.0])
X1 = np.array([0] * 11 + [1] * 10)
X2 = np.array([0] * 5 + [1] * 6 + [0] * 5 + [1] * 5)
EFFECTS = np.array([28, 8, -3, 7, -1, 1, 18, 12.0])
ERRORS = np.array([15, 10, 16, 11, 9, 11, 10, 18.0])


def funnel(x):
    return stats.norm.logpdf(x[0], 0, 3) + stats.norm.logpdf(x[1:], 0, np.exp(x[0] / 2)).sum()


def banana(x):
    return (stats.norm.logpdf(x[0], 0, 10) + stats.norm.logpdf(x[1], -0.03 * (x[0] ** 2 - 100), 1)
            + stats.norm.logpdf(x[2:]).sum())


def many_well(x):
    a, v = x[::2], x[1::2]
    return (a / 2 + 6 * a**2 - a**4 - v**2 / 2).sum()


def eight_schools(x):
    t, mu, tau = x[:8], x[8], np.exp(x[9])
    return (stats.norm.logpdf(t).sum() + stats.norm.logpdf(mu, 0, 5) + stats.cauchy.logpdf(tau, 0, 5) + x[9]
            + stats.norm.logpdf(EFFECTS, mu + tau * t, ERRORS).sum())


def seeds(x):
    a, tau, b = x[:4], np.exp(x[4]), x[5:]
    p = special.expit(a[0] + a[1] * X1 + a[2] * X2 + a[3] * X1 * X2 + b)
    return (stats.binom.logpmf(R, N, p).sum() + stats.norm.logpdf(b, 0, tau**-0.5).sum()
            + stats.norm.logpdf(a, 0, 10).sum() + stats.gamma.logpdf(tau, 0.01, scale=100) + x[4])


values = []
for name, density, dimension in [
    ("funnel(4)", funnel, 4), ("banana(3)", banana, 3), ("many-well(4)", many_well, 4),
    ("eight-schools", eight_schools, 10), ("seeds", seeds, 26),
]:
    for k in (1, 2):
        x = np.sin(k * np.arange(1, dimension + 1)) * k
        values.append({"target": name, "point": x.tolist(), "logDensity": float(density(x))})
print(json.dumps({"cases": values}, indent=1))
