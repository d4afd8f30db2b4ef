"""Makes autoregressive.json: autoregressive layers with masked perceptrons, values and gradients, in float64.

The masks are written from the rule of Germain, Gregor, Murray & Larochelle, "MADE" (2015), section 3, as matrices of 0
and 1. Position k is the k-th feature in the layer's ordering. A hidden unit of degree m sees the first m positions, all of
the context, and the units of degree ≤ m below it; the outputs of position d see units of degree ≤ d. Degrees run from 1
to D - 1, or from 0 with a context; units are sorted by degree and every degree has as many as the others, but for
rounding. Parameters are weight0 (units × (positions, context)), bias0, weight1, …; what is masked is a random number too.

    z = x exp(s) + t with s = a / (1 + |a| / ln 1000) and outputs (t, a), or nflows' rational-quadratic spline
    L = Σ r·z + Σ c·log|det|, whose gradients are stored; for the inverse x and its own log|det|

Gradients of the inverse are autograd's through D passes. Before anything is written: every Jacobian must be triangular in
the ordering with log|det| that of numpy's slogdet, the product of the masks must let an output see all that comes before
it and nothing else, and zuko's and nflows' autoregressive layers, given the same network, must agree, as must central
differences. Run it in the environment of Benchmarks/peers/setup.sh."""
import math

import nflows.transforms.autoregressive
import numpy as np
import torch
import zuko

import reference
from make_spline_values import rounded, spline

DIMENSION, EVENTS, HIDDEN = 4, 5, (7, 6)
BINS, SPLINE_BOUND = 3, 3.0
LOG_SCALE_BOUND = math.log(1000)


class Affine:
    outputs = 2

    @staticmethod
    def forward(x, phi):
        a = phi[..., 1]
        s = a / (1 + a.abs() / LOG_SCALE_BOUND)
        return x * s.exp() + phi[..., 0], s

    @staticmethod
    def inverse(z, phi):
        a = phi[..., 1]
        s = a / (1 + a.abs() / LOG_SCALE_BOUND)
        return (z - phi[..., 0]) * (-s).exp(), -s


class Spline:
    outputs = 3 * BINS - 1

    @staticmethod
    def forward(x, phi, inverse=False):
        y, log_slope = spline(x.flatten(), phi.flatten(0, 1), BINS, SPLINE_BOUND, inverse)
        return y.view_as(x), log_slope.view_as(x)

    @staticmethod
    def inverse(z, phi):
        return Spline.forward(z, phi, inverse=True)


class Layer:
    def __init__(self, scalar_map, context_dimension, ordering):
        self.map, self.context_dimension, self.ordering = scalar_map, context_dimension, ordering
        lowest = 0 if context_dimension else 1
        spread = lambda width: [lowest + math.ceil((unit + 1) * (DIMENSION - lowest) / width) - 1 for unit in range(width)]
        degrees = [spread(width) for width in HIDDEN]
        rows = degrees + [[position for position in range(DIMENSION) for _ in range(scalar_map.outputs)]]
        # An input's column is seen by degrees above its position; the context's by all.
        columns = [[position + 1 for position in range(DIMENSION)] + [0] * context_dimension] + degrees
        self.masks = [torch.tensor([[float(c <= r) for c in column] for r in row], dtype=torch.float64)
                      for row, column in zip(rows, columns)]

    def shapes(self):
        for index, mask in enumerate(self.masks):
            yield f"weight{index}", tuple(mask.shape)
            yield f"bias{index}", (mask.shape[0],)

    def network(self, ordered, context, parameters):
        """N × D × outputs, by position."""
        pieces = parameters.split([math.prod(shape) for _, shape in self.shapes()])
        h = torch.cat([ordered, context], dim=1)
        for index, mask in enumerate(self.masks):
            weight = pieces[2 * index].view(mask.shape) * mask
            h = h @ weight.T + pieces[2 * index + 1]
            h = h if index + 1 == len(self.masks) else torch.tanh(h)
        return h.unflatten(1, (DIMENSION, self.map.outputs))

    def restored(self, ordered):
        return ordered[:, np.argsort(self.ordering)]

    def forward(self, x, context, parameters):
        ordered = x[:, self.ordering]
        z, log_slopes = self.map.forward(ordered, self.network(ordered, context, parameters))
        return self.restored(z), log_slopes.sum(dim=1)

    def inverse(self, z, context, parameters):
        """Each pass makes one more position right; the log-determinant is that of the last."""
        ordered = z[:, self.ordering]
        x = torch.zeros_like(ordered)
        for _ in range(DIMENSION):
            x, log_slopes = self.map.inverse(ordered, self.network(x, context, parameters))
        return self.restored(x), log_slopes.sum(dim=1)


def by_nflows(layer):
    """nflows' own order of evaluation, around the same network and scalar map."""

    class Transform(nflows.transforms.autoregressive.AutoregressiveTransform):
        def _elementwise_forward(self, x, phi):
            z, log_slopes = layer.map.forward(x, phi)
            return z, log_slopes.sum(dim=1)

        def _elementwise_inverse(self, z, phi):
            x, log_slopes = layer.map.inverse(z, phi)
            return x, log_slopes.sum(dim=1)

    def both(x, context, parameters, name):
        class Network(torch.nn.Module):
            def forward(self, ordered, context):
                return layer.network(ordered, context, parameters)

        y, log_determinant = getattr(Transform(Network()), name)(x[:, layer.ordering], context)
        return layer.restored(y), log_determinant

    return both


