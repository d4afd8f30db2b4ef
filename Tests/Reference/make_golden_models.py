"""Writes models/format2-*.h5: one model file of format 2 for each part of FlowKit's kinds of layer, base and preprocessing,
as the program of commit d824da2 wrote them (before layers and options were coded by name with defaults), and format2.json,
what that program scores some events with. A newer program must read the files and score the same.

Needs h5py and that program: python3 make_golden_models.py FLOWCTL
"""
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

import reference

flowctl = sys.argv[1]
folder = pathlib.Path(__file__).parent / "models"
random = np.random.default_rng(7)


def columns(count):
    """Correlated and skewed columns, a whole number, an angle, a number in (0, 1), and a context."""
    a = random.normal(size=count)
    b = 3 + 0.5 * a + random.normal(size=count)
    c = np.exp(0.3 * random.normal(size=count))
    return {
        "a": a, "b": b, "c": c, "n": random.integers(0, 9, count).astype(float),
        "phi": random.uniform(0, 360, count), "u": random.uniform(0.01, 0.99, count), "t": random.normal(size=count) + a,
    }


def rounded(table):
    return {name: np.round(values, 4) for name, values in table.items()}


linear = (
    "actnorm,diagonal(signs=+-+),shift,lower(signs=random),upper,lu,plu(signs=random),qr(determinant=-1),"
    "householder(2),leaky-relu(0.2),prelu,permute(1,0,2),permute(random),planar,radial,inverse(actnorm)"
)
conditional = (
    "coupling-additive(hidden=4),coupling-affine(hidden=4x3,mask=random,activation=tanh),"
    "coupling-rqs(bins=4,bound=4,hidden=4,mask=alternate,activation=silu),autoregressive-affine(bound=2,hidden=4),"
    "autoregressive-rqs(bins=3,hidden=4),elementwise-affine(hidden=4),elementwise-rqs(bins=3,hidden=4)"
)
others = "residual(hidden=4,activation=sine),inverse(autoregressive-affine(hidden=4)),monotone(arcsinh),elementwise-affine"
cases = [
    ("linear", "a,b,c", None, linear, "gaussian(full)", ["--preprocess", "whiten"]),
    ("conditional", "a,b,c", "t", conditional, "product(normal,student-t,laplace)",
     ["--preprocess", "arcsinh", "--context-embedding", "3x2"]),
    ("others", "a,n,u", None, others, "mixture(3)", ["--preprocess", "robust", "--dequantize", "n", "--bounds", "u=0..1"]),
    ("circular", "a,phi", None, "monotone(tanh),circular-rqs(bins=4)", "uniform(-pi,pi)", ["--circular", "phi=0..360"]),
    ("sylvester", "a,b,c", None, "sylvester(2),elementwise-rqs(bins=4,bound=3)", "product(gaussian,2*logistic)", []),
]

written = []
with tempfile.TemporaryDirectory() as work:
    data, few = f"{work}/data.h5", f"{work}/few.h5"
    scored = rounded(columns(24))
    for path, table in [(data, rounded(columns(200))), (few, scored)]:
        with h5py.File(path, "w") as file:
            for name, values in table.items():
                file[name] = values
    for name, events, context, layers, base, options in cases:
        model = folder / f"format2-{name}.h5"
        model.unlink(missing_ok=True)
        given = ["--context", context] if context else []
        subprocess.run(
            [flowctl, "fit", data, "--output", model, "--columns", events, "--layers", layers, "--base", base,
             "--epochs", "3", "--batch", "32", "--learning-rate", "0.01", "--valid", "0.2", "--threads", "1"]
            + given + options, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([flowctl, "density", model, few, "--output", f"{work}/{name}.h5"], check=True,
                       stdout=subprocess.DEVNULL)
        with h5py.File(f"{work}/{name}.h5") as file:
            densities = file["log_density"][:]
        written.append({
            "name": name,
            "events": reference.array(np.stack([scored[column] for column in events.split(",")], axis=1)),
            "context": reference.array(scored[context][:, None] if context else np.zeros((24, 0))),
            "densities": reference.array(densities),
        })

cpu = {key.strip(): value.strip() for key, value in
       (line.split(":", 1) for line in open("/proc/cpuinfo").read().split("\n\n")[0].splitlines())}
reference.write(
    "format2.json", __file__,
    "log-densities that the program of commit d824da2 computes, in float32, with the models models/format2-*.h5",
    ["numpy", "h5py"],
    {"processor": f"{cpu['vendor_id']} {cpu['cpu family']} {cpu['model']}", "cases": written})
