"""How the scripts of this folder write their values: arrays as row-major lists with their shape, floats so that they
read back to the same bits."""
import importlib.metadata
import json
from pathlib import Path

import numpy as np


def array(values):
    values = np.asarray(values, dtype=np.float64)
    return {"shape": list(values.shape), "values": values.ravel().tolist()}


def write(name, script, about, packages, contents):
    made = {"script": Path(script).name} | {package: importlib.metadata.version(package) for package in packages}
    path = Path(script).with_name(name)
    path.write_text(json.dumps({"about": about, "made": made} | contents, indent=1, allow_nan=False) + "\n")
    print(f"wrote {path.name}")
