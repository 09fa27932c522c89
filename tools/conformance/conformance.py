"""Runs the backend tests of the `onnx` package against Incept and compares what happens with the lists beside this file.

passed.txt   tests that must pass; it only grows.
refused.txt  tests that are refused, and why: types and operators that Incept has not; it only shrinks.

A test in neither list fails the run, and so does one of passed.txt that doesn't pass.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import queue
import re
import select
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.loader import load_model_tests

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
KINDS = ["node", "simple", "pytorch-operator", "pytorch-converted", "real"]

Case = collections.namedtuple("Case", "name model inputs outputs rtol atol")


def message(value, name):
    """The bytes of a test's value; None where it is no tensor."""
    if isinstance(value, TensorProto):
        return value.SerializeToString()
    if isinstance(value, (list, dict)) or value is None:
        return None
    return numpy_helper.from_array(np.asarray(value), name).SerializeToString()


def write_node_tests(folder):
    """Node tests exist as Python only: their models and data as files."""
    marker = folder / "complete"
    if marker.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = load_model_tests(kind="node")
    for case in cases:
        place = folder / case.name
        for number, (inputs, outputs) in enumerate(case.data_sets):
            data = place / f"test_data_set_{number}"
            data.mkdir(parents=True, exist_ok=True)
            for role, values, names in (
                ("input", inputs, case.model.graph.input),
                ("output", outputs, case.model.graph.output),
            ):
                for index, value in enumerate(values):
                    encoded = message(value, names[index].name)
                    if encoded is not None:
                        (data / f"{role}_{index}.pb").write_bytes(encoded)
        (place / "model.onnx").write_bytes(case.model.SerializeToString())
        (place / "tolerance").write_text(f"{case.rtol} {case.atol}")
    marker.touch()


def numbered(folder, role):
    """The files input_0.pb, input_1.pb, … of a data set."""
    found = []
    while (folder / f"{role}_{len(found)}.pb").exists():
        found.append(folder / f"{role}_{len(found)}.pb")
    return found


def light_case(case, folder):
    """A network whose weights are made up, on the input that onnx's own runner makes."""
    package = pathlib.Path(onnx.__file__).parent
    model = package / "backend/test/data/light" / f"light_{case.model_name}.onnx"
    place = folder / case.name
    place.mkdir(parents=True, exist_ok=True)
    proto = onnx.load(model)
    known = {t.name for t in proto.graph.initializer}
    known |= {name for node in proto.graph.node for name in node.output}
    files = []
    for value in proto.graph.input:
        if value.name in known:
            continue
        shape = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
        count = int(np.prod(shape))
        array = (np.arange(count).reshape(shape) / count).astype(np.float32)
        files.append(place / f"input_{len(files)}.pb")
        files[-1].write_bytes(message(array, value.name))
    output = str(model).replace(".onnx", "_output_0.pb")
    return Case(f"real/{case.name}", model, files, [pathlib.Path(output)], case.rtol, case.atol)


def cases(kind, work):
    """All data sets of all tests of a kind."""
    if kind == "real":
        return [light_case(case, work / "real") for case in load_model_tests(kind="real")]
    found = []
    if kind == "node":
        write_node_tests(work / "node")
        folders = [p for p in sorted((work / "node").iterdir()) if p.is_dir()]
        tests = []
        for folder in folders:
            rtol, atol = map(float, (folder / "tolerance").read_text().split())
            tests.append((folder.name, folder, rtol, atol))
    else:
        tests = [
            (t.name, pathlib.Path(t.model_dir), t.rtol, t.atol)
            for t in load_model_tests(kind=kind)
            if t.model_dir
        ]
        if kind == "simple":
            tests += simple_tests(work / "simple", {name for name, *_ in tests})
    for name, folder, rtol, atol in sorted(tests, key=lambda test: test[0]):
        sets = sorted(p for p in folder.iterdir() if p.is_dir() and "data_set" in p.name)
        for number, data in enumerate(sets):
            label = f"{kind}/{name}" + (f"#{number}" if number else "")
            found.append(
                Case(
                    label, folder / "model.onnx", numbered(data, "input"),
                    numbered(data, "output"), rtol, atol,
                )
            )
    return found


def simple_tests(folder, known):
    """Simple tests that exist as Python only."""
    from onnx.backend.test.case.model import collect_testcases

    tests = []
    for case in collect_testcases():
        if case.kind != "simple" or case.name in known:
            continue
        place = folder / case.name
        data = place / "test_data_set_0"
        data.mkdir(parents=True, exist_ok=True)
        (place / "model.onnx").write_bytes(case.model.SerializeToString())
        for role, values in zip(("input", "output"), case.data_sets[0]):
            for index, value in enumerate(values):
                encoded = message(value, f"{role}_{index}")
                if encoded is not None:
                    (data / f"{role}_{index}.pb").write_bytes(encoded)
        tests.append((case.name, place, case.rtol, case.atol))
    return tests


class Runner:
    """One runner process, started anew after a crash or a time limit."""

    def __init__(self, command, limit):
        self.command, self.limit, self.process = command, limit, None

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, line):
        if not self.process:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            self.process.stdin.write((line + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            self.close()
            return "crash", "the runner ended"
        answer = b""
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], self.limit)
            if not ready:
                self.close()
                return "timeout", f"no answer within {self.limit} s"
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                code = self.process.wait()
                self.process = None
                return "crash", f"the runner ended with {code}"
            answer += chunk
        outcome, _, reason = answer.decode(errors="replace").strip("\n").partition("\t")
        return outcome, reason


