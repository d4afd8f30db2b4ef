"""Makes units.json: planar, radial and Sylvester maps and gradients, by the papers' formulas with torch in float64.

The maps are written as in Rezende & Mohamed (2015, equations 10 and 14) and van den Berg et al. (2018, equations 13 to
15): u-hat, alpha and beta, Q R and R-tilde Q^T with Q a product of dense reflections. The log-determinant is that of
the Jacobian matrix as autograd has it, not the papers' formula. Gradients of L = sum(r z) + sum(c log|det|) with respect to
x and theta are autograd's, through that determinant. Inputs are Float numbers. Run it in the environment of
Benchmarks/peers/setup.sh."""
import math

import numpy as np
import torch
from torch.func import jacrev, vmap

import reference

EVENTS = 6
OFFSET = math.log(math.exp(1 - 1e-3) - 1)


def gain(v):
    return 1e-3 + torch.nn.functional.softplus(v + OFFSET) - 1


def planar(x, theta):
    dimension = x.shape[0]
    u, w, b = theta[:dimension], theta[dimension : 2 * dimension], theta[-1]
    u_hat = u + (gain(w @ u) - w @ u) * w / (w @ w)
    return x + u_hat * torch.tanh(w @ x + b)


def radial(x, theta):
    dimension = x.shape[0]
    centre, alpha = theta[:dimension], theta[dimension].exp()
    beta = alpha * gain(theta[dimension + 1])
    return x + beta * (x - centre) / (alpha + (x - centre).norm())


def sylvester(units):
    def apply(x, theta):
        dimension = x.shape[0]
        triangle = units * (units - 1) // 2
        vectors, upper, upper_tilde, log_slope, v, b = theta.split(
            [units * dimension, triangle, triangle, units, units, units])
        Q = torch.eye(dimension, dtype=x.dtype)
        for reflector in vectors.reshape(units, dimension):
            Q = Q @ (torch.eye(dimension, dtype=x.dtype) - 2 * torch.outer(reflector, reflector) / (reflector @ reflector))
        Q = Q[:, :units]
        rows, columns = torch.triu_indices(units, units, 1)
        empty = torch.zeros(units, units, dtype=x.dtype)
        R = empty.index_put((rows, columns), upper) + torch.diag(gain(v) * (-log_slope).exp())
        R_tilde = empty.index_put((rows, columns), upper_tilde) + torch.diag(log_slope.exp())
        return x + Q @ R @ torch.tanh(R_tilde @ Q.T @ x + b)

    return apply


def rounded(values):
    return torch.from_numpy(np.asarray(values).astype(np.float32).astype(np.float64))


def case(kind, units, apply, dimension, count, random):
    theta = rounded(random.standard_normal(count)).requires_grad_()
    x = rounded(2 * random.standard_normal((EVENTS, dimension))).requires_grad_()
    r, c = rounded(random.standard_normal((EVENTS, dimension))), rounded(random.standard_normal(EVENTS))
    z = vmap(apply, in_dims=(0, None))(x, theta)
    sign, log_determinant = torch.linalg.slogdet(vmap(jacrev(apply), in_dims=(0, None))(x, theta))
    assert (sign > 0).all(), kind
    gradients = torch.autograd.grad((r * z).sum() + (c * log_determinant).sum(), (x, theta))
    arrays = {
        "theta": theta, "x": x, "r": r, "c": c, "z": z, "logDeterminant": log_determinant,
        "gradientX": gradients[0], "gradientTheta": gradients[1]}
    return {"kind": kind, "units": units, "dimension": dimension} | {
        name: reference.array(tensor.detach().numpy()) for name, tensor in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(41)
    cases = [case("planar", 1, planar, d, 2 * d + 1, random) for d in (1, 3)]
    cases += [case("radial", 1, radial, d, d + 2, random) for d in (1, 3)]
    cases += [
        case("sylvester", m, sylvester(m), d, m * d + m * (m - 1) + 3 * m, random) for d, m in ((1, 1), (3, 2), (4, 4))]
    reference.write(
        "units.json", __file__, "Planar, radial and Sylvester maps, and gradients of L = sum(r z) + sum(c logdet).",
        ["torch", "numpy"], {"cases": cases})
