#!/usr/bin/env python3
"""Trains the workloads of the comparison by one process with two threads and by two processes with one each, in alternation:
processes.py FLOWCTL [WORKLOAD ...]. FLOWCTL is built with the trait MPI; needs numpy, h5py and mpirun.

Rates are those of the epoch lines (events per second, the first epoch left out), their medians over the runs, and the median of the
ratios of neighbouring runs. The fits of both must be the same.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

RUNS, EPOCHS = 5, 3
LAYERS = {
    ("coupling", "affine"): "{n}*[coupling-affine(hidden={h}),permute(reverse)]",
    ("coupling", "spline"): "{n}*[coupling-rqs(bins={bins},bound={bound},hidden={h}),permute(reverse)]",
    ("autoregressive", "affine"): "{n}*[autoregressive-affine(hidden={h}),permute(reverse)]",
}


def layers(work):
    return LAYERS[work["layout"], work["map"]].format(
        n=work["layers"], h="x".join(map(str, work["hidden"])), bins=work.get("bins"), bound=work.get("bound"))


def fit(command, data, model, work):
    lines = subprocess.run(
        command + ["fit", data, "-o", model, "--force", "--valid", "0", "--layers", layers(work), "--batch", str(work["batch"]),
                   "--epochs", str(EPOCHS), "--json"], check=True, capture_output=True, text=True).stdout.splitlines()
    rates = [json.loads(line)["eventsPerSecond"] for line in lines if '"eventsPerSecond"' in line]
    return statistics.median(rates[1:])


def workloads(names, folder):
    """Of each workload its name, itself and a file of its events."""
    works = json.loads((Path(__file__).parent / "peers/workloads.json").read_text())
    for name in names or works["workloads"]:
        work, data = works["workloads"][name], f"{folder}/{name}.h5"
        with h5py.File(data, "w") as file:
            file["train"] = np.random.default_rng(0).standard_normal((works["events"], work["dimension"]), dtype="f4")
        yield name, work, data


def main():
    flowctl = str(Path(sys.argv[1]).resolve())
    print("| workload | 1 process, 2 threads | 2 processes, 1 thread | ratio |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, work, data in workloads(sys.argv[2:], folder):
            one, two = [], []
            for _ in range(RUNS):
                one.append(fit([flowctl], data, f"{folder}/one.h5", work))
                two.append(fit(["mpirun", "-n", "2", flowctl], data, f"{folder}/two.h5", work))
            same = subprocess.run([flowctl, "diff", f"{folder}/one.h5", f"{folder}/two.h5", "--json"], capture_output=True, text=True)
            assert '"sameFlow":true' in same.stdout, same.stdout
            ratio = statistics.median(b / a for a, b in zip(one, two))
            print(f"| {name} | {statistics.median(one):,.0f} | {statistics.median(two):,.0f} | {ratio:.2f} |", flush=True)


os.environ |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
if __name__ == "__main__":
    main()
