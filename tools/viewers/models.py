"""Models to look at: very small, very large, with names that break things, the built-in ones and the fixtures."""

import lzma
import os
import pathlib
import shutil

import numpy
from onnx import TensorProto, helper, numpy_helper, save

from common import OUT, ROOT

FOLDER = OUT / "models"
HOSTILE = [
    '"quoted" & <b>\'', "</script><script>alert(1)</script>", "<!-- a -->]]>", "a\x01b\x1b[31m", "\u202edrawkcab",
    "🙂 界 עברית", "long" * 2500, "back\\slash\\n\\", "&amp; %s {\\N}", "a\nb\tc", "x/y/z", "x/y",
]
SHAPE = [1, 4, 8, 8]


def value(name, shape=SHAPE, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(name, nodes, inputs, outputs, constants=()):
    """Writes an ONNX model."""
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    path = FOLDER / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def one():
    return model("one", [helper.make_node("Relu", ["input"], ["y"], name="y")], [value("input")], [value("y")])


def large():
    """2,000 nodes: a chain whose every tenth node also goes around the next six."""
    nodes, last, early = [], "input", {}
    for index in range(2000):
        name = f"node{index}"
        if index % 10 == 7:
            nodes.append(helper.make_node("Add", [last, early[index - 7]], [name], name=name))
        else:
            nodes.append(helper.make_node("Relu" if index % 2 else "Sigmoid", [last], [name], name=name))
        early[index] = last = name
    return model("large", nodes, [value("input")], [value(last)])


def long():
    """2,000 nodes in modules: 1,000 convolutions, each with a ReLU."""
    nodes, last = [], "x"
    for index in range(1000):
        block = f"block{index // 20}"
        conv, relu = f"{block}.conv{index}", f"{block}.relu{index}" if index < 999 else "y"
        nodes.append(helper.make_node("Conv", [last, "w"], [conv], name=conv, pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [conv], [relu], name=f"{block}.relu{index}"))
        last = relu
    weights = numpy_helper.from_array(numpy.zeros((4, 4, 3, 3), numpy.float32), "w")
    return model("long", nodes, [value("x")], [value("y")], [weights])


def hostile(name="hostile", op="Relu", **attributes):
    """Nodes with names from HOSTILE, of an operator that keeps shapes."""
    nodes, last = [], "input"
    for one in HOSTILE:
        nodes.append(helper.make_node(op, [last], [one], name=one, **attributes))
        last = one
    nodes.append(helper.make_node("Add", [last, HOSTILE[0]], ["end"], name="end"))
    return model(name, nodes, [value("input")], [value("end")])


def odd():
    """Names that are missing, equal, or strange, and values that aren't floats."""
    strange = '名前 <b>"\\'
    count = numpy_helper.from_array(numpy.array([2], numpy.int64), "k")
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], name=""),
        helper.make_node("Exp", ["a"], [strange], name="dup"),
        helper.make_node("TopK", [strange, "k"], ["v", "i"], name="dup", axis=1),
        helper.make_node("Cast", ["i"], ["c"], name="../evil\x1b[31m", to=TensorProto.FLOAT),
        helper.make_node("Add", ["c", "v"], ["a:b"], name="a b"),
        helper.make_node("Neg", ["a:b"], ["a_b"], name="n\nm"),
    ]
    outputs = [value("a_b", [1, 2]), value("i", [1, 2], TensorProto.INT64)]
    return model("odd", nodes, [value("x", [1, 4])], outputs, [count])


def fixtures():
    """The folder of fixture models: where INCEPT_FIXTURES says, or beside the checkout; None where there is none."""
    named = os.environ.get("INCEPT_FIXTURES")
    folders = [pathlib.Path(named)] if named else [parent / "shared" / "fixtures" for parent in ROOT.parents]
    return next((folder / "models" for folder in folders if (folder / "models").is_dir()), None)


def fixture(name):
    """The path of a fixture model, unpacked where it is packed; None where it is absent."""
    folder = fixtures()
    if folder is None or (folder / name).exists():
        return folder and folder / name
    packed, unpacked = folder / f"{name}.xz", FOLDER / name
    if not packed.exists():
        return None
    if not unpacked.exists():
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        temporary = unpacked.with_suffix(".part")
        with lzma.open(packed) as source, open(temporary, "wb") as target:
            shutil.copyfileobj(source, target)
        temporary.rename(unpacked)
    return unpacked


def fixture_models(checks, *suffixes):
    """Fixture models of these suffixes by name; says so where there are none."""
    if fixtures() is None:
        checks.skip("the fixtures", "no folder shared/fixtures beside the checkout, and INCEPT_FIXTURES is not set")
        return {}
    names = sorted(path.name.removesuffix(".xz") for path in fixtures().iterdir())
    return {name: fixture(name) for name in names if name.endswith(suffixes)}


def onnx_models(checks):
    """ONNX models by name: one node, 2,000 nodes, strange names, and those of the fixtures."""
    return {"one": one(), "long": long(), "odd": odd()} | fixture_models(checks, ".onnx")


def all_models(checks):
    """Every model to look at, by name: built-in, ONNX, and the fixtures of other formats."""
    named = {"digits_cnn": "digits_cnn", "inception_v3": "inception_v3", "one": one(), "long": long(), "odd": odd()}
    return named | fixture_models(checks, ".onnx", ".pth", ".h5", ".keras", ".pb", ".safetensors")
