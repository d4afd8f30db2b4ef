"""An independent reader of model files, by the description in FlowKit.docc/Checkpoints.md: NumPy and h5py, in Double.

    from checkpoint import Checkpoint
    densities = Checkpoint("model.h5").log_density(rows, context)
"""
import hashlib
import json
from math import lgamma, log, pi

import h5py
import numpy as np

from bases import BASES
from encoders import Encoder, arrays
from layers import LAYERS
from networks import perceptron
from preprocessing import PREPROCESSING

MAGIC = b"FlowKit model\r\n\x1a"


def check_digest(path):
    data = open(path, "rb").read()
    assert data[:16] == MAGIC, "no integrity block"
    assert int.from_bytes(data[24:32], "little") == len(data), "length"
    assert hashlib.sha256(data[:32] + data[64:]).digest() == data[32:64], "digest"


def broad_log_density(broad, u):
    """log ε t(u) of a multivariate Student t density with 3 degrees of freedom."""
    y, l = PREPROCESSING["whiten"](broad["whitening"], u)
    d = y.shape[1]
    height = lgamma((3 + d) / 2) - lgamma(1.5) - d / 2 * log(3 * pi) + log(broad["weight"])
    return height + l - (3 + d) / 2 * np.log1p((y**2).sum(1) / 3)


class Member:
    """One flow: the group of a member, or the root of a file of one flow."""

    def __init__(self, group):
        self.architecture = json.loads(group["architecture"].asstr()[()])
        self.parameters = arrays(group["flow"]) if "flow" in group else {}

    def kinds(self):
        """The kinds of layers and the bases of this flow."""
        a = self.architecture
        layers = a["preprocessing"] + a["contextPreprocessing"] + a["chain"]["layers"]
        inner = [l["layer"]["base"] for l in layers if l["kind"] == "inverse"]
        bases = [a["base"]] + a["base"]["base"].get("parts", [])
        return {l["kind"] for l in layers + inner}, {b["kind"] for b in bases}

    @staticmethod
    def preprocess(rows, layers):
        rows, total = np.asarray(rows, "f8"), 0
        for encoded in layers:
            rows, l = PREPROCESSING[encoded["kind"]](encoded["layer"], rows)
            total = total + l
        return rows, total

    def log_density(self, rows, context=None):
        a = self.architecture
        x, total = self.preprocess(rows, a["preprocessing"])
        broad = None
        if "broad" in a:
            declared = [l for l in a["preprocessing"] if l["kind"] in ("dequantize", "bounds", "circular")]
            v, own = self.preprocess(rows, declared)
            broad = broad_log_density(a["broad"], v) + own
        c = np.zeros((len(x), 0)) if context is None else self.preprocess(context, a["contextPreprocessing"])[0]
        if "contextEmbedding" in a:
            c = perceptron(c, self.parameters["context-embedding"], a["contextEmbedding"]["activation"])
        for i, encoded in enumerate(a["chain"]["layers"]):
            kind = encoded["kind"]
            x, l = LAYERS[kind](encoded["layer"], self.parameters.get(f"{i:02}-{kind}", {}), x, c)
            total = total + l
        total = total + BASES[a["base"]["kind"]](a["base"]["base"], self.parameters.get("base", {}), x)
        return total if broad is None else np.logaddexp(total + np.log1p(-a["broad"]["weight"]), broad)


class Checkpoint:
    """A model: the mixture of its members, of equal weight; of one flow in format 2, of several in format 3. In format 4 it is a density of
    the latents of `encoder`."""

    def __init__(self, path):
        check_digest(path)
        with h5py.File(path, "r") as file:
            assert file.attrs["format"] == "FlowKit model" and file.attrs["format_version"] in (2, 3, 4)
            is_ensemble = "members" in file
            groups = [file[f"members/{k:02}"] for k in range(file.attrs["members"])] if is_ensemble else [file]
            self.members = [Member(group) for group in groups]
            self.encoder = Encoder(file["encoder"]) if "encoder" in file else None
            assert (self.encoder is not None) == (file.attrs["format_version"] == 4)

    def kinds(self):
        """The kinds of layers and the bases of all members."""
        found = [member.kinds() for member in self.members]
        return set().union(*(layers for layers, _ in found)), set().union(*(bases for _, bases in found))

    def log_density(self, rows, context=None):
        terms = [member.log_density(rows, context) for member in self.members]
        return np.logaddexp.reduce(terms, axis=0) - np.log(len(terms))
