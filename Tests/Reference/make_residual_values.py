"""Makes residual.json: one residual layer z = x + g(x, c), its values and its gradients, in float64.

The layer is written out below in plain PyTorch. Spectral norms come from singular values (NumPy's and PyTorch's), the
log-determinant from autograd's Jacobian and an LU decomposition, gradients by autograd through both, and all are checked
against central differences before anything is written. Run it in the environment of Benchmarks/peers/setup.sh.

    W^ = W min(1, k / s(W)), k = L^(1/layers), s = (sum of singular values^1024)^(1/1024), on the columns of x alone
    h = phi(W^ h + b), the last layer without phi
    L = sum r z + sum c log-det, whose gradients are stored"""
import math

import numpy as np
import torch

import reference

EVENTS, ORDER = 5, 1024
ACTIVATIONS = {
    "lipswish": lambda a: a * torch.sigmoid(a) / 1.1,
    "tanh": torch.tanh,
    "sine": torch.sin,
}


class Layer:
    def __init__(self, dimension, context_dimension, hidden, activation, lipschitz):
        self.dimension, self.context_dimension, self.lipschitz = dimension, context_dimension, lipschitz
        self.hidden, self.activation = hidden, activation
        widths = [dimension, *hidden, dimension]
        self.shapes = []
        for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            self.shapes += [(outputs, inputs + (context_dimension if index == 0 else 0)), (outputs,)]

    def weights(self, parameters):
        pieces = parameters.split([math.prod(shape) for shape in self.shapes])
        tensors = [piece.reshape(shape) for piece, shape in zip(pieces, self.shapes)]
        bound = self.lipschitz ** (1 / (len(self.hidden) + 1))
        pairs = []
        for index, (weight, bias) in enumerate(zip(tensors[0::2], tensors[1::2])):
            columns = self.dimension if index == 0 else weight.shape[1]
            constrained = weight[:, :columns]
            values = torch.linalg.svdvals(constrained)
            norm = values[0] * ((values / values[0]) ** ORDER).sum() ** (1 / ORDER)
            constrained = constrained * torch.clamp(bound / norm, max=1)
            pairs.append((torch.cat([constrained, weight[:, columns:]], dim=1), bias))
        return pairs

    def residual(self, x, context, pairs):
        h = torch.cat([x, context])
        for weight, bias in pairs[:-1]:
            h = ACTIVATIONS[self.activation](weight @ h + bias)
        return pairs[-1][0] @ h + pairs[-1][1]

    def __call__(self, x, context, parameters):
        pairs = self.weights(parameters)
        values, log_determinants = [], []
        for event in range(x.shape[0]):
            row = lambda v: v + self.residual(v, context[event], pairs)
            jacobian = torch.autograd.functional.jacobian(row, x[event], create_graph=True)
            values.append(row(x[event]))
            log_determinants.append(torch.linalg.slogdet(jacobian)[1])
        return torch.stack(values), torch.stack(log_determinants)


def check(layer, inputs, r, c, gradients):
    def objective(*moved):
        z, log_determinant = layer(*moved)
        return ((r * z).sum() + (c * log_determinant).sum()).item()

    step = 1e-5
    for position, gradient in enumerate(gradients):
        for index in range(inputs[position].numel()):
            values = []
            for sign in (1, -1):
                moved = [tensor.detach().clone() for tensor in inputs]
                moved[position].view(-1)[index] += sign * step
                values.append(objective(*moved))
            difference = (values[0] - values[1]) / (2 * step)
            assert abs(difference - gradient.flatten()[index].item()) < 1e-7 * (1 + abs(difference))


def case(random, *arguments):
    layer = Layer(*arguments)
    draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))
    count = sum(math.prod(shape) for shape in layer.shapes)
    inputs = [draw(EVENTS, layer.dimension), draw(EVENTS, layer.context_dimension), 0.8 * draw(count)]
    inputs = [tensor.requires_grad_() for tensor in inputs]
    r, c = draw(EVENTS, layer.dimension), draw(EVENTS)
    z, log_determinant = layer(*inputs)
    objective = (r * z).sum() + (c * log_determinant).sum()
    gradients = torch.autograd.grad(objective, inputs, allow_unused=True)
    gradients = [torch.zeros_like(t) if g is None else g for t, g in zip(inputs, gradients)]
    check(layer, inputs, r, c, gradients)
    norms = [np.linalg.norm(w.detach().numpy()[:, : layer.dimension if k == 0 else None], 2)
             for k, (w, _) in enumerate(layer.weights(inputs[2]))]
    arrays = {
        "x": inputs[0], "context": inputs[1], "parameters": inputs[2], "r": r, "c": c, "z": z,
        "logDeterminant": log_determinant, "gradientX": gradients[0], "gradientContext": gradients[1],
        "gradientParameters": gradients[2],
    }
    return {
        "dimension": layer.dimension, "contextDimension": layer.context_dimension, "hidden": layer.hidden,
        "activation": layer.activation, "lipschitz": layer.lipschitz, "spectralNorms": reference.array(norms),
    } | {name: reference.array(tensor.detach().numpy()) for name, tensor in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(31)
    cases = [
        case(random, 2, 0, [6, 5], "lipswish", 0.9),
        case(random, 4, 2, [5, 7], "tanh", 0.95),
        case(random, 3, 1, [6], "sine", 0.5),
    ]
    reference.write(
        "residual.json", __file__,
        "Residual layers; z, log-determinant, spectral norms of the scaled weights, and the gradients of "
        "L = sum(r z) + sum(c logDeterminant).", ["torch", "numpy"], {"cases": cases})
