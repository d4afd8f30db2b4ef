#!/usr/bin/env python3
"""Two moons with labels, and the same moons turned by 35 degrees without: how many of the turned ones a code of `dann` labels rightly,
with adaptation and without: domains.py [FLOWCTL [SEEDS]]. Needs numpy and h5py."""
import json
import subprocess
import sys
import tempfile

import h5py
import numpy as np

POINTS, TURN, NOISE = 150, np.deg2rad(35), 0.05
OPTIONS = "--encoder 32x32x32 --latent 2 --layers diagonal --valid 0 --epochs 300 --batch 16 --learning-rate 0.005 --noise 0.05".split()


def moons(rng):
    """150 points of each, with their labels."""
    angle = rng.uniform(0, np.pi, 2 * POINTS)
    label = np.repeat([0, 1], POINTS)
    points = np.stack([np.where(label == 0, np.cos(angle), 1 - np.cos(angle)), np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle))], 1)
    return points + NOISE * rng.standard_normal(points.shape), label


def accuracy(flowctl, folder, seed, strength):
    rng = np.random.default_rng(seed)
    (source, label), (target, truth) = moons(rng), moons(rng)
    centre = source.mean(0)
    target = (target - centre) @ np.array([[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]]).T + centre
    data, model = f"{folder}/moons.h5", f"{folder}/model.h5"
    with h5py.File(data, "w") as file:
        # Labels of the target are not looked at.
        for name, rows in {"train": [np.c_[source, label, 0 * label], np.c_[target, 0 * truth, 0 * truth + 1]],
                           "test": [np.c_[target, truth, 0 * truth + 1]]}.items():
            file[name] = np.concatenate(rows)
            file[name].attrs["columns"] = ["x", "y", "label", "domain"]
    subprocess.run(
        [flowctl, "fit", f"{data}:/train", "-o", model, "--force", "--seed", str(seed), *OPTIONS, "--objective",
         f"dann(label=label,domain=domain,lambda={strength})"], check=True, capture_output=True)
    scored = subprocess.run(
        [flowctl, "density", model, f"{data}:/test", "--labels", "label", "--json"], check=True, capture_output=True, text=True)
    return json.loads(scored.stdout.splitlines()[-1])["classification"]["accuracy"]


def main():
    flowctl, seeds = sys.argv[1] if len(sys.argv) > 1 else "flowctl", int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        for strength in (0.4, 1e-6):
            found = [accuracy(flowctl, folder, seed, strength) for seed in range(seeds)]
            print(f"lambda {strength:g}: {np.mean(found):.3f}, from {min(found):.3f} to {max(found):.3f}", flush=True)


main()
