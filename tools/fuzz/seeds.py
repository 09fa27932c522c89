#!/usr/bin/env python3
"""Writes the inputs that fuzzing starts from: one folder a target, small sound files of every kind.

Usage: seeds.py FOLDER. Needs nothing but Python. What the tests have as files is copied from there; ONNX models,
tensors and arrays are made here.
"""
import gzip
import json
import pathlib
import shutil
import struct
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "Tests"
LARGEST = 32 << 10

# Files of the tests, by target.
COPIES = {
    "hdf5": ["ImportKerasTests/Fixtures/*.h5", "WireFormatsTests/Fixtures/hdf5/*.h5"],
    "keras_archive": ["ImportKerasTests/Fixtures/*.keras"],
    "torch_zip": ["WireFormatsTests/Fixtures/*zip*.pth", "WireFormatsTests/Fixtures/views_deflated.pth",
                  "WireFormatsTests/Fixtures/checkpoint.pth", "WireFormatsTests/Fixtures/untyped.pth"],
    "torch_legacy": ["WireFormatsTests/Fixtures/*legacy*.pth"],
    "zip": ["WireFormatsTests/Fixtures/*zip*.pth", "WireFormatsTests/Fixtures/views_deflated.pth"],
    "graphdef": ["ImportTensorFlowTests/Fixtures/*.pb"],
    "png": ["ImagingTests/Fixtures/*.png"],
    "jpeg": ["ImagingTests/Fixtures/*.jpg"],
}


# Protobuf

def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A field: a number, or bytes, text and messages."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(number, values):
    return b"".join(field(number, value) for value in values)


# ONNX

FLOAT, INT64, BOOL = 1, 7, 9


def tensor(name, shape, values, kind=FLOAT, form="raw"):
    body = fields(1, shape) + field(2, kind) + field(8, name)
    if form == "raw":
        body += field(9, struct.pack(f"<{len(values)}{'fq'[kind == INT64]}", *values))
    elif kind == INT64:
        body += field(7, b"".join(varint(v) for v in values))
    else:
        body += field(4, struct.pack(f"<{len(values)}f", *values))
    return body


def attribute(name, value):
    body = field(1, name)
    if isinstance(value, bool) or isinstance(value, int):
        return body + field(3, int(value)) + field(20, 2)
    if isinstance(value, float):
        return body + field(2, value) + field(20, 1)
    if isinstance(value, str):
        return body + field(4, value) + field(20, 3)
    if isinstance(value, Graph):
        return body + field(6, value.body) + field(20, 5)
    if isinstance(value, bytes):
        return body + field(5, value) + field(20, 4)
    if value and isinstance(value[0], float):
        return body + fields(7, value) + field(20, 6)
    return body + fields(8, value) + field(20, 7)


def node(op, inputs, outputs, domain="", **attributes):
    body = fields(1, inputs) + fields(2, outputs) + field(3, op.lower()) + field(4, op)
    if domain:
        body += field(7, domain)
    return body + b"".join(field(5, attribute(*pair)) for pair in attributes.items())


def value(name, shape, kind=FLOAT):
    extents = [field(2, e) if isinstance(e, str) else field(1, e) for e in shape]
    kind = field(1, kind) + field(2, fields(1, extents))
    return field(1, name) + field(2, field(1, kind))


class Graph:
    def __init__(self, nodes, inputs, outputs, weights=()):
        self.body = (fields(1, nodes) + field(2, "g") + fields(5, weights)
                     + fields(11, [value(*i) for i in inputs])
                     + fields(12, [value(o, []) for o in outputs]))


def model(graph, opset=18, functions=(), local=()):
    opsets = field(8, field(2, opset)) + b"".join(field(8, field(1, d) + field(2, 1)) for d in local)
    return field(1, 8) + field(7, graph.body) + opsets + fields(25, functions)


IMAGE = ("x", ["n", 2, 5, 5])
MATRIX = ("x", [2, 3])


