"""Fits FlowJAX flows to unnormalised densities by its ElboLoss (sticking the landing), for so many seconds each:
elbo_jax.py SECONDS [TARGET ...], with the targets funnel, eight-schools and seeds.

The architecture is that of `flowctl infer TARGET --layers 'diagonal,8*[coupling-rqs(bins=8,bound=5,hidden=64x64),permute(random)]'`: eight
spline couplings with networks of two layers of 64, and a scale and a shift for each parameter at the end. Seconds are those of steps, without
compilation. For each learning rate with a cosine to 0, and FlowJAX's own constant 5e-4, of 20,000 draws: the ELBO, log Z by importance
sampling and the effective part of the draws.
"""
import json
import sys
import time

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import paramax
from flowjax.bijections import Affine, RationalQuadraticSpline
from flowjax.distributions import Normal, Transformed
from flowjax.flows import coupling_flow
from flowjax.train.losses import ElboLoss
from jax.scipy.special import gammaln

BATCH, DRAWS = 1024, 20_000
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def funnel(x):
    v, others = x[0], x[1:]
    return (
        -v * v / 18 - jnp.log(3.0) - (len(others) * v + (others**2).sum() * jnp.exp(-v)) / 2 - len(x) * HALF_LOG_2PI)


def eight_schools(x):
    y, error = jnp.array([28.0, 8, -3, 7, -1, 1, 18, 12]), jnp.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    t, mu, tau = x[:8], x[8], jnp.exp(x[9])
    residual = (y - mu - tau * t) / error
    prior = -mu * mu / 50 - jnp.log(5.0) - 17 * HALF_LOG_2PI - jnp.log(5 * jnp.pi) - jnp.log1p((tau / 5) ** 2)
    return prior + x[9] - (t * t + residual**2).sum() / 2 - jnp.log(error).sum()


GERMINATED = np.array([10, 23, 23, 26, 17, 5, 53, 55, 32, 46, 10, 8, 10, 8, 23, 0, 3, 22, 15, 32, 3.0])
SEEDS = np.array([39, 62, 81, 51, 39, 6, 74, 72, 51, 79, 13, 16, 30, 28, 45, 4, 12, 41, 30, 51, 7.0])
SECOND_SEED = (np.arange(21) >= 11) * 1.0
SECOND_EXTRACT = ((np.arange(21) >= 5) & (np.arange(21) < 11) | (np.arange(21) >= 16)) * 1.0
SEEDS_CONSTANT = float(
    (gammaln(SEEDS + 1) - gammaln(GERMINATED + 1) - gammaln(SEEDS - GERMINATED + 1)).sum()
    - 25 * HALF_LOG_2PI - 4 * np.log(10) + 0.01 * np.log(0.01) - gammaln(0.01))


def seeds(x):
    tau, b = jnp.exp(x[4]), x[5:]
    logit = x[0] + x[1] * SECOND_SEED + x[2] * SECOND_EXTRACT + x[3] * SECOND_SEED * SECOND_EXTRACT + b
    likelihood = (GERMINATED * logit - SEEDS * jax.nn.softplus(logit)).sum()
    prior = 0.01 * (x[4] - tau) + 10.5 * x[4] - tau * (b * b).sum() / 2 - (x[:4] ** 2).sum() / 200
    return SEEDS_CONSTANT + prior + likelihood


TARGETS = {"funnel": (funnel, 10), "eight-schools": (eight_schools, 10), "seeds": (seeds, 26)}


def flow(dimension):
    base = Normal(jnp.zeros(dimension))
    # `knots` counts the inner ones: 7 of them make 8 bins.
    couplings = coupling_flow(
        jr.key(0), base_dist=base, transformer=RationalQuadraticSpline(knots=7, interval=5), flow_layers=8, nn_width=64,
        nn_depth=2, invert=False)
    return Transformed(couplings, Affine(jnp.zeros(dimension), jnp.ones(dimension)))


def fit(target, dimension, seconds, rate):
    trainable, static = eqx.partition(
        flow(dimension), eqx.is_inexact_array, is_leaf=lambda leaf: isinstance(leaf, paramax.NonTrainable))
    loss = ElboLoss(target, num_samples=BATCH, stick_the_landing=True)

    def stepper(optimizer):
        @eqx.filter_jit
        def step(trainable, state, key):
            value, gradient = eqx.filter_value_and_grad(loss)(trainable, static, key)
            updates, state = optimizer.update(gradient, state, trainable)
            return eqx.apply_updates(trainable, updates), state, value

        return step

    def run(optimizer, steps, trainable):
        step, state = stepper(optimizer), optimizer.init(trainable)
        keys = jr.split(jr.key(1), steps + 1)
        step(trainable, state, keys[0])
        start = time.time()
        for key in keys[1:]:
            trainable, state, value = step(trainable, state, key)
        value.block_until_ready()
        return trainable, time.time() - start

    # How many steps there is time for, then those along their schedule.
    _, taken = run(optax.adam(5e-4), 30, trainable)
    steps = max(1, int(30 * seconds / taken))
    schedule = rate if rate == 5e-4 else optax.cosine_decay_schedule(rate, steps)
    optimizer = optax.chain(optax.clip_by_global_norm(10.0), optax.adam(schedule))
    trainable, taken = run(optimizer, steps, trainable)
    fitted = paramax.unwrap(eqx.combine(trainable, static))
    x, log_q = eqx.filter_jit(lambda key: fitted.sample_and_log_prob(key, (DRAWS,)))(jr.key(2))
    weights = np.asarray(jax.vmap(target)(x) - log_q, dtype=float)
    scaled = np.exp(weights - weights.max())
    return {
        "rate": rate, "steps": steps, "seconds": round(taken, 1), "elbo": round(weights.mean(), 4),
        "elboStandardError": round(weights.std() / len(weights) ** 0.5, 4),
        "logZ": round(float(np.log(scaled.mean()) + weights.max()), 4),
        "ess": round(float(scaled.sum() ** 2 / (scaled**2).sum() / len(weights)), 4)}


if __name__ == "__main__":
    for name in sys.argv[2:] or TARGETS:
        for rate in (5e-4, 1e-3, 3e-3):
            print(json.dumps({"target": name, **fit(*TARGETS[name], float(sys.argv[1]), rate)}), flush=True)
