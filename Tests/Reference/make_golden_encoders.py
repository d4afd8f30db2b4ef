"""Writes models/format4-classes.h5, an encoder by labels with a flow of each label, and models/format4-vae.h5, a variational encoder of counts, as
a program with format 4 wrote them, and format4.json, what the independent reader in Tests/Interop makes of some events. A newer program must
read the files and make the same.

Needs h5py and a flowctl in Float: python3 make_golden_encoders.py FLOWCTL
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
models = pathlib.Path(__file__).resolve().parent / "models"
random = np.random.default_rng(7)
kind = random.choice(3, size=200, p=[0.5, 0.3, 0.2])
rows = np.array([[0, 0, 0], [2, 1, 0], [0, 2, 1]])[kind] + 0.6 * random.normal(size=(200, 3))
whole = np.clip(np.round(rows + 1), 0, 4)
cases = {
    "format4-classes": ("a,b,c", "triplet(label=kind,flow=conditional)", ["--layers", "coupling-affine(hidden=4),permute(reverse)"]),
    "format4-vae": ("n,m,k", "vae(head=categorical,levels=5,prior=flow)", ["--layers", "lower"]),
}

with tempfile.TemporaryDirectory() as work:
    with h5py.File(f"{work}/data.h5", "w") as file:
        file["events"] = np.concatenate([rows, whole, kind[:, None]], 1)
        file["events"].attrs["columns"] = ["a", "b", "c", "n", "m", "k", "kind"]
    # Named without folders, of which the file would tell.
    path = {"PATH": f"{flowctl.parent}:{os.environ['PATH']}"}
    for name, (columns, objective, options) in cases.items():
        subprocess.run(
            ["flowctl", "fit", "data.h5", "-o", f"{name}.h5", "--columns", columns, "--encoder", "4", "--latent", "2", "--objective",
             objective, "--epochs", "3", "--batch", "32", "--valid", "0.2", "--threads", "1", *options],
            check=True, cwd=work, env=os.environ | path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.copy(f"{work}/{name}.h5", models / f"{name}.h5")

classes, vae = (Checkpoint(models / f"{name}.h5") for name in cases)
events, numbers = rows[:16], whole[:16]
total, probabilities = classes.encoder.posterior(classes.log_density, events)
latents = vae.encoder.latents(numbers)
reference.write(
    "format4.json", __file__,
    "of models/format4-classes.h5 log p(z) and log P(label | z) of events; of models/format4-vae.h5 means and deviations of q(z | x) of numbers, "
    "means of p(x | z) and log p(z) at these means; by Tests/Interop, in float64", ["numpy", "h5py"],
    {"events": reference.array(events), "densities": reference.array(total), "probabilities": reference.array(probabilities),
     "numbers": reference.array(numbers), "latents": reference.array(latents),
     "deviations": reference.array(vae.encoder.sigma(numbers)), "means": reference.array(vae.encoder.events(latents)),
     "priors": reference.array(vae.log_density(latents))})
