"""Fits models with encoders of every objective and head, and compares what flowctl writes with an independent reader.

compare_encoders.py FLOWCTL; fails where a number differs by more than 1e-4 (relative to those beyond 1).
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

from checkpoint import Checkpoint

flowctl = str(pathlib.Path(sys.argv[1]).resolve())
numbers, counts = ["a", "b", "c"], ["n", "m", "k"]
flow = ["--layers", "coupling-affine(hidden=8),permute(reverse)"]
# The objective, the columns, and what else is given to `flowctl fit`.
cases = [
    ("ae", numbers, flow), ("ae(metric=deviations)", numbers, [*flow, "--decoder", "5,activation=tanh"]),
    ("ae(weights=b:4;c:0.1)", numbers, flow), ("ae(metric=deviations,weights=b:4;c:0.1)", numbers, flow),
    ("triplet(label=kind)", numbers, flow), ("triplet(label=kind,flow=conditional)", numbers, flow),
    ("triplet(label=kind,flow=conditional)", numbers, [*flow, "--ensemble", "2"]),
    ("dann(label=kind,domain=half)", numbers, flow),
    ("vae", numbers, []), ("vae(sigma=columns,prior=flow)", numbers, flow), ("vae(sigma=0.3)", numbers, []),
    ("vae(prior=mixture(3))", numbers, []),
    ("vae(head=bernoulli)", ["half"], []), ("vae(head=categorical,levels=5)", counts, []),
    ("vae(head=logistic,levels=5)", counts, []),
    ("ae", numbers, [*flow, "--context", "kind,half"]), ("vae(prior=flow)", numbers, [*flow, "--context", "kind"]),
    ("vae(head=categorical,levels=5)", counts, ["--context", "a"]), ("vae(posterior=flow)", numbers, []),
    ("vae(posterior=flow(coupling-rqs(hidden=4),permute(reverse),lu),prior=mixture(2))", numbers, ["--context", "kind"]),
]


def table(path):
    random = np.random.default_rng(5)
    kind = random.integers(0, 3, 300)
    x = np.array([[0, 0, 0], [2, 1, 0], [0, 2, 1]])[kind] + 0.6 * random.normal(size=(300, 3))
    whole = np.clip(np.round(x + 1), 0, 4)
    columns = {"a": x[:, 0], "b": x[:, 1], "c": 10 * x[:, 2] + x[:, 0], "kind": 4 * kind, "half": np.arange(300) % 2,
               "n": whole[:, 0], "m": whole[:, 1], "k": whole[:, 2]}
    with h5py.File(path, "w") as file:
        file["events"] = np.stack(list(columns.values()), 1)
        file["events"].attrs["columns"] = list(columns)
    return columns


with tempfile.TemporaryDirectory() as folder:
    data, model = f"{folder}/data.h5", f"{folder}/m.h5"
    columns = table(data)

    def run(*arguments):
        done = subprocess.run([flowctl, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"flowctl {' '.join(arguments)}: {done.stderr}")

    def written(command, source, dataset, *options):
        run(command, model, source, "-o", f"{folder}/{dataset}.h5", "--force", *options)
        with h5py.File(f"{folder}/{dataset}.h5") as file:
            return file[dataset][:]

    def error(objective, names, options):
        latents = "1" if len(names) == 1 else "2"
        run("fit", data, "-o", model, "--force", "--encoder", "6", "--latent", latents, "--epochs", "2", "--batch", "64",
            "--objective", objective, "--columns", ",".join(names), *options)
        checkpoint = Checkpoint(model)
        encoder, rows = checkpoint.encoder, np.stack([columns[name] for name in names], 1)
        given = options[options.index("--context") + 1].split(",") if "--context" in options else []
        context = np.stack([columns[name] for name in given], 1) if given else None
        z = encoder.latents(rows, context)
        pairs = [(written("encode", data, "latents"), z)]
        scores = None if objective.startswith("vae") else written("density", data, "scores")
        if encoder.head and "posterior" not in encoder.architecture:
            pairs.append((written("encode", data, "sigma", "--write", "sigma"), encoder.sigma(rows, context)))
        if "decoder" in encoder.architecture:
            beside = ["--context", data] if given else []
            pairs.append((written("decode", f"{folder}/latents.h5", "events", *beside), encoder.events(z, context)))
        if scores is not None and scores.shape[1] == 2:
            pairs.append((scores[:, 1], encoder.reconstruction_errors(rows, context)))
        if encoder.classes or "predictor" in encoder.architecture:
            total, probabilities = (
                encoder.posterior(checkpoint.log_density, rows) if encoder.classes
                else (checkpoint.log_density(z), encoder.predicted(rows)))
            pairs += [(written("encode", data, "probabilities", "--write", "probabilities"), np.exp(probabilities)),
                      (scores[:, 0], total)]
        elif scores is not None:
            pairs.append((scores[:, 0], checkpoint.log_density(z, context)))
        for got, expected in pairs:
            assert got.shape == expected.shape and np.isfinite(got).all()
        return max(np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected))) for got, expected in pairs), len(pairs)

    failures = 0
    for case in cases:
        largest, compared = error(*case)
        failures += not largest < 1e-4
        print(f"{largest:.1e}  {compared} compared  {case[0]} {' '.join(case[2])}", flush=True)
print(f"{len(cases)} encoders compared, {failures} failures")
sys.exit(1 if failures else 0)