def ints(name, values, shape=None):
    return tensor(name, [len(values)] if shape is None else shape, values, INT64)


def onnx():
    """Models by name: every family of operators."""
    one = {}

    def add(name, inputs, nodes, weights=(), outputs=("y",), **options):
        one[name] = model(Graph(nodes, inputs, list(outputs), list(weights)), **options)

    w = tensor("w", [3, 2, 3, 3], [0.1 * i for i in range(54)])
    b = tensor("b", [3], [0.1, 0.2, 0.3], form="list")
    add("conv", [IMAGE], [node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3], pads=[1, 1, 1, 1],
                               strides=[2, 2], group=1, dilations=[1, 1]), node("Relu", ["c"], ["y"])], [w, b])
    add("conv_same", [IMAGE], [node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER")], [w])
    add("conv_1d", [("x", [1, 2, 7])], [node("Conv", ["x", "v"], ["y"], pads=[1, 1])],
        [tensor("v", [3, 2, 3], [0.5] * 18)])
    add("conv_transpose", [IMAGE], [node("ConvTranspose", ["x", "t"], ["y"], strides=[2, 2],
                                         output_padding=[1, 1], pads=[1, 1, 1, 1])],
        [tensor("t", [2, 3, 3, 3], [0.5] * 54)])
    add("batch_norm", [IMAGE], [node("BatchNormalization", ["x", "s", "s", "s", "s"], ["y"], epsilon=1e-3)],
        [tensor("s", [2], [1.0, 2.0])])
    for op in ["MaxPool", "AveragePool", "LpPool"]:
        add(op, [IMAGE], [node(op, ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 1, 1],
                               ceil_mode=1)])
    for op in ["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool", "Softmax", "LogSoftmax", "Hardmax",
               "MeanVarianceNormalization", "LpNormalization"]:
        add(op, [IMAGE], [node(op, ["x"], ["y"])])
    add("lrn", [IMAGE], [node("LRN", ["x"], ["y"], size=3, alpha=0.1, beta=0.5, bias=1.0)])
    for op in ["Relu", "Selu", "Clip", "Erf", "Gelu", "Mish", "Celu", "Swish", "Shrink", "IsNaN", "Not"]:
        add(op, [MATRIX], [node(op, ["x"], ["y"])])
    add("clip", [MATRIX], [node("Clip", ["x", "lo", "hi"], ["y"])],
        [tensor("lo", [], [0.0]), tensor("hi", [], [6.0])])
    add("prelu", [IMAGE], [node("PRelu", ["x", "p"], ["y"])], [tensor("p", [2, 1, 1], [0.1, 0.2])])
    for op in ["Add", "Div", "Pow", "Mod", "Max", "Mean", "Greater", "Equal", "PRelu"]:
        add(op + "2", [MATRIX, ("z", [1, 3])], [node(op, ["x", "z"], ["y"])])
    add("gemm", [MATRIX], [node("Gemm", ["x", "g", "b"], ["y"], alpha=0.5, beta=2.0, transB=1)],
        [tensor("g", [4, 3], [0.1] * 12), tensor("b", [4], [1.0] * 4)])
    add("matmul", [("x", [2, 2, 3])], [node("MatMul", ["x", "g"], ["y"])], [tensor("g", [3, 4], [0.1] * 12)])
    add("layer_norm", [MATRIX], [node("LayerNormalization", ["x", "s"], ["y"], axis=-1)],
        [tensor("s", [3], [1.0] * 3)])
    add("group_norm", [IMAGE], [node("GroupNormalization", ["x", "s", "s"], ["y"], num_groups=2)],
        [tensor("s", [2], [1.0] * 2)], opset=21)
    add("instance_norm", [IMAGE], [node("InstanceNormalization", ["x", "s", "s"], ["y"])],
        [tensor("s", [2], [1.0] * 2)])
    add("shapes", [("x", ["n", 2, 3])],
        [node("Shape", ["x"], ["s"]), node("Gather", ["s", "zero"], ["batch"], axis=0),
         node("Concat", ["batch", "rest"], ["t"], axis=0), node("Reshape", ["x", "t"], ["y"], allowzero=0)],
        [ints("zero", [0]), ints("rest", [-1])])
    add("slice", [IMAGE], [node("Slice", ["x", "a", "e", "d", "t"], ["y"])],
        [ints("a", [1]), ints("e", [9]), ints("d", [2]), ints("t", [2])])
    add("slice_old", [IMAGE], [node("Slice", ["x"], ["y"], starts=[0], ends=[-1], axes=[3])], opset=9)
    add("split", [IMAGE], [node("Split", ["x", "n"], ["a", "b"], axis=2), node("Concat", ["b", "a"], ["y"], axis=2)],
        [ints("n", [2, 3])])
    for mode in ["constant", "reflect", "edge", "wrap"]:
        add("pad_" + mode, [IMAGE], [node("Pad", ["x", "p"], ["y"], mode=mode)], [ints("p", [0, 0, 1, 2, 0, 0, 2, 1])])
    for mode, turn in [("nearest", "asymmetric"), ("linear", "half_pixel"), ("cubic", "align_corners")]:
        add("resize_" + mode, [IMAGE],
            [node("Resize", ["x", "", "f"], ["y"], mode=mode, coordinate_transformation_mode=turn)],
            [tensor("f", [4], [1.0, 1.0, 2.0, 2.0])])
    add("resize_sizes", [IMAGE], [node("Resize", ["x", "", "", "z"], ["y"], mode="linear")],
        [ints("z", [1, 2, 7, 9])])
    add("upsample", [IMAGE], [node("Upsample", ["x", "f"], ["y"])], [tensor("f", [4], [1.0, 1.0, 2.0, 2.0])], opset=9)
    add("expand", [MATRIX], [node("Expand", ["x", "s"], ["y"])], [ints("s", [2, 2, 3])])
    add("tile", [MATRIX], [node("Tile", ["x", "s"], ["y"])], [ints("s", [2, 1])])
    add("fill", [MATRIX], [node("ConstantOfShape", ["s"], ["c"], value=tensor("v", [1], [2.0])),
                           node("Add", ["x", "c"], ["y"])], [ints("s", [2, 3])])
    add("constant", [MATRIX], [node("Constant", [], ["c"], value=tensor("v", [3], [1.0, 2.0, 3.0])),
                               node("Constant", [], ["d"], value_floats=[1.0, 2.0, 3.0]),
                               node("Sum", ["x", "c", "d"], ["y"])])
    add("movement", [IMAGE],
        [node("Transpose", ["x"], ["a"], perm=[0, 2, 3, 1]), node("Flatten", ["a"], ["b"], axis=2),
         node("Unsqueeze", ["b", "one"], ["c"]), node("Squeeze", ["c", "one"], ["d"]),
         node("Identity", ["d"], ["y"])], [ints("one", [1])])
    add("depth", [("x", [1, 4, 2, 2])], [node("DepthToSpace", ["x"], ["a"], blocksize=2, mode="CRD"),
                                         node("SpaceToDepth", ["a"], ["y"], blocksize=2)])
    add("reduce", [IMAGE], [node("ReduceMean", ["x", "a"], ["m"], keepdims=0), node("ReduceL2", ["m"], ["y"])],
        [ints("a", [2, 3])])
    add("search", [MATRIX], [node("ArgMax", ["x"], ["a"], axis=1), node("TopK", ["x", "k"], ["v", "i"]),
                             node("Cast", ["a"], ["y"], to=1)], [ints("k", [2])], outputs=("y", "v", "i"))
    add("logic", [MATRIX], [node("Greater", ["x", "o"], ["g"]), node("Not", ["g"], ["h"]),
                            node("And", ["g", "h"], ["a"]), node("Where", ["a", "x", "o"], ["y"])],
        [tensor("o", [1], [0.5])])
    add("range", [MATRIX], [node("Range", ["a", "e", "d"], ["r"]), node("Cast", ["r"], ["c"], to=1),
                            node("Add", ["x", "c"], ["y"])],
        [ints("a", [0], []), ints("e", [3], []), ints("d", [1], [])])
    branch = Graph([node("Relu", ["x"], ["r"])], [], ["r"])
    other = Graph([node("Neg", ["x"], ["r"])], [], ["r"])
    add("if", [MATRIX], [node("Constant", [], ["c"], value=field(1, 1) + field(2, BOOL) + field(5, b"\1")),
                         node("If", ["c"], ["y"], then_branch=branch, else_branch=other)])
    function = (field(1, "Twice") + field(4, "a") + field(5, "b") + field(7, node("Add", ["a", "a"], ["b"]))
                + field(9, field(2, 18)) + field(10, "local"))
    add("function", [MATRIX], [node("Twice", ["x"], ["y"], domain="local")], functions=[function], local=["local"])
    return one


# The others

def safetensors():
    def file(header, count):
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text + bytes(range(count))

    def entry(kind, shape, start, end):
        return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}

    return {
        "two": file({"a": entry("F32", [2], 0, 8), "b.c": entry("I64", [1], 8, 16)}, 16),
        "kinds": file({"__metadata__": {"format": "pt"}, "h": entry("F16", [2, 1], 0, 4),
                       "é\n": entry("BF16", [], 4, 6), "u": entry("U8", [0], 6, 6), "d": entry("F64", [1], 6, 14)}, 14),
    }


