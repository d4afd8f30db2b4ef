"""Figures of the guide to anomalies: digits of one class are left out of the training, and scored among the others.

    python3 scripts/anomalies.py FLOWCTL

Needs h5py and scikit-learn, whose load_digits are the data (1,797 images of 8 x 8, counts from 0 to 16): 1,000 rows are trained on without the
class, 350 stop the training, 447 are scored. Areas under the ROC curve, an anomaly being a row of the class.
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

LATENTS = 8
flowctl = str(pathlib.Path(sys.argv[1]).resolve())
digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.target))
parts = {"train": order[:1000], "valid": order[1000:1350], "test": order[1350:]}
areas = []
with tempfile.TemporaryDirectory() as folder:

    def run(*arguments):
        subprocess.run([flowctl, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def scores(part):
        run("density", "m.h5", f"d.h5:/{part}", "-o", "s.h5", "--force")
        with h5py.File(f"{folder}/s.h5") as file:
            return file["scores"][:].T

    print("| left out | log p(z) | reconstruction | both | of PCA |\n|---|---|---|---|---|")
    for left in range(10):
        rows = {}
        with h5py.File(f"{folder}/d.h5", "w") as file:
            for part, chosen in parts.items():
                kept = chosen if part == "test" else chosen[digits.target[chosen] != left]
                rows[part] = file[part] = digits.data[kept]
        run("fit", "d.h5", "-o", "m.h5", "--force", "--encoder", "128x128", "--latent", str(LATENTS), "--epochs", "200", "--batch", "64")
        (density, error), (usual, usual_error) = scores("test"), scores("valid")
        pca = PCA(LATENTS).fit(rows["train"])
        lost = ((pca.inverse_transform(pca.transform(rows["test"])) - rows["test"]) ** 2).mean(1)

        def standard(values, of):
            return (values - of.mean()) / of.std()

        both = standard(-density, -usual) + standard(np.log(error), np.log(usual_error))
        truth = digits.target[parts["test"]] == left
        areas.append([roc_auc_score(truth, score) for score in (-density, error, both, lost)])
        print(f"| {left} | " + " | ".join(f"{area:.3f}" for area in areas[-1]) + " |", flush=True)
print("| mean | " + " | ".join(f"{area:.3f}" for area in np.mean(areas, axis=0)) + " |")
