"""Base distributions of FlowKit.docc/Bases.md: each takes its JSON, its parameters and z, and returns log p0(z)."""
import math

import numpy as np


def normal(j, p, z):
    return (-0.5 * z * z - 0.5 * math.log(2 * math.pi)).sum(1)


def gaussian(j, p, z):
    if j["covariance"] == "diagonal":
        return normal(j, p, (z - p["shift"]) * np.exp(-p["logScale"])) - p["logScale"].sum()
    L = np.diag(np.exp(p["logDiagonal"]))
    L[np.tril_indices(len(L), -1)] = p["offDiagonal"]
    return normal(j, p, np.linalg.solve(L, (z - p["bias"]).T).T) - p["logDiagonal"].sum()


def student_t(j, p, z):
    v = 1 + np.minimum(1e6, np.exp(p["logExcessFreedom"]))
    c = [math.lgamma((n + 1) / 2) - math.lgamma(n / 2) - 0.5 * math.log(n * math.pi) for n in v]
    return (np.array(c) - 0.5 * (v + 1) * np.log1p(z * z / v)).sum(1)


def mixture(j, p, z):
    logits = p["logits"] - np.logaddexp.reduce(p["logits"])
    y = (z[:, None, :] - p["means"]) * np.exp(-p["logScales"])
    parts = (-0.5 * y * y - 0.5 * math.log(2 * math.pi) - p["logScales"]).sum(2)
    return np.logaddexp.reduce(logits + parts, axis=1)


def t_mixture(j, p, z):
    D, logits = z.shape[1], p["logits"] - np.logaddexp.reduce(p["logits"])
    terms = []
    for k, v in enumerate(1 + np.minimum(1e6, np.exp(p["logExcessFreedom"]))):
        A = np.diag(np.exp(p["logDiagonals"][k]))
        A[np.tril_indices(D, -1)] = p["offDiagonals"][k]
        c = math.lgamma((v + D) / 2) - math.lgamma(v / 2) - 0.5 * D * math.log(v * math.pi) + p["logDiagonals"][k].sum()
        q = (((z - p["means"][k]) @ A.T) ** 2).sum(1)
        terms.append(logits[k] + c - 0.5 * (v + D) * np.log1p(q / v))
    return np.logaddexp.reduce(np.array(terms), axis=0)


def uniform(j, p, z):
    inside = ((j["lower"] <= z) & (z <= j["upper"])).all(1)
    return np.where(inside, -z.shape[1] * math.log(j["upper"] - j["lower"]), -np.inf)


def product(j, p, z):
    total, start = 0, 0
    for index, part in enumerate(j["parts"]):
        size = part["base"]["dimension"]
        name = f"{index:02}-{part['kind']}"
        total = total + BASES[part["kind"]](part["base"], p.get(name, {}), z[:, start : start + size])
        start += size
    return total


BASES = {
    "normal": normal,
    "gaussian": gaussian,
    "student-t": student_t,
    "mixture": mixture,
    "t-mixture": t_mixture,
    "uniform": uniform,
    "laplace": lambda j, p, z: (-np.abs(z) - math.log(2)).sum(1),
    "logistic": lambda j, p, z: (-np.abs(z) - 2 * np.log1p(np.exp(-np.abs(z)))).sum(1),
    "product": product,
}
