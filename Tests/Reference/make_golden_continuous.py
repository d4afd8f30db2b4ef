"""Writes models/continuous.h5, a flow of deep sigmoidal maps and differential equations as the first program that knew them wrote it, and
golden-continuous.json, its log-densities of some events by the independent reader in Tests/Interop. A newer program must read the file and score the same.

Needs h5py and a flowctl in Float: python3 make_golden_continuous.py FLOWCTL
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
model = pathlib.Path(__file__).parent / "models" / "continuous.h5"
random = np.random.default_rng(9)
x = random.normal(size=(200, 1)) + np.sign(random.normal(size=(200, 1)))
rows = np.round(np.concatenate([x, x**2 / 2 + random.normal(size=(200, 1)), np.exp(random.normal(size=(200, 1)))], axis=1), 4)

with tempfile.TemporaryDirectory() as work:
    data = f"{work}/data.h5"
    with h5py.File(data, "w") as file:
        file["events"] = rows
        file["events"].attrs["columns"] = ["x", "y", "z"]
    model.unlink(missing_ok=True)
    subprocess.run(
        [flowctl, "fit", data, "--output", model, "--layers",
         "coupling-naf(units=4,hidden=8),permute(reverse),autoregressive-naf(units=3,hidden=8),elementwise-naf,ode(hidden=8x8,tolerance=1e-6),"
         "permute(random),ode(hidden=6,activation=sine,trace=hutchinson,tolerance=1e-6)",
         "--epochs", "3", "--batch", "32", "--valid", "0.2", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)

events = rows[:16]
reference.write(
    "golden-continuous.json", __file__, "log-densities of models/continuous.h5 by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "densities": reference.array(Checkpoint(model).log_density(events))})
