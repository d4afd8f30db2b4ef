"""Throughput of FlowJAX.

  python throughput_jax.py [--seconds S] [workload ...]

All three functions are compiled before the clock starts, the step's buffers are donated, and results are waited for
only every few calls, as a training loop that logs now and then would."""
import equinox
import jax
import optax
import paramax
from flowjax.bijections import RationalQuadraticSpline
from flowjax.distributions import Normal
from flowjax.flows import coupling_flow, masked_autoregressive_flow
from flowjax.train.losses import MaximumLikelihoodLoss

import throughput


def make_flow(workload):
    make = coupling_flow if workload["layout"] == "coupling" else masked_autoregressive_flow
    options = {}
    if workload["map"] == "spline":
        # `knots` counts the inner ones: 7 of them make 8 bins.
        options["transformer"] = RationalQuadraticSpline(knots=workload["bins"] - 1, interval=workload["bound"])
    return make(
        jax.random.key(0),
        base_dist=Normal(jax.numpy.zeros(workload["dimension"])),
        flow_layers=workload["layers"],
        nn_width=workload["hidden"][0],
        nn_depth=len(workload["hidden"]),
        **options,
    )


def build(workload):
    trainable, fixed = equinox.partition(
        make_flow(workload), equinox.is_inexact_array, is_leaf=lambda leaf: isinstance(leaf, paramax.NonTrainable))
    count = sum(leaf.size for leaf in jax.tree.leaves(trainable))
    optimizer, loss = optax.adam(1e-3), MaximumLikelihoodLoss()
    events = jax.random.normal(jax.random.key(1), (throughput.EVENTS, workload["dimension"]))
    size = workload["batch"]
    training = [events[i : i + size] for i in range(0, throughput.EVENTS, size)]
    size = throughput.EVALUATION_BATCH
    evaluation = [events[i : i + size] for i in range(0, throughput.EVENTS, size)]

    def step(trainable, moments, batch):
        value, gradient = jax.value_and_grad(loss)(trainable, fixed, batch)
        update, moments = optimizer.update(gradient, moments, trainable)
        return optax.apply_updates(trainable, update), moments, value

    step = jax.jit(step, donate_argnums=(0, 1))
    flow = lambda trainable: paramax.unwrap(equinox.combine(trainable, fixed))
    log_density = jax.jit(lambda trainable, batch: flow(trainable).log_prob(batch))
    draw = jax.jit(lambda trainable, key: flow(trainable).sample(key, (throughput.EVALUATION_BATCH,)))
    keys = list(jax.random.split(jax.random.key(2), 64))
    state = [trainable, optimizer.init(trainable)]

    def train(call):
        state[0], state[1], value = step(*state, training[call % len(training)])
        return value

    return throughput.Subject(
        parameters=count,
        train=train,
        density=lambda call: log_density(state[0], evaluation[call % len(evaluation)]),
        sample=lambda call: draw(state[0], keys[call % len(keys)]),
        wait=jax.block_until_ready,
    )


if __name__ == "__main__":
    throughput.main({"flowjax": build}, "Throughput of FlowJAX, as JSON lines")
