"""Makes metrics.json: transport, kernel and energy distances by POT, dcor, SciPy, NumPy and closed forms, for the same few points.

The clouds are X_k = (sin k, cos 2k) and Y_k = (sin 3k + 1/2, 0.7 cos k), k = 1 ... 8; the line has five and four weighted points."""
import warnings

import dcor
import numpy as np
import ot
import scipy.linalg
import scipy.optimize
import scipy.special
import scipy.stats
from scipy.spatial.distance import cdist

import reference

warnings.filterwarnings("ignore")
k = np.arange(1, 9)
X = np.stack([np.sin(k), np.cos(2 * k)], 1)
Y = np.stack([np.sin(3 * k) + 0.5, 0.7 * np.cos(k)], 1)
A = np.arange(1, 9) / 36
B = np.array([3, 1, 2, 2, 1, 4, 1, 2]) / 16


def line():
    x, y = np.array([0.0, 1, 3, 4, 7]), np.array([2.0, 2, 5, 6])
    a, b = np.array([1, 2, 3, 2, 2]) / 10, np.array([0.4, 0.1, 0.3, 0.2])
    return {
        "x": x.tolist(), "a": a.tolist(), "y": y.tolist(), "b": b.tolist(),
        "w1": scipy.stats.wasserstein_distance(x, y, a, b),
        "w2Squared": ot.emd2_1d(x, y, a, b, metric="sqeuclidean"),
        "w3Cubed": float(ot.wasserstein_1d(x[:, None], y[:, None], a[:, None], b[:, None], p=3)[0]),
        "rootOfEnergy": scipy.stats.energy_distance(x, y, a, b)}


def plan(x, y, a, b, epsilon, power=2):
    """Log-domain sweeps until nothing changes: <P, C> and <P, C> + epsilon KL(P | a b)."""
    cost = cdist(x, y) ** power
    g = np.zeros(len(y))
    for sweep in range(200_000):
        f = -epsilon * scipy.special.logsumexp((g - cost) / epsilon + np.log(b), axis=1)
        new = -epsilon * scipy.special.logsumexp((f[:, None] - cost) / epsilon + np.log(a)[:, None], axis=0)
        change, g = np.abs(new - g).max(), new
        if change < 1e-15:
            break
    p = np.exp((f[:, None] + g - cost) / epsilon) * a[:, None] * b
    linear = (p * cost).sum()
    return linear, linear + epsilon * (p * np.log(p / (a[:, None] * b))).sum()


def own(x, epsilon):
    """The value of a cloud's transport onto itself: averaged updates, because alternating ones hardly converge."""
    cost, weight, f = cdist(x, x) ** 2, 1 / len(x), np.zeros(len(x))
    while True:
        best = -epsilon * scipy.special.logsumexp((f - cost) / epsilon + np.log(weight), axis=1)
        if np.abs(best - f).max() < 1e-15:
            return (f + best).sum() * weight
        f = (f + best) / 2


def sinkhorn():
    u = np.ones(8) / 8
    cases = []
    for epsilon in (1, 0.1):
        linear, value = plan(X, Y, u, u, epsilon)
        p = ot.sinkhorn(u, u, ot.dist(X, Y), epsilon, method="sinkhorn_log", numItermax=200_000, stopThr=1e-13)
        assert abs((p * ot.dist(X, Y)).sum() - linear) < 1e-10
        cases.append({"epsilon": epsilon, "cost": linear, "value": value, "divergence": value - own(X, epsilon) / 2 - own(Y, epsilon) / 2})
    weighted = plan(X, Y[:7], A, B[:7] / B[:7].sum(), 0.3)
    euclidean = plan(X, Y, A, B, 0.2, power=1)
    return {
        "uniform": cases, "weighted": dict(zip(("cost", "value"), weighted)),
        "euclidean": dict(zip(("cost", "value"), euclidean)), "exact": ot.emd2([], [], ot.dist(X, Y)),
        "exactWeighted": ot.emd2(A, B, ot.dist(X, Y))}