def npy():
    def file(kind, shape, data, order=False, version=1):
        text = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}"
        size = "<H" if version == 1 else "<I"
        start = 8 + struct.calcsize(size)
        text += " " * (-(start + len(text) + 1) % 64) + "\n"
        return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(size, len(text)) + text.encode() + data

    return {
        "f4": file("<f4", "(2, 3)", bytes(24)), "scalar": file(">f8", "()", bytes(8)),
        "i8": file("<i8", "(3,)", bytes(24), version=2), "fortran": file("<f2", "(2, 2, 2)", bytes(16), True, 3),
        "bool": file("|b1", "(1, 4)", b"\1\0\1\1"), "empty": file("<u2", "(0, 3)", b""),
    }


def filters():
    return {
        "comma": b"1,-2.5e3\n0.5,4\n", "remark": b"# a filter\r\n1;0 # one\r\n\r\n0;1\r\n",
        "tab": b"1\t0x1p3\tnan", "npy": npy()["f4"],
    }


def keras_configs():
    """The descriptions in the tests' archives, and networks without weights, which become graphs."""
    configs = {}
    for path in sorted((TESTS / "ImportKerasTests/Fixtures").glob("*.keras")):
        with zipfile.ZipFile(path) as archive:
            configs[path.stem] = archive.read("config.json")

    def layer(kind, name, inputs=None, **config):
        inbound = [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [i, 0, 0]}}
                             for i in inputs], "kwargs": {}}] if inputs else []
        return {"module": "keras.layers", "class_name": kind, "name": name, "config": {"name": name, **config},
                "registered_name": None, "inbound_nodes": inbound}

    def functional(layers, last):
        return {"module": "keras", "class_name": "Functional", "registered_name": "Functional",
                "config": {"name": "m", "layers": layers, "input_layers": [["i", 0, 0]],
                           "output_layers": [[last, 0, 0]]}}

    start = layer("InputLayer", "i", batch_shape=[None, 8, 8, 4], dtype="float32")
    for kind, config in {
            "MaxPooling2D": {"pool_size": [2, 2], "strides": [2, 2], "padding": "same"},
            "AveragePooling2D": {"pool_size": [3, 3], "strides": [1, 1], "padding": "valid"},
            "GlobalAveragePooling2D": {"keepdims": True}, "GlobalMaxPooling2D": {},
            "Activation": {"activation": "swish"}, "ReLU": {"max_value": 6.0, "negative_slope": 0.1, "threshold": 0.0},
            "LeakyReLU": {"negative_slope": 0.3}, "Softmax": {"axis": -1}, "ELU": {"alpha": 1.0},
            "ZeroPadding2D": {"padding": [[1, 2], [0, 1]]}, "Cropping2D": {"cropping": [[1, 2], [0, 1]]},
            "UpSampling2D": {"size": [2, 2], "interpolation": "bilinear"}, "Flatten": {}, "Permute": {"dims": [2, 1, 3]},
            "Reshape": {"target_shape": [4, -1]}, "Dropout": {"rate": 0.5}, "Rescaling": {"scale": 2.0, "offset": -1.0},
            "RepeatVector": {"n": 2}}.items():
        configs[kind] = json.dumps(functional([start, layer(kind, "l", ["i"], **config)], "l")).encode()
    for kind in ["Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate"]:
        configs[kind] = json.dumps(functional(
            [start, layer("ReLU", "r", ["i"]), layer(kind, "l", ["i", "r"], axis=-1)], "l")).encode()
    return configs


