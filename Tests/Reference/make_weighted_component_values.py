"""What two principal components lose of columns that have weights, by the singular values of NumPy.

    python3 make_weighted_component_values.py
"""
import numpy as np

from reference import array, write

random = np.random.default_rng(3)
rows = np.round(random.normal(size=(120, 4)) @ random.normal(size=(4, 4)) * [1, 0.5, 2, 3] + [0, 5, -3, 1], 6)
weights = np.array([1, 9, 1, 0.25])
centred = rows - rows.mean(0)


def lost(units):
    """The mean over rows and columns of the squares that the largest two singular values leave."""
    singular = np.linalg.svd(centred / units * np.sqrt(weights), compute_uv=False)
    return float((singular[2:] ** 2).sum() / rows.size)


write(
    "weighted-components.json", __file__, "rows, weights of their columns, and the mean weighted squared error of two principal components",
    ["numpy"], {"rows": array(rows), "weights": weights.tolist(), "lost": {"equal": lost(1), "deviations": lost(centred.std(0))}})