def compare(case, folder):
    """What is wrong with the results, by the rule of onnx's own runner; None where nothing is."""
    for index, file in enumerate(case.outputs):
        proto = TensorProto()
        proto.ParseFromString(file.read_bytes())
        wanted = numpy_helper.to_array(proto)
        path = folder / f"{index}.npy"
        if not path.exists():
            return f"no result {index}"
        found = np.load(path)
        if found.shape != wanted.shape:
            return f"result {index}: shape {wanted.shape} expected, {found.shape} found"
        if found.dtype != wanted.dtype:
            return f"result {index}: {wanted.dtype} expected, {found.dtype} found"
        try:
            np.testing.assert_allclose(found, wanted, rtol=case.rtol, atol=case.atol)
        except AssertionError as error:
            text = " ".join(str(error).split())
            return f"result {index}: {text[:200]}"
    return None


def run(case, runners):
    runner = runners.get()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="incept-conformance-"))
    try:
        fields = [case.model, folder, *case.inputs]
        outcome, reason = runner.ask("\t".join(map(str, fields)))
        if outcome == "ok":
            reason = compare(case, folder)
            outcome = "failed" if reason else "passed"
        return case.name, outcome, reason or ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        runners.put(runner)


def read_list(name):
    """Names, each with what follows a tab."""
    path = HERE / name
    if not path.exists():
        return {}
    lines = [l for l in path.read_text().splitlines() if l and not l.startswith("#")]
    return dict((l.split("\t", 1) + [""])[:2] for l in lines)


def write_list(name, heading, entries):
    lines = [f"# {heading}"]
    lines += [f"{k}\t{v}" if v else k for k, v in sorted(entries.items())]
    (HERE / name).write_text("\n".join(lines) + "\n")


def short(reason):
    """A reason without what differs from run to run."""
    reason = re.sub(r"^model: expected operators that Incept can express, found \d+ others: ", "", reason)
    reason = re.sub(r"'[^']*'(, '[^']*')*( and \d+ more)?: ", "", reason)
    reason = re.sub(r"'[^']*' of [^:]*: ", "", reason)
    return reason[:160]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", default=",".join(KINDS), help="comma-separated: " + ", ".join(KINDS))
    parser.add_argument("--filter", default="", help="only tests whose name contains this")
    parser.add_argument("--reference", action="store_true", help="compute with the Double evaluator")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2)))
    parser.add_argument("--limit", type=float, default=60, help="seconds for one test")
    parser.add_argument("--update", action="store_true", help="write the lists; they only improve")
    parser.add_argument("--start-over", action="store_true", help="with --update: lists may get worse")
    parser.add_argument("--report", help="write every test's outcome here")
    arguments = parser.parse_args()

    work = ROOT / ".build" / "conformance" / onnx.__version__
    work.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / ".build/release/conformance-runner")]
    if arguments.reference:
        command.append("--reference")
    selected = [
        case for kind in arguments.kinds.split(",") for case in cases(kind, work)
        if arguments.filter in case.name
    ]
    runners = queue.SimpleQueue()
    pool = [Runner(command, arguments.limit) for _ in range(arguments.workers)]
    for runner in pool:
        runners.put(runner)
    results = {}
    with concurrent.futures.ThreadPoolExecutor(arguments.workers) as executor:
        for name, outcome, reason in executor.map(lambda case: run(case, runners), selected):
            results[name] = (outcome, reason)
            if sys.stderr.isatty():
                print(f"\r{len(results)} of {len(selected)}", end="", file=sys.stderr)
    for runner in pool:
        runner.close()

    if arguments.report:
        lines = [f"{n}\t{o}\t{r}" for n, (o, r) in sorted(results.items())]
        pathlib.Path(arguments.report).write_text("\n".join(lines) + "\n")
    for kind in arguments.kinds.split(","):
        counts = collections.Counter(o for n, (o, _) in results.items() if n.startswith(kind + "/"))
        print(f"{kind}: " + ", ".join(f"{v} {k}" for k, v in sorted(counts.items())))

    passed, refused = read_list("passed.txt"), read_list("refused.txt")
    complaints = []
    for name, (outcome, reason) in sorted(results.items()):
        if outcome == "passed":
            if name in refused and not arguments.update:
                complaints.append(f"{name}: passes now; --update moves it to passed.txt")
            elif name not in passed and not arguments.update:
                complaints.append(f"{name}: passes and is in no list; --update adds it")
        elif name in passed and not arguments.start_over:
            complaints.append(f"{name}: {outcome}: {reason}")
        elif name not in refused and not arguments.update:
            complaints.append(f"{name}: in no list: {outcome}: {reason}")
    if arguments.update:
        for name, (outcome, reason) in results.items():
            if outcome == "passed":
                passed[name] = ""
                refused.pop(name, None)
            elif name not in passed or arguments.start_over:
                passed.pop(name, None)
                prefix = "" if outcome == "refused" else f"{outcome}: "
                if name in refused or arguments.start_over or not (HERE / "refused.txt").exists():
                    refused[name] = prefix + short(reason)
                else:
                    complaints.append(f"{name}: in no list: {outcome}: {reason}")
        write_list("passed.txt", "Tests of the onnx package that must pass.", passed)
        write_list("refused.txt", "Tests that are refused, and why.", refused)
    for complaint in complaints[:50]:
        print(complaint[:400], file=sys.stderr)
    if complaints:
        print(f"conformance: {len(complaints)} tests differ from the lists", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
