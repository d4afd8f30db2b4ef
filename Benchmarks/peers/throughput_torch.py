"""Throughput of zuko and of nflows, eager PyTorch on the CPU with its default number of threads.

  python throughput_torch.py zuko|nflows [--seconds S] [workload ...]"""
import torch
from torch import nn

import throughput


def zuko_subject(workload):
    import zuko

    options = dict(transforms=workload["layers"], hidden_features=workload["hidden"])
    if workload["map"] == "spline":
        bins = workload["bins"]
        spline = lambda *parameters: zuko.transforms.MonotonicRQSTransform(*parameters, bound=float(workload["bound"]))
        options |= dict(univariate=spline, shapes=[(bins,), (bins,), (bins - 1,)])
    # RealNVP is zuko's coupling flow proper; MAF(passes=2) would be a masked network of the full width.
    make = zuko.flows.RealNVP if workload["layout"] == "coupling" else zuko.flows.MAF
    flow = make(workload["dimension"], **options)
    return subject(flow, workload, lambda x: flow().log_prob(x), lambda count: flow().sample((count,)))


def nflows_layers(workload):
    from nflows import transforms

    dimension, hidden = workload["dimension"], workload["hidden"]

    class Conditioner(nn.Sequential):
        def __init__(self, inputs, outputs):
            widths = [inputs, *hidden]
            body = [module for i, o in zip(widths, hidden) for module in (nn.Linear(i, o), nn.ReLU())]
            super().__init__(*body, nn.Linear(hidden[-1], outputs))

        def forward(self, x, context=None):
            return super().forward(x)

    for layer in range(workload["layers"]):
        mask = torch.arange(dimension) % 2 == layer % 2
        if workload["layout"] == "autoregressive":
            # The masked network has one hidden layer more than it has blocks.
            yield transforms.MaskedAffineAutoregressiveTransform(
                dimension, hidden_features=hidden[0], num_blocks=len(hidden) - 1, use_residual_blocks=False)
            yield transforms.ReversePermutation(dimension)
        elif workload["map"] == "affine":
            yield transforms.AffineCouplingTransform(mask, Conditioner)
        else:
            yield transforms.PiecewiseRationalQuadraticCouplingTransform(
                mask, Conditioner, num_bins=workload["bins"], tails="linear", tail_bound=float(workload["bound"]))


def nflows_subject(workload):
    from nflows import distributions, flows, transforms

    base = distributions.StandardNormal([workload["dimension"]])
    flow = flows.Flow(transforms.CompositeTransform(list(nflows_layers(workload))), base)
    return subject(flow, workload, flow.log_prob, flow.sample)


def subject(flow, workload, log_density, draw):
    events = torch.randn(throughput.EVENTS, workload["dimension"])
    optimizer = torch.optim.Adam(flow.parameters(), 1e-3, fused=True)

    def batch(call, size):
        start = throughput.batch_start(call, size)
        return events[start : start + size]

    def train(call):
        optimizer.zero_grad()
        loss = -log_density(batch(call, workload["batch"])).mean()
        loss.backward()
        optimizer.step()

    @torch.inference_mode()
    def density(call):
        return log_density(batch(call, throughput.EVALUATION_BATCH))

    @torch.inference_mode()
    def sample(call):
        return draw(throughput.EVALUATION_BATCH)

    return throughput.Subject(sum(p.numel() for p in flow.parameters()), train, density, sample)


if __name__ == "__main__":
    torch.manual_seed(0)
    throughput.main({"zuko": zuko_subject, "nflows": nflows_subject}, "Throughput of zuko or nflows, as JSON lines")
