"""Encoders of FlowKit.docc/Checkpoints.md: the group /encoder of a model file, in Double."""
import json

import h5py
import numpy as np

from layers import LAYERS
from networks import perceptron, sigmoid


def arrays(group):
    """The datasets of a group and of those in it, as dictionaries of Doubles."""
    return {name: arrays(m) if isinstance(m, h5py.Group) else m[()].astype("f8") for name, m in group.items()}


def log_softmax(logits):
    return logits - np.logaddexp.reduce(logits, axis=-1)[..., None]


class Encoder:
    """z = e(s(x)) and what the decoder makes of z, in the units of the data; with a context both networks see it, scaled."""

    def __init__(self, group):
        self.architecture = a = json.loads(group["architecture"].asstr()[()])
        self.parameters = arrays(group["parameters"])
        self.means, self.deviations = (np.array(a["scaling"][k], "f8") for k in ("means", "standardDeviations"))
        self.head = a.get("head")
        self.classes = json.loads(group["classes"].asstr()[()]) if "classes" in group else None

    def network(self, part, x, context=None):
        network = self.architecture[part]["network"]
        if "contextScaling" in self.architecture:
            means, deviations = (np.array(self.architecture["contextScaling"][k], "f8") for k in ("means", "standardDeviations"))
            x = np.concatenate([x, (context - means) / deviations], 1)
        return perceptron(x, self.parameters[part], network["activation"])

    def code(self, rows, context=None):
        return self.network("encoder", (np.asarray(rows, "f8") - self.means) / self.deviations, context)

    def latents(self, rows, context=None):
        """With a head m(x), and where the posterior is a flow T(m; h), h being the outputs behind m and log sigma."""
        code = self.code(rows, context)
        if self.head is None:
            return code
        latents = self.latent_count(code)
        z, h = code[:, :latents], code[:, 2 * latents :]
        for i, encoded in enumerate(self.architecture.get("posterior", {"layers": []})["layers"]):
            kind = encoded["kind"]
            parameters = self.parameters["posterior"].get(f"{i:02}-{kind}", {})
            z = LAYERS[kind](encoded["layer"], parameters, z, h)[0]
        return z

    def latent_count(self, code):
        return (code.shape[1] - self.architecture.get("posterior", {"contextDimension": 0})["contextDimension"]) // 2

    def sigma(self, rows, context=None):
        code = self.code(rows, context)
        latents = self.latent_count(code)
        return np.exp(code[:, latents : 2 * latents])

    def events(self, latents, context=None):
        """With a head the means of p(x | z)."""
        outputs, columns = self.network("decoder", latents, context), len(self.means)
        kind = self.head["kind"] if self.head else "none"
        if kind == "bernoulli":
            return sigmoid(outputs)
        if kind == "categorical":
            probabilities = np.exp(log_softmax(outputs.reshape(len(outputs), columns, -1)))
            return probabilities @ np.arange(self.head["levels"])
        location = outputs[:, :columns] * self.deviations + self.means
        if kind != "logistic":
            return location
        ends = (np.arange(1, self.head["levels"]) - 0.5)[:, None, None]
        # The mean of a whole number is the sum of the probabilities to be above each.
        return sigmoid((location - ends) / np.exp(outputs[:, columns:])).sum(0)

    def reconstruction_errors(self, rows, context=None):
        residuals = self.events(self.latents(rows, context), context) - rows
        if self.architecture["metric"] == "deviations":
            # The weights of the columns are in the scaling.
            return ((residuals / self.deviations) ** 2).mean(1)
        return (residuals**2 * self.architecture.get("columnWeights", 1)).mean(1)

    def predicted(self, rows):
        """log P(label | z) of a model with a predictor of labels."""
        return log_softmax(self.network("predictor", self.latents(rows)))

    def posterior(self, flow, rows):
        """log p(z) and log P(label | z), by Bayes' rule, where the flow is one of each label: flow(latents, context)."""
        latents, counts = self.latents(rows), np.array(self.classes["counts"], "f8")
        one_hot = np.eye(len(counts))
        joint = np.stack(
            [flow(latents, np.tile(one_hot[k], (len(latents), 1))) for k in range(len(counts))], axis=1
        ) + np.log(counts / counts.sum())
        total = np.logaddexp.reduce(joint, axis=1)
        return total, joint - total[:, None]
