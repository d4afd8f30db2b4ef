"""An independent reader of model files, by the description in FlowKit.docc/Checkpoints.md: NumPy and h5py, in Double.

    from checkpoint import Checkpoint
    densities = Checkpoint("model.h5").log_density(rows, context)
"""
import hashlib
import json

import h5py
import numpy as np

MAGIC = b"FlowKit model\r\n\x1a"


def check_digest(path):
    data = open(path, "rb").read()
    assert data[:16] == MAGIC, "no integrity block"
    assert int.from_bytes(data[24:32], "little") == len(data), "length"
    assert hashlib.sha256(data[:32] + data[64:]).digest() == data[32:64], "digest"


ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "silu": lambda x: x / (1 + np.exp(-x))}


def perceptron(x, group, activation):
    count = sum(name.startswith("weight") for name in group)
    for i in range(count):
        x = x @ group[f"weight{i}"][()].astype("f8").T + group[f"bias{i}"][()]
        if i + 1 < count:
            x = ACTIVATIONS[activation](x)
    return x


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def spline_knots(phi, K, B):
    """Knots of x and y, and the slopes at them."""
    def edges(logits):
        sizes = 2 * B * (1e-3 + (1 - 1e-3 * K) * softmax(logits))
        return np.concatenate([np.full(sizes.shape[:-1] + (1,), -B), -B + np.cumsum(sizes, -1)], -1)

    x, y = edges(phi[..., :K]), edges(phi[..., K : 2 * K])
    x[..., -1] = y[..., -1] = B
    inner = 1e-3 + np.logaddexp(0, phi[..., 2 * K :] + np.log(np.expm1(1 - 1e-3)))
    ones = np.ones(inner.shape[:-1] + (1,))
    return x, y, np.concatenate([ones, inner, ones], -1)


def spline(v, phi, K, B):
    kx, ky, d = spline_knots(phi, K, B)
    k = np.clip((v[..., None] >= kx[..., 1:-1]).sum(-1), 0, K - 1)[..., None]
    at = lambda a, shift=0: np.take_along_axis(a, k + shift, -1)[..., 0]
    w, h = at(kx, 1) - at(kx), at(ky, 1) - at(ky)
    s, d0, d1 = h / w, at(d), at(d, 1)
    t = np.clip((v - at(kx)) / w, 0, 1)
    bottom = s + (d0 + d1 - 2 * s) * t * (1 - t)
    y = at(ky) + h * (s * t * t + d0 * t * (1 - t)) / bottom
    slope = s * s * (d1 * t * t + 2 * s * t * (1 - t) + d0 * (1 - t) ** 2) / bottom**2
    inside = np.abs(v) < B
    return np.where(inside, y, v), np.where(inside, np.log(slope), 0)


def scalar_map(name, x, phi, m):
    """x: N x F, phi: N x F x P."""
    if name == "additive":
        return x + phi[..., 0], np.zeros_like(x)
    if name == "affine":
        s = phi[..., 1] / (1 + np.abs(phi[..., 1]) / m["logScaleBound"])
        return x * np.exp(s) + phi[..., 0], s
    if name == "rqs":
        return spline(x, phi, m["bins"], m["bound"])
    raise NotImplementedError(name)


def triangular(group, signs, upper):
    D = len(signs)
    A = np.diag(np.array(signs) * np.exp(group["logDiagonal"][()].astype("f8")))
    places = np.triu_indices(D, 1) if upper else np.tril_indices(D, -1)
    A[places] = group["offDiagonal"][()]
    return A


def forward(kind, layer, group, x, c):
    """z and log|det dz/dx| of one layer."""
    zero = np.zeros(len(x))
    if kind in ("lower", "upper"):
        A = triangular(group, layer["signs"], kind == "upper")
        return x @ A.T + group["bias"][()], zero + group["logDiagonal"][()].astype("f8").sum()
    if kind == "diagonal":
        l = group["logScale"][()].astype("f8")
        return x * np.array(layer["signs"]) * np.exp(l), zero + l.sum()
    if kind == "shift":
        return x + group["shift"][()], zero
    if kind == "leaky-relu":
        return np.where(x < 0, layer["slope"] * x, x), np.log(layer["slope"]) * (x < 0).sum(1)
    if kind == "permute":
        return x[:, layer["indices"]], zero
    family, _, name = kind.partition("-")
    net = layer["conditioner"]
    if family == "coupling":
        moved = layer["transformed"]
        seen = np.concatenate([x[:, layer["conditioning"]], c], 1)
        phi = perceptron(seen, group["conditioner"], net["activation"]).reshape(len(x), len(moved), -1)
        z = x.copy()
        z[:, moved], l = scalar_map(name, x[:, moved], phi, layer["map"])
        return z, l.sum(1)
    if family == "autoregressive":
        order = layer["ordering"]
        seen = np.concatenate([x[:, order], c], 1)
        phi = perceptron(seen, group["conditioner"], net["activation"]).reshape(len(x), len(order), -1)
        z = x.copy()
        z[:, order], l = scalar_map(name, x[:, order], phi, layer["map"])
        return z, l.sum(1)
    raise NotImplementedError(kind)


def inverse_autoregressive(layer, name, group, z, c):
    """x and log|det dx/dz| of an autoregressive layer turned around, feature by feature; affine only."""
    assert name == "affine"
    order, B = layer["ordering"], layer["map"]["logScaleBound"]
    x, l = np.zeros_like(z), np.zeros(len(z))
    for k, feature in enumerate(order):
        seen = np.concatenate([x[:, order], c], 1)
        phi = perceptron(seen, group["conditioner"], layer["conditioner"]["activation"]).reshape(len(z), len(order), -1)
        s = phi[:, k, 1] / (1 + np.abs(phi[:, k, 1]) / B)
        x[:, feature] = (z[:, feature] - phi[:, k, 0]) * np.exp(-s)
        l -= s
    return x, l


class Checkpoint:
    def __init__(self, path):
        check_digest(path)
        self.file = h5py.File(path, "r")
        attributes = self.file.attrs
        assert attributes["format"] == "FlowKit model" and attributes["format_version"] == 2
        self.architecture = json.loads(self.file["architecture"].asstr()[()])

    @staticmethod
    def preprocess(rows, layers):
        l = np.zeros(len(rows))
        for encoded in layers:
            assert encoded["kind"] == "standardize", encoded["kind"]
            deviations = np.array(encoded["layer"]["standardDeviations"])
            rows = (rows - np.array(encoded["layer"]["means"])) / deviations
            l -= np.log(deviations).sum()
        return rows, l

    def log_density(self, rows, context=None):
        a = self.architecture
        x, l = self.preprocess(np.asarray(rows, "f8"), a["preprocessing"])
        c = np.zeros((len(x), 0)) if context is None else np.asarray(context, "f8")
        c, _ = self.preprocess(c, a["contextPreprocessing"])
        groups = {int(name.split("-")[0]): self.file["flow"][name] for name in self.file.get("flow", {})}
        for i, encoded in enumerate(a["chain"]["layers"]):
            kind, layer = encoded["kind"], encoded["layer"]
            if kind == "inverse":
                inner = layer["base"]
                x, step = inverse_autoregressive(inner["layer"], inner["kind"].split("-")[1], groups[i], x, c)
            else:
                x, step = forward(kind, layer, groups.get(i), x, c)
            l = l + step
        assert a["base"]["kind"] == "normal"
        return l - 0.5 * (x * x).sum(1) - 0.5 * x.shape[1] * np.log(2 * np.pi)
