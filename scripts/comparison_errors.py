#!/usr/bin/env python3
"""How often `flowctl compare` finds differences: comparison_errors.py FLOWCTL [--pairs 1000] [--rows 200] [--columns 3] [--shift 0]

Compares pairs of samples of N(0, I) and N(shift, I) and prints, for each test, the part of the pairs with p <= 0.05: without a shift the type I
error, which is to be 5 %, else the power. Needs NumPy; threads share the pairs out."""
import argparse
import concurrent.futures
import json
import math
import pathlib
import subprocess
import tempfile

import numpy as np


def pvalues(options, folder, seed):
    random = np.random.default_rng([seed, options.rows, options.columns])
    paths = []
    for name, shift in (("a", 0), ("b", options.shift)):
        values = random.normal(size=(options.rows, options.columns)) + shift
        if options.whole:
            values = np.round(2 * values)
        paths.append(str(pathlib.Path(folder, f"{seed}{name}.npy")))
        np.save(paths[-1], values)
    command = [options.flowctl, "compare", *paths, "--json", "--threads", "1", "--seed", str(seed),
               "--permutations", str(options.permutations)]
    line = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    for path in paths:
        pathlib.Path(path).unlink()
    joint = line["joint"]
    columns = [column["ksP"] for column in line["columns"]]
    tests = {"KS, one column": columns[0], "KS, Holm": min(column["ksPHolm"] for column in line["columns"]),
             "energy": joint["energyP"], "MMD": joint["mmdP"], "classifier": joint["c2stP"]}
    tests["verdict"] = min(1, 4 * min(value for name, value in tests.items() if name != "KS, one column"))
    return tests, joint["c2st"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flowctl")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--columns", type=int, default=3)
    parser.add_argument("--shift", type=float, default=0)
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--whole", action="store_true", help="whole numbers")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
        results = list(pool.map(lambda seed: pvalues(options, folder, seed), range(options.pairs)))
    accuracies = [accuracy for _, accuracy in results if accuracy is not None]
    print(f"{options.pairs} pairs of {options.rows} rows, {options.columns} columns, shift {options.shift}; "
          f"accuracy {np.mean(accuracies):.4f}")
    for test in results[0][0]:
        part = np.mean([tests[test] <= 0.05 for tests, _ in results])
        print(f"{test:16} {100 * part:5.1f} % +- {100 * math.sqrt(part * (1 - part) / options.pairs):.1f}")


if __name__ == "__main__":
    main()
