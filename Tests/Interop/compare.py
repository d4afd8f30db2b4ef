"""Fits models of every layer, base and preprocessing to the galaxies, scores them with flowctl, and compares with an
independent reader.

compare.py FLOWCTL; fails where a log-density differs by more than 1e-4 (relative to those beyond 1), and where a family
that flowctl knows is not among those compared.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

from checkpoint import Checkpoint

flowctl = str(pathlib.Path(sys.argv[1]).resolve())
galaxies = pathlib.Path(__file__).resolve().parent.parent.parent / "data/galaxy.h5"

# Layers, and what else is given to `flowctl fit`.
cases = [
    ("lower,leaky-relu(0.25),upper(signs=-++-+++)", []),
    ("diagonal(signs=random),shift,permute(random)", []),
    ("actnorm,lu,prelu,plu(signs=random),prelu,qr(determinant=-1)", []),
    ("householder(3),elementwise-affine,householder", []),
    ("3*[qr,smooth-leaky-relu],coupling-smooth-leaky-relu(hidden=8),lu,smooth-leaky-relu(join=root)", []),
    ("smooth-leaky-relu(hidden=8),autoregressive-smooth-leaky-relu(join=root,hidden=8)", ["--context", "redshift"]),
    ("coupling-sos(hidden=8),permute(reverse),autoregressive-sos(degree=3,polynomials=2,bound=2,hidden=8),elementwise-sos", []),
    ("coupling-bernstein(hidden=8),permute(reverse),autoregressive-bernstein(degree=5,bound=2,hidden=8),elementwise-bernstein", []),
    ("coupling-naf(hidden=8),permute(reverse),autoregressive-naf(units=3,hidden=8),elementwise-naf(units=1)", []),
    ("4*[coupling-additive(hidden=16),permute(reverse)],diagonal", []),
    ("4*[coupling-affine(hidden=16x16,activation=tanh,mask=random),permute(random)]", []),
    ("2*[coupling-rqs(bins=6,hidden=16,activation=silu,mask=alternate),permute(random)]", []),
    ("2*[autoregressive-affine(hidden=24),permute(reverse)]", []),
    ("autoregressive-rqs(bins=5,hidden=24x24)", []),
    ("inverse(autoregressive-affine(hidden=24))", []),
    ("inverse(autoregressive-rqs(bins=5,hidden=24)),inverse(qr),inverse(lower)", []),
    ("elementwise-rqs(bins=6),lower,elementwise-affine(bound=2)", ["--base", "student-t"]),
    ("residual(hidden=16x16),residual(hidden=16,activation=sine,lipschitz=0.5)", ["--base", "laplace"]),
    ("2*[residual(hidden=24,activation=tanh)],actnorm", ["--context", "redshift"]),
    ("ode(hidden=16x16,tolerance=1e-6)", ["--base", "normal"]),
    ("ode(hidden=16,activation=tanh,tolerance=1e-6),ode(hidden=12x8x8,activation=sine,tolerance=1e-6)", ["--context", "redshift"]),
    ("3*[planar],actnorm,radial,sylvester(3),sylvester(1)", ["--base", "logistic"]),
    ("monotone(softplus),monotone(log),monotone(arcsinh),monotone(sinh),monotone(sigmoid),monotone(logit)", []),
    ("2*[monotone(arcsinh)],monotone(tanh),monotone(atanh),monotone(exp),monotone(softplus-inverse)",
     ["--base", "gaussian"]),
    ("2*[coupling-affine(hidden=16),permute(reverse)]", ["--context", "redshift"]),
    ("autoregressive-affine(hidden=24)", ["--context", "redshift,u"]),
    ("elementwise-rqs(hidden=16,bins=5),lower", ["--context", "redshift,u", "--context-embedding", "12x6"]),
    ("lower", ["--preprocess", "robust", "--base", "gaussian(full)"]),
    ("lower", ["--preprocess", "arcsinh", "--base", "mixture(5)"]),
    ("coupling-affine(hidden=16)", ["--base", "t-mixture(3)"]),
    ("coupling-rqs(hidden=16)", ["--preprocess", "whiten"]),
    ("lower", ["--bounds", "redshift=-9..9,u=-20..,g=..30",
               "--base", "product(2*normal,student-t,mixture(3,dimension=2),laplace,gaussian)"]),
    ("2*[circular-rqs(bins=5)]", ["--circular", "redshift=-1..2,u=0..1", "--columns", "redshift,u",
                                  "--base", "uniform(-pi,pi)"]),
    ("circular-rqs(bins=5),coupling-circular-rqs(bins=5,hidden=8),autoregressive-circular-rqs(bins=4,hidden=8)", ["--circular", "redshift=-1..2,u=0..1", "--columns", "redshift,u",
                                  "--base", "uniform(-pi,pi)"]),
    ("coupling-rqs(bins=5,hidden=8),permute(random),autoregressive-rqs(bins=4,hidden=8,activation=silu),elementwise-rqs",
     ["--circular", "redshift=-1..2,u=15..30"]),
    ("coupling-affine(hidden=8,mask=random),autoregressive-affine(hidden=8,order=reverse)",
     ["--circular", "redshift=-1..2", "--base", "laplace"]),
    ("coupling-rqs(bins=5,hidden=8),permute(random),autoregressive-affine(hidden=8)",
     ["--circular", "redshift=-1..2", "--categories", "third,bit"]),
    ("2*[autoregressive-additive(hidden=16),permute(reverse)],elementwise-additive,diagonal", []),
    ("2*[coupling-affine(hidden=16),permute(random)]", ["--ensemble", "3"]),
    ("elementwise-rqs(hidden=16,bins=5),lower", ["--context", "redshift,u", "--ensemble", "2", "--refit"]),
    ("coupling-affine(hidden=16)", ["--dequantize", "count,bit,third"]),
    ("coupling-rqs(hidden=16)", ["--preprocess", "arcsinh", "--broad", "0.05"]),
    ("lower", ["--bounds", "redshift=-9..9,u=-20..", "--preprocess", "whiten", "--broad", "0.2"]),
]


def run(*arguments, check=True):
    done = subprocess.run([flowctl, *arguments], capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"flowctl {' '.join(arguments)}: {done.stderr}")
    return done


def table(folder):
    """The galaxies of the test set, and columns of whole numbers made from them."""
    with h5py.File(galaxies) as f:
        rows, names = f["test"][:].astype("f8"), f.attrs["columns"].split(",")
    whole = np.stack([np.round(5 * rows[:, 1]), rows[:, 2] > 0, np.floor(rows[:, 3])], 1)
    path = f"{folder}/table.h5"
    with h5py.File(path, "w") as f:
        f["events"] = np.concatenate([rows, whole], 1)
        f["events"].attrs["columns"] = names + ["count", "bit", "third"]
    return path, names


def error_of(folder, data, names, layers, options):
    """The largest difference in log-density, and the model."""
    model, scores = f"{folder}/model.h5", f"{folder}/scores.h5"
    chosen = options[options.index("--columns") + 1].split(",") if "--columns" in options else names
    context = options[options.index("--context") + 1].split(",") if "--context" in options else []
    if "--dequantize" in options:
        chosen = chosen + options[options.index("--dequantize") + 1].split(",")
    if "--categories" in options:
        chosen = chosen + options[options.index("--categories") + 1].split(",")
    chosen = [n for n in chosen if n not in context]
    fit = ["fit", data, "-o", model, "--layers", layers, "--epochs", "2", "--force", *options]
    run(*fit, *([] if "--columns" in options else ["--columns", ",".join(chosen)]))
    run("density", model, data, "-o", scores, "--force")
    with h5py.File(data) as f:
        all_names, rows = list(f["events"].attrs["columns"]), f["events"][:]
    pick = lambda wanted: rows[:, [all_names.index(n) for n in wanted]]
    checkpoint = Checkpoint(model)
    expected = checkpoint.log_density(pick(chosen), pick(context) if context else None)
    with h5py.File(scores) as f:
        got = f["log_density"][:]
    assert np.isfinite(got).all()
    return np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected))), checkpoint


def known(folder):
    """The kinds of layers and the bases that flowctl knows, as it lists them where it meets another."""
    def names(encoded, key):
        path = f"{folder}/unknown.h5"
        shutil.copy(f"{folder}/model.h5", path)
        with h5py.File(path, "r+") as f:
            architecture = json.loads(f["architecture"].asstr()[()])
            architecture[key] = encoded(architecture[key])
            del f["architecture"]
            f["architecture"] = json.dumps(architecture)
        said = run("inspect", "--accept-edited", path, check=False).stderr
        listed = re.search(r"\((?:it )?knows ([^)]*)\)|the bases are (.*)", said)
        assert listed, said
        return set((listed[1] or listed[2]).strip().split(", "))

    return (names(lambda chain: chain | {"layers": [{"kind": "?", "layer": {}}]}, "chain"),
            names(lambda base: {"kind": "?", "base": {}}, "base"))


failures = 0
layers_met, bases_met = {"chain"}, set()  # A chain is what holds the layers.
with tempfile.TemporaryDirectory() as folder:
    data, names = table(folder)
    for layers, options in cases:
        error, checkpoint = error_of(folder, data, names, layers, options)
        failures += not error < 1e-4
        print(f"{error:.1e}  {' '.join([layers, *options])}", flush=True)
        kinds, bases = checkpoint.kinds()
        layers_met, bases_met = layers_met | kinds, bases_met | bases
    layers_known, bases_known = known(folder)
for what in sorted((layers_known - layers_met) | (bases_known - bases_met)):
    print(f"not compared: {what}")
    failures += 1
print(f"{len(layers_met)} layers and {len(bases_met)} bases compared, {failures} failures")
sys.exit(1 if failures else 0)
