"""Writes hdf5/*.h5 with h5py: files as other programs make them, whose values the tests know.

Values follow from row i and column j: 10 * i + j, unless said otherwise. Run in this folder: python3 make_hdf5_files.py
"""
import pathlib

import h5py
import numpy as np

folder = pathlib.Path(__file__).parent / "hdf5"
folder.mkdir(exist_ok=True)


def values(rows, columns, dtype="f8"):
    return (10 * np.arange(rows)[:, None] + np.arange(columns)).astype(dtype)


def create(name):
    return h5py.File(folder / name, "w", track_order=False)


with create("types.h5") as f:
    for dtype in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
        for order in "<>":
            if dtype[1] != "1" or order == "<":
                kind = "big" if order == ">" else "little"
                f[f"{dtype}-{kind}"] = values(3, 2, order + dtype)
    f["bool"] = np.array([[True, False], [False, True]])
    f["extremes-i8"] = np.array([-(2**63), 2**53], "i8")
    f["extremes-u8"] = np.array([2**64 - 2**11, 2**53], "u8")

with create("chunked.h5") as f:
    d = f.create_dataset(
        "rows", data=values(50, 5, "f4"), chunks=(7, 2), compression="gzip", shuffle=True
    )
    d.attrs["columns"] = "a, b,c ,d,e"

with create("names.h5") as f:
    for attribute in ["columns", "column_names", "names"]:
        f[attribute] = values(2, 3)
    f["columns"].attrs["columns"] = "a,b,c"
    f["column_names"].attrs["column_names"] = np.array([b"a", b"bb", b"ccc"])
    f["names"].attrs.create("names", ["α", "β", "γ"], dtype=h5py.string_dtype("utf-8"))
    f["ascii"] = values(2, 3)
    f["ascii"].attrs.create("columns", ["a", "b", "c"], dtype=h5py.string_dtype("ascii"))
    f["fixed-text"] = values(2, 3)
    f["fixed-text"].attrs["columns"] = np.bytes_("a,b,c")
    f["space-padded"] = values(2, 3)
    padded = h5py.h5t.C_S1.copy()
    padded.set_size(4)
    padded.set_strpad(h5py.h5t.STR_SPACEPAD)
    space = h5py.h5s.create_simple((3,))
    attribute = h5py.h5a.create(f["space-padded"].id, b"columns", padded, space)
    attribute.write(np.array([b"a   ", b"bb  ", b"c   "], dtype="S4"), mtype=padded)
    f["wrong-count"] = values(2, 3)
    f["wrong-count"].attrs["columns"] = "a,b"
    f["twice"] = values(2, 3)
    f["twice"].attrs["columns"] = "a,b,a"
    f["none"] = values(2, 3)

with create("split.h5") as f:
    f.attrs["columns"] = "x,y"
    for part, rows in [("train", 6), ("valid", 2), ("test", 3)]:
        f[part] = values(rows, 2, "f4")
    f["mean"] = np.zeros(2)

with create("groups.h5") as f:
    g = f.create_group("events")
    g["mass"] = np.arange(4.0)
    g["charge"] = np.arange(4, dtype="i2") - 1
    g["label"] = np.array([b"p", b"q", b"r", b"s"])
    f["unequal/long"] = np.arange(5.0)
    f["unequal/short"] = np.arange(3.0)
    for part, rows in [("train", 3), ("test", 2)]:
        f[f"columns/{part}/u"] = np.arange(float(rows))
        f[f"columns/{part}/v"] = np.arange(float(rows)) + 10
    f["single/inner/rows"] = values(3, 2)
    f["single/inner/mean"] = np.zeros(2)
    f["single/link"] = h5py.SoftLink("/nowhere")
    f["vector"] = np.arange(3.0)

with create("unsuitable.h5") as f:
    f["cube"] = np.zeros((2, 3, 4), "f4")
    f["scalar"] = 1.5
    f["text"] = np.array(["a", "b"], dtype=h5py.string_dtype())
    f["compound"] = np.zeros(3, dtype=[("mass", "f8"), ("charge", "i2")])
    f["complex"] = np.zeros((3, 2), "c16")
    f["no-rows"] = np.zeros((0, 3))
    f["no-columns"] = np.zeros((3, 0))
    f.create_dataset("lzf", data=values(4, 2), compression="lzf")

with create("cube.h5") as f:
    f["cube"] = np.zeros((2, 3, 4), "f4")

with create("attributes.h5") as f:
    f.attrs["text"] = "grün"
    f.attrs["bytes"] = np.bytes_("ascii")
    f.attrs["integer"] = np.int16(-7)
    f.attrs["flag"] = True
    f.attrs["number"] = np.float32(0.5)
    f.attrs["numbers"] = np.array([1.0, 2.5])
    f.attrs["empty"] = h5py.Empty("f8")
    f.attrs["complex"] = 1j
    f["texts"] = np.array(["eins", "", "drei"], dtype=h5py.string_dtype())
    f["fixed"] = np.array([b"one", b"three"])

with create("nonfinite.h5") as f:
    rows = values(5, 2)
    rows[1, 1] = np.nan
    rows[3] = [np.inf, -np.inf]
    f["rows"] = rows

# Damaged in ways that the library must report and survive.
whole = (folder / "chunked.h5").read_bytes()
(folder / "truncated.h5").write_bytes(whole[:1500])
(folder / "signature-only.h5").write_bytes(whole[:8])
(folder / "empty.h5").write_bytes(b"")
(folder / "text.csv").write_text("x,y\n1,2\n")
np.save(folder / "array.npy", values(2, 2))

with create("corrupt.h5") as f:
    f.create_dataset("rows", data=values(50, 5), chunks=(50, 5), compression="gzip")
    offset = f["rows"].id.get_chunk_info(0).byte_offset
bytes_ = bytearray((folder / "corrupt.h5").read_bytes())
bytes_[offset : offset + 16] = b"\xff" * 16
(folder / "corrupt.h5").write_bytes(bytes_)
