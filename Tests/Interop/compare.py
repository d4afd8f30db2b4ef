"""Fits a model of every family to the galaxies, scores them with flowctl, and compares with an independent reader.

compare.py FLOWCTL; fails where a log-density differs by more than 1e-4 (relative to those beyond 1).
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

from checkpoint import Checkpoint

flowctl = str(pathlib.Path(sys.argv[1]).resolve())
data = pathlib.Path(__file__).resolve().parent.parent.parent / "data/galaxy.h5"
names = ["redshift", "u", "g", "r", "i", "z", "y"]
families = [
    ("lower,leaky-relu(0.25),upper", []),
    ("diagonal,shift,permute(random)", []),
    ("4*[coupling-additive(hidden=16),permute(reverse)],diagonal", []),
    ("4*[coupling-affine(hidden=16x16,activation=tanh),permute(random)]", []),
    ("2*[coupling-rqs(bins=6,hidden=16,activation=silu,mask=alternate),permute(random)]", []),
    ("2*[autoregressive-affine(hidden=24),permute(reverse)]", []),
    ("autoregressive-rqs(bins=5,hidden=24x24)", []),
    ("inverse(autoregressive-affine(hidden=24))", []),
    ("2*[coupling-affine(hidden=16),permute(reverse)]", ["redshift"]),
    ("autoregressive-affine(hidden=24)", ["redshift", "u"]),
]
failures = 0
with h5py.File(data) as f:
    table = f["test"][:]
with tempfile.TemporaryDirectory() as folder:
    for layers, context in families:
        model, scores = f"{folder}/model.h5", f"{folder}/scores.h5"
        fit = [flowctl, "fit", f"{data}:/test", "-o", model, "--layers", layers, "--epochs", "2", "--force"]
        subprocess.run(fit + (["--context", ",".join(context)] if context else []), check=True, capture_output=True)
        density = [flowctl, "density", model, f"{data}:/test", "-o", scores, "--force"]
        subprocess.run(density, check=True, capture_output=True)
        events = [i for i, name in enumerate(names) if name not in context]
        given = [names.index(name) for name in context]
        expected = Checkpoint(model).log_density(table[:, events], table[:, given] if given else None)
        with h5py.File(scores) as f:
            got = f["log_density"][:]
        error = np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected)))
        failures += not error < 1e-4
        print(f"{error:.1e}  {layers}" + (f" given {', '.join(context)}" if context else ""))
sys.exit(1 if failures else 0)
