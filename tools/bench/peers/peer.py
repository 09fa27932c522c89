"""A peer in a process of its own: python peer.py ENGINE MODEL INPUT.npy OUTPUT.npy THREADS.

The same conversation as bench-runner's: the first result goes to OUTPUT.npy and then a line with what the start took to
standard output; each line of standard input, `WARMUP RUNS`, is answered by the milliseconds of RUNS runs.
"""
import os
import sys
import time


def openvino(model, value, threads):
    import openvino as ov
    yield
    core = ov.Core()
    compiled = core.compile_model(core.read_model(model), "CPU", {
        "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1})
    request = compiled.create_infer_request()
    yield lambda: request.infer([value], share_inputs=True, share_outputs=True)[0]


def onnxruntime(model, value, threads):
    import onnxruntime as ort
    yield
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait for work by spinning take the cores from whoever else has some.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    yield lambda: session.run(None, {name: value})[0]


def torch(model, value, threads):
    """Torchvision's Inception V3; `model` is its state_dict."""
    import torch
    try:
        import torchvision
    except RuntimeError:
        # Torchvision's compiled operators are of another build of torch (CPU, CUDA). The network needs none of them,
        # but importing it needs these to be known.
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
    yield
    torch.set_num_threads(threads)
    network = torchvision.models.inception_v3(
        weights=None, transform_input=True, aux_logits=True, init_weights=False)
    network.load_state_dict(torch.load(model, weights_only=True))
    network.eval()
    image = torch.from_numpy(value)

    def run():
        with torch.inference_mode():
            return network(image).numpy()
    yield run


def mnn(model, value, threads):
    """MNN's Module interface; `model` was made by mnnconvert."""
    import MNN
    import MNN.expr
    import MNN.nn
    yield
    runtime = MNN.nn.create_runtime_manager(({"backend": "CPU", "precision": "high", "numThread": threads},))
    network = MNN.nn.load_module_from_file(model, [], [], runtime_manager=runtime)
    image = MNN.expr.placeholder(list(value.shape), MNN.expr.NCHW)  # as ONNX has it, whatever the axes are

    def run():
        image.write(value)
        return MNN.expr.convert(network.forward([image])[0], MNN.expr.NCHW).read()
    yield run


def main():
    engine, model, source, target, threads = sys.argv[1:]
    now = time.perf_counter
    begun = now()
    # Libraries talk on standard output, too; only answers may come out there.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import numpy as np
    value = np.load(source)
    steps = {"openvino": openvino, "onnxruntime": onnxruntime, "torch": torch, "mnn": mnn}[engine](
        model, value, int(threads))
    next(steps)
    imported = now()
    run = next(steps)
    loaded = now()
    answer = np.array(run())
    ran = now()
    np.save(target, answer.astype(np.float32, copy=False))
    print(f'{{"import_ms":{(imported - begun) * 1e3},"load_ms":{(loaded - imported) * 1e3},'
          f'"first_ms":{(ran - loaded) * 1e3}}}', file=answers, flush=True)
    for line in sys.stdin:
        warm, runs = map(int, line.split())
        for _ in range(warm):
            run()
        times = []
        for _ in range(runs):
            start = now()
            run()
            times.append((now() - start) * 1e3)
        print(*times, file=answers, flush=True)


if __name__ == "__main__":
    main()
