"""Compares `incept devices --measure` with a plain C program (peaks.c) on this machine's CPU.

What others on a host do to processors and memory changes from moment to moment. So both programs have the same moments: each
runs for a tenth of a second while the other is stopped, until `devices --measure` ends. Both keep the best of what they
find, as noise only ever slows down; so the most of several turns is compared, and the medians are shown beside it. Exit code
1 where the ratio of the most is further from 1 than the tolerance, or where half of the turns or more find other levels of
memory than a measurement before them. Wants gcc and an OpenCL driver for the CPU.

    python3 tools/peaks/check-peaks.py [--turns 5] [--tolerance 5] [--device cpu] [--prefix "chrt -f 50"]
"""

import argparse
import json
import math
import os
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))

# Seconds that one program runs while the other is stopped: many of their measurements, of which a stop spoils one.
SLICE = 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
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
    measure = prefix + [options.incept, "devices", "--measure", "--device", options.device, "--format", "json"]

    def start(command):
        # Groups of their own, so that a prefix's children stop with it.
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    first = start(measure)
    device = json.loads(finish(first))["devices"][0]
    if device["type"] != "cpu":
        sys.exit(f"check-peaks: {device['name']} is no CPU, which the C program measures")
    sizes = working_sets(device["peaks"]["memory"])

    ours, theirs, others = {}, {}, 0
    for turn in range(options.turns):
        c_program = start(prefix + [program] + [str(size) for size in sizes.values()])
        if c_program.stdout.readline() != "ready\n":
            finish(c_program)
        halt(c_program)
        incept = start(measure)
        alternate(incept, c_program)
        peaks = json.loads(finish(incept))["devices"][0]["peaks"]
        found = dict(line.split() for line in finish(c_program).splitlines())
        names = [level["name"] for level in peaks["memory"]]
        if names != list(sizes):
            others += 1
            print(f"turn {turn + 1} finds {', '.join(names)}, the measurement before {', '.join(sizes)}; it doesn't count")
            continue
        pairs = [("float32 GFLOP/s", peaks["gflops"], found["float32"])]
        if "fp64_gflops" in peaks:
            pairs.append(("float64 GFLOP/s", peaks["fp64_gflops"], found["float64"]))
        for level in peaks["memory"]:
            size = sizes[level["name"]]
            pairs.append((f"{level['name']} GB/s", level["gbytes_per_s"], found[str(size)]))
        for name, our, their in pairs:
            ours.setdefault(name, []).append(our)
            theirs.setdefault(name, []).append(float(their))
    print(f"{device['name']}, {options.turns} turns: the most of all (least, median)")
    print(f"{'':18}{'incept':>26}{'C program':>26}{'ratio':>8}{'of medians':>13}")
    worst = 0
    for name in ours:
        ratio = max(ours[name]) / max(theirs[name])
        medians = statistics.median(ours[name]) / statistics.median(theirs[name])
        worst = max(worst, abs(ratio - 1) * 100)
        print(f"{name:18}{summary(ours[name]):>26}{summary(theirs[name]):>26}{ratio:8.3f}{medians:13.3f}")
    if 2 * others >= options.turns:
        print("half of the turns or more find other levels")
        return 1
    isGood = worst <= options.tolerance
    print(f"furthest apart: {worst:.1f} %, {'within' if isGood else 'beyond'} {options.tolerance:g} %")
    return 0 if isGood else 1


def working_sets(levels):
    """Bytes by level: in the middle of what is in a cache and not, for a part, in the one before it; for the memory as much
    as can be in none."""
    least = 8192
    sizes = {}
    for level in levels:
        capacity = level.get("capacity_bytes")
        sizes[level["name"]] = int(math.sqrt(least * capacity)) if capacity else 256 << 20
        least = 2 * capacity if capacity else least
    return sizes


def alternate(incept, c_program):
    """Lets each run while the other is stopped, until the first of them ends."""
    try:
        while True:
            time.sleep(SLICE)
            if incept.poll() is not None:
                break
            halt(incept)
            go_on(c_program)
            time.sleep(SLICE)
            halt(c_program)
            go_on(incept)
    except BaseException:
        # They would stay stopped for good.
        incept.kill()
        c_program.kill()
        raise
    go_on(c_program)


def halt(process):
    os.killpg(process.pid, signal.SIGSTOP)


def go_on(process):
    os.killpg(process.pid, signal.SIGCONT)


def finish(process):
    """What a process printed; its standard input ends."""
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"check-peaks: {' '.join(process.args)} ended with {process.returncode}")
    return output


def summary(values):
    return f"{max(values):.1f} ({min(values):.1f}, {statistics.median(values):.1f})"


main()
