"""Makes triangular.json: x ↦ Ax + b with A lower or upper triangular, by NumPy and SciPy in float64.

A's diagonal is sign · exp(l). The strict triangle is stored row by row, left to right. Inverses come from
scipy.linalg.solve_triangular, log-determinants from numpy.linalg.slogdet of the dense A."""
import numpy as np
import scipy.linalg

import reference

DIMENSION, EVENTS = 5, 7


def case(kind, signs, random):
    lower = kind == "lower"
    log_diagonal, shift = 0.5 * random.standard_normal(DIMENSION), random.standard_normal(DIMENSION)
    places = np.tril_indices(DIMENSION, -1) if lower else np.triu_indices(DIMENSION, 1)
    strict = 0.5 * random.standard_normal(len(places[0]))
    matrix = np.diag(signs * np.exp(log_diagonal))
    matrix[places] = strict  # both index functions go row by row

    x, z_given = random.standard_normal((2, EVENTS, DIMENSION))
    z = x @ matrix.T + shift
    x_given = scipy.linalg.solve_triangular(matrix, (z_given - shift).T, lower=lower).T
    sign, log_determinant = np.linalg.slogdet(matrix)

    np.testing.assert_allclose(x_given @ matrix.T + shift, z_given, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(log_determinant, log_diagonal.sum(), rtol=1e-12, atol=1e-13)
    assert sign == np.prod(signs)
    arrays = {
        "logDiagonal": log_diagonal, "signs": signs, "strict": strict, "shift": shift, "matrix": matrix,
        "x": x, "z": z, "inverseInput": z_given, "inverseOutput": x_given,
    }
    return {"kind": kind, "dimension": DIMENSION, "events": EVENTS, "logDeterminant": float(log_determinant)} | {
        name: reference.array(values) for name, values in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(21)
    positive, mixed = np.ones(DIMENSION), np.array([1, -1, 1, 1, -1.0])
    cases = [case(kind, signs, random) for signs in (positive, mixed) for kind in ("lower", "upper")]
    reference.write(
        "triangular.json", __file__,
        "x -> Ax + b, A triangular with diagonal sign exp(l); inverseOutput is the x that maps to inverseInput.",
        ["numpy", "scipy"], {"cases": cases})
