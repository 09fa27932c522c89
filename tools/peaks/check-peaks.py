"""Compares `incept devices --measure` with a plain C program (peaks.c) on this machine's CPU.

The two take turns, as machines are not always equally fast; medians are compared. Exit code 1 where a ratio is further
from 1 than the tolerance. Wants gcc and an OpenCL driver for the CPU, and a machine with nothing else to do.

    python3 tools/peaks/check-peaks.py [--turns 7] [--tolerance 5] [--device cpu] [--prefix "chrt -f 50"]
"""

import argparse
import json
import math
import os
import shlex
import statistics
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--tolerance", type=float, default=5, help="percent")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--incept", default=os.path.join(root, ".build/release/incept"))
    parser.add_argument("--prefix", default="", help="put in front of both commands, as 'chrt -f 50'")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="check-peaks-") as folder:
        program = os.path.join(folder, "peaks")
        command = ["gcc", "-O3", "-march=native", "-pthread", os.path.join(here, "peaks.c"), "-o", program]
        subprocess.run(command, check=True)
        sys.exit(compare(options, program, folder))


def compare(options, program, folder):
    environment = dict(os.environ, INCEPT_CACHE_DIR=folder)
    prefix = shlex.split(options.prefix)

    def run(*command):
        return subprocess.run(
            prefix + list(command), check=True, env=environment, stdout=subprocess.PIPE, text=True
        ).stdout

    ours, theirs = {}, {}
    for turn in range(options.turns):
        report = json.loads(
            run(options.incept, "devices", "--measure", "--device", options.device, "--format", "json")
        )
        device = report["devices"][0]
        if turn == 0 and device["type"] != "cpu":
            sys.exit(f"check-peaks: {device['name']} is no CPU, which the C program measures")
        peaks = device["peaks"]
        add(ours, "float32 GFLOP/s", peaks["gflops"])
        add(theirs, "float32 GFLOP/s", float(run(program, "flops", "float")))
        if "fp64_gflops" in peaks:
            add(ours, "float64 GFLOP/s", peaks["fp64_gflops"])
            add(theirs, "float64 GFLOP/s", float(run(program, "flops", "double")))
        below = 8192
        sizes = {}
        for level in peaks["memory"]:
            # In the middle of a cache, and as much as can be in none for the memory.
            capacity = level.get("capacity_bytes")
            name = f"{level['name']} GB/s"
            sizes[name] = int(math.sqrt(below * capacity)) if capacity else 256 << 20
            below = capacity or below
            add(ours, name, level["gbytes_per_s"])
        # As `--measure` does: all sizes, three times in turn, the best of each. What others on the host do to the memory
        # changes within seconds.
        sweeps = [{name: float(run(program, "read", str(size)).split()[1]) for name, size in sizes.items()} for _ in range(3)]
        for name in sizes:
            add(theirs, name, max(sweep[name] for sweep in sweeps))
    print(f"{device['name']}, {options.turns} turns, medians (least to most)")
    print(f"{'':18}{'incept':>26}{'C program':>26}{'ratio':>8}")
    worst = 0
    for name in ours:
        ratio = statistics.median(ours[name]) / statistics.median(theirs[name])
        worst = max(worst, abs(ratio - 1) * 100)
        print(f"{name:18}{summary(ours[name]):>26}{summary(theirs[name]):>26}{ratio:8.3f}")
    isGood = worst <= options.tolerance
    print(f"furthest apart: {worst:.1f} %, {'within' if isGood else 'beyond'} {options.tolerance:g} %")
    return 0 if isGood else 1


def add(table, name, value):
    table.setdefault(name, []).append(value)


def summary(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


main()
