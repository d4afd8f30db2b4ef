"""Values of encoders and of what they are trained by, computed by JAX in double precision: networks, losses and their gradients by
automatic differentiation; losses of triplets by plain loops in NumPy.

    python3 make_encoder_values.py
"""
import jax
import jax.numpy as jnp
import numpy as np

from reference import array, write

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(16)


def split(theta, widths):
    layers, offset = [], 0
    for inputs, outputs in zip(widths, widths[1:]):
        weight = theta[offset : offset + inputs * outputs].reshape(outputs, inputs)
        offset += inputs * outputs
        layers.append((weight, theta[offset : offset + outputs]))
        offset += outputs
    return layers, theta[offset:]


def network(layers, x, activation):
    for index, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        if index < len(layers) - 1:
            x = activation(x)
    return x


def size(widths):
    return sum(a * b + b for a, b in zip(widths, widths[1:]))


def autoencoder(error):
    count, columns, latents = 7, 4, 2
    encoder, decoder = [columns, 6, 5, latents], [latents, 5, 6, columns]
    means, deviations = rng.normal(size=columns), rng.uniform(0.5, 2, size=columns)
    events = means + deviations * rng.normal(size=(count, columns))
    theta = rng.uniform(-0.7, 0.7, size=size(encoder) + size(decoder))
    x = (events - means) / deviations

    def parts(theta):
        first, rest = split(theta, encoder)
        z = network(first, x, jnp.tanh)
        return z, network(split(rest, decoder)[0], z, jax.nn.silu)

    def loss(theta):
        residual = parts(theta)[1] - x
        return jnp.mean(residual**2 if error == "squared" else jnp.abs(residual))

    z, back = parts(theta)
    return {
        "name": "ae", "error": error, "events": array(events), "means": array(means), "deviations": array(deviations),
        "parameters": array(theta), "latents": array(z), "reconstructions": array(back * deviations + means),
        "loss": float(loss(theta)), "gradient": array(jax.grad(loss)(theta)),
    }


def triplet(distance, mining):
    """Every triplet, one after the other."""
    points, labels, margin = rng.normal(size=(11, 3)), rng.integers(0, 3, size=11), 0.4

    def d(a, b):
        if distance == "euclidean":
            return jnp.sqrt(jnp.sum((a - b) ** 2))
        return 1 - a @ b / (jnp.linalg.norm(a) * jnp.linalg.norm(b))

    chosen, total = [], 0
    for a in range(11):
        for p in range(11):
            for n in range(11):
                if a == p or labels[a] != labels[p] or labels[a] == labels[n]:
                    continue
                total += 1
                near, far = float(d(points[a], points[p])), float(d(points[a], points[n]))
                if near - far + margin > 0 and (mining == "all" or near < far):
                    chosen.append((a, p, n))

    def loss(points):
        return sum(d(points[a], points[p]) - d(points[a], points[n]) + margin for a, p, n in chosen) / len(chosen)

    return {
        "distance": distance, "mining": mining, "margin": margin, "points": array(points),
        "labels": labels.tolist(), "active": len(chosen), "all": total, "loss": float(loss(points)),
        "gradient": array(jax.grad(loss)(jnp.asarray(points))),
    }


def adversarial(strength):
    """Gradients of a game: what tells domains apart lowers its loss, the encoder raises it by the strength."""
    count, columns, latents = 9, 2, 3
    encoder, predictor, domain = [columns, 4, latents], [latents, 2], [latents, 2]
    events = rng.normal(size=(count, columns))
    labels, domains = np.arange(count) % 2, np.arange(count) % 3 % 2
    sizes = np.cumsum([size(encoder), size(predictor), size(domain)])
    theta = rng.uniform(-0.7, 0.7, size=sizes[-1])
    source = domains == 0

    def losses(theta):
        first, rest = split(theta, encoder)
        z = network(first, events, jnp.tanh)
        second, rest = split(rest, predictor)
        of_labels = -jax.nn.log_softmax(network(second, z, None))[np.arange(count), labels]
        of_domains = -jax.nn.log_softmax(network(split(rest, domain)[0], z, None))[np.arange(count), domains]
        return jnp.mean(of_labels[source]), jnp.mean(of_domains)

    ofLabels, ofDomains = (np.array(jax.grad(lambda t, k=k: losses(t)[k])(theta)) for k in (0, 1))
    ofDomains[: sizes[0]] *= -strength
    return {
        "strength": strength, "events": array(events), "labels": labels.tolist(), "domains": domains.tolist(),
        "parameters": array(theta), "loss": float(sum(losses(theta))), "gradient": array(ofLabels + ofDomains),
    }


