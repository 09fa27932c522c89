"""What the checks share: the built command, models to look at, and how failures are told."""

import json
import lzma
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCEPT = ROOT / ".build/release/incept"
SCRATCH = ROOT / ".build/viewers"
SCRATCH.mkdir(parents=True, exist_ok=True)

failures = []


def check(condition, what):
    """Notes a failure."""
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}", file=sys.stderr)


def finish(counted):
    """Ends the program."""
    print(f"{counted}; {len(failures)} failures")
    sys.exit(1 if failures else 0)


def incept(*arguments, status=0):
    """Runs the command, which must end with the given status; its standard output."""
    environment = dict(os.environ, INCEPT_CACHE_DIR=str(SCRATCH / "cache"))
    run = subprocess.run(
        [INCEPT, *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    told = " ".join(map(str, arguments))
    check(run.returncode == status, f"incept {told}: ended with {run.returncode}: {run.stderr}")
    return run.stdout


def fixtures():
    """The fixtures' folder: beside the checkout, where INCEPT_FIXTURES says, or None."""
    named = os.environ.get("INCEPT_FIXTURES")
    candidates = [pathlib.Path(named)] if named else [p / "shared/fixtures" for p in ROOT.parents]
    return next((path for path in candidates if path.is_dir()), None)


def onnx_models():
    """ONNX models by name: one node, 2,000 nodes, hostile names, and those of the fixtures."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def value(name, shape, kind=TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, kind, shape)

    def save(name, nodes, inputs, outputs, constants=()):
        graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        path = SCRATCH / f"{name}.onnx"
        onnx.save(model, path)
        return path

    models = {}
    node = helper.make_node("Relu", ["x"], ["y"], name="only")
    models["one"] = save("one", [node], [value("x", [1, 4])], [value("y", [1, 4])])

    nodes, last = [], "x"
    for index in range(1000):
        block = f"block{index // 20}"
        conv, relu = f"{block}.conv{index}", f"{block}.relu{index}" if index < 999 else "y"
        nodes.append(helper.make_node("Conv", [last, "w"], [conv], name=conv, pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [conv], [relu], name=f"{block}.relu{index}"))
        last = relu
    weights = numpy_helper.from_array(numpy.zeros((4, 4, 3, 3), numpy.float32), "w")
    image = [1, 4, 8, 8]
    models["long"] = save("long", nodes, [value("x", image)], [value("y", image)], [weights])

    odd = '名前 <b>"\\'
    count = numpy_helper.from_array(numpy.array([2], numpy.int64), "k")
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], name=""),
        helper.make_node("Exp", ["a"], [odd], name="dup"),
        helper.make_node("TopK", [odd, "k"], ["v", "i"], name="dup", axis=1),
        helper.make_node("Cast", ["i"], ["c"], name="../evil\x1b[31m", to=TensorProto.FLOAT),
        helper.make_node("Add", ["c", "v"], ["a:b"], name="a b"),
        helper.make_node("Neg", ["a:b"], ["a_b"], name="n\nm"),
    ]
    outputs = [value("a_b", [1, 2]), value("i", [1, 2], TensorProto.INT64)]
    models["odd"] = save("odd", nodes, [value("x", [1, 4])], outputs, [count])

    if fixtures():
        for path in sorted((fixtures() / "models").glob("*.onnx")):
            models[path.stem] = path
        for path in sorted((fixtures() / "models").glob("*.onnx.xz")):
            models[path.stem.removesuffix(".onnx")] = unpacked(path)
    return models


def unpacked(path):
    """The unpacked form of an .xz file."""
    target = SCRATCH / path.stem
    if not target.exists():
        target.write_bytes(lzma.decompress(path.read_bytes()))
    return target


def models():
    """Every model to look at, by name: built-in, ONNX, and the fixtures of other formats."""
    found = {"digits_cnn": "digits_cnn", "inception_v3": "inception_v3"} | onnx_models()
    if fixtures():
        for path in sorted((fixtures() / "models").iterdir()):
            name = path.name.removesuffix(".xz")
            if name.endswith((".pth", ".h5", ".keras", ".pb", ".safetensors")):
                found[name] = unpacked(path) if path.suffix == ".xz" else path
    return found


def parsed(text):
    """A JSON document, strictly: no NaN."""
    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
