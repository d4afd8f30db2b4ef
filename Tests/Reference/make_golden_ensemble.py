"""Writes models/format3-ensemble.h5, an ensemble of three flows of different layers as the first program with format 3 wrote it, and
format3.json, its log-densities of some events by the independent reader in Tests/Interop. A newer program must read the file and
score the same.

Needs h5py and a flowctl in Float: python3 make_golden_ensemble.py FLOWCTL
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

import reference

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Interop"))
from checkpoint import Checkpoint

flowctl = sys.argv[1]
model = pathlib.Path(__file__).parent / "models" / "format3-ensemble.h5"
random = np.random.default_rng(7)
a = random.normal(size=200)
rows = np.round(np.stack([a, 3 + 0.5 * a + random.normal(size=200), np.exp(0.3 * random.normal(size=200))], axis=1), 4)

with tempfile.TemporaryDirectory() as work:
    data = f"{work}/data.h5"
    with h5py.File(data, "w") as file:
        for index, name in enumerate("abc"):
            file[name] = rows[:, index]
    model.unlink(missing_ok=True)
    subprocess.run(
        [flowctl, "fit", data, "--output", model, "--columns", "a,b", "--context", "c", "--ensemble", "3", "--refit",
         "--layers", "coupling-affine(hidden=4),permute(random),lower", "--epochs", "3", "--batch", "32", "--valid", "0.2",
         "--threads", "1"], check=True, stdout=subprocess.DEVNULL)

events, context = rows[:16, :2], rows[:16, 2:]
reference.write(
    "format3.json", __file__, "log-densities of models/format3-ensemble.h5 by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "context": reference.array(context),
     "densities": reference.array(Checkpoint(model).log_density(events, context))})
