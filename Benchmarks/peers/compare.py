#!/usr/bin/env python3
"""FlowKit's throughput beside its peers', as a Markdown table. Standard library only.

  python3 compare.py --flowbench PATH [--rounds 5] [--seconds S] [--raw FILE] [--peer NAME] ... [workload ...]

Each round measures every workload with every library in turn, one process at a time, and the order of the libraries
moves on by one each round: a slow minute of the machine then falls on all of them. The table gives medians over the
rounds, in events per second, and FlowKit's median divided by the best peer's.

PATH is called as the peers' scripts are, `PATH [--seconds S] WORKLOAD`, and prints the same JSON line with
"library": "flowkit". Without --flowbench only the peers are measured."""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = {
    "flowjax": ["throughput_jax.py"],
    "zuko": ["throughput_torch.py", "zuko"],
    "nflows": ["throughput_torch.py", "nflows"],
}
QUANTITIES = ("train", "density", "sample")
DEFAULT_VENV = os.environ.get("FLOWKIT_PEERS_VENV") or Path.home() / ".cache" / "flowkit-peers"


def read_arguments(workloads):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"any of {', '.join(workloads)}; default all")
    parser.add_argument("--flowbench", help="the flowbench program, with arguments if it needs some")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured; default 5")
    parser.add_argument("--seconds", type=float, help="length of each measurement; default: what each program takes")
    parser.add_argument("--venv", type=Path, default=DEFAULT_VENV, help="the folder that setup.sh filled")
    parser.add_argument("--peer", action="append", choices=PEERS, help="measure this peer, may be repeated; default all")
    parser.add_argument("--raw", type=Path, help="a file to which every measured line is appended")
    arguments = parser.parse_intermixed_args()
    unknown = [name for name in arguments.workloads if name not in workloads]
    if unknown:
        parser.error(f"unknown workload: {', '.join(unknown)}; there are {', '.join(workloads)}")
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    return arguments


def commands(arguments):
    """Library ↦ the command that measures it, FlowKit first."""
    python = arguments.venv / "bin" / "python"
    if not python.exists():
        sys.exit(f"compare.py: no {python}; make the environment with setup.sh, or name it with --venv")
    found = {"flowkit": shlex.split(arguments.flowbench)} if arguments.flowbench else {}
    for name in arguments.peer or PEERS:
        script, *rest = PEERS[name]
        found[name] = [str(python), str(HERE / script), *rest]
    return found


def measure(library, command, workload, seconds):
    length = [] if seconds is None else ["--seconds", str(seconds)]
    run = subprocess.run([*command, *length, workload], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"compare.py: {library} failed on {workload} (exit {run.returncode}):\n{run.stderr[-2000:]}")
    lines = [json.loads(text) for text in run.stdout.splitlines() if text.startswith("{")]
    if len(lines) != 1 or lines[0]["library"] != library or lines[0]["workload"] != workload:
        sys.exit(f"compare.py: expected one line of {library} on {workload}, got:\n{run.stdout[-2000:]}")
    return lines[0]


def measure_all(programs, workloads, arguments):
    programs, measured = list(programs.items()), []
    for number in range(arguments.rounds):
        shift = number % len(programs)
        for workload in workloads:
            for library, command in programs[shift:] + programs[:shift]:
                line = measure(library, command, workload, arguments.seconds)
                measured.append(line)
                print(f"round {number + 1}/{arguments.rounds}: {json.dumps(line)}", file=sys.stderr, flush=True)
                if arguments.raw:
                    with arguments.raw.open("a") as file:
                        print(json.dumps(line), file=file)
    return measured


def table(measured, libraries, workloads):
    """The Markdown table; the ratio needs FlowKit and at least one peer."""
    peers = [name for name in libraries if name != "flowkit"]
    ratio = ["flowkit / best peer"] if "flowkit" in libraries and peers else []
    version = {line["library"]: line["version"] for line in measured}
    header = ["workload", "quantity", *(f"{name} {version[name]}" for name in libraries), *ratio]
    rows = [header, ["---", "---"] + ["---:"] * (len(header) - 2)]
    for workload in workloads:
        lines = {name: [l for l in measured if (l["library"], l["workload"]) == (name, workload)] for name in libraries}
        counts = [f"{lines[name][0]['parameters']:,}" for name in libraries]
        rows.append([workload, "parameters", *counts, *("" for _ in ratio)])
        for quantity in QUANTITIES:
            median = {name: statistics.median(line[quantity] for line in lines[name]) for name in libraries}
            row = [workload, quantity, *(f"{median[name]:,.0f}" for name in libraries)]
            if ratio:
                best = max(peers, key=median.get)
                row.append(f"{median['flowkit'] / median[best]:.2f} ({best})" if median[best] else "")
            rows.append(row)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main():
    known = json.loads((HERE / "workloads.json").read_text())["workloads"]
    arguments = read_arguments(known)
    workloads = arguments.workloads or list(known)
    programs = commands(arguments)
    measured = measure_all(programs, workloads, arguments)
    print(f"Events per second, medians of {arguments.rounds} interleaved rounds, {os.cpu_count()} processors.\n")
    print(table(measured, list(programs), workloads))


if __name__ == "__main__":
    main()
