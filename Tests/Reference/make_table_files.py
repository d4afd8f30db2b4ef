"""Writes tables/*: files in which more than one thing could be the table, as the programs named arrange them.

Unless said otherwise the value in row i of column j is 100 * i + j. Needs h5py, pandas and tables.
Run in this folder: python3 make_table_files.py
"""
import pathlib

import h5py
import numpy as np
import pandas as pd

folder = pathlib.Path(__file__).parent / "tables"
folder.mkdir(exist_ok=True)
for old in folder.iterdir():
    old.unlink()


def values(rows, columns):
    return 100.0 * np.arange(rows)[:, None] + np.arange(columns)


def column(rows, j):
    return values(rows, j + 1)[:, j]


def create(name, **options):
    return h5py.File(folder / name, "w", **options)


# A group of columns with a matrix in a group below: neither hides the other.
with create("below.h5") as f:
    for j, name in enumerate("abc"):
        f[f"post/{name}"] = column(5, j)
    f["post/meta/cov"] = np.eye(3)

# A training set: a matrix beside weights, and means of its columns; and two matrices.
with create("weights.h5") as f:
    f["X"] = values(6, 3)
    f["weights"] = np.arange(6.0)
    f["mean"] = np.zeros(3)
    f["names"] = np.array([b"u", b"v", b"w"])
with create("simulations.h5") as f:
    f["theta"] = values(6, 2)
    f["x"] = values(6, 3) + 10
with create("alone.h5") as f:
    f["w"] = np.arange(6.0)
    f["short"] = np.arange(5.0)
    f["c"] = values(6, 2) + 20

# bilby (its HDF5 results): groups of columns with complex and text columns among them, and evidences beside.
with create("bilby.h5") as f:
    for group, rows in [("posterior", 5), ("nested_samples", 8)]:
        g = f.create_group(group)
        for j, name in enumerate(["mass_1", "mass_2", "log_likelihood"]):
            g[name] = column(rows, j)
    f["posterior/H1_matched_filter_snr"] = column(5, 3) + 1j * column(5, 4)
    f["posterior/waveform"] = np.array([b"IMRPhenomPv2"] * 5)
    f["posterior/chirp_mass"] = column(5, 5)
    f["log_evidence"] = -3.5
    f["priors/mass_1"] = np.bytes_("Uniform(5, 100)")

# PESummary: compound values per analysis; LALInference: one table far down.
dtype = [("mass_1", "f8"), ("mass_2", "f8"), ("snr", "c16"), ("approximant", "S8")]
with create("pesummary.h5") as f:
    for analysis, rows in [("C01:IMRPhenomXPHM", 4), ("C01:SEOBNRv4PHM", 3)]:
        table = np.zeros(rows, dtype)
        table["mass_1"], table["mass_2"] = values(rows, 2).T
        f[f"{analysis}/posterior_samples"] = table
        f[f"{analysis}/psds/H1"] = values(7, 2)
with create("lalinference.h5") as f:
    table = np.zeros(4, [("m1", "f8"), ("m2", "f8")])
    table["m1"], table["m2"] = values(4, 2).T
    f["lalinference/lalinference_nest/posterior_samples"] = table

# PyCBC: samples and what belongs to them in sibling groups; the same name in both.
with create("pycbc.h5") as f:
    for j, name in enumerate(["mchirp", "q"]):
        f[f"samples/{name}"] = column(4, j)
    for j, name in enumerate(["loglr", "q"]):
        f[f"likelihood_stats/{name}"] = column(4, j + 2)

# A particle code (Gadget, AREPO, SWIFT).
with create("snapshot.h5") as f:
    f.create_group("Header").attrs["NumPart_Total"] = np.array([5, 3])
    f["PartType0/Coordinates"] = values(5, 3)
    f["PartType0/Velocities"] = values(5, 3) + 10
    f["PartType0/Masses"] = column(5, 20)
    f["PartType0/ParticleIDs"] = np.arange(5, dtype="u8")
    f["PartType1/Coordinates"] = values(3, 3) + 30

# NeXus event data: columns of events and of pulses in one group.
with create("nexus.h5") as f:
    g = f.create_group("entry/bank1_events")
    g["event_id"] = np.arange(6)
    g["event_time_offset"] = column(6, 1)
    g["event_index"] = np.array([0, 2, 4])
    g["event_time_zero"] = column(3, 2)

# emcee: steps x walkers x parameters with room for more steps than were made.
with create("emcee.h5") as f:
    g = f.create_group("mcmc")
    g.attrs.update(version="3.1.6", nwalkers=2, ndim=3, has_blobs=False, iteration=5)
    chain = np.zeros((8, 2, 3))
    chain[:5] = values(10, 3).reshape(5, 2, 3)
    g["accepted"] = np.array([3.0, 4.0])
    g["chain"] = chain
    g["log_prob"] = np.pad(column(10, 3).reshape(5, 2), ((0, 3), (0, 0)))

# ArviZ and xarray (netCDF-4): chain x draw, further axes, coordinates.
with create("arviz.nc", track_order=True) as f:
    for group, variables in [("posterior", ["mu", "tau", "theta"]), ("sample_stats", ["lp"]), ("observed_data", ["y"])]:
        g = f.create_group(group, track_order=True)
        sizes = {"school": 3} if group == "observed_data" else {"chain": 2, "draw": 4, "school": 3}
        for name, size in sizes.items():
            g[name] = np.arange(size)
            g[name].make_scale(name)
        for name in variables:
            axes = {"theta": ["chain", "draw", "school"], "y": ["school"]}.get(name, ["chain", "draw"])
            first = {"mu": 0, "tau": 1, "theta": 2, "lp": 5, "y": 6}[name]
            if name == "theta":
                data = (values(8, 5)[:, 2:]).reshape(2, 4, 3)
            else:
                data = column(3 if name == "y" else 8, first).reshape([sizes[a] for a in axes])
            g[name] = data
            for axis, scale in enumerate(axes):
                g[name].dims[axis].attach_scale(g[scale])

