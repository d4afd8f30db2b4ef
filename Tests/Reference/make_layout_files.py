"""Writes layouts/*: tables as h5py, PyTables, pandas, netCDF4 and MATLAB 7.3 arrange them.

Unless said otherwise the value in row i of column j is 10 * i + j. Needs h5py, tables, pandas and netCDF4. MATLAB's
layout is written by h5py after its documentation: a 512-byte user block, arrays transposed, the attribute MATLAB_class.
Run in this folder: python3 make_layout_files.py
"""
import pathlib

import h5py
import netCDF4
import numpy as np
import pandas as pd
import tables

folder = pathlib.Path(__file__).parent / "layouts"
folder.mkdir(exist_ok=True)
for old in folder.iterdir():
    old.unlink()


def values(rows, columns, dtype="f8"):
    return (10 * np.arange(rows)[:, None] + np.arange(columns)).astype(dtype)


# Compound values: every number type and order, nested, with arrays, chunked.
with h5py.File(folder / "compound.h5", "w") as f:
    dtype = [("a", ">f4"), ("b", "<i2"), ("c", ">u8"), ("d", "<f2")]
    rows = np.zeros(20, dtype)
    for j, name in enumerate("abcd"):
        rows[name] = values(20, 4)[:, j]
    f.create_dataset("flat", data=rows, chunks=(7,), compression="gzip", shuffle=True, fletcher32=True)
    nested = np.zeros(5, [("id", "S4"), ("p", [("x", "f8"), ("y", "f4")]), ("v", "i4", (2, 2)), ("z", "c8")])
    nested["id"] = b"name"
    nested["p"]["x"], nested["p"]["y"] = values(5, 2).T
    nested["v"] = values(5, 6)[:, 2:6].reshape(5, 2, 2)
    nested["z"] = values(5, 8)[:, 6] + 1j * values(5, 8)[:, 7]
    f["nested"] = nested
    f["square"] = np.zeros((2, 2), dtype)

# PyTables, with an index beside the table.
class Row(tables.IsDescription):
    x = tables.Float32Col(pos=0)
    y = tables.Int16Col(pos=1)
    v = tables.Float64Col(shape=(2,), pos=2)


with tables.open_file(folder / "pytables.h5", "w") as f:
    table = f.create_table("/", "events", Row, filters=tables.Filters(complevel=1, complib="zlib"), chunkshape=(8,))
    rows = values(30, 4)
    table.append([(r[0], r[1], r[2:4]) for r in rows])
    table.flush()

with h5py.File(folder / "pytables.h5", "a") as f:
    f["_i_events/x/sorted"] = values(3, 3)  # what create_index() leaves, in little

# pandas: two blocks of types, then each column for itself.
frame = pd.DataFrame(values(6, 4), columns=list("wxyz"))
frame["y"] = frame["y"].astype("i4")
frame.index = frame.index + 100
frame.to_hdf(folder / "pandas.h5", key="blocks", format="table", index=False, complevel=1)
frame.to_hdf(folder / "pandas.h5", key="columns", format="table", data_columns=True, index=False, complevel=1)

# netCDF-4: missing values, packed values, a dimension with and one without values.
with netCDF4.Dataset(folder / "netcdf.nc", "w") as f:
    f.createDimension("obs", 4)
    x = f.createVariable("x", "f4", ("obs",), fill_value=-999.0, zlib=True)
    x[:] = np.ma.masked_array(values(4, 1)[:, 0], [False, True, False, False])
    n = f.createVariable("n", "i2", ("obs",), fill_value=-1)
    n[:] = np.ma.masked_array(values(4, 2)[:, 1], [False, False, False, True])
    p = f.createVariable("p", "i2", ("obs",))
    p.scale_factor, p.add_offset = 0.5, 2.0
    p[:] = values(4, 3)[:, 2]
with netCDF4.Dataset(folder / "coordinate.nc", "w") as f:
    f.createDimension("time", 3)
    f.createVariable("time", "f8", ("time",))[:] = [5, 6, 7]
    for j, name in enumerate("ab"):
        f.createVariable(name, "f8", ("time",))[:] = values(3, 2)[:, j]


def matlab(name):
    f = h5py.File(folder / name, "w", userblock_size=512)
    return f


def mark(file):
    with open(folder / file, "r+b") as f:
        header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(124) + b"\0\2IM"
        f.write(header)


def put(group, name, array, kind="double"):
    d = group.create_dataset(name, data=np.ascontiguousarray(np.atleast_2d(array).T))
    d.attrs["MATLAB_class"] = np.bytes_(kind)
    return d


with matlab("matrix.mat") as f:
    put(f, "events", values(6, 3))
    put(f, "mean", values(1, 3))
    put(f, "label", np.array([[104, 105]], "u2"), "char")
    f.create_group("#refs#")["a"] = values(2, 2)
mark("matrix.mat")
with matlab("vectors.mat") as f:
    g = f.create_group("s")
    g.attrs["MATLAB_class"] = np.bytes_("struct")
    put(g, "column", values(5, 1))  # N x 1
    put(g, "row", values(5, 2)[:, 1:].T)  # 1 x N
    put(g, "scalar", np.array([[7.0]]))
    put(g, "flags", values(5, 1) > 15, "logical").attrs["MATLAB_int_decode"] = np.int32(1)
mark("vectors.mat")

# Filters.
with h5py.File(folder / "filters.h5", "w") as f:
    data = values(40, 3)
    f.create_dataset("gzip", data=data, chunks=(16, 2), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("szip", data=data, chunks=(16, 2), compression="szip")
    f.create_dataset("scale-offset", data=data.astype("i4"), chunks=(16, 2), scaleoffset=0)
    f.create_dataset("scale-offset-float", data=data, chunks=(16, 2), scaleoffset=2)
    f.create_dataset("half", data=data.astype(">f2"), chunks=(16, 3))
    f.create_dataset("lzf", data=data, chunks=(16, 2), compression="lzf")

# Links, also in a circle and out of the file.
with h5py.File(folder / "target.h5", "w") as f:
    f["deep/table"] = values(3, 2)
with h5py.File(folder / "links.h5", "w") as f:
    f["soft"] = h5py.SoftLink("/real/table")
    f["real/table"] = values(4, 2)
    f["real/up"] = h5py.SoftLink("/")
    f["external"] = h5py.ExternalLink("target.h5", "/deep/table")
    f["lost"] = h5py.ExternalLink("missing.h5", "/table")
    f["circle/a"] = h5py.SoftLink("/circle")
    for i in range(12):
        f[f"circle/again{i}"] = f["circle"]

# NumPy's own format: rows of 10 * i + j, less 3 where the type has a sign.
arrays = folder.parent / "npy"
arrays.mkdir(exist_ok=True)
for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    np.save(arrays / f"{dtype}.npy", (values(5, 3) - (0 if dtype[0] == "u" else 3)).astype("<" + dtype))
np.save(arrays / "big-f4.npy", (values(5, 3) - 3).astype(">f4"))
np.save(arrays / "big-i2.npy", (values(5, 3) - 3).astype(">i2"))
np.save(arrays / "fortran.npy", np.asfortranarray(values(5, 3) - 3))
