"""Reads thousands of damaged files with flowctl: each must end with a result or one line of error, no signal, no hang.

fuzz.py FLOWCTL [--count N] [--first N] [--seed N] [--only models|data]: by default 5,000 mutations of a model and 5,000 of
data files, seed 0. Mutation i of a file depends on the seed, the file's name and i alone, so a series can be run in parts.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

tests = pathlib.Path(__file__).resolve().parent.parent / "Tests/Reference"
data_files = [tests / "hdf5" / n for n in ("types.h5", "chunked.h5", "names.h5", "groups.h5", "split.h5")]
layouts = ("compound.h5", "pytables.h5", "pandas.h5", "netcdf.nc", "matrix.mat", "filters.h5")
data_files += [tests / "layouts" / n for n in layouts]


def mutated(whole, name, index, seed=0):
    rng = random.Random(f"{seed}-{name}-{index}")
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
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def outcome(index, whole, name, folder, arguments, seed):
    path = pathlib.Path(folder) / f"{index}-{name}"
    changed = mutated(whole, name, index, seed)
    path.write_bytes(changed)
    command = [a.replace("FILE", str(path)) for a in arguments]
    try:
        # Longer than the minute of processor time after which flowctl itself gives a file up.
        done = subprocess.run(command, capture_output=True, timeout=150, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return "HANG", index, name, ""
    finally:
        path.unlink()
    message = done.stderr.decode()
    if done.returncode < 0:
        return f"SIGNAL {-done.returncode}", index, name, message
    if done.returncode == 0:
        return ("unchanged" if changed == whole else "read"), index, name, message
    if len(message.splitlines()) != 1:
        return "NOT ONE LINE", index, name, message
    for what, text in (("crash", "the HDF5 library crashed"), ("endless", "did not come to an end"),
                       ("memory", "any amount of memory"), ("reply", "reply")):
        if text in message:
            return f"contained ({what})", index, name, message
    return "error", index, name, message


def series(title, cases):
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result, index, name, message in pool.map(lambda c: outcome(*c), cases):
            counts[result] += 1
            if result not in ("read", "error", "unchanged"):
                print(f"  {result}: {name}, mutation {index}: {message.strip()[-160:]}", flush=True)
    print(f"{title}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    return sum(n for what, n in counts.items() if what.isupper() or what.startswith("SIGNAL"))


def model_cases(flowctl, folder, indices, seed):
    model = f"{folder}/model.h5"
    data = str(tests / "hdf5/chunked.h5")
    fit = [flowctl, "fit", data, "-o", model, "--columns", "a", "--layers", "lower", "--epochs", "1"]
    subprocess.run(fit, check=True, capture_output=True)
    whole = pathlib.Path(model).read_bytes()
    return ((i, whole, "model.h5", folder, [flowctl, "inspect", "FILE", "--json"], seed) for i in indices)


def data_cases(flowctl, folder, indices, seed):
    """Every other file is listed; of the others one table after the other is read in whole."""
    files = []
    for path in data_files:
        listing = subprocess.run([flowctl, "inspect", path, "--json"], check=True, capture_output=True)
        files.append((path.name, path.read_bytes(), [t["path"] for t in json.loads(listing.stdout)["tables"]]))
    for i in indices:
        name, whole, tables = files[i % len(files)]
        table = tables[i // 2 // len(files) % len(tables)]
        convert = [flowctl, "convert", f"FILE:{table}", f"{folder}/{i}.csv"]
        yield i, whole, name, folder, convert if i % 2 else [flowctl, "inspect", "FILE"], seed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flowctl", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=["models", "data"])
    options = parser.parse_args()
    indices = range(options.first, options.first + options.count)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "data":
            bad += series("models", model_cases(options.flowctl, folder, indices, options.seed))
        if options.only != "models":
            bad += series("data files", data_cases(options.flowctl, folder, indices, options.seed))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"the largest process that was waited for took {largest} MiB")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
