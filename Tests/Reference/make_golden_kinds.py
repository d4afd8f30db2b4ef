"""Writes models/kinds.h5, a flow of an angle, a number and two columns of categories as the first program that knew them wrote it, and
kinds.json, its log-densities of some events by the independent reader in Tests/Interop. A newer program must read the file and
score the same.

Needs h5py and a flowctl in Float: python3 make_golden_kinds.py FLOWCTL
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
model = pathlib.Path(__file__).parent / "models" / "kinds.h5"
random = np.random.default_rng(7)
label = random.choice([-999, 11, 211], size=200, p=[0.2, 0.5, 0.3])
phi = np.degrees(random.vonmises(0, 2, size=200)) % 360
rows = np.round(np.stack([label, phi, random.normal(size=200) + np.sin(np.radians(phi)), random.random(200) < 0.3], axis=1), 4)

with tempfile.TemporaryDirectory() as work:
    data = f"{work}/data.h5"
    with h5py.File(data, "w") as file:
        file["events"] = rows
        file["events"].attrs["columns"] = ["label", "phi", "x", "bit"]
    model.unlink(missing_ok=True)
    subprocess.run(
        [flowctl, "fit", data, "--output", model, "--circular", "phi=0..360", "--categories", "label,bit", "--layers",
         "coupling-rqs(bins=4,hidden=8),permute(random),autoregressive-affine(hidden=8),elementwise-rqs(bins=3)", "--epochs", "3",
         "--batch", "32", "--valid", "0.2", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)

events = rows[:16]
reference.write(
    "kinds.json", __file__, "log-densities of models/kinds.h5 by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "densities": reference.array(Checkpoint(model).log_density(events))})
