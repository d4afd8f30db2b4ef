"""Writes damaged/*.h5: files of hdf5/ and layouts/ with a few wrong bytes, on which libhdf5 1.10.8 crashes or does not come
to an end, found by scripts/fuzz.py; and a small file with a chunk that is vast once it is unpacked.

Needs h5py. Run in this folder: python3 make_damaged_files.py
"""
import pathlib
import sys

import h5py
import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "scripts"))
import fuzz  # noqa: E402

folder = here / "damaged"
folder.mkdir(exist_ok=True)
sources = {path.name: path for path in fuzz.data_files}
for name, source, index in [
    ("crash-0", "chunked.h5", 2014), ("crash-1", "pandas.h5", 2020), ("crash-2", "pytables.h5", 1150),
    ("endless", "chunked.h5", 1398),
]:
    (folder / f"{name}.h5").write_bytes(fuzz.mutated(sources[source].read_bytes(), source, index))

# 1.2 GiB of zeros in one chunk, deflated twice.
rows = 1200 << 20
with h5py.File(folder / "vast-chunk.h5", "w") as f:
    space = h5py.h5s.create_simple((rows,))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((rows,))
    plist.set_filter(h5py.h5z.FILTER_DEFLATE, 0, (9,))
    plist.set_filter(h5py.h5z.FILTER_DEFLATE, 0, (9,))
    dataset = h5py.h5d.create(f.id, b"zeros", h5py.h5t.NATIVE_INT8, space, plist)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros(rows, "i1"))
