"""Interleaved latency of Incept, OpenVINO and ONNX Runtime: compare.py RUNNER FOLDER [--rounds N] [--threads N].

Prints minimum, median and 90th percentile of each, the ratio of each to OpenVINO pair by pair (median of the
ratios), and how far Incept's logits are from ONNX Runtime's.
"""
import argparse, os, subprocess, sys, tempfile, time
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("runner")
parser.add_argument("folder")
parser.add_argument("--rounds", type=int, default=40)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
onnx = f"{arguments.folder}/inception_v3_torchvision.onnx"
torch = f"{arguments.folder}/inception_v3_torchvision.pth"

import onnxruntime as ort
import openvino as ov

image = np.random.default_rng(1).standard_normal((1, 3, 299, 299)).astype(np.float32)

options = ort.SessionOptions()
options.intra_op_num_threads = arguments.threads
# Threads that spin between their turns would take the cores from the others.
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])

core = ov.Core()
compiled = core.compile_model(core.read_model(onnx), "CPU", {
    "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_NUM_THREADS": arguments.threads, "NUM_STREAMS": 1})
request = compiled.create_infer_request()

with tempfile.TemporaryDirectory() as folder:
    np.save(f"{folder}/input.npy", image)
    environment = dict(os.environ, POCL_MAX_PTHREAD_COUNT=str(arguments.threads))
    runner = subprocess.Popen([arguments.runner, torch, f"{folder}/input.npy", f"{folder}/logits.npy"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    first = runner.stdout.readline()
    if not first:
        sys.exit(runner.wait() or 1)
    logits = np.load(f"{folder}/logits.npy")

def incept():
    runner.stdin.write("\n")
    runner.stdin.flush()
    return float(runner.stdout.readline())

def timed(call):
    def run():
        start = time.perf_counter()
        call()
        return (time.perf_counter() - start) * 1e3
    return run

name = session.get_inputs()[0].name
engines = {"OpenVINO f32": timed(lambda: request.infer({0: image})),
           "ONNX Runtime": timed(lambda: session.run(None, {name: image})), "Incept": incept}
reference = session.run(None, {name: image})[0]
error = np.abs(logits - reference).max() / np.abs(reference).max()

times = {engine: [] for engine in engines}
for _ in range(5):
    for run in engines.values():
        run()
for number in range(arguments.rounds):
    # Whoever follows whom changes every round.
    order = list(engines)
    order = order[number % 3:] + order[:number % 3]
    for engine in order:
        times[engine].append(engines[engine]())

peer = np.array(times["OpenVINO f32"])
print(f"Inception V3, batch 1, float32, {arguments.threads} threads, {arguments.rounds} rounds, interleaved")
print(f"{'':14} {'min ms':>8} {'median':>8} {'p90':>8}  ratio to OpenVINO (median of pairs, of minima)")
for engine, values in times.items():
    v = np.array(values)
    print(f"{engine:14} {v.min():8.2f} {np.median(v):8.2f} {np.percentile(v, 90):8.2f}  "
          f"{np.median(v / peer):.3f}  {v.min() / peer.min():.3f}")
print(f"Incept: first result {float(first):.0f} ms after start; logits within {error:.1e} of ONNX Runtime's")
runner.stdin.close()
runner.wait()
