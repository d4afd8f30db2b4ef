"""Makes networks.json: conditioner networks, their values and gradients, in float64.

Residual perceptrons are nflows' ResidualNet itself (Durkan et al. 2019), given weights; with layer normalisation its batch
normalisations are replaced by torch's LayerNorm, with dropout its dropout by a product with the factors below, and masked
ones are the same network with the masked weights set to 0. Perceptrons are written out in torch. Masks follow Germain et
al. (2015): units sorted by degree, as many of each but for rounding; degrees run from 1 to D - 1, or from 0 with a context; a
unit of degree m sees the first m inputs and the units of degree ≤ m.

Dropout factors are 0 or 1/(1 - p): 0 where word `unit mod 4` of the Philox block `unit div 4` of an event is below p 2^32. The
counter is (event, event div 2^32, block, 35), the key the hidden layer's (or block's) seed, SplitMix64 of the network's.

    L = Σ r·outputs, whose gradients are stored; masked parameters are random numbers, and their gradients 0

Before anything is written, central differences must agree, and for masked residual networks without context nflows' MADE,
its units reordered. Run it in the environment of Benchmarks/peers/setup.sh."""
import itertools
import math

import numpy as np
import torch
from nflows.nn.nets.resnet import ResidualNet
from nflows.transforms.made import MADE

import reference
from make_philox_values import philox

EVENTS, FIRST, SEED = 5, 2**32 - 3, 0x0123456789ABCDEF
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "silu": torch.nn.functional.silu}
MASK64 = 2**64 - 1


def child(seed, index):
    h = (seed + 0x9E3779B97F4A7C15 * (index + 1)) & MASK64
    h = ((h ^ h >> 30) * 0xBF58476D1CE4E5B9) & MASK64
    h = ((h ^ h >> 27) * 0x94D049BB133111EB) & MASK64
    return h ^ h >> 31