cases = [autoencoder("squared"), autoencoder("absolute")]
write("encoders.json", __file__, "Encoders, their losses and gradients.", ["jax", "numpy"], {"cases": cases})
cases = [triplet(d, m) for d in ("euclidean", "cosine") for m in ("all", "semihard")]
write("triplets.json", __file__, "Triplet losses by plain loops.", ["jax", "numpy"], {"cases": cases})
cases = [adversarial(0.0), adversarial(1.5)]
write("domains.json", __file__, "Gradients of domain adaptation.", ["jax", "numpy"], {"cases": cases})
def head(name):
    """log p(x | z) of the data as they are, from a decoder's outputs."""
    count, columns, levels, deviation = 5, 3, 5, 0.4
    means, deviations = rng.normal(size=columns) + 2, rng.uniform(0.5, 2, size=columns)
    outputs_per_column = {"categorical": levels, "logistic": 2}.get(name, 1)
    outputs = rng.normal(size=(count, columns * outputs_per_column))
    log_scales = rng.normal(size={"normal": 1, "normal-columns": columns}.get(name, 0)) * 0.5
    if name.startswith("normal"):
        events = means + deviations * rng.normal(size=(count, columns))
    else:
        events = rng.integers(0, 2 if name == "bernoulli" else levels, size=(count, columns)).astype(float)
        events[0], events[1] = 0, 1 if name == "bernoulli" else levels - 1
    cotangents = rng.normal(size=count)

    def values(outputs, log_scales):
        if name.startswith("normal"):
            own = jnp.log(deviation) if name == "normal-fixed" else log_scales
            scale = deviations * jnp.exp(own)
            location = means + deviations * outputs
            return jnp.sum(jax.scipy.stats.norm.logpdf(events, location, scale * jnp.ones(columns)), axis=1)
        if name == "bernoulli":
            return jnp.sum(jnp.where(events == 1, jax.nn.log_sigmoid(outputs), jax.nn.log_sigmoid(-outputs)), axis=1)
        if name == "categorical":
            logits = jax.nn.log_softmax(outputs.reshape(count, columns, levels), axis=2)
            return jnp.sum(jnp.take_along_axis(logits, events.astype(int)[:, :, None], axis=2), axis=(1, 2))
        location, scale = means + deviations * outputs[:, :columns], jnp.exp(outputs[:, columns:])
        above = jnp.where(events == levels - 1, 1.0, jax.nn.sigmoid((events + 0.5 - location) / scale))
        below = jnp.where(events == 0, 0.0, jax.nn.sigmoid((events - 0.5 - location) / scale))
        return jnp.sum(jnp.log(above - below), axis=1)

    slopes, of_scales = jax.grad(lambda o, s: jnp.sum(cotangents * values(o, s)), argnums=(0, 1))(
        jnp.asarray(outputs), jnp.asarray(log_scales))
    return {
        "head": name, "levels": levels, "deviation": deviation, "outputs": array(outputs), "events": array(events),
        "means": array(means), "deviations": array(deviations), "logScales": array(log_scales),
        "values": array(values(outputs, log_scales)), "cotangents": array(cotangents), "slopes": array(slopes),
        "logScaleGradient": array(of_scales),
    }


cases = [head(n) for n in ("normal", "normal-columns", "normal-fixed", "bernoulli", "categorical", "logistic")]
write("heads.json", __file__, "Log-likelihoods of decoders' heads and their derivatives.", ["jax", "numpy"], {"cases": cases})
