"""Reads thousands of damaged files with flowctl: each must end with a result or one line of error, no signal, no hang.

fuzz.py FLOWCTL [MUTATIONS] [SEED]: by default 5,000 mutations of a model and 5,000 of data files, seed 0.
"""
import collections
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import tempfile

flowctl = str(pathlib.Path(sys.argv[1]).resolve())
count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
tests = pathlib.Path(__file__).resolve().parent.parent / "Tests/Reference"
data_files = [tests / "hdf5" / n for n in ("types.h5", "chunked.h5", "names.h5", "groups.h5", "split.h5")]
layouts = ("compound.h5", "pytables.h5", "pandas.h5", "netcdf.nc", "matrix.mat", "filters.h5")
data_files += [tests / "layouts" / n for n in layouts]


def mutated(whole, rng):
    bytes_ = bytearray(whole)
    kind = rng.choice(["bits", "bits", "block", "truncation", "swap"])
    if kind == "bits":
        for _ in range(rng.choice([1, 1, 2, 8, 64])):
            bytes_[rng.randrange(len(bytes_))] ^= 1 << rng.randrange(8)
    elif kind == "block":
        start = rng.randrange(len(bytes_))
        size = min(rng.choice([4, 16, 64, 512]), len(bytes_) - start)
        bytes_[start : start + size] = rng.choice([bytes(size), b"\xff" * size, rng.randbytes(size)])
    elif kind == "truncation":
        del bytes_[rng.randrange(len(bytes_)) :]
    else:
        a, b = (rng.randrange(max(1, len(bytes_) - 64)) for _ in range(2))
        bytes_[a : a + 64], bytes_[b : b + 64] = bytes_[b : b + 64], bytes_[a : a + 64]
    return bytes(bytes_)


def limit():
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def outcome(index, whole, name, folder, arguments):
    path = pathlib.Path(folder) / f"{index}-{name}"
    changed = mutated(whole, random.Random(f"{seed}-{name}-{index}"))
    path.write_bytes(changed)
    command = [flowctl] + [str(path) if a == "FILE" else a for a in arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return "HANG", index, name
    finally:
        path.unlink()
    if done.returncode < 0:
        return f"SIGNAL {-done.returncode}", index, name
    if done.returncode == 0:
        return ("unchanged" if changed == whole else "read"), index, name
    return ("error" if len(done.stderr.decode().splitlines()) == 1 else "NOT ONE LINE"), index, name


def series(title, cases):
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result, index, name in pool.map(lambda c: outcome(*c), cases):
            counts[result] += 1
            if result.isupper() or result.startswith("SIGNAL"):
                print(f"  {result}: {name}, mutation {index}")
    print(f"{title}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    return sum(n for what, n in counts.items() if what not in ("read", "error", "unchanged"))


with tempfile.TemporaryDirectory() as folder:
    model = f"{folder}/model.h5"
    data = str(tests / "hdf5/chunked.h5")
    fit = [flowctl, "fit", data, "-o", model, "--columns", "a", "--layers", "lower", "--epochs", "1"]
    subprocess.run(fit, check=True, capture_output=True)
    whole = pathlib.Path(model).read_bytes()
    bad = series("models", ((i, whole, "model.h5", folder, ["inspect", "FILE", "--json"]) for i in range(count)))
    files = [(p.name, p.read_bytes()) for p in data_files]
    bad += series(
        "data files",
        ((i, files[i % len(files)][1], files[i % len(files)][0], folder, ["convert", "FILE", f"{folder}/{i}.csv"]
          if i % 2 else ["inspect", "FILE"]) for i in range(count)),
    )
sys.exit(1 if bad else 0)
