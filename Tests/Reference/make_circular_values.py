"""Makes circular.json: rational-quadratic splines on the circle with a rotation, values and gradients, by nflows.

nflows' rational_quadratic_spline on [-pi, pi] takes the width and height logits as they are, and the slope logits plus
log(exp(1 - 0.001) - 1), the first and the last the same; the rotation is added by torch. Gradients of
L = sum(r y) + sum(c log|dy/dx|) are autograd's. Angles stay away from the image of +-pi, where y jumps. Inputs are Float
numbers. Run it in the environment of Benchmarks/peers/setup.sh."""
import math

import numpy as np
import torch
from nflows.transforms.splines.rational_quadratic import rational_quadratic_spline

import reference

EVENTS = 16
SLOPE_SHIFT = math.log(math.exp(1 - 1e-3) - 1)


def circular(x, phi, bins):
    widths, heights, inner, outer, rotation = phi.split([bins, bins, bins - 1, 1, 1], dim=1)
    slopes = torch.cat([outer, inner, outer], dim=1) + SLOPE_SHIFT
    y, log_slope = rational_quadratic_spline(
        x, widths, heights, slopes, left=-math.pi, right=math.pi, bottom=-math.pi, top=math.pi)
    y = y + rotation[:, 0]
    return y - 2 * math.pi * torch.floor((y + math.pi) / (2 * math.pi)).detach(), log_slope


def rounded(values):
    return torch.from_numpy(np.asarray(values).astype(np.float32).astype(np.float64))


def case(bins, random):
    phi = rounded(random.standard_normal((EVENTS, 3 * bins + 1)))
    phi[:, -1] *= 2
    x = rounded(random.uniform(-3.1, 3.1, EVENTS))
    r, c = rounded(random.standard_normal(EVENTS)), rounded(random.standard_normal(EVENTS))
    x, phi = x.requires_grad_(), phi.clone().requires_grad_()
    y, log_slope = circular(x, phi, bins)
    assert (y.abs() < math.pi - 0.01).all()
    assert (y - x).abs().max() > 4, "no event goes round"
    gradients = torch.autograd.grad((r * y).sum() + (c * log_slope).sum(), (x, phi))
    arrays = {
        "phi": phi, "x": x, "r": r, "c": c, "y": y, "logSlope": log_slope, "gradientX": gradients[0],
        "gradientPhi": gradients[1]}
    return {"bins": bins} | {name: reference.array(tensor.detach().numpy()) for name, tensor in arrays.items()}


if __name__ == "__main__":
    random = np.random.default_rng(52)
    reference.write(
        "circular.json", __file__, "Splines on the circle, and gradients of L = sum(r y) + sum(c logSlope).",
        ["torch", "nflows", "numpy"], {"cases": [case(bins, random) for bins in (2, 8)]})
