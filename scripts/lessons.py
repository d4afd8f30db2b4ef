#!/usr/bin/env python3
"""Whether noise and a curriculum help: lessons.py FLOWCTL DATA.h5 [FOLDS [OPTION …]]

Fits a flow to each fold of DATA.h5 (groups fold0, fold1, … with train, valid and test) plainly, with --noise rule, with --curriculum and with
both, and prints the mean test log-likelihood and its difference from the plain fit, paired over the folds, ± its standard error. The settings:

    budget        5 epochs
    contaminated  5 epochs, a tenth of the training rows replaced by uniform ones within the range of each column; validation and test as they are
    usual         40 epochs

Needs numpy and h5py.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

FLOW = ["--layers", "4*[coupling-rqs(bins=8,hidden=64x64),permute(random)]", "--batch", "128", "--threads", "2"]
SETTINGS = {"budget": ["--epochs", "5"], "contaminated": ["--epochs", "5"], "usual": ["--epochs", "40"]}
LESSONS = {"plain": [], "noise": ["--noise", "rule"], "curriculum": ["--curriculum"], "both": ["--noise", "rule", "--curriculum"]}


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout


def contaminated(rows, random):
    rows = rows.copy()
    chosen = random.random(len(rows)) < 0.1
    rows[chosen] = random.uniform(rows.min(0), rows.max(0), (chosen.sum(), rows.shape[1]))
    return rows


def score(flowctl, fold, setting, lesson, folder, extra):
    data, model, test = (folder / name for name in ("data.h5", "model.h5", "test.h5"))
    with h5py.File(data, "w") as file:
        for part in ("train", "valid"):
            file[part] = fold[part]
        if setting == "contaminated":
            file["train"][...] = contaminated(fold["train"], np.random.default_rng(1))
    with h5py.File(test, "w") as file:
        file["test"] = fold["test"]
    run(flowctl, "fit", data, "-o", model, "--force", *FLOW, *SETTINGS[setting], *LESSONS[lesson], *extra)
    return json.loads(run(flowctl, "density", model, test, "--json").splitlines()[-1])["mean"]


def main():
    flowctl, path = Path(sys.argv[1]).resolve(), sys.argv[2]
    count, extra = int(sys.argv[3]) if len(sys.argv) > 3 else 10, sys.argv[4:]
    with h5py.File(path) as file:
        folds = [{part: file[f"fold{k}"][part][:].astype(float) for part in ("train", "valid", "test")} for k in range(count)]
    print("| setting | lesson | mean test log p | difference from plain |\n|---|---|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for setting in SETTINGS:
            plain = None
            for lesson in LESSONS:
                scores = np.array([score(flowctl, fold, setting, lesson, Path(folder), extra) for fold in folds])
                plain = scores if plain is None else plain
                difference = scores - plain
                error = difference.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan
                text = "" if lesson == "plain" else f"{difference.mean():+.3f} ± {error:.3f}"
                print(f"| {setting} | {lesson} | {scores.mean():.3f} | {text} |", flush=True)


main()
