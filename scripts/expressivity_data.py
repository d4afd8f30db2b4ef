"""Densities with known entropies for scripts/expressivity-evidence.sh: expressivity_data.py FOLDER.

Each file holds train and valid (columns x, y); its line on standard output is the file's name and -E[log p] over valid, the
loss that no fit beats but by chance. Needs numpy and h5py.
"""

import math
import sys

import h5py
import numpy as np

TRAIN, VALID = 20_000, 10_000
folder = sys.argv[1]
random = np.random.default_rng(1)


def normal(x, mean, scale):
    return -0.5 * ((x - mean) / scale) ** 2 - math.log(scale * math.sqrt(2 * math.pi))


def ring(count):
    radius = 2 + 0.2 * random.standard_normal(count)
    angle = 2 * math.pi * random.random(count)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return x, normal(radius, 2, 0.2) - np.log(2 * math.pi * radius)


def two_peaks(count):
    """A mixture in x, a normal density in y."""
    side = random.integers(0, 2, count) * 2 - 1
    x = np.stack([2 * side + 0.5 * random.standard_normal(count), random.standard_normal(count)], axis=1)
    peaks = np.logaddexp(normal(x[:, 0], -2, 0.5), normal(x[:, 0], 2, 0.5)) - math.log(2)
    return x, peaks + normal(x[:, 1], 0, 1)


def student(count):
    """Independent Student t coordinates with 2 degrees of freedom: p(x) = (2 + x^2)^(-3/2)."""
    x = random.standard_t(2, (count, 2))
    return x, (-1.5 * np.log(2 + x * x)).sum(axis=1)


def laplace(count):
    x = random.laplace(size=(count, 2))
    return x, (-np.abs(x) - math.log(2)).sum(axis=1)


def rotated_moons(count):
    """Two half circles, turned by 30 degrees; the entropy is not known."""
    upper = random.integers(0, 2, count) == 0
    angle = math.pi * random.random(count)
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle)) * 2 - 1
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) * 2 - 0.5
    points = np.stack([x, y], axis=1) + 0.2 * random.standard_normal((count, 2))
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    return points @ np.array([[c, s], [-s, c]]), np.full(count, np.nan)


for make in (ring, two_peaks, student, laplace, rotated_moons):
    with h5py.File(f"{folder}/{make.__name__}.h5", "w") as file:
        for name, count in (("train", TRAIN), ("valid", VALID)):
            x, log_density = make(count)
            file.create_dataset(name, data=x).attrs["columns"] = "x,y"
    print(make.__name__, f"{-log_density.mean():.4f}")
