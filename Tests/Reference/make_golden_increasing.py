"""Writes models/increasing.h5, a flow of increasing polynomials on elliptical densities as the first program that knew them wrote it, and golden-increasing.json,
its log-densities of some events by the independent reader in Tests/Interop. A newer program must read the file and score the same.

Needs h5py and a flowctl in Float: python3 make_golden_increasing.py FLOWCTL
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
model = pathlib.Path(__file__).parent / "models" / "increasing.h5"
random = np.random.default_rng(8)
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
         "coupling-sos(hidden=8),permute(reverse),autoregressive-bernstein(degree=8,hidden=8),elementwise-sos(degree=2),elementwise-bernstein,"
         "permute(random),autoregressive-sos(degree=2,polynomials=2,bound=3,hidden=8),coupling-bernstein(degree=4,hidden=8)",
         "--base", "t-mixture(2)", "--epochs", "3", "--batch", "32", "--valid", "0.2", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)

events = rows[:16]
reference.write(
    "golden-increasing.json", __file__, "log-densities of models/increasing.h5 by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "densities": reference.array(Checkpoint(model).log_density(events))})