def by_zuko(layer):
    """zuko's layers and, for the affine map, its own scalar map; its spline has another parametrisation."""

    def both(x, context, parameters, name):
        def meta(ordered):
            phi = layer.network(ordered, context, parameters)
            affine = zuko.transforms.MonotonicAffineTransform(phi[..., 0], phi[..., 1], slope=1e-3)
            return zuko.transforms.DependentTransform(affine, 1)

        transform = zuko.transforms.AutoregressiveTransform(meta, passes=DIMENSION)
        transform = transform if name == "forward" else transform.inv
        y, log_determinant = transform.call_and_ladj(x[:, layer.ordering])
        return layer.restored(y), log_determinant

    return both


def with_gradients(function, inputs, r, c):
    inputs = [tensor.clone().requires_grad_() for tensor in inputs]
    value, log_determinant = function(*inputs)
    gradients = torch.autograd.grad(
        (r * value).sum() + (c * log_determinant).sum(), inputs, allow_unused=True, materialize_grads=True)
    return [tensor.detach() for tensor in (value, log_determinant, *gradients)]


def check_differences(function, inputs, r, c, gradients):
    step = 1e-5
    for position, gradient in enumerate(gradients):
        for index in range(inputs[position].numel()):
            values = []
            for sign in (1, -1):
                moved = [tensor.clone() for tensor in inputs]
                moved[position].view(-1)[index] += sign * step
                value, log_determinant = function(*moved)
                values.append(((r * value).sum() + (c * log_determinant).sum()).item())
            difference = (values[0] - values[1]) / (2 * step)
            assert abs(difference - gradient.flatten()[index].item()) < 1e-6 * (1 + abs(difference))


def check(layer, inputs, expected):
    x, context, parameters = inputs
    later = [[layer.ordering.index(j) > layer.ordering.index(i) for j in range(DIMENSION)] for i in range(DIMENSION)]
    for event in range(EVENTS):
        given = context[event : event + 1]
        jacobian = torch.autograd.functional.jacobian(
            lambda row: layer.forward(row[None], given, parameters)[0][0], x[event]).numpy()
        assert (jacobian[np.array(later)] == 0).all() and np.count_nonzero(jacobian) == DIMENSION * (DIMENSION + 1) // 2
        np.testing.assert_allclose(np.linalg.slogdet(jacobian)[1], expected[1][event], rtol=1e-11, atol=1e-12)
    # By position, the outputs see what comes before, and nothing else.
    seen = layer.masks[0][:, :DIMENSION]
    for mask in layer.masks[1:]:
        seen = mask @ seen
    adjacency = torch.tril(torch.ones(DIMENSION, DIMENSION), -1).repeat_interleave(layer.map.outputs, dim=0).bool()
    assert torch.equal(seen > 0, adjacency)
    for other in [by_nflows(layer)] + ([by_zuko(layer)] if layer.map is Affine else []):
        for name, value in (("forward", x), ("inverse", expected[0])):
            for got, want in zip(other(value, context, parameters, name), getattr(layer, name)(value, *inputs[1:])):
                torch.testing.assert_close(got, want, rtol=1e-11, atol=1e-11)


def case(scalar_map, context_dimension, ordering, random):
    layer = Layer(scalar_map, context_dimension, ordering)
    count = sum(math.prod(shape) for _, shape in layer.shapes())
    draw = lambda *shape: rounded(random.standard_normal(shape))
    inputs = [draw(EVENTS, DIMENSION), draw(EVENTS, context_dimension), rounded(0.6 * random.standard_normal(count))]
    r, c = draw(EVENTS, DIMENSION), draw(EVENTS)
    forward = with_gradients(layer.forward, inputs, r, c)
    check(layer, inputs, forward)
    check_differences(layer.forward, inputs, r, c, forward[2:])
    back = [rounded(random.standard_normal((EVENTS, DIMENSION))), *inputs[1:]]
    inverse = with_gradients(layer.inverse, back, r, c)
    check_differences(layer.inverse, back, r, c, inverse[2:])
    torch.testing.assert_close(layer.inverse(forward[0], *inputs[1:])[0], inputs[0], rtol=1e-11, atol=1e-11)

    is_masked = torch.cat([piece for mask in layer.masks for piece in (1 - mask.flatten(), torch.zeros(mask.shape[0]))])
    assert (forward[4][is_masked > 0] == 0).all() and (inverse[4][is_masked > 0] == 0).all()
    arrays = {"x": inputs[0], "context": inputs[1], "parameters": inputs[2], "r": r, "c": c, "isMasked": is_masked}
    names = ["z", "logDeterminant", "gradientX", "gradientContext", "gradientParameters"]
    arrays |= dict(zip(names, forward, strict=True)) | {"inverseInput": back[0]}
    names = ["Output", "LogDeterminant", "GradientInput", "GradientContext", "GradientParameters"]
    arrays |= {"inverse" + name: tensor for name, tensor in zip(names, inverse, strict=True)}
    return {
        "map": "affine" if scalar_map is Affine else "rqs", "bins": BINS, "bound": SPLINE_BOUND,
        "dimension": DIMENSION, "contextDimension": context_dimension, "ordering": ordering, "hidden": list(HIDDEN),
        "activation": "tanh", "parameterShapes": [{"name": name, "shape": shape} for name, shape in layer.shapes()],
    } | {name: reference.array(tensor.numpy()) for name, tensor in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(31)
    in_order, given = [0, 1, 2, 3], [2, 0, 3, 1]
    reference.write(
        "autoregressive.json", __file__,
        "Autoregressive layers and inverses; log|det| and gradients of L = sum(r output) + sum(c logDeterminant).",
        ["torch", "zuko", "nflows", "numpy"],
        {"cases": [case(Affine, 0, in_order, random), case(Affine, 2, given, random),
                   case(Spline, 2, in_order, random), case(Spline, 0, given, random)]})
