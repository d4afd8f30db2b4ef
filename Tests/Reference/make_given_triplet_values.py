"""The triplet loss of triplets that are given, by plain loops over them in NumPy: events through a network of one hidden layer, the loss of all
of the triplets as one batch, and its gradient by complex steps, exact to rounding.

    python3 make_given_triplet_values.py
"""
import numpy as np

from reference import array, write

rng = np.random.default_rng(23)
COUNT, COLUMNS, HIDDEN, LATENTS, MARGIN = 12, 3, 5, 2, 0.3


def network(theta, x):
    a, b = HIDDEN * COLUMNS, HIDDEN * COLUMNS + HIDDEN
    c = b + LATENTS * HIDDEN
    hidden = np.tanh(x @ theta[:a].reshape(HIDDEN, COLUMNS).T + theta[a:b])
    return hidden @ theta[b:c].reshape(LATENTS, HIDDEN).T + theta[c:]


def distance(kind, a, b):
    """Without absolute values, which have no complex derivative."""
    if kind == "euclidean":
        return np.sqrt(np.sum((a - b) ** 2))
    return 1 - np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))


def case(kind, mining):
    means, deviations = rng.normal(size=COLUMNS), rng.uniform(0.5, 2, size=COLUMNS)
    events = means + deviations * rng.normal(size=(COUNT, COLUMNS))
    theta = rng.uniform(-0.7, 0.7, size=HIDDEN * (COLUMNS + 1) + LATENTS * (HIDDEN + 1))
    triplets = np.array([rng.permutation(COUNT)[:3] for _ in range(40)])
    x = (events - means) / deviations

    def loss(theta):
        z = network(theta, x)
        terms = []
        for a, p, n in triplets:
            near, far = distance(kind, z[a], z[p]), distance(kind, z[a], z[n])
            term = near - far + MARGIN
            if term.real > 0 and (mining == "all" or near.real < far.real):
                terms.append(term)
        return sum(terms) / len(terms), len(terms)

    gradient = []
    for index in range(len(theta)):
        moved = theta.astype(complex)
        moved[index] += 1e-30j
        gradient.append(loss(moved)[0].imag / 1e-30)
    value, active = loss(theta)
    return {
        "distance": kind, "mining": mining, "margin": MARGIN, "events": array(events), "means": array(means),
        "deviations": array(deviations), "parameters": array(theta), "triplets": triplets.ravel().tolist(),
        "active": active, "latents": array(network(theta, x)), "loss": float(value), "gradient": array(gradient),
    }


cases = [case(kind, mining) for kind in ("euclidean", "cosine") for mining in ("all", "semihard")]
assert all(0 < c["active"] < 40 for c in cases)
write("given-triplets.json", __file__, "Losses of triplets that are given.", ["numpy"], {"cases": cases})
