"""What the throughput scripts share: their arguments, the workloads, the clock and the line they print.

One JSON line per workload; train, density and sample are events per second:
  train    whole steps on the workload's batch: loss, gradient, Adam
  density  log p(x), one evaluation batch at a time
  sample   drawing one evaluation batch at a time
"""
import argparse
import importlib.metadata
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TABLE = json.loads(Path(__file__).with_name("workloads.json").read_text())
EVENTS, EVALUATION_BATCH = TABLE["events"], TABLE["evaluationBatch"]
DEFAULT_SECONDS = {"train": 8.0, "density": 4.0, "sample": 4.0}
WARM_UP_CALLS = 3  # the first compiles, and a compiler may specialise once more
CALLS_IN_FLIGHT = 16  # an asynchronous library may run this far ahead of the clock


@dataclass
class Subject:
    """A flow under measurement. Each quantity is a function of the call's number; `wait` blocks until a result is in."""

    parameters: int
    train: Callable[[int], object]
    density: Callable[[int], object]
    sample: Callable[[int], object]
    wait: Callable[[object], object] = lambda result: result


def batch_start(call, size):
    """Where batch number `call` begins when the events are walked through again and again."""
    return call % (EVENTS // size) * size


def events_per_second(call, wait, events, seconds):
    for number in range(WARM_UP_CALLS):
        wait(call(number))
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        result = call(calls)
        calls += 1
        if calls % CALLS_IN_FLIGHT == 0:
            wait(result)
    if calls:
        wait(result)
    return round(calls * events / (time.perf_counter() - start))


def measure(library, name, build, seconds):
    workload = TABLE["workloads"][name]
    subject = build(workload)
    version = importlib.metadata.version(library)
    line = dict(library=library, version=version, workload=name, parameters=subject.parameters)
    for quantity, default in DEFAULT_SECONDS.items():
        events = workload["batch"] if quantity == "train" else EVALUATION_BATCH
        line[quantity] = events_per_second(getattr(subject, quantity), subject.wait, events, seconds or default)
    print(json.dumps(line), flush=True)


def main(builders, description):
    """Runs a script that can measure the libraries of `builders`: their names, each with workload ↦ Subject."""
    parser = argparse.ArgumentParser(description=description)
    if len(builders) > 1:
        parser.add_argument("library", choices=builders)
    known = ", ".join(TABLE["workloads"])
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"any of {known}; default all")
    parser.add_argument("--seconds", type=float, help="length of each measurement; default 8 for train, else 4")
    arguments = parser.parse_intermixed_args()
    unknown = set(arguments.workloads) - set(TABLE["workloads"])
    if unknown:
        parser.error(f"unknown workload: {', '.join(sorted(unknown))}; there are {known}")
    if arguments.seconds is not None and arguments.seconds <= 0:
        parser.error("--seconds must be positive")
    library = getattr(arguments, "library", next(iter(builders)))
    for name in arguments.workloads or TABLE["workloads"]:
        measure(library, name, builders[library], arguments.seconds)
