"""Cases of whole processes, from start to answer: with every cache empty, and with what the last run left."""
import json
import statistics
import tempfile

from .engines import pocl_threads
from .figures import Summary, order_of_turns
from .latency import Disagreement, checked
from .process import EngineFailed, run_once

STARTS = {"warm": ("Inception V3 from its file, warm start: process start to labels", 7),
          "cold": ("Inception V3 from its file, every cache empty: process start to labels", 3)}


class Starts:
    """Starts Incept's command and the peers on one image, each in a new process."""

    def __init__(self, engines, fixtures, folder):
        self.engines, self.fixtures, self.folder = engines, fixtures, folder
        self.problem = fixtures.problem("inception")

    def incept(self, caches):
        """Figures of one `incept run` with the given folder of caches."""
        x, y = self.fixtures.crop(self.problem.image)
        image = self.fixtures.folder / "images" / self.problem.image
        command = [str(self.engines.incept), "run", self.problem.incept, str(image), "--crop", f"{x},{y},299,299",
                   "--format", "json"]
        environment = {"INCEPT_CACHE_DIR": f"{caches}/incept", "POCL_CACHE_DIR": f"{caches}/pocl",
                       "XDG_CACHE_HOME": f"{caches}/others"}
        output, milliseconds, bytes_ = run_once("incept run", command, environment | pocl_threads(2))
        report = json.loads(output)
        label = report["results"][0]["top"][0]["index"]
        if [label] != self.problem.classes:
            raise Disagreement(f"incept run: expected class {self.problem.classes[0]} first, found {label}")
        timing = report["timing"]
        return {"median_ms": milliseconds, "rss_mb": bytes_ / 1e6, "load_ms": timing["load_ms"],
                "build_ms": timing["build_ms"] + timing.get("tune_ms", 0), "first_ms": timing["first_ms"]}

    def peer(self, contender):
        """Figures of one process of a peer."""
        output = self.folder / f"{contender.key}.npy"
        command, environment = self.engines.command(contender, self.problem, output, 2)
        said, milliseconds, bytes_ = run_once(contender.name, command, environment)
        checked(contender.name, output, self.problem, self.problem.expected, self.engines.tolerance)
        steps = json.loads(said)
        return {"median_ms": milliseconds, "rss_mb": bytes_ / 1e6, **steps}

    def measure(self, case, rounds, progress, refuse):
        """The rows of the case `warm` or `cold`."""
        ours = self.engines.default
        contenders = {c.key: c for c in [*self.engines.peers, ours]}
        found = {key: [] for key in contenders}
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as kept:
            for number in range(-1 if case == "warm" else 0, rounds):
                progress(f"{case}: round {max(0, number + 1)} of {rounds}")
                for key in order_of_turns(contenders, number):
                    try:
                        if key != ours.key:
                            figures = self.peer(contenders[key])
                        elif case == "warm":
                            figures = self.incept(kept)
                        else:
                            with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as fresh:
                                figures = self.incept(fresh)
                    except (Disagreement, EngineFailed) as failure:
                        refuse(failure)
                        del contenders[key]
                        continue
                    if number >= 0:
                        found[key].append(figures)
        return [row(case, contenders[key], runs) for key, runs in found.items() if key in contenders]


def row(case, contender, runs):
    """The row of an engine's runs: medians of every figure."""
    summary = Summary.of([figures["median_ms"] for figures in runs])
    made = {"case": case, "engine": contender.name, "version": contender.version, "accuracy": contender.accuracy,
            "threads": 2, "batch": 1, "rounds": len(runs), "min_ms": summary.minimum, "p90_ms": summary.p90}
    for key in runs[0]:
        made[key] = statistics.median(figures[key] for figures in runs)
    if "import_ms" in made:
        made["without_import_ms"] = statistics.median(run["median_ms"] - run["import_ms"] for run in runs)
    return made