def factors(rate, units, layer):
    """EVENTS x units."""
    seed = child(SEED, layer)

    def factor(event, unit):
        words = philox([event % 2**32, event >> 32, unit // 4, 35], [seed % 2**32, seed >> 32], 32)
        return 0.0 if words[unit % 4] < math.floor(rate * 2**32) else 1 / (1 - rate)

    return torch.tensor([[factor(FIRST + e, u) for u in range(units)] for e in range(EVENTS)], dtype=torch.float64)


def degrees(width, inputs, context):
    lowest = 0 if context or inputs == 1 else 1
    count = inputs - lowest
    starts = [0 if d < lowest else (d - lowest) * width // count for d in range(inputs + 1)]
    return np.repeat(np.arange(inputs), np.diff(starts))


def visible(rows, columns, context=0):
    """Which units of degree `rows` see those of degree `columns`, and all of the context."""
    return np.concatenate([rows[:, None] >= columns[None], np.ones((len(rows), context), bool)], 1)


class Case:
    """masked: D inputs in order, `outputs` of each; otherwise `outputs` in all."""

    def __init__(self, kind, inputs, context, hidden, outputs, activation, blocks=0, norm="none", dropout=0.0, masked=False):
        self.kind, self.inputs, self.context, self.hidden = kind, inputs, context, hidden
        self.outputs, self.activation, self.blocks = outputs, activation, blocks
        self.norm, self.dropout, self.masked = norm, dropout, masked
        self.total = inputs * outputs if masked else outputs

    def masks(self):
        """For each weight matrix of the layer list, in order, what is visible."""
        position = np.arange(self.inputs)
        of = lambda width: degrees(width, self.inputs, self.context)
        widths = self.hidden if self.kind == "mlp" else self.hidden * (1 + 2 * self.blocks)
        layers, below = [], position + 1
        for index, width in enumerate(widths):
            layers.append(visible(of(width), below, self.context if index == 0 else 0))
            below = of(width)
        layers.append(visible(np.repeat(position, self.outputs), below, 0 if layers else self.context))
        return layers

    def shapes(self):
        """Name, shape and mask (None: all is visible) of each parameter, in the order in which FlowKit keeps them."""
        masks = iter(self.masks() if self.masked else itertools.repeat(None))
        if self.kind == "mlp":
            widths = [self.inputs + self.context, *self.hidden, self.total]
            for layer, (columns, rows) in enumerate(zip(widths, widths[1:])):
                yield f"weight{layer}", (rows, columns), next(masks)
                yield f"bias{layer}", (rows,), None
            return
        H = self.hidden[0]
        yield "initial_layer.weight", (H, self.inputs + self.context), next(masks)
        yield "initial_layer.bias", (H,), None
        for block in range(self.blocks):
            for layer in range(2):
                if self.norm == "layer":
                    yield f"blocks.{block}.batch_norm_layers.{layer}.weight", (H,), None
                    yield f"blocks.{block}.batch_norm_layers.{layer}.bias", (H,), None
                yield f"blocks.{block}.linear_layers.{layer}.weight", (H, H), next(masks)
                yield f"blocks.{block}.linear_layers.{layer}.bias", (H,), None
            if self.context:
                yield f"blocks.{block}.context_layer.weight", (H, self.context), None
                yield f"blocks.{block}.context_layer.bias", (H,), None
        yield "final_layer.weight", (self.total, H), next(masks)
        yield "final_layer.bias", (self.total,), None

    def named(self, parameters):
        """The parameters by name, masked ones set to 0."""
        shapes = list(self.shapes())
        pieces = parameters.split([math.prod(shape) for _, shape, _ in shapes])
        return {
            name: piece.reshape(shape) * (1 if mask is None else torch.from_numpy(mask.astype(float)))
            for (name, shape, mask), piece in zip(shapes, pieces)
        }

    def is_masked(self):
        return np.concatenate([
            np.zeros(math.prod(shape)) if mask is None else 1 - mask.ravel() for _, shape, mask in self.shapes()])

    def network(self):
        """nflows' network with what it has not put in place of what it has."""
        net = ResidualNet(
            self.inputs, self.total, self.hidden[0], self.context or None, self.blocks, ACTIVATIONS[self.activation],
            use_batch_norm=self.norm == "layer").double()
        for index, block in enumerate(net.blocks):
            if self.norm == "layer":
                norms = [torch.nn.LayerNorm(self.hidden[0], dtype=torch.float64) for _ in range(2)]
                block.batch_norm_layers = torch.nn.ModuleList(norms)
            if self.dropout:
                factor = factors(self.dropout, self.hidden[0], index)
                block.dropout.forward = lambda u, factor=factor: u * factor
        return net

    def __call__(self, x, context, parameters):
        named = self.named(parameters)
        if self.kind == "residual":
            arguments = (x, context) if self.context else (x,)
            return torch.func.functional_call(self.network(), named, arguments, strict=True)
        h = torch.cat([x, context], 1)
        for layer in range(len(self.hidden) + 1):
            h = h @ named[f"weight{layer}"].T + named[f"bias{layer}"]
            if layer < len(self.hidden):
                h = ACTIVATIONS[self.activation](h)
                if self.dropout:
                    h = h * factors(self.dropout, self.hidden[layer], layer)
        return h

    def check_with_made(self, x, parameters):
        """nflows' MADE takes the degrees 1, 2, …, D - 1, 1, 2, …: the same, its units in another order."""
        made = MADE(
            self.inputs, self.hidden[0], num_blocks=self.blocks, output_multiplier=self.outputs,
            activation=ACTIVATIONS[self.activation]).double()
        order = np.argsort(np.argsort(made.initial_layer.degrees.numpy(), kind="stable"))
        with torch.no_grad():
            for name, value in self.named(parameters).items():
                value = value[order] if not name.startswith("final") else value
                if value.ndim == 2 and not name.startswith("initial"):
                    value = value[:, order]
                made.get_parameter(name).copy_(value)
        torch.testing.assert_close(made(x), self(x, None, parameters), rtol=1e-13, atol=1e-14)

    def made(self, random):
        count = sum(math.prod(shape) for _, shape, _ in self.shapes())
        draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))
        inputs = [draw(EVENTS, self.inputs), draw(EVENTS, self.context), 0.6 * draw(count)]
        r = draw(EVENTS, self.total)
        moving = [tensor.clone().requires_grad_() for tensor in inputs]
        value = self(*moving)
        gradients = torch.autograd.grad((r * value).sum(), moving, allow_unused=True)
        gradients = [torch.zeros_like(t) if g is None else g for t, g in zip(moving, gradients)]
        used = [tensor for tensor in moving if tensor.numel()]

        def value_of(*used):
            rest = iter(used)
            return self(*[next(rest) if tensor.numel() else tensor for tensor in moving])

        assert torch.autograd.gradcheck(value_of, used, eps=1e-6, atol=1e-7)
        if self.masked and self.kind == "residual" and not self.context and not self.dropout:
            self.check_with_made(inputs[0], inputs[2])
        arrays = zip(
            ["x", "context", "parameters", "r", "value", "gradientX", "gradientContext", "gradientParameters"],
            [*inputs, r, value.detach(), *gradients], strict=True)
        return {
            "kind": self.kind, "isMasked": self.masked, "inputs": self.inputs, "contextDimension": self.context,
            "hidden": self.hidden, "outputs": self.outputs, "activation": self.activation, "blocks": self.blocks,
            "norm": self.norm, "dropout": self.dropout, "unused": reference.array(self.is_masked()),
        } | {name: reference.array(tensor.detach().numpy()) for name, tensor in arrays}


CASES = [
    Case("residual", 3, 0, [6], 4, "relu", blocks=2),
    Case("residual", 3, 2, [6], 4, "tanh", blocks=2),
    Case("residual", 0, 2, [5], 3, "silu", blocks=1),
    Case("residual", 2, 0, [7], 3, "silu", blocks=3, norm="layer"),
    Case("residual", 2, 2, [7], 3, "tanh", blocks=2, norm="layer", dropout=0.25),
    Case("residual", 3, 1, [6], 2, "relu", blocks=2, dropout=0.5),
    Case("residual", 4, 0, [9], 2, "tanh", blocks=2, masked=True),
    Case("residual", 4, 2, [9], 2, "silu", blocks=2, masked=True),
    Case("residual", 3, 1, [8], 2, "relu", blocks=1, dropout=0.3, masked=True),
    Case("mlp", 3, 2, [6, 5], 4, "tanh", dropout=0.4),
    Case("mlp", 3, 0, [6, 5], 4, "relu", dropout=0.4),
    Case("mlp", 4, 1, [8, 6], 2, "silu", dropout=0.2, masked=True),
]

if __name__ == "__main__":
    random = np.random.default_rng(41)
    reference.write(
        "networks.json", __file__, "Conditioner networks; their outputs and the gradients of L = sum(r outputs).",
        ["torch", "nflows", "numpy"], {"seed": str(SEED), "first": FIRST, "cases": [case.made(random) for case in CASES]})