# Arrays of which nothing says what the axes are; axes that have other names.
with create("cubes.h5") as f:
    f["long"] = values(10, 3).reshape(5, 2, 3)
    f["even/chain"] = values(9, 2).reshape(3, 3, 2)
    f["deep"] = np.zeros((2, 2, 2, 2))
    for name, size in [("time", 2), ("lat", 3), ("lon", 4)]:
        f[f"grid/{name}"] = np.arange(float(size))
        f[f"grid/{name}"].make_scale(name)
    f["grid/t2m"] = np.zeros((2, 3, 4))
    for axis, name in enumerate(["time", "lat", "lon"]):
        f["grid/t2m"].dims[axis].attach_scale(f[f"grid/{name}"])

# Julia's HDF5.jl, R's hdf5r and rhdf5, Fortran: what they show as rows x columns stands the other way round.
with create("julia.h5") as f:
    f["events"] = values(30, 3).T
    f["w"] = np.arange(30.0)
with create("julia-cube.h5") as f:
    f["chains"] = values(8, 3).reshape(2, 4, 3).transpose(2, 0, 1)
with create("cube.mat", userblock_size=512) as f:
    f["x"] = values(8, 3).reshape(4, 2, 3).transpose(2, 1, 0)  # MATLAB's 4 x 2 x 3
    f["x"].attrs["MATLAB_class"] = np.bytes_("double")

# Columns that are no real numbers, in a compound and in a group.
with create("catalogue.h5") as f:
    table = np.zeros(5, [("ra", "f8"), ("dec", "f8"), ("mag", "f4"), ("name", "S8")])
    table["ra"], table["dec"], table["mag"] = values(5, 3).T
    f["cat"] = table
with create("columns.h5") as f:
    f["ra"], f["dec"] = column(5, 0), column(5, 1)
    f["name"] = np.array([b"star"] * 5)
    f["z"] = column(5, 2) + 1j * column(5, 3)
    tracks = f.create_dataset("tracks", 5, h5py.vlen_dtype("f8"))
    for i in range(5):
        tracks[i] = np.arange(i)
    f["link"] = np.array([f["ra"].ref] * 5, dtype=h5py.ref_dtype)

# Catalogues of one length in a group, each with a text; pictures beside their labels.
with create("catalogues.h5") as f:
    for j, name in enumerate(["photo", "spec"]):
        table = np.zeros(5, [("ra", "f8"), ("class", "S8")])
        table["ra"] = column(5, j)
        f[f"dr17/{name}"] = table
with create("images.h5") as f:
    f["images"], f["labels"] = np.zeros((5, 2, 2, 3)), column(5, 0)

# A grid and its coordinates, as netCDF-4 has them.
with create("grid.nc") as f:
    for name, size in [("time", 2), ("lat", 3), ("lon", 4)]:
        f[name] = column(size, 0)
        f[name].make_scale(name)
    f["t2m"] = np.zeros((2, 3, 4))
    for axis, name in enumerate(["time", "lat", "lon"]):
        f["t2m"].dims[axis].attach_scale(f[name])

# One row beside columns as long as it is wide: it is no matrix that they describe.
with create("row.h5") as f:
    f["x"], f["y"], f["z"] = column(5, 0), values(5, 2)[:, 1:], column(5, 2)[None]

# The order in which columns were made: in the file (tracked or not), and by names that sort otherwise.
for name, tracked in [("made.h5", False), ("tracked.h5", True)]:
    with create(name, track_order=tracked) as f:
        for j in range(12):
            f[f"x{j}"] = column(3, j)

# pandas with categories: their texts stand in a table of their own.
frame = pd.DataFrame({"x": column(4, 0), "y": column(4, 1), "kind": pd.Categorical(list("abab"))})
frame.to_hdf(folder / "categories.h5", key="data", format="table", index=False, complevel=1)

# Datasets of one name in many places, as Keras has it.
with create("keras.h5") as f:
    for layer, shape in [("dense", (4, 3)), ("dense_1", (3, 2))]:
        f[f"layers/{layer}/vars/0"] = values(*shape)
        f[f"layers/{layer}/vars/1"] = np.zeros(shape[1])

# AnnData: a dense and a sparse matrix, observations with categories, an embedding.
with create("anndata.h5") as f:
    f["X"] = values(5, 4)
    f["obs/n_genes"] = column(5, 0)
    f["obs/_index"] = np.array([b"cell"] * 5)
    f["obs/kind/codes"] = np.array([0, 1, 0, 1, 0], "i1")
    f["obs/kind/categories"] = np.array([b"a", b"b"])
    f["obs/kind"].attrs["encoding-type"] = "categorical"
    f["obsm/X_pca"] = values(5, 2)
    g = f.create_group("layers/counts")
    g.attrs.update({"encoding-type": "csr_matrix", "shape": [5, 4]})
    g["data"], g["indices"], g["indptr"] = np.ones(7), np.arange(7) % 4, np.array([0, 1, 2, 3, 5, 7])
