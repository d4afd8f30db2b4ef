"""Opens a file that TableWriter or a checkpoint wrote with h5py and prints what is in it: check_with_h5py.py FILE"""
import sys

import h5py


def show(name, item):
    is_dataset = isinstance(item, h5py.Dataset)
    print(name, f"{item.shape} {item.dtype} chunks={item.chunks} {item.compression}" if is_dataset else "group")
    for key, value in item.attrs.items():
        print(f"  {key} = {value!r}")
    if is_dataset:
        print(f"  {item[()]!r}")


with h5py.File(sys.argv[1]) as file:
    show("/", file)
    file.visititems(show)
