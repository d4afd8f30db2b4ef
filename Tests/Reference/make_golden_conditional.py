"""Writes models/format4-conditional.h5, a variational encoder with a context whose posterior and prior are flows, as a program with format 4
wrote it, and format4-conditional.json, what the independent reader in Tests/Interop makes of some events. A newer program must read the file
and make the same.

Needs h5py and a flowctl in Float: python3 make_golden_conditional.py FLOWCTL
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

import reference

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Interop"))
from checkpoint import Checkpoint

flowctl = pathlib.Path(sys.argv[1]).resolve()
name = "format4-conditional"
model = pathlib.Path(__file__).resolve().parent / "models" / f"{name}.h5"
random = np.random.default_rng(11)
context = random.uniform(-2, 2, size=(200, 1))
rows = context * [1, -0.5, 0.2] + random.normal(size=(200, 3))

with tempfile.TemporaryDirectory() as work:
    with h5py.File(f"{work}/data.h5", "w") as file:
        file["events"] = np.concatenate([rows, context], 1)
        file["events"].attrs["columns"] = ["a", "b", "c", "t"]
    # Named without folders, of which the file would tell.
    path = {"PATH": f"{flowctl.parent}:{os.environ['PATH']}"}
    subprocess.run(
        ["flowctl", "fit", "data.h5", "-o", f"{name}.h5", "--columns", "a,b,c", "--context", "t", "--encoder", "4", "--latent", "2",
         "--objective", "vae(prior=flow,posterior=flow(autoregressive-affine(hidden=4),permute(reverse)))", "--layers",
         "coupling-affine(hidden=4),permute(reverse)", "--epochs", "3", "--batch", "32", "--threads", "1"],
        check=True, cwd=work, env=os.environ | path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.copy(f"{work}/{name}.h5", model)

read = Checkpoint(model)
events, given = rows[:16], context[:16]
latents = read.encoder.latents(events, given)
reference.write(
    f"{name}.json", __file__,
    f"of models/{name}.h5 T(m; h) of events and what the decoder makes of them, deviations of what the posterior begins with, and log p(z | c); "
    "by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "context": reference.array(given), "latents": reference.array(latents),
     "deviations": reference.array(read.encoder.sigma(events, given)),
     "means": reference.array(read.encoder.events(latents, given)),
     "priors": reference.array(read.log_density(latents, given))})