def thousand():
    """The exact Euclidean cost of 1,000 points of the same curves, which is that of an assignment."""
    k = np.arange(1, 1001)
    cost = cdist(np.stack([np.sin(k), np.cos(2 * k)], 1), np.stack([np.sin(3 * k) + 0.5, 0.7 * np.cos(k)], 1))
    return float(cost[scipy.optimize.linear_sum_assignment(cost)].mean())


def kernels(x, y, a, b, kernel, biased):
    kxx, kyy, kxy = kernel(cdist(x, x)), kernel(cdist(y, y)), kernel(cdist(x, y))
    own = [w @ kk @ w if biased else (w @ kk @ w - (w * w) @ np.diag(kk)) / (1 - w @ w) for w, kk in ((a, kxx), (b, kyy))]
    return own[0] + own[1] - 2 * a @ kxy @ b


def mmd():
    u = np.ones(8) / 8
    s = (0.25, 0.5, 1.0, 2.0, 4.0)
    functions = {
        "gaussian": lambda r: np.mean([np.exp(-r * r / (2 * q * q)) for q in s], axis=0),
        "laplace": lambda r: np.mean([np.exp(-r / q) for q in s], axis=0),
        "inverse-multiquadric": lambda r: np.mean([1 / np.sqrt(1 + r * r / q / q) for q in s], axis=0)}
    cases = [
        {"kernel": name, "weighted": weighted, "biased": kernels(X, Y, a, b, f, True),
         "unbiased": kernels(X, Y, a, b, f, False)}
        for name, f in functions.items() for weighted, a, b in ((False, u, u), (True, A, B))]
    one = lambda r: np.exp(-r * r / 2)
    pooled = np.concatenate([X, Y])
    distances = np.sort(cdist(pooled, pooled)[np.tril_indices(16, -1)])
    return {
        "bandwidths": list(s), "cases": cases, "one": {
            "biased": kernels(X, Y, u, u, one, True), "unbiased": kernels(X, Y, u, u, one, False)},
        "median": distances[len(distances) // 2]}


def energy():
    u = np.ones(8) / 8
    x = np.arange(100.0)[:, None]
    distance = lambda r: -r
    return {
        "clouds": float(dcor.energy_distance(X, Y)), "weighted": kernels(X, Y, A, B, distance, True),
        "unbiased": kernels(X, Y, u, u, distance, False), "squares": float(dcor.energy_distance(x, x**2))}


def gaussian():
    m1, m2 = np.zeros(2), np.array([1.0, -1])
    s1, s2 = np.array([[2, 0.5], [0.5, 1]]), np.array([[1, -0.3], [-0.3, 1.5]])
    return {
        "w2Squared": float(ot.gaussian.bures_wasserstein_distance(m1, m2, s1, s2)) ** 2,
        "fromMoments": float(ot.gaussian.bures_wasserstein_distance(
            X.mean(0), Y.mean(0), np.cov(X.T, ddof=0), np.cov(Y.T, ddof=0))) ** 2}


def entropies():
    p, q = np.array([0.1, 0.0, 0.2, 0.3, 0.4]), np.array([0.25, 0.05, 0.2, 0.1, 0.4])
    logits = np.array([1.5, -800.0, 0.2, 3.0, -2.0])
    logs = scipy.special.log_softmax(logits)
    both = p > 0
    return {
        "p": p.tolist(), "q": q.tolist(), "logits": logits.tolist(), "entropy": scipy.stats.entropy(p),
        "crossEntropy": -(p[both] * np.log(q[both])).sum(), "crossEntropyOfLogits": -(p[both] * logs[both]).sum(),
        "kl": scipy.stats.entropy(p, q), "squaredError": ((p - q) ** 2).sum(),
        "logRatio": np.abs(np.log(p[both] / q[both])).mean()}


if __name__ == "__main__":
    reference.write(
        "metrics.json", __file__, "Distances of a few points, by independent programs.", ["numpy", "scipy", "POT", "dcor"],
        {"x": X.ravel().tolist(), "y": Y.ravel().tolist(), "a": A.tolist(), "b": B.tolist(), "line": line(),
         "sinkhorn": sinkhorn(), "mmd": mmd(), "energy": energy(), "gaussian": gaussian(), "entropies": entropies(),
         "thousandPoints": thousand()})
