"""Makes comparison.json: two-sample statistics and p-values by SciPy, POT, dcor, scikit-learn and NumPy, of small samples."""
import itertools
import math

import dcor
import numpy as np
import ot
import scipy.special
import scipy.stats
from sklearn.metrics import roc_auc_score

import reference

random = np.random.default_rng(14)


def ks(x, y):
    exact = scipy.stats.ks_2samp(x, y, method="exact")
    n, m = len(x), len(y)
    return {
        "x": list(x), "y": list(y), "distance": exact.statistic, "exactP": exact.pvalue,
        "limitP": scipy.stats.kstwobign.sf(exact.statistic * math.sqrt(n * m / (n + m)))}


def kolmogorov_smirnov():
    cases = [ks([0.1, 0.2, 0.2, 0.5, 0.9], [0.2, 0.2, 0.3, 0.8, 0.95, 1.2, 1.3])]
    for n, m, shift in [(1, 1, 0), (1, 9, 3), (8, 8, 0.3), (30, 30, 2.5), (40, 55, 0.5), (200, 150, 0.1), (97, 100, 0.6)]:
        cases.append(ks(random.normal(size=n).tolist(), (random.normal(size=m) + shift).tolist()))
    return cases


def w1():
    x, y = random.normal(size=50), 2 * random.normal(size=70) + 0.4
    return {
        "x": x.tolist(), "y": y.tolist(), "w1": scipy.stats.wasserstein_distance(x, y),
        "deviation": np.concatenate([x, y]).std(ddof=1),
        "levels": [0.01, 0.25, 0.5, 0.99], "quantiles": np.quantile(x, [0.01, 0.25, 0.5, 0.99]).tolist()}


def delong(x, y):
    """DeLong's standard error, from the matrix of all comparisons."""
    psi = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
    return math.sqrt(psi.mean(1).var(ddof=1) / len(x) + psi.mean(0).var(ddof=1) / len(y))


def ranks():
    x, y = np.round(random.normal(size=60) + 0.7, 1), np.round(random.normal(size=45), 1)
    labels, scores = np.concatenate([np.ones(60), np.zeros(45)]), np.concatenate([x, y])
    return {
        "x": x.tolist(), "y": y.tolist(), "area": float(roc_auc_score(labels, scores)), "error": delong(x, y),
        "mannWhitney": float(scipy.stats.mannwhitneyu(x, y).statistic) / (60 * 45),
        "ranks": scipy.stats.rankdata(scores).tolist()}


def holm():
    p = [0.01, 0.04, 0.03, 0.005, 0.9, 0.5]
    order, largest, result = np.argsort(p), 0.0, [0.0] * len(p)
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, p[index] * (len(p) - rank)))
        result[index] = largest
    return {"p": p, "corrected": result}


def permuted():
    """Whole numbers: of all ways to choose 4 of 9 rows the part whose distance is at least that of the first four."""
    values = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3])
    def distance(first):
        other = [i for i in range(9) if i not in first]
        return max(abs(np.mean(values[list(first)] <= v) - np.mean(values[other] <= v)) for v in values)
    own = distance(range(4))
    ways = [distance(first) >= own - 1e-12 for first in itertools.combinations(range(9), 4)]
    return {"values": values.tolist(), "first": 4, "p": float(np.mean(ways))}


def joint():
    """Standardised by both samples together."""
    x, y = random.normal(size=(40, 3)) * [1, 20, 0.1], (random.normal(size=(60, 3)) + [0.3, 0, 0]) * [1, 30, 0.1]
    both = np.concatenate([x, y])
    mean, sigma = both.mean(0), both.std(0, ddof=1)
    a, b = (x - mean) / sigma, (y - mean) / sigma
    return {
        "x": x.ravel().tolist(), "y": y.ravel().tolist(), "energy": float(dcor.energy_distance(a, b)),
        "frechet": float(ot.gaussian.bures_wasserstein_distance(
            a.mean(0), b.mean(0), np.cov(a.T, ddof=0), np.cov(b.T, ddof=0))) ** 2}


if __name__ == "__main__":
    reference.write(
        "comparison.json", __file__, "Two-sample statistics of small samples, by independent programs.",
        ["numpy", "scipy", "POT", "dcor", "scikit-learn"],
        {"ks": kolmogorov_smirnov(), "limits": [[v, scipy.special.kolmogorov(v)] for v in (0.2, 0.7, 0.999, 1.0, 1.2, 2.5)],
         "w1": w1(), "ranks": ranks(), "holm": holm(), "permuted": permuted(), "joint": joint()})
