"""Makes triangular.json: x ↦ Ax + b with A lower or upper triangular, and linear.json: the other linear layers and prelu, by
NumPy and SciPy in float64.

A's diagonal is sign · exp(l). The strict triangle is stored row by row, left to right. Inverses come from
scipy.linalg.solve_triangular, log-determinants from numpy.linalg.slogdet of the dense A.

In linear.json every A is a plain dense product of its factors, each reflection the full matrix I - 2vv'/v'v; inverses are
numpy.linalg.solve's. `list` is the layer in FlowKit's notation, `parameters` its parameters in their order."""
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


def affine_case(text, matrix, shift, parameters, random):
    dimension = len(matrix)
    x, z_given = random.standard_normal((2, EVENTS, dimension))
    sign, log_determinant = np.linalg.slogdet(matrix)
    x_given = np.linalg.solve(matrix, (z_given - shift).T).T
    np.testing.assert_allclose(x_given @ matrix.T + shift, z_given, rtol=1e-12, atol=1e-12)
    return record(
        text, dimension, parameters, x, x @ matrix.T + shift, np.full(EVENTS, log_determinant), z_given, x_given,
        np.full(EVENTS, -log_determinant)) | {"determinantSign": int(sign)}


def record(text, dimension, parameters, x, z, log_determinants, z_given, x_given, inverse_log_determinants):
    arrays = {
        "parameters": parameters, "x": x, "z": z, "logDeterminants": log_determinants, "inverseInput": z_given,
        "inverseOutput": x_given, "inverseLogDeterminants": inverse_log_determinants,
    }
    return {"list": text, "dimension": dimension} | {name: reference.array(values) for name, values in arrays.items()}


def triangle(dimension, lower, random):
    places = np.tril_indices(dimension, -1) if lower else np.triu_indices(dimension, 1)
    entries, matrix = 0.5 * random.standard_normal(len(places[0])), np.zeros((dimension, dimension))
    matrix[places] = entries
    return entries, matrix


def signed_diagonal(signs, random):
    logarithms = 0.5 * random.standard_normal(len(signs))
    return logarithms, np.diag(signs * np.exp(logarithms))


def reflections(vectors):
    product = np.eye(vectors.shape[1])
    for v in vectors:
        product = product @ (np.eye(len(v)) - 2 * np.outer(v, v) / (v @ v))
    return product


def lu_case(text, permutation, signs, random):
    dimension = len(signs)
    (below, lower), (above, upper) = triangle(dimension, True, random), triangle(dimension, False, random)
    logarithms, diagonal = signed_diagonal(signs, random)
    shift = random.standard_normal(dimension)
    matrix = ((np.eye(dimension) + lower) @ (upper + diagonal))[permutation]
    return affine_case(text, matrix, shift, np.concatenate([below, above, logarithms, shift]), random)


def qr_case(text, count, signs, random):
    dimension = len(signs)
    vectors, (above, upper) = random.standard_normal((count, dimension)), triangle(dimension, False, random)
    logarithms, diagonal = signed_diagonal(signs, random)
    shift = random.standard_normal(dimension)
    matrix = reflections(vectors) @ (upper + diagonal)
    return affine_case(text, matrix, shift, np.concatenate([vectors.ravel(), above, logarithms, shift]), random)


def householder_case(count, dimension, random):
    vectors = random.standard_normal((count, dimension))
    return affine_case(f"householder({count})", reflections(vectors), 0, vectors.ravel(), random)


def actnorm_case(dimension, random):
    shift, logarithms = random.standard_normal((2, dimension))
    scales = np.exp(logarithms)
    return affine_case("actnorm", np.diag(scales), scales * shift, np.concatenate([shift, logarithms]), random)


def prelu_case(dimension, random):
    logarithms = random.standard_normal(dimension) - 1
    x, z = random.standard_normal((2, EVENTS, dimension))
    slopes = np.exp(logarithms)
    def log_determinants(values):
        return (np.where(values < 0, 1, 0) * logarithms).sum(axis=1)
    return record(
        "prelu", dimension, logarithms, x, np.where(x < 0, slopes * x, x), log_determinants(x), z,
        np.where(z < 0, z / slopes, z), -log_determinants(z)) | {"determinantSign": 1}


def linear_cases(random):
    plus, mixed = np.ones(4), np.array([1, -1, -1, -1.0])
    yield lu_case("lu", [0, 1, 2, 3], plus, random)
    yield lu_case("lu(signs=+---)", [0, 1, 2, 3], mixed, random)
    yield lu_case("plu(2,0,3,1)", [2, 0, 3, 1], plus, random)
    yield lu_case("plu(1,2,0,3,signs=+---)", [1, 2, 0, 3], mixed, random)
    yield qr_case("qr", 4, plus, random)
    yield qr_case("qr(determinant=-1)", 5, plus, random)
    yield qr_case("qr(signs=+---)", 5, mixed, random)
    yield qr_case("qr(determinant=-1)", 3, np.ones(3), random)
    for count, dimension in ((1, 4), (2, 5), (5, 5), (7, 3)):
        yield householder_case(count, dimension, random)
    yield actnorm_case(3, random)
    yield prelu_case(3, random)


def actnorm_start(random):
    """What a fresh actnorm makes of a sample: shift = -mean, logScale = -log(standard deviation)."""
    sample = random.standard_normal((128, 3)) * [0.01, 1, 300] + [5, -2, 1000]
    sample[:, 1] = 0.1
    log_scales = -np.log(sample.std(axis=0), out=np.zeros(3), where=[True, False, True])
    return {"sample": reference.array(sample), "parameters": reference.array([*-sample.mean(axis=0), *log_scales])}


if __name__ == "__main__":
    random = np.random.default_rng(21)
    positive, mixed = np.ones(DIMENSION), np.array([1, -1, 1, 1, -1.0])
    cases = [case(kind, signs, random) for signs in (positive, mixed) for kind in ("lower", "upper")]
    reference.write(
        "triangular.json", __file__,
        "x -> Ax + b, A triangular with diagonal sign exp(l); inverseOutput is the x that maps to inverseInput.",
        ["numpy", "scipy"], {"cases": cases})
    random = np.random.default_rng(22)
    reference.write(
        "linear.json", __file__,
        "Linear layers and prelu: z and log|det| at x, and the x that maps to inverseInput with log|det| of the inverse.",
        ["numpy"], {"cases": list(linear_cases(random)), "actnormStart": actnorm_start(random)})
