"""Makes bases.json: log-densities of the base distributions by SciPy, and the gradients of sum(w log p) with respect to z
and the parameters by torch's differentiation of the same densities, which must agree with SciPy's."""
import math

import numpy as np
import scipy.special
import scipy.stats
import torch

import reference

EVENTS = 12
torch.set_default_dtype(torch.float64)


def student_t(z, n):
    freedom = 1 + torch.exp(n)
    return torch.distributions.StudentT(freedom).log_prob(z).sum(1)


def diagonal(z, mean, log_scale):
    return torch.distributions.Normal(mean, torch.exp(log_scale)).log_prob(z).sum(1)


def factor(strict, log_diagonal):
    size = len(log_diagonal)
    places = torch.tril_indices(size, size, -1)  # row by row
    matrix = torch.zeros(size, size, dtype=strict.dtype)
    matrix[places[0], places[1]] = strict
    return matrix + torch.diag(torch.exp(log_diagonal))


def full(z, strict, log_diagonal, mean):
    return torch.distributions.MultivariateNormal(mean, scale_tril=factor(strict, log_diagonal)).log_prob(z)


def mixture(z, logits, means, log_scales):
    normals = torch.distributions.Normal(means, torch.exp(log_scales))
    terms = torch.log_softmax(logits, 0) + normals.log_prob(z[:, None, :]).sum(2)
    return torch.logsumexp(terms, 1)


def uniform(lower, upper):
    return lambda z: torch.where((z >= lower) & (z <= upper), -math.log(upper - lower), -math.inf).sum(1) + 0 * z.sum(1)


def product(z, n, logits, means, log_scales):
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(z[:, :2]).sum(1)
    return normal + student_t(z[:, 2:3], n) + mixture(z[:, 3:5], logits, means, log_scales)


def scipy_mixture(z, logits, means, log_scales):
    terms = scipy.stats.norm.logpdf(z[:, None, :], means, np.exp(log_scales)).sum(2)
    return scipy.special.logsumexp(scipy.special.log_softmax(logits) + terms, axis=1)


def scipy_product(z, n, *rest):
    student = scipy.stats.t.logpdf(z[:, 2], 1 + np.exp(n[0]))
    return scipy.stats.norm.logpdf(z[:, :2]).sum(1) + student + scipy_mixture(z[:, 3:5], *rest)


def scipy_full(z, strict, log_diagonal, mean):
    matrix = factor(torch.tensor(strict), torch.tensor(log_diagonal)).numpy()
    return scipy.stats.multivariate_normal.logpdf(z, mean, matrix @ matrix.T)


def case(text, z, parameters, density, expected, random):
    arrays = [torch.tensor(values, requires_grad=True) for values in (z, *parameters)]
    log_density = density(*arrays)
    np.testing.assert_allclose(log_density.detach().numpy(), expected, rtol=1e-12, atol=1e-12)
    weights = random.standard_normal(len(z))
    (torch.tensor(weights) * log_density).sum().backward()
    gradients = [(torch.zeros_like(a) if a.grad is None else a.grad).numpy() for a in arrays]
    return {
        "text": text, "dimension": z.shape[1], "z": reference.array(z), "logDensity": reference.array(expected),
        "weights": reference.array(weights), "gradient": reference.array(gradients[0]),
        "parameters": reference.array(np.concatenate([p.ravel() for p in parameters] or [[]])),
        "parameterGradient": reference.array(np.concatenate([g.ravel() for g in gradients[1:]] or [[]]))}


def cases(random):
    def z(dimension, scale=2):
        values = scale * random.standard_normal((EVENTS, dimension))
        values[0] = 10 * np.sign(values[0])
        return values

    def normal(*shape):
        return 0.5 * random.standard_normal(shape)

    stats = scipy.stats
    laplace, logistic = torch.distributions.Laplace(0.0, 1.0), lambda z: (z - 2 * torch.nn.functional.softplus(z)).sum(1)
    x = z(3)
    yield "normal", x, [], lambda z: diagonal(z, torch.zeros(3), torch.zeros(3)), stats.norm.logpdf(x).sum(1)
    x = z(3)
    yield "laplace", x, [], lambda z: laplace.log_prob(z).sum(1), stats.laplace.logpdf(x).sum(1)
    x = z(3)
    yield "logistic", x, [], logistic, stats.logistic.logpdf(x).sum(1)
    x = 2 * random.random((EVENTS, 2)) + 0.5
    yield "uniform(0.5,2.5)", x, [], uniform(0.5, 2.5), stats.uniform.logpdf(x, 0.5, 2).sum(1)
    x, n = z(4), np.array([-3, 0.2, 1.5, 6])
    yield "student-t", x, [n], student_t, stats.t.logpdf(x, 1 + np.exp(n)).sum(1)
    x, p = z(3), [normal(3), normal(3)]
    yield "gaussian", x, p, diagonal, stats.norm.logpdf(x, p[0], np.exp(p[1])).sum(1)
    x, p = z(4), [normal(6), normal(4), normal(4)]
    yield "gaussian(full)", x, p, full, scipy_full(x, *p)
    x, p = z(3), [normal(5), 2 * normal(5, 3), normal(5, 3)]
    yield "mixture(5)", x, p, mixture, scipy_mixture(x, *p)
    x, p = z(5), [normal(1), normal(4), 2 * normal(4, 2), normal(4, 2)]
    yield "product(2*normal,student-t,mixture(4,dimension=2))", x, p, product, scipy_product(x, *p)


if __name__ == "__main__":
    random = np.random.default_rng(31)
    x = np.concatenate([np.geomspace(1e-3, 1e6, 40), [1, 1.4616321449683623, 2, 9.999, 10]])
    reference.write(
        "bases.json", __file__, "log p(z) by SciPy; gradients of sum(weights log p) by torch; digamma by SciPy.",
        ["numpy", "scipy", "torch"], {
            "cases": [case(*each, random) for each in cases(random)],
            "digamma": {"x": x.tolist(), "value": scipy.special.digamma(x).tolist()}})
