"""Writes values/*: files whose stored numbers are not all what was measured, as h5py, netCDF4, astropy and pandas leave them.

Unless said otherwise the value in row i of column j is 10 * i + j. Needs h5py, netCDF4, astropy, pandas and tables.
Run in this folder: python3 make_value_files.py
"""
import os
import pathlib
import subprocess
import sys

import h5py
import netCDF4
import numpy as np
import pandas as pd
import tables
from astropy.table import MaskedColumn, Table

folder = pathlib.Path(__file__).parent / "values"
folder.mkdir(exist_ok=True)
for old in folder.iterdir():
    old.unlink()
os.chdir(folder)


def values(rows, columns, dtype="f8"):
    return (10 * np.arange(rows)[:, None] + np.arange(columns)).astype(dtype)


# Virtual datasets over part.h5 and over what is not there.
with h5py.File("part.h5", "w") as f:
    f["x"] = values(4, 2)
with h5py.File("virtual.h5", "w") as f:
    f["own"] = values(4, 2)

    def virtual(name, file, dataset, shape=(4, 2), rows=4, fill=None):
        layout = h5py.VirtualLayout((rows, 2), dtype="f8")
        layout[: shape[0]] = h5py.VirtualSource(file, dataset, shape)
        f.create_virtual_dataset(name, layout, fillvalue=fill)

    virtual("whole", "part.h5", "x")
    virtual("self", ".", "own")
    virtual("nested", ".", "whole")
    virtual("file", "gone.h5", "x")
    virtual("dataset", "part.h5", "y")
    virtual("short", "part.h5", "x", (6, 2), 6)
    virtual("gap", "part.h5", "x", (4, 2), 8)
    virtual("deep", ".", "file")
    virtual("filled", "part.h5", "x", (4, 2), 8, np.nan)

# Raw bytes in other files, which are looked for from the working folder.
values(4, 2).tofile("raw.bin")
values(3, 2).tofile("short.bin")
with h5py.File("external.h5", "w") as f:
    for name in ["raw", "short", "gone"]:
        f.create_dataset(name, (4, 2), "f8", external=[(name + ".bin", 0, h5py.h5f.UNLIMITED)])
(folder / "gone.bin").unlink(missing_ok=True)

# Links to what is not there.
with h5py.File("links.h5", "w") as f:
    f["good/a"] = values(4, 1)[:, 0]
    f["good/b"] = h5py.ExternalLink("gone.h5", "/x")
    f["file"] = h5py.ExternalLink("gone.h5", "/x")
    f["object"] = h5py.ExternalLink("part.h5", "/y")
    f["soft"] = h5py.SoftLink("/nowhere")
    f["fine"] = h5py.ExternalLink("part.h5", "/x")

# Fill values that were set, and chunks that were never written. Rows 2 and 3 are missing.
with h5py.File("fill.h5", "w") as f:
    for name, dtype, fill in [("float", "f4", -999.9), ("int", "i2", -1), ("nan", "f8", np.nan)]:
        d = f.create_dataset(name, (4, 2), dtype, fillvalue=fill)
        d[:2] = values(2, 2)
    # What looks like a fill value may be meant.
    f.create_dataset("zero", data=values(4, 2), fillvalue=0.0)
    f.create_dataset("bool", data=np.array([True, False, True, True]), fillvalue=True)
    f.create_dataset("byte", data=values(4, 2, "u1"), fillvalue=1)
    d = f.create_dataset("chunks", (4, 3), "f8", chunks=(2, 2))
    d[:2] = values(2, 3)
    d[2:, :2] = values(4, 2)[2:]
    f.create_dataset("records", (4,), [("x", "f8"), ("y", "i4")], chunks=(2,))[:2] = np.array(
        [(0, 1), (10, 11)], [("x", "f8"), ("y", "i4")])
    f.create_dataset("never", (4, 2), "f8")
    f.create_dataset("never_chunked", (4, 2), "f8", chunks=(2, 2))

# Compound values with a fill value for each field: of bytes it is meant. In "t" x is missing in row 1, the second of v in
# row 2, all of row 3 but the text and the byte. A default of PyTables is a value like others.
with h5py.File("records.h5", "w") as f:
    kind = np.dtype([("x", "f4"), ("n", "i4"), ("s", "S3"), ("flag", "u1"), ("v", "f8", 2), ("zero", "f8")])
    fill = np.array((-999.9, -1, b"no", 1, [9e9, -7.0], 0.0), kind)
    d = f.create_dataset("t", (4,), kind, fillvalue=fill)
    d[:3] = np.array([(i, i + 1, b"a", 1, [i, 2 * i], 0.0) for i in range(3)], kind)
    d[1:2] = np.array([(-999.9, 2, b"a", 1, [1, 2], 0.0)], kind)
    d[2:3] = np.array([(2, 3, b"a", 1, [2, -7.0], 0.0)], kind)
