"""Opens attachments in Netron itself, in headless Chromium, and compares what it shows with the graph's JSON."""

import json

import netron

from common import OUT, Checks, browser, chromium, incept, parsed
from models import onnx_models

checks = Checks()
# Netron asks for an update half a year after its release, and takes `eval` away, which Playwright needs.
BEFORE = """const Now = Date, own = window.eval;
  window.Date = class extends Now { constructor(...a) { a.length ? super(...a) : super(0); } };
  Object.defineProperty(window, "eval", { get: () => own, set() {} });"""
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


def look(name, model, open_tab, profile=None):
    options = ["--profile", profile] if profile else []
    text = incept("graph", model, "--format", "netron", *options)
    attachment = parsed(text)
    checks.expect(attachment["signature"] == "netron:attachment", f"{name}: signature")
    for metric in attachment["metrics"]:
        checks.expect(set(metric) == {"kind", "target", "name", "value"}, f"{name}: {metric}")
    if open_tab is None:
        return
    host, port = netron.start(str(model), ("127.0.0.1", None), browse=False)
    try:
        # It asks once whether it may use cookies.
        address = f"http://{host}:{port}/"
        tab = open_tab(1500)
        tab.page.context.add_cookies([{"name": "consent", "value": "1", "url": address}])
        tab.page.add_init_script(BEFORE)
        tab.open(address)
        shown = tab.until(OPENED)
        checks.expect(shown and "ONNX" in shown, f"{name}: Netron opens the model: {shown}")
        tab.run(OPEN % json.dumps(text))
        tab.until(ENTRIES)
        compare(name, tab.run(SHOWN), attachment, parsed(incept("graph", model, "--format", "json")))
        if name == "digits_cnn_torch.onnx":
            tab.run("""() => { const view = window.__view__;
              const nodes = view.activeTarget.nodes;
              view.showNodeProperties(nodes.find((node) => node.type.name === 'Conv')); }""")
            names = "[...document.querySelectorAll('input')].map((field) => field.value)"
            shown = tab.until(names, lambda names: "macs" in names, 10)
            checks.expect("macs" in shown and "output_bytes" in shown, f"metrics in the sidebar: {shown}")
            tab.page.screenshot(path=OUT / "netron.png")
        tab.page.close()
    finally:
        netron.stop((host, port))


def compare(name, shown, attachment, report):
    """What Netron finds for its nodes must add up to the whole network."""
    macs = sum(node["macs"] for node in report["nodes"])
    checks.expect(shown["model"].get("macs") == macs, f"{name}: the model's macs: {shown['model']}")
    told = 0
    names = [node[0] for node in shown["nodes"]]
    for node, metrics, outputs in shown["nodes"]:
        if not node or names.count(node) > 1:
            metrics = shown["values"].get(outputs[0], {})
        told += metrics.get("macs", 0)
    checks.expect(told == macs, f"{name}: macs of nodes {told}, of the network {macs}")
    targets = {(metric["kind"], metric["target"]) for metric in attachment["metrics"]}
    found = sum(bool(metrics) for _, metrics, _ in shown["nodes"])
    wanted = sum(kind == "node" for kind, _ in targets)
    checks.expect(found == wanted, f"{name}: {found} nodes with metrics in Netron, {wanted} in the file")


def look_at_all(open_tab):
    models = onnx_models(checks)
    for name, model in models.items():
        look(name, model, open_tab)
    name = "digits_cnn_torch.onnx"
    if name in models:
        profile = OUT / "digits.json"
        incept("profile", models[name], "--runs", "1", "--format", "json", "-o", profile)
        look(name, models[name], open_tab, profile)
    incept("graph", "digits_cnn", "--format", "netron", status=64)
    return len(models)


if chromium():
    with browser() as open_tab:
        count = look_at_all(open_tab)
else:
    checks.skip("Netron's page", "no chromium on the PATH")
    count = look_at_all(None)
checks.finish(f"attachments of {count} models")
