#!/usr/bin/env python3
"""Whether a step between two processes takes what the model of docs/design/mpi.md says, on slower networks:
network.py FLOWCTL [RATE ...], rates such as 10gbit and 2gbit. Needs root, ip, tc, mpicc, mpirun, numpy and h5py.

Each process has a network namespace and a processor of its own; a token bucket at either end of the link between them limits it. What a
step's calls take there is measured alone (exchange.c), and what a step computes by two processes that share memory.
"""
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from processes import fit, workloads

FIRST, SECOND = "flowkit1", "flowkit2"
PARAMETERS = {"realnvp-8d": 40_000, "maf-43d": 495_790, "nsf-6d": 845_490}


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def link(rate):
    unlink()
    ip("netns", "add", FIRST)
    ip("netns", "add", SECOND)
    ip("link", "add", "fk1", "netns", FIRST, "type", "veth", "peer", "name", "fk2", "netns", SECOND)
    for number, space in enumerate((FIRST, SECOND), 1):
        ip("-n", space, "addr", "add", f"10.9.0.{number}/24", "dev", f"fk{number}")
        ip("-n", space, "link", "set", f"fk{number}", "up")
        ip("-n", space, "link", "set", "lo", "up")
        subprocess.run(
            ["ip", "netns", "exec", space, "tc", "qdisc", "add", "dev", f"fk{number}", "root", "tbf", "rate", rate, "burst", "256kb",
             "latency", "50ms"], check=True)


def unlink():
    for space in (FIRST, SECOND):
        subprocess.run(["ip", "netns", "del", space], capture_output=True)


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


def seconds_of_calls(command, exchange):
    """By the number of parameters."""
    lines = subprocess.run(command + [exchange], check=True, capture_output=True, text=True).stdout.splitlines()
    table = {int(line.split()[0]): 1e-6 * float(line.split()[-2]) for line in lines if "each way" in line}
    return lambda count: float(np.interp(count, sorted(table), [table[size] for size in sorted(table)]))


def main():
    flowctl, here = str(Path(sys.argv[1]).resolve()), Path(__file__).parent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exchange = f"{folder}/exchange"
        subprocess.run(["mpicc", "-O2", here / "exchange.c", "-o", exchange], check=True)
        pin = script(folder / "pin.sh", 'exec taskset -c "$OMPI_COMM_WORLD_RANK" "$@"\n')
        agent = script(folder / "agent.sh", f'shift\nexec ip netns exec {SECOND} sh -c "$*"\n')
        together = ["mpirun", "-n", "2", "--bind-to", "none", pin]
        apart = ["ip", "netns", "exec", FIRST, "mpirun", "-n", "2", "--bind-to", "none", "-H", "10.9.0.1:1,10.9.0.2:1"]
        for key, value in {"plm_rsh_agent": agent, "btl": "tcp,self", "btl_tcp_if_include": "10.9.0.0/24",
                           "oob_tcp_if_include": "10.9.0.0/24"}.items():
            apart += ["--mca", key, value]

        def step(command, work, data):
            return work["batch"] / statistics.median(fit(command + [flowctl], data, f"{folder}/model.h5", work) for _ in range(3))

        in_memory = seconds_of_calls(together, exchange)
        works = [
            (name, work, data, step(together, work, data) - in_memory(PARAMETERS[name]))
            for name, work, data in workloads(PARAMETERS, folder)]
        print("| rate | workload | calls | step, model | step |\n|---|---|---:|---:|---:|")
        for rate in sys.argv[2:] or ["10gbit", "2gbit"]:
            link(rate)
            calls = seconds_of_calls(apart + [pin], exchange)
            for name, work, data, computing in works:
                took, own = calls(PARAMETERS[name]), step(apart + [pin], work, data)
                print(f"| {rate} | {name} | {1e3 * took:.2f} ms | {1e3 * (computing + took):.2f} ms | {1e3 * own:.2f} ms |", flush=True)


try:
    main()
finally:
    unlink()
