"""Opens attachments in Netron itself, in headless Chromium, and compares what it shows with the graph's JSON."""

import json

import netron

import chrome
from reports import SCRATCH, check, finish, fixtures, incept, onnx_models, parsed

OPENED = "window.__view__ && window.__view__.model ? window.__view__.model.format : null"
# What Netron does with a file that a person opens or drops onto the page.
OPEN = """(async () => {
  const file = new File([%s], 'model.json', { type: 'application/json' });
  await window.__view__._host._open(file, [file]);
})()"""
ENTRIES = "window.__view__.model.attachment.metrics._entries.size"
SHOWN = """(() => {
  const view = window.__view__, metrics = view.model.attachment.metrics;
  const told = (list) => Object.fromEntries(list.map((metric) => [metric.name, metric.value]));
  const values = {};
  for (const node of view.activeTarget.nodes) {
    for (const argument of node.outputs) {
      for (const value of argument.value) values[value.name] = told(metrics.value(value));
    }
  }
  return { model: told(metrics.model({})), values,
    nodes: view.activeTarget.nodes.map((node) => [node.name, told(metrics.node(node)),
      node.outputs.flatMap((argument) => argument.value.map((value) => value.name))]) };
})()"""


def look(name, model, profile=None):
    options = ["--profile", profile] if profile else []
    text = incept("graph", model, "--format", "netron", *options)
    attachment = parsed(text)
    check(attachment["signature"] == "netron:attachment", f"{name}: signature")
    for metric in attachment["metrics"]:
        check(set(metric) == {"kind", "target", "name", "value"}, f"{name}: {metric}")
    if not chrome.available():
        return
    host, port = netron.start(str(model), ("127.0.0.1", None), browse=False)
    try:
        # Netron asks once whether it may use cookies, and wants nothing but an update half a year after its release.
        address = f"http://{host}:{port}/"
        with chrome.Page(address, {"consent": "1"}, "const Now = Date; window.Date = class extends "
                         "Now { constructor(...a) { a.length ? super(...a) : super(0); } };") as page:
            shown = page.until(OPENED, lambda value: value)
            check(shown and "ONNX" in shown, f"{name}: Netron opens the model: {shown}")
            page.run(OPEN % json.dumps(text))
            page.until(ENTRIES, lambda count: count)
            shown = page.run(SHOWN)
            compare(name, shown, attachment, parsed(incept("graph", model, "--format", "json")))
            if name == "digits_cnn_torch":
                page.run("""(() => { const view = window.__view__;
                  const nodes = view.activeTarget.nodes;
                  view.showNodeProperties(nodes.find((node) => node.type.name === 'Conv')); })()""")
                names = "[...document.querySelectorAll('input')].map((field) => field.value)"
                shown = page.until(names, lambda names: "macs" in (names or []), 10)
                check("macs" in shown and "output_bytes" in shown, f"metrics in the sidebar: {shown}")
                page.screenshot(SCRATCH / "netron.png")
    finally:
        netron.stop((host, port))


def compare(name, shown, attachment, report):
    """What Netron finds for its nodes must add up to the whole network."""
    macs = sum(node["macs"] for node in report["nodes"])
    check(shown["model"].get("macs") == macs, f"{name}: the model's macs: {shown['model']}")
    told = 0
    names = [node[0] for node in shown["nodes"]]
    for node, metrics, outputs in shown["nodes"]:
        if not node or names.count(node) > 1:
            metrics = shown["values"].get(outputs[0], {})
        told += metrics.get("macs", 0)
    check(told == macs, f"{name}: macs of nodes {told}, of the network {macs}")
    targets = {(metric["kind"], metric["target"]) for metric in attachment["metrics"]}
    found = sum(bool(metrics) for _, metrics, _ in shown["nodes"])
    wanted = sum(kind == "node" for kind, _ in targets)
    check(found == wanted, f"{name}: {found} nodes with metrics in Netron, {wanted} in the file")


models = onnx_models()
for name, model in models.items():
    look(name, model)
if fixtures():
    model = models["digits_cnn_torch"]
    profile = SCRATCH / "digits.json"
    incept("profile", model, "--runs", "1", "--format", "json", "-o", profile)
    look("digits_cnn_torch", model, profile)
incept("graph", "digits_cnn", "--format", "netron", status=64)
finish(f"attachments of {len(models)} models" + ("" if chrome.available() else ", without Netron's page"))
