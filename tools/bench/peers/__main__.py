"""python -m peers: the cases one after another, quick ones first. `tools/bench/run.sh` makes all that it needs."""
import argparse
import datetime
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from . import bounds, latency, report, starts
from .engines import ALWAYS, PEERS, Engines
from .models import TOLERANCE, Fixtures
from .process import EngineFailed, busy_elsewhere

OPTIONAL = [key for key in PEERS if key not in ALWAYS]
TITLES = {
    "error": "Inception V3, batch 1: logits against float64, of the largest, the worst of three images",
    **{case.name: case.title for case in latency.LATENCIES},
    **{name: title for name, (title, _) in starts.STARTS.items()},
}
# Quick ones first.
CASES = ["digits", "digits-1t", "mobilenet", "mobilenet-1t", "error", "warm", "cold", "inception", "inception-1t",
         "inception-busy", "inception-b8"]
NOISE = 0.1  # cores that other processes may keep busy without a remark
QUICK = 5  # --quick divides the rounds by this


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        print(f"bench: {message}", file=sys.stderr)
        sys.exit(64)


def names(allowed):
    """A parser of lists of names: `a,b`."""
    def parse(text):
        found = [name for name in text.split(",") if name]
        for name in found:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"expected some of {', '.join(allowed)}, found '{name}'")
        return found
    return parse


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, found '{text}'")
    return int(text)


def parsed():
    parser = Parser(
        prog="bench", description="Incept beside other engines, which take turns on the same image and weights.")
    parser.add_argument("--cases", type=names(CASES), default=CASES, metavar="A,B", help=", ".join(CASES))
    parser.add_argument("--with", dest="extra", type=names(OPTIONAL), default=[], metavar="A,B",
                        help=f"further peers: {', '.join(OPTIONAL)}")
    parser.add_argument("--accuracies", type=names(["exact", "high", "fast"]), metavar="A,B",
                        help="Incept's: exact, high, fast (default: all that the build has)")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, metavar="T",
                        help="largest error, of the largest result, of an engine that is timed (%(default)s)")
    parser.add_argument("--rounds", type=positive, help="rounds of every case, instead of its own number")
    parser.add_argument("--quick", action="store_true", help="a fifth of the rounds: for trying out")
    parser.add_argument("--csv", default=".build/bench/peers.csv", metavar="FILE",
                        help="append rows here (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write everything here")
    parser.add_argument("--fixtures", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--programs", default=".build/release", help=argparse.SUPPRESS)
    parser.add_argument("--work", default=".build/fixtures", help=argparse.SUPPRESS)
    return parser.parse_args()


def said(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def cpu():
    """The processor's name and the number of cores this process may use."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), name)
        cores = len(os.sched_getaffinity(0))
    except (OSError, AttributeError):
        cores = os.cpu_count()
    return f"{name}, {cores} cores"


def machine():
    """What rows say of where and when they were measured."""
    revision = said("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    if said("git", "status", "--porcelain", "--untracked-files=no"):
        revision += "+changes"
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "revision": revision, "cpu": cpu()}


def progress(text):
    """A line that the next one replaces, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def measured(case, options, engines, fixtures, folder, refuse):
    """The rows of a case; what fails or disagrees is given to `refuse` and has none."""
    def rounds(usual):
        return options.rounds or (max(2, usual // QUICK) if options.quick else usual)
    if case == "error":
        return latency.accuracy(engines, fixtures, folder, progress, refuse)
    if case in starts.STARTS:
        return starts.Starts(engines, fixtures, folder).measure(
            case, rounds(starts.STARTS[case][1]), progress, refuse)
    found = next(entry for entry in latency.LATENCIES if entry.name == case)
    return latency.measure(found, engines, fixtures, folder, rounds(found.rounds), progress, refuse)


def main():
    options = parsed()
    try:
        file = report.CSVFile(options.csv)
    except ValueError as refusal:
        print(f"bench: {refusal}", file=sys.stderr)
        return 64
    here = machine()
    engines = Engines(options.programs, [*ALWAYS, *options.extra], options.accuracies, options.tolerance)
    fixtures = Fixtures(options.fixtures, options.work)
    print(f"{here['cpu']}; revision {here['revision']}")
    print("; ".join(f"{c.name} {c.version}" for c in [*engines.peers, engines.default]))
    if engines.missing:
        print(f"this build of Incept has no accuracy {', '.join(engines.missing)}")
    print(f"answers must be within {options.tolerance:.1e} of the largest result, or are not timed\n", flush=True)
    rows, failures = [], []
    for case in (name for name in CASES if name in options.cases):
        refused, found, before = [], [], busy_elsewhere()
        try:
            with tempfile.TemporaryDirectory(prefix="incept-bench-", ignore_cleanup_errors=True) as folder:
                found = measured(case, options, engines, fixtures, Path(folder), refused.append)
        except (EngineFailed, subprocess.CalledProcessError, OSError) as failure:
            refused.append(failure)
        progress("")
        for failure in refused:
            print(f"bench: {case}: not timed: {failure}", file=sys.stderr, flush=True)
            failures.append(f"{case}: {failure}")
        if not found:
            continue
        after = busy_elsewhere()
        others = None if before is None or after is None else (before + after) / 2
        for row in found:
            row["others"] = others
        file.append(here, found)
        rows += found
        title = f"{TITLES[case]} ({found[0]['threads']} threads, {found[0]['rounds']} rounds)"
        lines = report.table(title, found)
        if others is not None and others > NOISE:
            lines.append(f"  not to be relied on: other processes kept {others:.1f} cores busy before and after")
        print("\n".join(lines) + "\n", flush=True)
    lines = bounds.text(rows)
    if lines:
        print("\n".join(["What must hold, and what is aimed at:", *lines]))
    print(f"rows appended to {options.csv}")
    if options.json:
        report.write_json(options.json, here, rows, bounds.verdicts(rows), failures)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
