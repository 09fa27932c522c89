"""Which engines there are, and how each is started."""
import importlib.metadata
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PEER = Path(__file__).with_name("peer.py")
# Name in tables, and the distribution whose version is told.
PEERS = {
    "openvino": ("OpenVINO f32", "openvino"),
    "onnxruntime": ("ONNX Runtime", "onnxruntime"),
    "torch": ("PyTorch", "torch"),
    "mnn": ("MNN", "mnn"),
}
ALWAYS = ("openvino", "onnxruntime")


@dataclass(frozen=True)
class Contender:
    """An engine as one row of a table: Incept at one accuracy, or a peer."""

    key: str
    name: str
    version: str
    accuracy: str | None = None


class Engines:
    """Incept's programs and the peers that take part."""

    def __init__(self, programs, peers, accuracies, tolerance):
        self.tolerance = tolerance
        self.programs = Path(programs)
        self.runner, self.incept = self.programs / "bench-runner", self.programs / "incept"
        self.available = self.said(self.runner, "--accuracies").split()
        wanted = [name for name in accuracies or ("exact", "high", "fast") if name in self.available]
        self.missing = [name for name in accuracies or ("exact", "high", "fast") if name not in self.available]
        version = self.said(self.incept, "--version").strip()
        self.ours = [Contender(f"incept-{name}", f"Incept {name}", version, name) for name in wanted]
        self.peers = [Contender(key, PEERS[key][0], importlib.metadata.version(PEERS[key][1])) for key in peers]

    @staticmethod
    def said(program, option):
        return subprocess.run([program, option], check=True, capture_output=True, text=True).stdout

    @property
    def default(self):
        """Incept as it is without an option: `high` where there is a choice."""
        accuracy = "high" if "high" in self.available else "exact"
        return Contender("incept", "Incept", self.said(self.incept, "--version").strip(), accuracy)

    def takes_part(self, contender, problem):
        """Whether an engine can run a problem: PyTorch's network is torchvision's Inception V3 only."""
        return contender.key != "torch" or problem.name == "inception"

    def model(self, contender, problem):
        """The file that a peer reads."""
        if contender.key == "torch":
            return problem.incept
        return str(converted(problem) if contender.key == "mnn" else problem.onnx)

    def command(self, contender, problem, output, threads):
        """The command of an engine that waits for its turns, and its environment."""
        if contender.accuracy is None:
            return ([sys.executable, str(PEER), contender.key, self.model(contender, problem), str(problem.input),
                     str(output), str(threads)], {"OMP_NUM_THREADS": str(threads)})
        command = [str(self.runner), problem.incept, str(problem.input), str(output)]
        if contender.key != "incept":
            command += ["--accuracy", contender.accuracy]
        return command, pocl_threads(threads)


def pocl_threads(threads):
    """PoCL's number of threads, in old and new versions of it."""
    return {"POCL_MAX_PTHREAD_COUNT": str(threads), "POCL_CPU_MAX_CU_COUNT": str(threads)}


def converted(problem):
    """The problem's ONNX file in MNN's own format, beside its input."""
    target = problem.input.parent / f"{problem.onnx.stem}.mnn"
    if not target.exists():
        part = target.with_suffix(".part.mnn")
        subprocess.run(
            [Path(sys.executable).with_name("mnnconvert"), "-f", "ONNX", "--modelFile", problem.onnx, "--MNNModel",
             part, "--bizCode", "bench"], check=True, capture_output=True)
        part.rename(target)
    return target
