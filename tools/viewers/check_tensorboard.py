"""Opens event files with TensorBoard's own readers, its graph plugin and, where there is Chromium, its page."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef

from common import OUT, Checks, browser, chromium, incept, parsed
from models import all_models

checks = Checks()
LOGS = OUT / "tensorboard"
VALID = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*")


def events(folder):
    files = list(folder.iterdir())
    checks.expect(len(files) == 1, f"{folder.name}: one file, not {[file.name for file in files]}")
    checks.expect("tfevents" in files[0].name, f"{folder.name}: {files[0].name}")
    # The reader of the file checks every checksum.
    return [Event.FromString(record) for record in RawEventFileLoader(str(files[0])).Load()]


def graph(name, model, *options):
    """Checks the graph of an event file against the JSON of the same; the graph and all events."""
    stage = list(options) if "--stage" in options else []
    folder = LOGS / "-".join([name, *stage[1:]])
    shutil.rmtree(folder, ignore_errors=True)
    incept("graph", model, *options, "--format", "tensorboard", "-o", folder)
    found = events(folder)
    checks.expect(found[0].file_version == "brain.Event:2", f"{name}: version")
    message = GraphDef.FromString(found[1].graph_def)
    nodes = {node.name: node for node in message.node}
    checks.expect(len(nodes) == len(message.node), f"{name}: unique names")
    checks.expect(all(VALID.fullmatch(node) for node in nodes), f"{name}: valid names")
    for node in nodes.values():
        for value in node.input:
            source, _, slot = value.partition(":")
            shapes = nodes[source].attr["_output_shapes"].list.shape if source in nodes else []
            checks.expect(int(slot or 0) < len(shapes), f"{name}: {node.name} reads {value}")
    report = parsed(incept("graph", model, *stage, "--format", "json"))
    computed = [node for node in message.node if node.op not in ("Const", "Placeholder")]
    checks.expect(len(computed) == len(report["nodes"]), f"{name}: every operator")
    originals = {node.attr["name"].s.decode() or node.name: node for node in message.node}
    for wanted in report["nodes"]:
        node = originals.get(wanted["name"])
        checks.expect(node is not None, f"{name}: {wanted['name']} is there")
        if node is None:
            continue
        shapes = [[d.size for d in s.dim] for s in node.attr["_output_shapes"].list.shape]
        checks.expect(shapes == [r["shape"] for r in wanted["results"]], f"{name}: shapes of {node.name}")
        checks.expect(node.op == wanted["op"], f"{name}: op of {node.name}")
        constants = sum(nodes[value.split(":")[0]].op == "Const" for value in node.input)
        checks.expect(len(node.input) - constants == len(wanted["inputs"]), f"{name}: {node.name}")
    return message, found


def plugin():
    """The runs as TensorBoard's server sees them."""
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(LOGS))
    multiplexer.Reload()
    for run, contents in multiplexer.Runs().items():
        checks.expect(contents["graph"], f"{run}: a graph for the server")


def page(run):
    """Loads the Graphs tab and looks for the modules in it."""
    if not chromium():
        checks.skip("TensorBoard's page", "no chromium on the PATH")
        return
    program = shutil.which("tensorboard", path=os.path.dirname(sys.executable))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--logdir", str(LOGS / run), "--port", str(port), "--host", "127.0.0.1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        info = wait_for_json(f"{address}/data/plugin/graphs/info")
        tags = next(iter(info.values()), {}).get("tags", {})
        checks.expect(tags.get("profile", {}).get("profile"), "times are there")
        with browser() as open_tab:
            tab = open_tab(1500)
            tab.open(f"{address}/?darkMode=false#graphs")
            modules = tab.until(SHOWN, lambda names: "Mixed_5b" in names)
            checks.expect("Mixed_7c" in modules, f"modules in the page: {modules}")
            tab.page.screenshot(path=OUT / "tensorboard.png")
            tab.run(COMPUTE_TIME)
            legend = tab.until(LEGEND, lambda text: "us" in text or "ms" in text)
            checks.expect(legend, "colour by compute time")
            tab.page.screenshot(path=OUT / "tensorboard-times.png")
    finally:
        server.terminate()


def wait_for_json(address, seconds=90):
    """What a server says that is about to start and to read its files."""
    end, value = time.monotonic() + seconds, None
    while not value and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address) as reply:
                value = parsed(reply.read())
        except OSError:
            pass
        time.sleep(0.3)
    return value or {}


# The page is a tree of custom elements with roots of their own.
WALK = """
  const all = []; const walk = (root) => { for (const node of root.querySelectorAll('*')) {
    all.push(node); if (node.shadowRoot) walk(node.shadowRoot); } };
  walk(document);
"""
SHOWN = f"(() => {{ {WALK} return all.filter((n) => n.matches('g.node')).map((n) => n.getAttribute('data-name')); }})()"
COMPUTE_TIME = f"""(() => {{ {WALK}
  const board = all.find((n) => n.localName === 'tf-graph-controls');
  const tags = board.datasets[0].tags;
  board.set('_selectedTagIndex', tags.findIndex((tag) => tag.profile));
  const wait = () => {{ if (board.stats) board.set('colorBy', 'compute_time'); else setTimeout(wait, 200); }};
  wait(); }})()"""
LEGEND = f"""(() => {{ {WALK}
  const board = all.find((n) => n.localName === 'tf-graph-controls');
  return board.colorBy === 'compute_time' && board.colorByParams && board.colorByParams.compute_time
    ? `${{board.colorByParams.compute_time.maxValue}} us` : ''; }})()"""

shutil.rmtree(LOGS, ignore_errors=True)
for name, model in all_models(checks).items():
    graph(name, model)
    graph(name, model, "--stage", "optimised")
message, _ = graph("inception_v3", "inception_v3")
names = [node.name for node in message.node]
checks.expect(any(name.startswith("Mixed_5b/branch1x1/") for name in names), "modules are scopes")

profile = OUT / "profile.json"
incept("profile", "inception_v3", "--weights", "synthetic", "--runs", "1", "--warmup", "1",
       "--format", "json", "-o", profile)
_, timed = graph("timed", "inception_v3", "--profile", profile)
tagged = timed[2].tagged_run_metadata
stats = RunMetadata.FromString(tagged.run_metadata).step_stats.dev_stats[0].node_stats
layers = parsed(profile.read_text())["layers"]
total = sum(layer["time_us"]["median"] for layer in layers)
shared = sum(stat.all_end_rel_nanos for stat in stats) / 1000
checks.expect(abs(shared - total) < 0.01 * total, f"times of nodes {shared} us, of layers {total} us")
checks.expect({stat.node_name for stat in stats} <= {node.name for node in message.node}, "times of nodes")

incept("graph", "digits_cnn", "--format", "tensorboard", status=64)
incept("graph", "digits_cnn", "--format", "tensorboard", "-o", "Makefile", status=73)
plugin()
page("timed")
checks.finish(f"event files of {len(list(LOGS.iterdir()))} graphs")
