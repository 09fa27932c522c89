"""Cases in which the engines take turns, and the check of their answers that comes first."""
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

import numpy as np

from .engines import ALWAYS
from .figures import Summary, better, order_of_turns, ratio_of_pairs
from .models import error
from .process import Busy, Engine, EngineFailed


class Disagreement(Exception):
    """An engine's answer isn't the expected one: its time would mean nothing."""


@dataclass(frozen=True)
class Latency:
    """A model, batch and circumstances. A turn is `warm` runs that don't count and `runs` that do; its time is their
    median, so that one turn of a small network is not all waking up."""

    name: str
    title: str
    model: str
    rounds: int
    batch: int = 1
    threads: int = 2
    warm: int = 2
    runs: int = 5
    busy: bool = False


LATENCIES = [
    Latency("digits", "digit CNN, batch 1", "digits", 60, warm=50, runs=200),
    Latency("digits-1t", "digit CNN, batch 1, one thread", "digits", 60, threads=1, warm=50, runs=200),
    Latency("mobilenet", "MobileNet v1 0.25, batch 1", "mobilenet", 60, warm=5, runs=20),
    Latency("mobilenet-1t", "MobileNet v1 0.25, batch 1, one thread", "mobilenet", 60, threads=1, warm=5, runs=20),
    Latency("inception", "Inception V3, batch 1", "inception", 40),
    Latency("inception-1t", "Inception V3, batch 1, one thread", "inception", 20, threads=1),
    Latency("inception-busy", "Inception V3, batch 1, beside a busy process", "inception", 40, busy=True),
    Latency("inception-b8", "Inception V3, batch 8, per image", "inception", 10, batch=8, warm=1, runs=3),
]


def checked(name, path, problem, expected, tolerance):
    """The errors of an engine's answer. Throws a disagreement where it isn't `expected` within the tolerance, or not of
    the expected class."""
    answer = np.load(path)
    if answer.shape != expected.shape:
        raise Disagreement(f"{name}: expected an answer of shape {expected.shape}, found {answer.shape}")
    largest, mean_square = error(answer, expected)
    if not largest <= tolerance:
        raise Disagreement(f"{name}: expected {tolerance:.1e} of the largest result at most, found {largest:.1e}")
    classes = answer.argmax(1).tolist()
    if classes != problem.classes:
        raise Disagreement(f"{name}: expected the classes {problem.classes}, found {classes}")
    return largest, mean_square


def started(stack, contenders, engines, problem, folder, threads, refuse):
    """Starts engines and checks their answers: ({key: engine}, {key: errors}). One that fails or disagrees is given to
    `refuse` and takes no part."""
    running, errors, expected = {}, {}, problem.expected
    for contender in contenders:
        output = folder / f"{contender.key}.npy"
        try:
            command, environment = engines.command(contender, problem, output, threads)
            engine = Engine(contender.name, command, environment)
            stack.callback(engine.close)
            # Nothing in float64: the first peer's answer is what the others must agree with.
            expectation = np.load(output).astype(np.float64) if expected is None else expected
            errors[contender.key] = checked(contender.name, output, problem, expectation, engines.tolerance)
        except (Disagreement, EngineFailed) as failure:
            refuse(failure)
            continue
        running[contender.key], expected = engine, expectation
    return running, errors


def measure(case, engines, fixtures, folder, rounds, progress, refuse):
    """The rows of a case."""
    problem = fixtures.problem(case.model, case.batch)
    contenders = [c for c in [*engines.peers, *engines.ours] if engines.takes_part(c, problem)]
    with ExitStack() as stack:
        running, errors = started(stack, contenders, engines, problem, folder, case.threads, refuse)
        contenders = [contender for contender in contenders if contender.key in running]
        times = {contender.key: [] for contender in contenders}
        with Busy() if case.busy else nullcontext():
            for number in range(-2, rounds):
                for key in order_of_turns(times, number):
                    turn = sorted(running[key].turn(case.warm, case.runs))
                    if number >= 0:  # the first rounds are for warming up
                        times[key].append(turn[len(turn) // 2] / case.batch)
                progress(f"{case.name}: round {max(0, number + 1)} of {rounds}")
    return rows(case, contenders, times, errors, problem, rounds)


def rows(case, contenders, times, errors, problem, rounds):
    """A row per engine: times per image, and ratios to OpenVINO and to the better of it and ONNX Runtime."""
    best = better(times, ALWAYS)
    made = []
    for contender in contenders:
        own = times[contender.key]
        summary = Summary.of(own)
        row = {
            "case": case.name, "engine": contender.name, "version": contender.version,
            "accuracy": contender.accuracy, "threads": case.threads, "batch": case.batch, "rounds": rounds,
            "min_ms": summary.minimum, "median_ms": summary.median, "p90_ms": summary.p90,
            "error": errors[contender.key][0],
            "error_rms": errors[contender.key][1],
        }
        if problem.expected is None and contender is contenders[0]:
            del row["error"], row["error_rms"]
        if "openvino" in times:
            row["to_openvino"] = ratio_of_pairs(own, times["openvino"])
            row["to_openvino_min"] = min(own) / min(times["openvino"])
        if best:
            row["to_better"] = ratio_of_pairs(own, times[best])
        made.append(row)
    return made


def accuracy(engines, fixtures, folder, progress, refuse):
    """The case `error`: the largest error of each engine over the fixtures' images. Nothing is timed."""
    worst = {}
    everyone = [*engines.peers, *engines.ours]
    for number, name in enumerate(fixtures.IMAGES):
        progress(f"error: {name}")
        problem = fixtures.problem("inception", image=number)
        with ExitStack() as stack:
            _, errors = started(stack, everyone, engines, problem, folder, 2, refuse)
        everyone = [contender for contender in everyone if contender.key in errors]
        for key, found in errors.items():
            worst[key] = max(worst.get(key, (0, 0)), found)
    return [
        {"case": "error", "engine": c.name, "version": c.version, "accuracy": c.accuracy, "threads": 2, "batch": 1,
         "rounds": len(fixtures.IMAGES), "error": worst[c.key][0], "error_rms": worst[c.key][1]}
        for c in everyone]
