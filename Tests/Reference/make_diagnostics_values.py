"""Makes diagnostics.json: histograms, quantiles, distances, moments, smoothed densities and contours by NumPy, SciPy and contourpy.

Points are x_k = sin k + 0.1 (k mod 7), y_k = cos 2k + 0.3 x_k, k = 1 ... 200, with the weights 1 + (k mod 3)."""
import contourpy
import numpy as np
import scipy.ndimage
import scipy.stats

import reference

k = np.arange(1, 201)
x = np.sin(k) + 0.1 * (k % 7)
y = np.cos(2 * k) + 0.3 * x
w = 1.0 + k % 3


def histogram():
    counts, edges = np.histogram(x, bins=12, range=(-1.0, 1.4), weights=w)
    squares, _ = np.histogram(x, bins=12, range=(-1.0, 1.4), weights=w * w)
    unit = w.sum() * 0.2
    inside = (x >= -1.0) & (x <= 1.4)
    return {"densities": (counts / unit).tolist(), "errors": (np.sqrt(squares) / unit).tolist(),
            "outside": w[~inside].sum() / w.sum()}


def column():
    # The inverse of the empirical distribution function, with weights as copies.
    copies = np.repeat(x, w.astype(int))
    parts = [0.003, 0.1587, 0.25, 0.5, 0.8413, 0.99]
    return {"parts": parts,
            "quantiles": np.quantile(copies, parts, method="inverted_cdf").tolist(),
            "plain": np.quantile(x, parts, method="inverted_cdf").tolist(),
            "effective": w.sum() ** 2 / (w * w).sum(),
            "twoSample": scipy.stats.ks_2samp(x, y).statistic,
            "weighted": scipy.stats.ks_2samp(copies, y).statistic,
            "normal": scipy.stats.kstest(x, "norm").statistic}


def latents():
    z = np.stack([x, y], 1)
    return {"mean": z.mean(0).tolist(), "deviation": z.std(0).tolist(),
            "skewness": scipy.stats.skew(z).tolist(), "kurtosis": scipy.stats.kurtosis(z).tolist(),
            "distance": [scipy.stats.kstest(c, "norm").statistic for c in (x, y)],
            "radius": scipy.stats.kstest((z ** 2).sum(1), "chi2", args=(2,)).statistic,
            "correlation": np.corrcoef(z.T)[0, 1]}


def density():
    size, low, high = 40, -2.5, 2.5
    counts, _, _ = np.histogram2d(y, x, bins=size, range=((low, high), (low, high)), weights=w)
    masses = counts / w.sum()
    copies = {name: np.repeat(v, w.astype(int)) for name, v in (("x", x), ("y", y))}
    n = w.sum() ** 2 / (w * w).sum()

    def spread(v):
        q = lambda p: np.quantile(v, p, method="inverted_cdf")
        return min((q(0.75) - q(0.25)) / 1.3489795003921634, (q(0.9772) - q(0.0228)) / 4) * n ** (-1 / 6)

    step = (high - low) / size
    sigmas = [max(0.8, spread(copies["y"]) / step), max(0.8, spread(copies["x"]) / step)]
    smooth = masses
    for axis in (1, 0):
        reach = int(np.ceil(4 * sigmas[axis]))
        used = np.flatnonzero(masses.sum(1 - axis))
        place = [slice(None), slice(None)]
        place[axis] = slice(used[0], used[-1] + 1)
        result = np.zeros_like(smooth)
        result[tuple(place)] = scipy.ndimage.gaussian_filter1d(
            smooth[tuple(place)], sigmas[axis], axis=axis, mode="reflect", radius=reach)
        smooth = result
    order = np.argsort(-smooth.ravel(), kind="stable")
    sums = np.cumsum(masses.ravel()[order])
    levels = [smooth.ravel()[order[np.searchsorted(sums, mass)]] for mass in (0.393, 0.865)]
    centres = low + (np.arange(-1, size + 1) + 0.5) * step
    lines = []
    for level in levels:
        found = contourpy.contour_generator(centres, centres, np.pad(smooth, 1)).lines(level)
        lines.append({"count": len(found),
                      "length": float(sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in found)),
                      "area": float(sum(0.5 * np.sum(line[:-1, 0] * line[1:, 1] - line[1:, 0] * line[:-1, 1])
                                        for line in found))})
    return {"smooth": smooth.ravel()[::37].tolist(), "levels": levels, "lines": lines}


reference.write(
    "diagnostics.json", __file__, __doc__, ["numpy", "scipy", "contourpy"],
    {"histogram": histogram(), "column": column(), "latents": latents(), "density": density()})