with tables.open_file("records.h5", "a") as f:
    kind = {"x": tables.Float64Col(dflt=1.5, pos=0), "y": tables.Int32Col(dflt=7, pos=1)}
    table = f.create_table("/", "pytables", kind, chunkshape=2)
    table.append([(1.5, 7), (2.5, 8)])

# netCDF's default fill values, which no attribute names. Rows 2 and 3 are missing, but not of bytes.
with netCDF4.Dataset("defaults.nc", "w") as f:
    f.createDimension("obs", 4)
    for name in ["f4", "f8", "i2", "i4", "u2", "u4", "i8", "u1"]:
        f.createVariable(name, name, ("obs",))[:2] = values(2, 1)[:, 0]

# What attributes say. Row 3 is missing.
with h5py.File("attributes.h5", "w") as f:
    def attributed(name, data, **attributes):
        f[name] = data
        for key, value in attributes.items():
            f[name].attrs[key] = value

    row = values(4, 1)[:, 0]
    attributed("digits", np.where(row == 30, -9999.9, row).astype("f4"), _FillValue=-9999.9)
    attributed("several", np.where(row == 30, -99, row), missing_value=[-999.0, -99.0])
    attributed("text", np.where(row == 30, -9999.9, row).astype("f4"), CodeMissingValue=np.bytes_("-9999.9"))
    attributed("eos", np.where(row == 30, 1e30, row), MissingValue=1e30)
    attributed("range", row, valid_range=np.array([0.0, 25.0]))
    attributed("minimum", -row, valid_min=-20.0)
    attributed("maximum", row, valid_max=20.0)
    # Packed: the range is of what is stored, unless it is given as what it means.
    attributed("packed", row.astype("i2"), scale_factor=0.5, valid_range=np.array([0, 25], "i2"))
    attributed("unpacked", row.astype("i2"), scale_factor=0.5, valid_range=np.array([0.0, 12.5]))
    attributed("unsigned", np.array([0, 100, -56, -1], "i1"), _Unsigned="true", _FillValue=np.int8(-1))
    attributed("rhdf5", np.array([0, 10, 20, -2147483648], "i4"), **{"rhdf5-NA.OK": np.int32(1)})

# Masks: astropy's fields, a dataset beside a dataset, NumPy's masked array as a group. Row 1 of b is masked.
table = Table({"a": values(4, 2)[:, 0], "b": MaskedColumn(values(4, 2)[:, 1], mask=[False, True, False, False])})
table.write("masked.h5", path="table", serialize_meta=True)
with h5py.File("masked.h5", "a") as f:
    f["group/data"] = values(4, 2)
    f["group/mask"] = np.array([[False, False], [False, True], [False, False], [False, False]])
    f["columns/a"], f["columns/b"] = values(4, 2).T
    f["columns/b.mask"] = np.array([False, True, False, False])
    # No mask: another shape, and no booleans.
    f["other/data"] = values(4, 2)
    f["other/mask"] = values(4, 2)

# pandas' fixed format: columns out of order of their blocks, a series, names of several levels, what is no number.
frame = pd.DataFrame(values(6, 4), columns=list("wxyz"), index=np.arange(6) + 100)
frame["x"] = frame["x"].astype("i4")
frame.to_hdf("fixed.h5", key="frame")
frame["y"].to_hdf("fixed.h5", key="series")
frame["y"].rename(None).to_hdf("fixed.h5", key="unnamed")
frame.set_axis(range(4), axis=1).to_hdf("fixed.h5", key="numbers")
mixed = frame.assign(flag=frame["w"] > 20, when=pd.to_datetime(["2020-01-01"] * 5 + [None]))
mixed.to_hdf("fixed.h5", key="mixed")
frame.set_axis(pd.MultiIndex.from_product([["a", "b"], ["c", "d"]]), axis=1).to_hdf("fixed.h5", key="levels")
frame.set_index(["w", "x"]).to_hdf("fixed.h5", key="index", format="table", index=False, complevel=1)

# Names that are none.
with h5py.File("names.h5", "w") as f:
    f["x"] = values(4, 2)
    f["x"].attrs["columns"] = h5py.Empty("S1")
    f["y"] = values(4, 2)
    f["y"].attrs["columns"] = np.array(["", ""], dtype="S1")
    f["y"].attrs["names"] = "a,b"
    f["z"] = values(4, 2)
    f["z"].attrs["columns"] = ""

# Files whose writers were killed: in SWMR mode, and before anything was flushed.
code = """
import h5py, numpy as np, os, sys
f = h5py.File(sys.argv[1], "w", libver="latest")
d = f.create_dataset("x", (0, 2), "f8", maxshape=(None, 2), chunks=(4, 2))
if sys.argv[1] == "swmr.h5":
    f.swmr_mode = True
    d.resize((4, 2)); d[:] = 1; d.flush()
os._exit(0)
"""
for name in ["swmr.h5", "unflushed.h5"]:
    subprocess.run([sys.executable, "-c", code, name], check=True)
