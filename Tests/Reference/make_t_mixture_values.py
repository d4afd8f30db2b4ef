"""Makes t-mixture.json: log-densities of mixtures of elliptical Student t densities by SciPy's multivariate_t."""
import numpy as np
import scipy.special
import scipy.stats

import reference

EVENTS = 16


def case(components, dimension, random):
    logits, excess = random.standard_normal(components), random.uniform(-1, 3, components)
    means = 2 * random.standard_normal((components, dimension))
    diagonals = 0.5 * random.standard_normal((components, dimension))
    strict = 0.5 * random.standard_normal((components, dimension * (dimension - 1) // 2))
    z = 2 * random.standard_normal((EVENTS, dimension))
    z[0], z[1] = 100, -1e4
    terms = []
    for k in range(components):
        factor = np.diag(np.exp(diagonals[k]))
        factor[np.tril_indices(dimension, -1)] = strict[k]
        inverse = np.linalg.inv(factor)
        density = scipy.stats.multivariate_t(means[k], inverse @ inverse.T, df=1 + np.exp(excess[k]))
        terms.append(scipy.special.log_softmax(logits)[k] + density.logpdf(z))
    parameters = np.concatenate([a.ravel() for a in (logits, excess, means, diagonals, strict)])
    return {
        "text": f"t-mixture({components})", "dimension": dimension, "z": reference.array(z),
        "parameters": reference.array(parameters),
        "logDensity": reference.array(scipy.special.logsumexp(terms, axis=0))}


if __name__ == "__main__":
    random = np.random.default_rng(47)
    reference.write(
        "t-mixture.json", __file__, "log p(z) by scipy.stats.multivariate_t", ["numpy", "scipy"],
        {"cases": [case(k, d, random) for k, d in ((1, 2), (3, 3), (5, 6))]})
