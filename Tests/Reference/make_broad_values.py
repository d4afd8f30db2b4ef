"""Log-densities of a normal density mixed with a multivariate Student t density, by SciPy: broad.json."""
import json
import pathlib

import numpy as np
from scipy.stats import multivariate_normal, multivariate_t

random = np.random.default_rng(11)
cases = []
for dimension, weight in [(1, 0.001), (2, 0.3), (5, 0.05)]:
    factor = np.tril(random.normal(size=(dimension, dimension)))
    np.fill_diagonal(factor, 0.5 + random.random(dimension))
    mean = random.normal(size=dimension)
    deviations = np.sqrt((factor**2).sum(1))
    broad = multivariate_t(mean, factor @ factor.T, df=3)
    flow = multivariate_normal(np.zeros(dimension), np.eye(dimension))
    rows = random.normal(size=(6, dimension)) * np.array([0.5, 1, 2, 4, 8, 100])[:, None]

    def log_density(x):
        return np.logaddexp(np.log1p(-weight) + flow.logpdf(x), np.log(weight) + broad.logpdf(x))

    values = [float(log_density(row)) for row in rows]
    cases.append({
        "weight": weight, "means": mean.tolist(), "deviations": deviations.tolist(),
        "factor": (factor / deviations[:, None]).ravel().tolist(), "rows": rows.ravel().tolist(), "logDensities": values,
    })
path = pathlib.Path(__file__).with_name("broad.json")
path.write_text(json.dumps({"cases": cases}) + "\n")
