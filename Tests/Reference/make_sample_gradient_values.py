"""Makes sample-gradients.json: how given draws z of a mixture of normal densities move with its parameters while their
distribution functions F_i(z_i | z_0 ... z_i-1) stay the same (Figurnov, Mohamed & Mnih 2018).

No derivative is written down: F is computed by mpmath in 40 digits, z(parameter + h) is found by solving
F(z; parameter + h) = F(z; parameter) feature by feature, and the derivative is a central difference of fourth order. SciPy
computes F again. The gradient is that of sum(weights z) with respect to logits, means and log-scales."""
import mpmath
import numpy as np
import scipy.special
import scipy.stats

import reference

mpmath.mp.dps = 40
STEP = mpmath.mpf("1e-7")


def split(parameters, components, dimension):
    logits = parameters[:components]
    means = [parameters[components + k * dimension:][:dimension] for k in range(components)]
    start = components + components * dimension
    scales = [[mpmath.exp(v) for v in parameters[start + k * dimension:][:dimension]] for k in range(components)]
    return logits, means, scales


def conditional(z, feature, mixture):
    """F of one feature given those before it."""
    logits, means, scales = mixture
    shares = [mpmath.exp(a) for a in logits]
    for k in range(len(shares)):
        for i in range(feature):
            shares[k] *= mpmath.npdf(z[i], means[k][i], scales[k][i])
    total = sum(shares)
    return sum(s / total * mpmath.ncdf(z[feature], m[feature], d[feature]) for s, m, d in zip(shares, means, scales))


def moved(z, targets, mixture):
    result = []
    for feature, target in enumerate(targets):
        start = mpmath.mpf(z[feature])
        solution = mpmath.findroot(
            lambda x: conditional(result + [x], feature, mixture) - target, (start, start + mpmath.mpf("1e-9")),
            tol=1e-60, verify=False)
        result.append(solution)
    return result


def gradient(z, weights, parameters, components):
    dimension = len(z)
    mixture = split(parameters, components, dimension)
    targets = [conditional(z, i, mixture) for i in range(dimension)]

    def loss(index, step):
        changed = list(parameters)
        changed[index] += step
        there = moved(z, targets, split(changed, components, dimension))
        return sum(w * x for w, x in zip(weights, there))

    return [
        (8 * (loss(i, STEP) - loss(i, -STEP)) - (loss(i, 2 * STEP) - loss(i, -2 * STEP))) / (12 * STEP)
        for i in range(len(parameters))]


def scipy_functions(z, logits, means, scales):
    functions, shares = [], scipy.special.log_softmax(logits)
    for i, x in enumerate(z):
        functions.append(np.exp(scipy.special.logsumexp(shares + scipy.stats.norm.logcdf(x, means[:, i], scales[:, i]))))
        shares = shares + scipy.stats.norm.logpdf(x, means[:, i], scales[:, i])
        shares -= scipy.special.logsumexp(shares)
    return functions


def case(random, components, dimension, events, spread):
    logits = random.standard_normal(components)
    means = spread * random.standard_normal((components, dimension))
    log_scales = 0.5 * random.standard_normal((components, dimension))
    chosen = random.choice(components, events, p=scipy.special.softmax(logits))
    z = means[chosen] + np.exp(log_scales[chosen]) * random.standard_normal((events, dimension))
    z = z.astype(np.float32).astype(np.float64)
    weights = random.standard_normal((events, dimension))
    parameters = [mpmath.mpf(float(v)) for v in np.concatenate([logits, means.ravel(), log_scales.ravel()])]
    mixture = split(parameters, components, dimension)
    for event in z:
        np.testing.assert_allclose(
            [float(conditional(event, i, mixture)) for i in range(dimension)],
            scipy_functions(event, logits, means, np.exp(log_scales)), rtol=1e-10)
    gradients = [gradient([mpmath.mpf(float(x)) for x in event], [mpmath.mpf(float(w)) for w in own], parameters, components)
                 for event, own in zip(z, weights)]
    return {
        "components": components, "dimension": dimension, "z": reference.array(z), "weights": reference.array(weights),
        "parameters": reference.array([float(p) for p in parameters]),
        "gradients": reference.array([[float(g) for g in row] for row in gradients])}


if __name__ == "__main__":
    random = np.random.default_rng(17)
    cases = [case(random, 1, 2, 3, 1), case(random, 3, 1, 6, 2), case(random, 2, 3, 6, 1.5), case(random, 5, 4, 6, 2)]
    reference.write(
        "sample-gradients.json", __file__, "Implicit derivatives of draws of a mixture by mpmath, one row per event.",
        ["numpy", "scipy", "mpmath"], {"cases": cases})
