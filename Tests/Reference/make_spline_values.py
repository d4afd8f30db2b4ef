"""Makes spline.json: rational-quadratic splines and their inverses, values and gradients, by nflows in float64.

nflows' unconstrained_rational_quadratic_spline takes FlowKit's width and height logits as they are, and FlowKit's slope
logits plus log(exp(1 - 0.001) - 1). Gradients are autograd's, through the inverse too. Before anything is written, the
inverse must lead back and differ little from what Newton steps make of it, and the gradients must agree with central
differences where these can be trusted.

    L = Σ r·y + Σ c·log|dy/dx|, the same with x and y exchanged for the inverse

Each event has logits of its own: φ is N × (3K - 1). At the inner knots, and at ±B for the inverse, c is 0: there the
log-derivative has a kink, while y's gradient has none. Inputs and logits but for the knots are Float numbers, so that both
builds see the same. Run it in the environment of Benchmarks/peers/setup.sh."""
import math

import numpy as np
import torch
from nflows.transforms.splines.rational_quadratic import unconstrained_rational_quadratic_spline

import reference

EVENTS = 16
SLOPE_SHIFT = math.log(math.exp(1 - 1e-3) - 1)


def spline(v, phi, bins, bound, inverse=False):
    widths, heights, slopes = phi.split([bins, bins, bins - 1], dim=1)
    return unconstrained_rational_quadratic_spline(
        v, widths, heights, slopes + SLOPE_SHIFT, inverse=inverse, tails="linear", tail_bound=bound)


def knots(logits, bound):
    """The inner knots along one axis."""
    bins = logits.shape[1]
    sizes = 2 * bound * (1e-3 + (1 - 1e-3 * bins) * torch.softmax(logits, dim=1))
    return sizes.cumsum(dim=1)[:, :-1] - bound


def rounded(values):
    return torch.from_numpy(np.asarray(values).astype(np.float32).astype(np.float64))


def inside_bins(logits, bound, random):
    """Event e well inside bin e mod K."""
    edge = torch.full((EVENTS, 1), bound, dtype=torch.float64)
    edges = torch.cat([-edge, knots(logits, bound), edge], dim=1)
    event = torch.arange(EVENTS)
    left, right = edges[event, event % logits.shape[1]], edges[event, event % logits.shape[1] + 1]
    return rounded(left + (right - left) * torch.from_numpy(random.uniform(0.2, 0.8, EVENTS)))


def positions(logits, bound, extreme, random):
    """Inside, at knots, at ±B and outside; and whether an event stands where the log-derivative has a kink."""
    is_kink = torch.zeros(EVENTS, dtype=torch.bool)
    if extreme:  # a slope that grows by 10⁴ within B/500 is nobody's reference at its knot
        v = inside_bins(logits, bound, random)
    else:
        v = rounded(bound * random.uniform(-1, 1, EVENTS))
        inner = knots(logits, bound)
        for event in (3, 4, 5, 6):
            v[event] = inner[event, event % inner.shape[1]]
        is_kink[3:7] = True
        v[10] = 0
    v[11:] = torch.tensor([bound, -bound, 1.25 * bound, -1.5 * bound, 1e6])
    return v, is_kink


def polished_inverse(x, y, phi, bins, bound):
    """nflows' inverse and its log-slope without the digits that its root loses: Newton steps through the spline itself."""
    for _ in range(3):
        value, log_slope = spline(x, phi, bins, bound)
        x = x - (value - y) * (-log_slope).exp()
    return x, -spline(x, phi, bins, bound)[1]


def with_gradients(v, phi, r, c, bins, bound, inverse):
    v, phi = v.clone().requires_grad_(), phi.clone().requires_grad_()
    value, log_slope = spline(v, phi, bins, bound, inverse)
    gradients = torch.autograd.grad((r * value).sum() + (c * log_slope).sum(), (v, phi))
    return [tensor.detach() for tensor in (value, log_slope, *gradients)]


def check_gradients(v, phi, r, c, bins, bound, inverse, gradients):
    """Central differences, event by event; not at kinks and edges."""

    def objective(v, phi):
        value, log_slope = spline(v, phi, bins, bound, inverse)
        return r * value + c * log_slope

    step = 1e-6
    events = [event for event in range(EVENTS) if not 3 <= event <= 6 and not 11 <= event <= 12]
    columns = [(v, 0, gradients[0])] + [(phi, k, gradients[1][:, k]) for k in range(phi.shape[1])]
    for tensor, column, gradient in columns:
        values = []
        for sign in (1, -1):
            moved = tensor.clone()
            moved.view(EVENTS, -1)[:, column] += sign * step
            values.append(objective(moved, phi) if tensor is v else objective(v, moved))
        difference = (values[0] - values[1]) / (2 * step)
        torch.testing.assert_close(difference[events], gradient[events], rtol=1e-5, atol=1e-5)


def logits(bins, extreme, random):
    if extreme:
        return torch.from_numpy(random.choice([-50.0, 0.0, 50.0], (EVENTS, 3 * bins - 1)))
    return rounded(random.standard_normal((EVENTS, 3 * bins - 1)))


def case(bins, bound, extreme, random):
    phi = logits(bins, extreme, random)
    r, c = rounded(random.standard_normal(EVENTS)), rounded(random.standard_normal(EVENTS))
    arrays = {"phi": phi, "r": r}
    for direction, inverse in (("forward", False), ("inverse", True)):
        axis = phi[:, bins : 2 * bins] if inverse else phi[:, :bins]
        v, is_kink = positions(axis, bound, extreme, random)
        if inverse:
            is_kink[11:13] = True
        weights = torch.where(is_kink, 0.0, c)
        results = with_gradients(v, phi, r, weights, bins, bound, inverse)
        if inverse:
            better = polished_inverse(results[0], v, phi, bins, bound)
            torch.testing.assert_close(list(better), results[:2], rtol=1e-8, atol=1e-8)
            results[:2] = better
        back, log_back = spline(results[0], phi, bins, bound, not inverse)
        torch.testing.assert_close(back, v, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(log_back[~is_kink], -results[1][~is_kink], rtol=1e-8, atol=1e-8)
        if not extreme:
            check_gradients(v, phi, r, weights, bins, bound, inverse, results[2:])
        names = ("Input", "C", "Output", "LogSlope", "GradientInput", "GradientPhi")
        arrays |= {direction + name: tensor for name, tensor in zip(names, (v, weights, *results), strict=True)}
    return {"bins": bins, "bound": bound, "isExtreme": extreme, "events": EVENTS} | {
        name: reference.array(tensor.numpy()) for name, tensor in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(30)
    cases = [case(bins, bound, extreme, random) for extreme in (False, True) for bins, bound in ((8, 5.0), (3, 1.5))]
    reference.write(
        "spline.json", __file__,
        "Rational-quadratic splines and inverses, log-derivatives and gradients of L = sum(r y) + sum(c logSlope).",
        ["torch", "nflows", "numpy"], {"cases": cases})
