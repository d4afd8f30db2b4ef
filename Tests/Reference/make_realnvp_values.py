"""Makes coupling-affine.json: one affine coupling layer, its values and its gradients, in float64.

The layer is written out below in plain PyTorch, gradients by autograd. Before anything is written, zuko's and nflows'
own coupling layers must agree with it, values and gradients, when given the same conditioner; so must the log|det| of
the whole Jacobian, and central differences. Run it in the environment of Benchmarks/peers/setup.sh.

    x = (x_A, x_B), A the first ⌊D/2⌋ features
    (t_i, a_i) = rows 2i and 2i+1 of the conditioner's output on (x_A, context)
    s = a / (1 + |a| / ln 1000),   z_A = x_A,   z_B = x_B · exp(s) + t,   log-det = Σ s
    L = Σ r·z + Σ c·log-det, whose gradients are stored"""
import math

import numpy as np
import torch
import zuko
from nflows.transforms import AffineCouplingTransform

import reference

DIMENSION, EVENTS, WIDTH = 5, 7, 5
IDENTITY = DIMENSION // 2
CHANGED = DIMENSION - IDENTITY
BOUND = math.log(1000)


def parameter_shapes(context_dimension):
    widths = [IDENTITY + context_dimension, WIDTH, WIDTH, 2 * CHANGED]
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        yield f"weight{layer}", (outputs, inputs)
        yield f"bias{layer}", (outputs,)


def unflatten(parameters, context_dimension):
    shapes = [shape for _, shape in parameter_shapes(context_dimension)]
    pieces = parameters.split([math.prod(shape) for shape in shapes])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes)]


def conditioner(x_a, context, parameters):
    """Rows (t_0, a_0, t_1, a_1, …) per event."""
    w0, b0, w1, b1, w2, b2 = unflatten(parameters, context.shape[1])
    h = torch.cat([x_a, context], dim=1)
    h = torch.tanh(h @ w0.T + b0)
    h = torch.tanh(h @ w1.T + b1)
    return h @ w2.T + b2


def bounded(a):
    return a / (1 + a.abs() / BOUND)


def plain(x, context, parameters):
    x_a, x_b = x[:, :IDENTITY], x[:, IDENTITY:]
    phi = conditioner(x_a, context, parameters)
    shift, log_scale = phi[:, 0::2], bounded(phi[:, 1::2])
    return torch.cat([x_a, x_b * log_scale.exp() + shift], dim=1), log_scale.sum(dim=1)


def by_zuko(x, context, parameters):
    """zuko's layer bounds its log-scale in the same way, by |ln slope|: nothing of ours enters but the conditioner."""

    def map_given(x_a):
        phi = conditioner(x_a, context, parameters).unflatten(1, (CHANGED, 2))
        affine = zuko.transforms.MonotonicAffineTransform(phi[..., 0], phi[..., 1], slope=1e-3)
        return zuko.transforms.DependentTransform(affine, 1)

    mask = torch.arange(DIMENSION) < IDENTITY
    return zuko.transforms.CouplingTransform(map_given, mask).call_and_ladj(x)


def by_nflows(x, context, parameters):
    """nflows' layer takes all shifts, then all scales, and has another scale activation: ours is put in its place."""

    class Coupling(AffineCouplingTransform):
        def _scale_and_shift(self, phi):
            return bounded(phi[:, CHANGED:]).exp(), phi[:, :CHANGED]

    class Conditioner(torch.nn.Module):
        def forward(self, x_a, context):
            phi = conditioner(x_a, context, parameters)
            return torch.cat([phi[:, 0::2], phi[:, 1::2]], dim=1)

    mask = (torch.arange(DIMENSION) >= IDENTITY).int()
    return Coupling(mask, lambda inputs, outputs: Conditioner())(x, context)


def with_gradients(layer, inputs, r, c):
    """z, log-det and the gradients of L with respect to x, context and parameters."""
    inputs = [tensor.clone().requires_grad_() for tensor in inputs]
    z, log_determinant = layer(*inputs)
    objective = (r * z).sum() + (c * log_determinant).sum()
    gradients = torch.autograd.grad(objective, inputs, allow_unused=True)
    gradients = [torch.zeros_like(t) if g is None else g for t, g in zip(inputs, gradients)]
    return [tensor.detach() for tensor in (z, log_determinant, *gradients)]


def check(inputs, r, c, expected):
    for other in (by_zuko, by_nflows):
        for got, want in zip(with_gradients(other, inputs, r, c), expected):
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-13)

    x, context, parameters = inputs
    for event in range(EVENTS):
        given = context[event : event + 1]
        jacobian = torch.autograd.functional.jacobian(lambda row: plain(row[None], given, parameters)[0][0], x[event])
        torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], expected[1][event], rtol=1e-12, atol=1e-13)

    def objective(*moved):
        z, log_determinant = plain(*moved)
        return ((r * z).sum() + (c * log_determinant).sum()).item()

    step = 1e-5
    for position, gradient in enumerate(expected[2:]):
        for index in range(inputs[position].numel()):
            values = []
            for sign in (1, -1):
                moved = [tensor.clone() for tensor in inputs]
                moved[position].view(-1)[index] += sign * step
                values.append(objective(*moved))
            difference = (values[0] - values[1]) / (2 * step)
            assert abs(difference - gradient.flatten()[index].item()) < 1e-7 * (1 + abs(difference))


def case(context_dimension, random):
    count = sum(math.prod(shape) for _, shape in parameter_shapes(context_dimension))
    draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))
    inputs = [draw(EVENTS, DIMENSION), draw(EVENTS, context_dimension), 0.5 * draw(count)]
    r, c = draw(EVENTS, DIMENSION), draw(EVENTS)
    expected = with_gradients(plain, inputs, r, c)
    check(inputs, r, c, expected)
    names = ["x", "context", "parameters", "r", "c"]
    names += ["z", "logDeterminant", "gradientX", "gradientContext", "gradientParameters"]
    arrays = zip(names, [*inputs, r, c, *expected], strict=True)
    return {
        "dimension": DIMENSION,
        "contextDimension": context_dimension,
        "events": EVENTS,
        "hidden": [WIDTH, WIDTH],
        "activation": "tanh",
        "logScaleBound": BOUND,
        "parameterShapes": [{"name": name, "shape": shape} for name, shape in parameter_shapes(context_dimension)],
    } | {name: reference.array(tensor.numpy()) for name, tensor in arrays}


if __name__ == "__main__":
    random = np.random.default_rng(20)
    reference.write(
        "coupling-affine.json", __file__,
        "One affine coupling layer; z, log-determinant and the gradients of L = sum(r z) + sum(c logDeterminant).",
        ["torch", "zuko", "nflows", "numpy"], {"cases": [case(0, random), case(2, random)]})
