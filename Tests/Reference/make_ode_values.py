"""Makes ode.json: continuous flows dx/dt = f(x, t, c), solved by SciPy's DOP853 with rtol = 1e-12, in float64.

The network and its Jacobian, whose trace log-determinants integrate, are written with NumPy and multiplied out.
Gradients of L = sum(r z) + sum(c log|det|) are differences of L itself along single directions, from solutions at rtol = 1e-12: no adjoint, no
discrete step of FlowKit's enters. Parameters and events are Float numbers."""
import numpy as np
from scipy.integrate import solve_ivp

import reference

PHI = {
    "lipswish": lambda a: a / (1 + np.exp(-a)) / 1.1,
    "tanh": np.tanh,
    "sine": np.sin,
}
SLOPE = {
    "lipswish": lambda a: (1 + a / (1 + np.exp(a))) / (1 + np.exp(-a)) / 1.1,
    "tanh": lambda a: 1 / np.cosh(a) ** 2,
    "sine": np.cos,
}
EVENTS = 6


class Field:
    """f of many events at once; arrays are events x features."""

    def __init__(self, dimension, context, hidden, activation, random):
        self.activation, self.dimension = activation, dimension
        widths = [dimension + context + 6, *hidden, dimension]
        self.shapes = [s for i, o in zip(widths, widths[1:]) for s in ((o, i), (o,))]
        scale = [1.5 / np.sqrt(i) for i in widths[:-1] for _ in (0, 1)]
        self.parameters = np.concatenate(
            [np.float32(s * random.normal(size=shape)).astype("f8").ravel() for s, shape in zip(scale, self.shapes)])

    def layers(self, parameters):
        arrays, start = [], 0
        for shape in self.shapes:
            arrays.append(parameters[start : start + np.prod(shape)].reshape(shape))
            start += np.prod(shape)
        return list(zip(arrays[::2], arrays[1::2]))

    def velocity_and_trace(self, x, t, c, layers):
        """f, and the trace of its Jacobian in x, which is multiplied out layer by layer."""
        waves = np.stack([f(np.pi * k * t) for k in (1, 2, 3) for f in (np.cos, np.sin)])
        h = np.concatenate([x, c, np.broadcast_to(waves, (len(x), 6))], 1)
        J = np.broadcast_to(np.eye(h.shape[1])[:, : self.dimension], (len(x), h.shape[1], self.dimension))
        for index, (W, b) in enumerate(layers):
            h, J = h @ W.T + b, W @ J
            if index + 1 < len(layers):
                J = SLOPE[self.activation](h)[:, :, None] * J
                h = PHI[self.activation](h)
        return h, np.trace(J, axis1=1, axis2=2)

    def flow(self, x, c, parameters, start=1, end=0):
        """Where events come to, and log|det|."""
        layers = self.layers(parameters)

        def rate(t, state):
            f, trace = self.velocity_and_trace(state.reshape(len(x), -1)[:, :-1], t, c, layers)
            return np.concatenate([f, trace[:, None]], 1).ravel()

        first = np.concatenate([x, np.zeros((len(x), 1))], 1).ravel()
        solved = solve_ivp(rate, (start, end), first, method="DOP853", rtol=1e-12, atol=1e-13)
        assert solved.success
        last = solved.y[:, -1].reshape(len(x), -1)
        return last[:, :-1], last[:, -1]


def case(dimension, context, hidden, activation, seed):
    random = np.random.default_rng(seed)
    single = lambda *shape: np.float32(random.normal(size=shape)).astype("f8")
    field = Field(dimension, context, hidden, activation, random)
    x, c = single(EVENTS, dimension), single(EVENTS, context)
    r, s = single(EVENTS, dimension), single(EVENTS)

    def losses(x, c, parameters):
        z, l = field.flow(x, c, parameters)
        return (r * z).sum(1) + s * l

    def difference(f, h=2e-3):
        """A central difference of fourth order."""
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

    z, l = field.flow(x, c, field.parameters)
    back, _ = field.flow(z, c, field.parameters, 0, 1)
    assert np.abs(back - x).max() < 1e-8
    unit = lambda size, index: np.eye(size)[index]
    of_x = [difference(lambda h: losses(x + h * unit(dimension, k), c, field.parameters)) for k in range(dimension)]
    of_c = [difference(lambda h: losses(x, c + h * unit(context, k), field.parameters)) for k in range(context)]
    # Of each array of parameters the first, the last and one between.
    chosen, start = [], 0
    for shape in field.shapes:
        size = int(np.prod(shape))
        chosen += sorted({start, start + size // 2, start + size - 1})
        start += size
    of_parameters = [
        difference(lambda h: losses(x, c, field.parameters + h * unit(len(field.parameters), k)).sum()) for k in chosen]
    rows = lambda columns: np.stack(columns, 1) if columns else np.zeros((EVENTS, 0))
    return {
        "dimension": dimension, "contextDimension": context, "hidden": hidden, "activation": activation,
        "x": reference.array(x), "context": reference.array(c), "parameters": reference.array(field.parameters),
        "r": reference.array(r), "c": reference.array(s), "z": reference.array(z), "logDeterminant": reference.array(l),
        "gradientX": reference.array(rows(of_x)), "gradientContext": reference.array(rows(of_c)), "chosen": chosen,
        "gradientChosen": reference.array(of_parameters),
    }


if __name__ == "__main__":
    reference.write(
        "ode.json", __file__,
        "Continuous flows; z, log-determinant, and gradients of L = sum(r z) + sum(c log|det|), of the parameters with the indices `chosen`.",
        ["numpy", "scipy"],
        {"cases": [
            case(2, 0, [8, 7], "tanh", 1), case(3, 2, [9, 6], "lipswish", 2), case(1, 1, [6], "sine", 3),
            case(4, 0, [6, 5, 6], "lipswish", 4),
        ]})
