"""Makes preprocessing.json: the maps of the preprocessing by NumPy and SciPy, their log-determinants by automatic
differentiation in PyTorch, quantiles and whitening by NumPy, all in float64.

Maps of one number hold parameters (two, null where there is none), x, z and log dz/dx. Quantiles are numpy.quantile's
with method inverted_cdf. Whitening is L^-1 (x - mean)/std with L = numpy.linalg.cholesky of the correlations."""
import numpy as np
import scipy.special
import torch

import reference


def log_slope(function, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(function(x).sum(), x)[0].log().numpy()


def case(kind, parameters, x, z, function):
    np.testing.assert_allclose(function(torch.tensor(x)).numpy(), z, rtol=1e-9, atol=1e-12)
    return {"kind": kind, "parameters": parameters, "x": reference.array(x), "z": reference.array(z),
            "logSlope": reference.array(log_slope(function, x))}


def maps(random):
    near = np.array([1e-9, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-6])
    a, b = -2.5, 4.0
    x = a + (b - a) * np.concatenate([near, random.random(8)])
    yield case("bounds", [a, b], x, scipy.special.logit((x - a) / (b - a)), lambda x: torch.log((x - a) / (b - x)))
    x = a + np.exp(3 * random.standard_normal(9))
    yield case("bounds", [a, None], x, np.log(x - a), lambda x: torch.log(x - a))
    x = b - np.exp(3 * random.standard_normal(9))
    yield case("bounds", [None, b], x, -np.log(b - x), lambda x: -torch.log(b - x))
    m, s = 1.5, 0.25
    x = m + s * np.concatenate([[-1e6, 0, 1e4], 20 * random.standard_normal(8)])
    yield case("arcsinh", [m, s], x, np.arcsinh((x - m) / s), lambda x: torch.asinh((x - m) / s))
    x = m + s * random.standard_normal(8)
    yield case("robust", [m, s], x, (x - m) / s, lambda x: (x - m) / s)
    a, b = -180.0, 180.0
    x = np.array([-180, -90, 0, 179, 180, 270, 1000, -181, 12.5])
    z = np.mod(x - a, b - a) / (b - a) * 2 * np.pi - np.pi
    # modulo has slope 1
    yield case("circular", [a, b], x, z, lambda x: torch.remainder(x - a, b - a) / (b - a) * 2 * torch.pi - torch.pi)


def quantiles(random, weighted):
    values = np.concatenate([random.standard_normal(30), [1e6, -1e6], np.repeat(0.25, 5)])
    weights = random.integers(0, 4, len(values)).astype(float) if weighted else np.ones(len(values))
    found = np.quantile(values, [0.25, 0.5, 0.75], method="inverted_cdf", weights=weights)
    return {"values": reference.array(values), "weights": reference.array(weights), "weighted": weighted,
            "quantiles": reference.array(found)}


def whitening(random):
    mixing = random.standard_normal((3, 3))
    rows = random.standard_normal((40, 3)) @ mixing.T * [1, 1e3, 1e-2] + [5, -1e4, 0]
    weights = random.random(40)
    covariance = np.cov(rows.T, ddof=0, aweights=weights)
    mean, std = np.average(rows, axis=0, weights=weights), np.sqrt(np.diag(covariance))
    factor = np.linalg.cholesky(covariance / np.outer(std, std))
    z = np.linalg.solve(factor, ((rows - mean) / std).T).T
    np.testing.assert_allclose(np.cov(z.T, ddof=0, aweights=weights), np.eye(3), atol=1e-10)
    log_determinant = -0.5 * np.linalg.slogdet(covariance)[1]
    return {"rows": reference.array(rows), "weights": reference.array(weights), "z": reference.array(z),
            "logDeterminant": log_determinant}


if __name__ == "__main__":
    random = np.random.default_rng(11)
    reference.write(
        "preprocessing.json", __file__, "Preprocessing maps, quantiles and whitening.", ["numpy", "scipy", "torch"],
        {"cases": list(maps(random)), "quantiles": [quantiles(random, False), quantiles(random, True)],
         "whitening": whitening(random)})
