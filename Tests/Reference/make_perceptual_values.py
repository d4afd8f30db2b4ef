"""A perceptual loss and its gradient: networks in NumPy, derivatives by complex steps, which are exact to rounding.

    python3 make_perceptual_values.py
"""
import numpy as np

from reference import array, write

random = np.random.default_rng(21)
count, columns, latents, features, weight = 6, 3, 2, 4, 0.7
events = random.normal(size=(count, columns)) * [1, 2, 3] + [0, 1, -1]
own = random.normal(size=columns), random.uniform(0.5, 2, size=columns)
other = random.normal(size=columns), random.uniform(0.5, 2, size=columns)


def network(theta, widths, x):
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        W, theta = theta[: inputs * outputs].reshape(outputs, inputs), theta[inputs * outputs :]
        x, theta = x @ W.T + theta[:outputs], theta[outputs:]
        x = np.tanh(x) if index < len(widths) - 2 else x
    return x


def size(widths):
    return sum((a + 1) * b for a, b in zip(widths, widths[1:]))


encoder, decoder, seeing = [columns, 5, latents], [latents, 5, columns], [columns, 6, features]
theta = random.uniform(-0.7, 0.7, size=size(encoder) + size(decoder))
fixed = random.uniform(-0.7, 0.7, size=size(seeing))


def loss(theta):
    x = (events - own[0]) / own[1]
    back = network(theta[size(encoder) :], decoder, network(theta, encoder, x))
    seen = [network(fixed, seeing, (rows - other[0]) / other[1]) for rows in (events, back * own[1] + own[0])]
    return ((back - x) ** 2).mean() + weight * ((seen[1] - seen[0]) ** 2).mean()


def slope(index):
    step = np.zeros(len(theta), complex)
    step[index] = 1e-30j
    return loss(theta + step).imag / 1e-30


write(
    "perceptual.json", __file__, "a perceptual loss and its gradient by complex steps", ["numpy"],
    {"events": array(events), "means": array(own[0]), "deviations": array(own[1]), "featureMeans": array(other[0]),
     "featureDeviations": array(other[1]), "parameters": array(theta), "features": array(fixed), "weight": weight,
     "loss": float(loss(theta)), "gradient": array([slope(index) for index in range(len(theta))])})
