#!/usr/bin/env python3
"""Fits flows by each objective on samples, and prints how far they are from the data: objectives.py FLOWCTL [SET …] [OBJECTIVE …] [OPTION …]

Needs numpy, h5py, POT and scikit-learn. SETS are normal, moons, octagon and galaxy (data/galaxy.h5); all by default. For every fit, of
10,000 samples and 10,000 test events that no fit has seen:

    -log p   mean negative log-density of the test events, nats
    W2^2     optimal transport of 2,000 of each, without the same between two halves of the test events; of the normal the closed form,
             against the true moments
    energy   energy distance
    C2ST     accuracy of scikit-learn's MLP (two layers of 64) that tells samples from events, trained on half of both: 0.5 is
             indistinguishable
"""
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import ot
from scipy.spatial.distance import cdist
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parent.parent
COUNT = 10_000
MEAN, COVARIANCE = np.array([3.0, -1.0]), np.array([[2.25, 1.5], [1.5, 1.25]])
PLANAR = ["--layers", "6*[coupling-rqs(bins=8,hidden=64x64),permute(reverse)]"]
SETS = {
    "normal": ["--layers", "lower,upper", "--learning-rate", "0.02"],
    "moons": PLANAR,
    "octagon": PLANAR,
    "galaxy": ["--recipe", "nsf", "--preprocess", "whiten"],
}
# As many for all objectives; on the two-dimensional sets each takes what it needs.
EPOCHS = {"normal": ["--epochs", "10"], "galaxy": ["--epochs", "8"]}
OBJECTIVES = {
    "likelihood": ["--batch", "512", "--epochs", "30"],
    "energy": ["--objective", "energy", "--batch", "1024", "--epochs", "60"],
    "mmd": ["--objective", "mmd", "--batch", "1024", "--epochs", "30"],
    "sinkhorn": ["--objective", "sinkhorn", "--batch", "1024", "--epochs", "30"],
    "wasserstein": ["--objective", "wasserstein", "--batch", "1024", "--learning-rate", "0.001", "--epochs", "10"],
    "gan": ["--objective", "gan", "--batch", "1024", "--learning-rate", "0.001", "--epochs", "20"],
    "wasserstein + likelihood": ["--objective", "wasserstein", "--likelihood-weight", "1", "--batch", "512", "--epochs", "20"],
    "energy + likelihood": ["--objective", "energy", "--likelihood-weight", "1", "--batch", "512", "--epochs", "20"],
    "mmd + likelihood": ["--objective", "mmd", "--likelihood-weight", "1", "--batch", "512", "--epochs", "20"],
    "sinkhorn + likelihood": ["--objective", "sinkhorn", "--likelihood-weight", "1", "--batch", "512", "--epochs", "20"],
}


def moons(random, count):
    upper, angle = random.random(count) < 0.5, np.pi * random.random(count)
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.stack([2 * x - 1, 2 * y - 0.5], 1) + 0.2 * random.standard_normal((count, 2))


def octagon(random, count):
    angle = np.pi / 4 * random.integers(0, 8, count)
    return 2 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.2 * random.standard_normal((count, 2))


def normal(random, count):
    return random.multivariate_normal(MEAN, COVARIANCE, count)


def data(name, folder):
    """The file to fit, and test events."""
    if name == "galaxy":
        with h5py.File(ROOT / "data/galaxy.h5") as file:
            return ROOT / "data/galaxy.h5", file["test"][:COUNT].astype(float)
    path, random = folder / f"{name}.h5", np.random.default_rng(1)
    draw = {"moons": moons, "octagon": octagon, "normal": normal}[name]
    with h5py.File(path, "w") as file:
        file["train"], file["valid"] = draw(random, 50_000), draw(random, 5_000)
    return path, draw(random, COUNT)


def c2st(x, y):
    values, labels = np.concatenate([x, y]), np.repeat([0, 1], [len(x), len(y)])
    order = np.random.default_rng(0).permutation(len(values))
    train, test = order[: len(order) // 2], order[len(order) // 2 :]
    mean, deviation = values[train].mean(0), values[train].std(0)
    values = (values - mean) / deviation
    network = MLPClassifier((64, 64), early_stopping=True, max_iter=300, random_state=0)
    return network.fit(values[train], labels[train]).score(values[test], labels[test])


def scaled(events, like):
    return (events - like.mean(0)) / like.std(0)


def transport(x, y):
    return ot.emd2([], [], ot.dist(x, y), numItermax=1_000_000)


def energy(x, y):
    return 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()


def distances(name, samples, test):
    if name == "normal":
        moments = samples.mean(0), np.cov(samples.T)
        w2 = ot.gaussian.bures_wasserstein_distance(moments[0], MEAN, moments[1], COVARIANCE) ** 2
        return float(w2), energy(samples, test)
    x, y = scaled(samples, test), scaled(test, test)
    floor = transport(y[:2_000], y[2_000:4_000])
    return transport(x[:2_000], y[:2_000]) - floor, energy(x[:5_000], y[:5_000])


def last_of_each(options):
    """Options with a value each; of those that are there twice the last."""
    return [text for pair in dict(zip(options[::2], options[1::2])).items() for text in pair]


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout


def fit(flowctl, name, objective, folder, extra):
    path, test = data(name, folder)
    model, drawn, scored = (folder / f"{name}-{kind}.h5" for kind in ("model", "samples", "scores"))
    start = time.monotonic()
    options = last_of_each(SETS[name] + OBJECTIVES[objective] + EPOCHS.get(name, []) + extra)
    run(flowctl, "fit", path, "-o", model, "--force", *options)
    seconds = time.monotonic() - start
    run(flowctl, "sample", model, "-n", COUNT, "-o", drawn, "--force", "--seed", "7")
    with h5py.File(drawn) as file:
        samples = file["samples"][:].astype(float)
    with h5py.File(scored, "w") as file:
        file["test"] = test
    density = json.loads(run(flowctl, "density", model, scored, "--json").splitlines()[-1])
    w2, distance = distances(name, samples, test)
    print(
        f"| {name} | {objective} | {-density['mean']:.3f} | {w2:.4f} | {distance:.5f} | {c2st(samples, test):.3f} "
        f"| {seconds:.0f} |", flush=True)


def main():
    flowctl, names = Path(sys.argv[1]).resolve(), [a for a in sys.argv[2:] if a in SETS]
    objectives = [a for a in sys.argv[2:] if a in OBJECTIVES]
    extra = [a for a in sys.argv[2:] if a not in SETS and a not in OBJECTIVES]
    print("| set | objective | -log p | W2^2 | energy | C2ST | seconds |\n|---|---|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names or SETS:
            for objective in objectives or OBJECTIVES:
                fit(flowctl, name, objective, Path(folder), extra)


main()