def graph_files():
    """Graphs that `incept convert` wrote of the ONNX project's node tests, and one with the constants of GraphSeed.swift."""
    graphs = json.loads((pathlib.Path(__file__).parent / "graphs.json").read_text())
    name = {"inputs": [], "op": "constant"}
    graphs.append({
        "version": 1, "name": "g", "axis_order": "nhwc",
        "nodes": [
            {"name": "x", "op": "input", "inputs": [], "shape": [1, 5, 5, 4], "type": "float32"},
            *({"name": n, **name} for n in "wvm"),
            {"name": "y", "op": "bias_add", "inputs": [[0, 0], [2, 0]], "attributes": {}},
            {"name": "z", "op": "dense", "inputs": [[4, 0], [3, 0]], "attributes": {}}],
        "outputs": [{"name": "z", "value": [5, 0], "framework_ordered": False}]})
    return {f"{i:02}": json.dumps(graph, separators=(",", ":")).encode() for i, graph in enumerate(graphs)}


def csv_files():
    """Lines of pixels and a class."""
    lines = "".join(f"{i},{(3 * i) % 17},16,0.5,{i % 3}\n" for i in range(12))
    whole = "".join(f"{i % 3};255;0;{i};7\r\n" for i in range(12))
    title = "label,1x1,1x2,2x1,2x2\n" + "".join(f"{i % 4},1,2,3,{i}\n" for i in range(5))
    texts = {"fractions": lines, "semicolons": whole, "title": title}
    plain = {name: text.encode() for name, text in texts.items()}
    return plain | {name + ".gz": gzip.compress(data, mtime=0) for name, data in plain.items()}


