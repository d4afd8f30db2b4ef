"""Networks of FlowKit.docc/Checkpoints.md: perceptrons, and those of bounded Lipschitz constant with their Jacobians."""
import numpy as np


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "silu": lambda x: x * sigmoid(x)}


def perceptron(x, group, activation):
    """group holds weight0, bias0, weight1, …; the last layer has no activation."""
    count = sum(name.startswith("weight") for name in group)
    for i in range(count):
        x = x @ group[f"weight{i}"].T + group[f"bias{i}"]
        if i + 1 < count:
            x = ACTIVATIONS[activation](x)
    return x


def lipswish(x):
    s = sigmoid(x)
    return x * s / 1.1, (s + x * s * (1 - s)) / 1.1


# φ and φ′.
SMOOTH = {
    "lipswish": lipswish,
    "tanh": lambda x: (np.tanh(x), 1 - np.tanh(x) ** 2),
    "sine": lambda x: (np.sin(x), np.cos(x)),
}


def spectral_bound(W):
    """The Schatten norm of order 1024."""
    s = np.linalg.svd(W, compute_uv=False)
    return s[0] * np.sum((s / s[0]) ** 1024) ** (1 / 1024) if s[0] > 0 else 0.0


def lipschitz_perceptron(x, c, group, network):
    """g(x; c) and its Jacobian in x, N x D x D."""
    count = len(network["hidden"]) + 1
    bound = network["lipschitz"] ** (1 / count)
    h, J = np.concatenate([x, c], 1), None
    for i in range(count):
        W = group[f"weight{i}"].copy()
        inputs = x.shape[1] if i == 0 else W.shape[1]
        W[:, :inputs] *= min(1, bound / max(spectral_bound(W[:, :inputs]), 1e-300))
        h = h @ W.T + group[f"bias{i}"]
        J = np.broadcast_to(W[:, :inputs], (len(x),) + W[:, :inputs].shape) if J is None else W @ J
        if i + 1 < count:
            h, slope = SMOOTH[network["activation"]](h)
            J = slope[:, :, None] * J
    return h, J
