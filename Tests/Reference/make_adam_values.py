"""Makes adam.json: ten steps of torch.optim.Adam in float64 on given gradients, clipped by torch's clip_grad_norm_.

The learning rate changes from step to step, and so does the size of the gradient, so that some steps are clipped. Run it in
the environment of Benchmarks/peers/setup.sh."""
import numpy as np
import torch

import reference

COUNT, STEPS, CLIP = 19, 10, 5.0

random = np.random.default_rng(8)
start = random.normal(size=COUNT)
gradients = random.normal(size=(STEPS, COUNT)) * np.logspace(-2, 1, STEPS)[:, None]
rates = np.linspace(0.1, 0.01, STEPS)

theta = torch.nn.Parameter(torch.tensor(start))
adam = torch.optim.Adam([theta], betas=(0.9, 0.999), eps=1e-8)
steps, scales = [], []
for gradient, rate in zip(gradients, rates):
    theta.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([theta], CLIP)
    # Torch adds 1e-6 to the norm.
    scales.append(float(theta.grad[0] / gradient[0]))
    adam.param_groups[0]["lr"] = float(rate)
    adam.step()
    steps.append(theta.detach().numpy().copy())

reference.write(
    "adam.json",
    __file__,
    "Parameters after each of ten steps of Adam on given gradients.",
    ["torch", "numpy"],
    {
        "cases": [
            {
                "start": reference.array(start),
                "gradients": reference.array(gradients),
                "rates": reference.array(rates),
                "scales": reference.array(scales),
                "steps": reference.array(np.array(steps)),
            }
        ]
    },
)