def idx_files():
    """The number of labels, and images."""
    made = {}
    for name, extents in {"grey": (5, 3, 4), "colour": (2, 3, 2, 3), "one": (1, 1, 1)}.items():
        count = 1
        for extent in extents:
            count *= extent
        data = bytes([0, 0, 8, len(extents)]) + struct.pack(f">{len(extents)}I", *extents) + bytes(i % 256 for i in range(count))
        made[name] = bytes([extents[0]]) + data
        made[name + ".gz"] = bytes([extents[0]]) + gzip.compress(data, mtime=0)
    return made


MAKERS = {"csv": csv_files, "idx": idx_files, "onnx": onnx, "safetensors": safetensors, "npy": npy, "keras_config": keras_configs,
          "graph_file": graph_files, "filter": filters}


def main():
    folder = pathlib.Path(sys.argv[1])
    for target, patterns in COPIES.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for pattern in patterns:
            for path in sorted(TESTS.glob(pattern)):
                if path.stat().st_size <= LARGEST * 2:
                    shutil.copyfile(path, folder / target / path.name)
    for target, make in MAKERS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, data in make().items():
            (folder / target / name).write_bytes(data)
    # Inputs that were found to do harm once.
    for path in (ROOT / "tools/fuzz/found").glob("*/*"):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / path.parent.name / f"found-{path.name}")


if __name__ == "__main__":
    main()
