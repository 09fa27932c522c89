"""ONNX models that try a picture: very small, very large, with names that break things."""

from onnx import TensorProto, helper, save

from common import OUT

HOSTILE = [
    '"quoted" & <b>\'', "</script><script>alert(1)</script>", "<!-- a -->]]>", "a\x01b\x1b[31m", "\u202edrawkcab",
    "🙂 界 עברית", "long" * 2500, "back\\slash\\n\\", "&amp; %s {\\N}", "a\nb\tc", "x/y/z", "x/y",
]


def model(name, nodes, outputs):
    """Writes a model of nodes on tensors [1, 4, 8, 8]."""
    shape = [1, 4, 8, 8]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    results = [helper.make_tensor_value_info(one, TensorProto.FLOAT, shape) for one in outputs]
    graph = helper.make_graph(nodes, name, inputs, results)
    path = OUT / "models" / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def one():
    return model("one", [helper.make_node("Relu", ["input"], ["y"], name="y")], ["y"])


def large():
    """2000 nodes: a chain whose every tenth node also goes around the next six."""
    nodes, last, early = [], "input", {}
    for index in range(2000):
        name = f"node{index}"
        if index % 10 == 7:
            nodes.append(helper.make_node("Add", [last, early[index - 7]], [name], name=name))
        else:
            nodes.append(helper.make_node("Relu" if index % 2 else "Sigmoid", [last], [name], name=name))
        early[index] = last = name
    return model("large", nodes, [last])


def hostile():
    nodes, last = [], "input"
    for index, name in enumerate(HOSTILE):
        nodes.append(helper.make_node("Relu", [last], [name], name=name))
        last = name
    nodes.append(helper.make_node("Add", [last, HOSTILE[0]], ["end"], name="end"))
    return model("hostile", nodes, ["end"])
