#!/usr/bin/env python3
"""How far stacks of linear maps and rectifiers stay from densities that are known: stacks.py FLOWCTL [SEEDS]. Needs numpy and h5py.

51,200 standardized events, 50 epochs of batches of 512 (5,000 steps), 20,000 other events for the score. Prints the means over the
seeds of (mean log-density of the truth) - (that of the flow) in nats, and the worst.
"""
import json
import subprocess
import sys
import tempfile

import h5py
import numpy as np

TRAIN, TEST = 51_200, 20_000
SETS = ("ring", "eight", "moons")
STACKS = {"smooth-leaky-relu": 0.01, "prelu": 0.005, "leaky-relu(0.5)": 0.005}
CASES = [("ring", 16), ("ring", 32), ("eight", 32), ("moons", 32)]

corners = np.stack([f(np.arange(8) * np.pi / 4) for f in (np.cos, np.sin)], 1)
turn = (np.arange(2000) + 0.5) / 2000 * np.pi
arcs = np.concatenate([np.stack([np.cos(turn), np.sin(turn)], 1), np.stack([1 - np.cos(turn), 0.5 - np.sin(turn)], 1)])


def draw(name, count, rng):
    if name == "ring":
        angle, radius = rng.uniform(0, 2 * np.pi, count), 1 + 0.11 * rng.standard_normal(count)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    if name == "eight":
        return corners[rng.integers(8, size=count)] + 0.15 * rng.standard_normal((count, 2))
    angle, upper = rng.uniform(0, np.pi, count), rng.integers(2, size=count) == 0
    x, y = np.where(upper, np.cos(angle), 1 - np.cos(angle)), np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.stack([x, y], 1) + 0.1 * rng.standard_normal((count, 2))


def of_points(points, deviation, x):
    """The log-density of normal densities about points; moons: about 4,000 points of the arcs."""
    exponents = -((x[:, None] - points) ** 2).sum(2) / 2 / deviation**2
    return np.log(np.exp(exponents).mean(1)) - np.log(2 * np.pi * deviation**2)


def log_density(name, x):
    if name == "ring":
        radius = np.hypot(x[:, 0], x[:, 1])
        normal = sum(np.exp(-(((side * radius - 1) / 0.11) ** 2) / 2) for side in (1, -1)) / (0.11 * np.sqrt(2 * np.pi))
        return np.log(normal / (2 * np.pi * radius))
    points, deviation = (corners, 0.15) if name == "eight" else (arcs, 0.1)
    return np.concatenate([of_points(points, deviation, part) for part in np.array_split(x, 40)])


def main():
    flowctl, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rng, truth = np.random.default_rng(7), {}
    with tempfile.TemporaryDirectory() as folder:
        data, model = f"{folder}/data.h5", f"{folder}/model.h5"
        with h5py.File(data, "w") as file:
            for name in SETS:
                train, test = draw(name, TRAIN, rng), draw(name, TEST, rng)
                mean, deviation = train.mean(0), train.std(0)
                truth[name] = log_density(name, test).mean() + np.log(deviation).sum()
                file[f"{name}/train"], file[f"{name}/test"] = (train - mean) / deviation, (test - mean) / deviation
        print("| | " + " | ".join(f"{name} {depth}" for name, depth in CASES) + " |\n|---|" + "---:|" * len(CASES))
        for bend, rate in STACKS.items():
            cells = []
            for name, depth in CASES:
                gaps = []
                for seed in range(1, seeds + 1):
                    subprocess.run(
                        [flowctl, "fit", f"{data}:/{name}/train", "-o", model, "--force", "--valid", "0", "--batch", "512", "--epochs", "50",
                         "--layers", f"{depth}*[qr,{bend}],qr", "--learning-rate", str(rate), "--seed", str(seed)],
                        check=True, capture_output=True)
                    scored = subprocess.run(
                        [flowctl, "density", model, f"{data}:/{name}/test", "--json"], check=True, capture_output=True, text=True)
                    gaps.append(truth[name] - json.loads(scored.stdout.splitlines()[-1])["mean"])
                cells.append(f"{np.mean(gaps):.4f} ({max(gaps):.4f})")
            print(f"| `{bend}` | " + " | ".join(cells) + " |", flush=True)


main()
