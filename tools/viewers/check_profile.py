"""`incept profile --format html`: drawn quickly, says what the JSON says, and does what people do with it."""

import json
import re

import models
from common import OUT, Checks, browser, incept, parsed

checks = Checks()
FOLDER = OUT / "profile"
# Milliseconds that a person waits for a page.
PATIENCE = 2000
SECTIONS = ["slowest", "roofline", "timeline", "network", "memory", "layers"]
SECONDS = {"µs": 1e-6, "ms": 1e-3, "s": 1}
# What each column of the table sorts by, and whether it begins with the largest.
COLUMNS = {
    "#": (lambda layer: layer["index"], True),
    "layer": (lambda layer: layer["name"], False),
    "op": (lambda layer: layer["op"], False),
    "variant": (lambda layer: layer["variant"], False),
    "output": (lambda layer: product(layer["output"]), False),
    "MACs": (lambda layer: layer["macs"], True),
    "min": (lambda layer: layer["time_us"]["min"], True),
    "median": (lambda layer: layer["time_us"]["median"], True),
    "p90": (lambda layer: layer["time_us"]["p90"], True),
    "noise": (lambda layer: layer["noise_us"], True),
    "queue": (lambda layer: layer.get("queue_us", 0), True),
    "GFLOP/s": (lambda layer: layer["gflops"], True),
    "executed": (lambda layer: layer["executed_gflops"], True),
    "GB/s": (lambda layer: layer["gbytes_per_s"], True),
    "bound": (lambda layer: layer.get("roofline", {}).get("bound", ""), False),
    "of it": (lambda layer: layer.get("roofline", {}).get("fraction", -1), True),
    "share": (lambda layer: layer["share"], True),
}
ROWS = """[...document.querySelectorAll("#layers-section tbody tr")]
  .map((row) => [...row.cells].map((cell) => cell.textContent))"""
SELECTED = """({
  page: InceptProfile.selected,
  rows: [...document.querySelectorAll("tr.chosen")].map((row) => row.cells[1].textContent),
  details: details.hidden ? null : details.querySelector("b").textContent,
  graph: document.querySelector("#graph .ig-selected")?.getAttribute("aria-label") ?? null,
  marked: ["slowest", "timeline", "roofline", "memory"].map((id) => document.querySelectorAll(`#${id}-section .selected`).length),
})"""


def product(extents):
    result = 1
    for extent in extents:
        result *= extent
    return result


def is_near(text, wanted):
    """Whether `4.07 ms`, `1.2 G`, `± 3 µs` or `12 %` is so many seconds, counts or parts, to the digits shown."""
    value, unit = re.fullmatch(r"(?:± )?(-?[\d.]+(?:e[-+]\d+)?) ?(\S*)", text).groups()
    factors = SECONDS | {"": 1, "%": 0.01, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    mantissa, _, power = value.partition("e")
    last = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return abs(float(value) * factors[unit] - wanted) <= 0.5001 * last * factors[unit]


def ordered(text):
    """A key that sorts as JavaScript compares strings: by UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass") if isinstance(text, str) else text


def cases():
    """Names and arguments of pages."""
    yield "one", [models.one()]
    yield "long", [models.long(), "--runs", "3"]
    yield "large", [models.large(), "--runs", "3"]
    # Pooling is not fused, so that every name is a kernel's.
    pooling = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    yield "hostile", [models.hostile("hostile-pools", "MaxPool", **pooling)]
    yield "odd", [models.odd()]
    yield "digits", ["digits_cnn", "--runs", "5"]
    yield "inception", ["inception_v3", "--weights", "synthetic", "--runs", "5"]
    for name, path in models.fixture_models(checks, ".onnx").items():
        yield name.replace(".", "-"), [path, "--runs", "3"]


def open_page(name, path, open_tab, **options):
    tab = open_tab(**options)
    tab.open(path)
    milliseconds = tab.milliseconds("incept-profile-drawn")
    checks.expect(milliseconds < PATIENCE, f"{name}: drawn after {milliseconds:.0f} ms")
    return tab, milliseconds


def look(name, path, open_tab, has_graph=True):
    """Opens a page and compares what it shows with its data; the tab and the profile."""
    tab, milliseconds = open_page(name, path, open_tab)
    profile = parsed(tab.run("document.getElementById('profile-data').textContent"))["profile"]
    sections = tab.run("[...document.querySelectorAll('section > h2')].map((title) => title.id)")
    wanted = [one for one in SECTIONS if has_graph or one != "network"]
    checks.expect(sections == wanted, f"{name}: sections {sections}")
    layers = sorted(profile["layers"], key=lambda layer: layer["index"])
    check_numbers(name, tab, profile, layers)
    if len(layers) > 1:
        check_sorting(name, tab, layers)
    drawn = tab.run("""({
      bars: document.querySelectorAll("#slowest-section rect.item").length,
      device: document.querySelectorAll("#timeline-section rect.item").length,
      points: document.querySelectorAll("#roofline-section circle").length,
      values: document.querySelectorAll("#memory-section rect.item").length,
      nodes: document.querySelectorAll("#graph .ig-node").length,
    })""")
    checks.expect(drawn["bars"] == min(20, len(layers)), f"{name}: {drawn['bars']} bars")
    timed = [layer for layer in layers if "timeline" in layer]
    checks.expect(drawn["device"] == 2 * len(timed), f"{name}: {drawn['device']} boxes in the timeline")
    points = [layer for layer in layers if "roofline" in layer and layer["executed_gflops"] > 0] if "peaks" in profile else []
    checks.expect(drawn["points"] >= len(points), f"{name}: {drawn['points']} points below the roofline")
    checks.expect((drawn["nodes"] > 0) == has_graph, f"{name}: {drawn['nodes']} nodes in the graph")
    wide = tab.run("document.documentElement.scrollWidth - innerWidth")
    checks.expect(wide <= 0, f"{name}: {wide} pixels wider than the window")
    tab.check_silent(checks, name)
    print(f"    {name}: {len(layers)} kernels, drawn after {milliseconds:.0f} ms", flush=True)
    return tab, profile


def check_numbers(name, tab, profile, layers):
    """The table's numbers and the head's are the JSON's."""
    rows = {int(row[0]): dict(zip(COLUMNS, row)) for row in tab.run(ROWS)}
    checks.expect(set(rows) == {layer["index"] for layer in layers}, f"{name}: {len(rows)} rows for {len(layers)} kernels")
    for layer in layers:
        row = rows.get(layer["index"], {})
        times = all(is_near(row[key], layer["time_us"][key] * 1e-6) for key in ("min", "median", "p90"))
        rest = (row["layer"], row["op"], row["variant"]) == (layer["name"], layer["op"], layer["variant"])
        rest = rest and row["output"] == str(layer["output"]) and is_near(row["MACs"], layer["macs"])
        rest = rest and is_near(row["share"], layer["share"]) and is_near(row["GFLOP/s"], layer["gflops"])
        if not checks.expect(times and rest, f"{name}: row {row} for {json.dumps(layer)[:300]}"):
            break
    figures = tab.run("[...document.querySelectorAll('.figure b')].map((one) => one.textContent)")
    total = profile["total"]
    checks.expect(is_near(figures[0], total["unprofiled_wall_ms"] * 1e-3), f"{name}: a run takes {figures[0]}, {total}")
    checks.expect(is_near(figures[1], total["corrected"]["kernel_ms"] * 1e-3), f"{name}: kernels take {figures[1]}, {total}")


def check_sorting(name, tab, layers):
    for column, (key, is_descending) in COLUMNS.items():
        button = tab.page.locator("#layers-section thead button").nth(list(COLUMNS).index(column))
        for turned in [False, True]:
            button.click()
            down = is_descending != turned
            shown = [int(row[0]) for row in tab.run(ROWS)]
            # Equal ones stay in the order of the run.
            wanted = sorted(layers, key=lambda layer: ordered(key(layer)), reverse=down)
            wanted = [layer["index"] for layer in wanted]
            told = "descending" if down else "ascending"
            checks.expect(shown == wanted, f"{name}: sorted by {column}, {told}: {shown[:8]}, not {wanted[:8]}")
            said = tab.run(f"document.querySelectorAll('#layers-section th')[{list(COLUMNS).index(column)}].ariaSort")
            checks.expect(said == told, f"{name}: {column} says that it is {said}, not {told}")


def check_use(name, tab, profile):
    """Filter, selection, keyboard and theme, as a person uses them on Inception V3."""
    page, layers = tab.page, profile["layers"]
    find = page.locator("#layers-section input")
    find.fill("MIXED_7C")
    shown = [row[1] for row in tab.run(ROWS)]
    wanted = [layer["name"] for layer in layers if "mixed_7c" in layer["name"].lower()]
    checks.expect(sorted(shown) == sorted(wanted) and wanted, f"{name}: the filter leaves {shown[:3]}, {len(shown)} of {len(wanted)}")
    told = page.locator("#layers-section .tools span").text_content()
    checks.expect(told.startswith(f"{len(wanted)} of {len(layers)} "), f"{name}: the filter says {told}")
    find.fill("no such layer")
    checks.expect(tab.run(ROWS) == [], f"{name}: the filter leaves nothing")
    find.fill("")
    checks.expect(len(tab.run(ROWS)) == len(layers), f"{name}: without a filter everything is there")

    slowest = sorted(layers, key=lambda layer: -layer["time_us"]["median"])
    for layer in [slowest[0], slowest[3]]:
        page.locator("#slowest-section rect.item").nth(slowest.index(layer)).click()
        check_selected(name, tab, layer, "a click on a bar")
    whole = tab.run("""(() => { const row = document.querySelector("tr.chosen").getBoundingClientRect();
      const box = document.querySelector(".scroll").getBoundingClientRect();
      return row.top >= box.top - 1 && row.bottom <= box.bottom + 1; })()""")
    checks.expect(whole, f"{name}: the table scrolls to what is selected")
    page.screenshot(path=FOLDER / f"{name}-selected.png")
    page.keyboard.press("Escape")
    check_selected(name, tab, None, "Escape")
    page.locator("#slowest-section rect.item").first.click()
    page.locator("#slowest-section rect.item").first.click()
    check_selected(name, tab, None, "a second click")
    page.locator("#roofline-section circle.item").last.click(force=True)
    checks.expect(tab.run("InceptProfile.selected"), f"{name}: a click on a point selects")
    page.locator("#details button").click()
    check_selected(name, tab, None, "Close")

    # All of the bars, and back.
    more = page.locator("#slowest-section .tools button")
    for count in [len(layers), 20]:
        more.click()
        bars = page.locator("#slowest-section rect.item").count()
        checks.expect(bars == count, f"{name}: {bars} bars, not {count}")

    check_keyboard(name, tab, slowest)
    check_graph(name, tab, slowest)
    check_theme(name, tab)
    tab.check_silent(checks, f"{name}, used")


def check_selected(name, tab, layer, how):
    shown = tab.run(SELECTED)
    wanted = layer and layer["name"]
    checks.expect(shown["page"] == wanted, f"{name}: {how} selects {shown['page']}, not {wanted}")
    checks.expect(shown["rows"] == ([wanted] if wanted else []), f"{name}: {how}: rows {shown['rows']}")
    checks.expect(shown["details"] == wanted, f"{name}: {how}: details of {shown['details']}")
    if layer:
        names = [wanted, *layer["sources"]]
        checks.expect(any(one in (shown["graph"] or "") for one in names), f"{name}: {how}: the graph shows {shown['graph']}")
        checks.expect(all(shown["marked"][:3]), f"{name}: {how}: marked in charts {shown['marked']}")
    else:
        checks.expect(shown["graph"] is None and not any(shown["marked"]), f"{name}: {how} leaves {shown}")


def check_keyboard(name, tab, slowest):
    page = tab.page
    page.locator("#layers-section input").focus()
    # The table's head and its box are on the way to the rows.
    for _ in range(len(COLUMNS) + 3):
        page.keyboard.press("Tab")
        if tab.run("document.activeElement.localName") == "tr":
            break
    row = tab.run("document.activeElement.cells?.[1].textContent")
    checks.expect(row is not None, f"{name}: Tab reaches the table's rows")
    page.keyboard.press("Enter")
    checks.expect(tab.run("InceptProfile.selected") == row, f"{name}: Enter selects the row {row}")
    page.keyboard.press("Escape")
    checks.expect(tab.run("InceptProfile.selected") is None, f"{name}: Escape unselects")

    page.locator("#roofline").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    for _ in range(12):
        page.keyboard.press("Tab")
        if tab.run("document.activeElement.matches('#timeline-section svg')"):
            break
    checks.expect(tab.run("document.activeElement.matches('#timeline-section svg')"), f"{name}: Tab reaches the timeline")
    ticks = "[...document.querySelectorAll('#timeline-section .tick')].map((one) => one.textContent).join()"
    seen = [tab.run(ticks)]
    for key in ["+", "ArrowRight", "-", "0"]:
        page.keyboard.press(key)
        seen.append(tab.run(ticks))
    checks.expect(len(set(seen[:3])) == 3 and seen[0] == seen[-1], f"{name}: +, arrows, 0 in the timeline: {seen}")
    page.locator("#timeline-section svg").scroll_into_view_if_needed()
    box = page.locator("#timeline-section svg").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 100, steps=3)
    page.mouse.up()
    checks.expect(tab.run(ticks) != seen[0], f"{name}: dragging in the timeline looks closer")
    checks.expect(tab.run("InceptProfile.selected") is None, f"{name}: dragging selects nothing")
    page.screenshot(path=FOLDER / f"{name}-closer.png")
    page.locator("#timeline-section .tools button").nth(2).click()


def check_graph(name, tab, slowest):
    """The graph is coloured by time, and a click in it selects the layer."""
    checks.expect(tab.page.locator(".ig-select").input_value() == "time", f"{name}: the graph is coloured by time")
    nodes = parsed(tab.run("document.getElementById('graph-data').textContent"))["nodes"]
    shares = sum(node["time"]["share"] for node in nodes if node.get("time"))
    checks.expect(abs(shares - 1) < 1e-6, f"{name}: the graph's shares add up to {shares}")
    colours = tab.run("""[...document.querySelectorAll("#graph .ig-node .ig-body")]
      .map((one) => getComputedStyle(one).fill)""")
    checks.expect(len(set(colours)) > 2, f"{name}: colours of the graph: {set(colours)}")
    # Every layer stays what was selected, also where several are one node of the graph.
    names = [layer["name"] for layer in slowest]
    kept = tab.run(f"{json.dumps(names)}.filter((name) => {{ InceptProfile.select(name); return InceptProfile.selected !== name; }})")
    checks.expect(not kept, f"{name}: not selected: {kept[:3]}")
    tab.page.keyboard.press("Escape")
    tab.page.locator("#graph").scroll_into_view_if_needed()
    place = tab.run("""(() => {
      const room = document.querySelector("#graph .ig-svg").getBoundingClientRect();
      const bodies = [...document.querySelectorAll("#graph .ig-node .ig-body")].map((one) => one.getBoundingClientRect());
      const whole = bodies.filter((one) => one.top > room.top && one.bottom < Math.min(room.bottom, innerHeight - 100));
      return [whole.at(-1).x + 20, whole.at(-1).y + 10];
    })()""")
    tab.page.mouse.click(*place)
    chosen = tab.run(SELECTED)
    same = chosen["page"] and chosen["page"] == chosen["details"] and chosen["rows"] == [chosen["page"]]
    checks.expect(same, f"{name}: a click in the graph selects {chosen}")
    tab.page.locator("#details button").click()
    check_selected(name, tab, None, "Close after the graph")


def check_theme(name, tab):
    state = """[document.documentElement.dataset.theme, document.querySelector("#graph .incept-graph").dataset.theme,
      getComputedStyle(document.body).backgroundColor]"""
    before = tab.run(state)
    checks.expect(before[:2] == ["light", "light"], f"{name}: themes {before}")
    tab.page.locator("nav button").click()
    after = tab.run(state)
    checks.expect(after[:2] == ["dark", "dark"] and after[2] != before[2], f"{name}: toggled, {after}")
    tab.page.locator("nav button").click()
    checks.expect(tab.run(state) == before, f"{name}: toggled twice")


def take_pictures(name, path, open_tab):
    """Pictures of the whole page, light and dark, wide and narrow."""
    for width in [1280, 420]:
        for dark in [False, True]:
            tab, _ = open_page(name, path, open_tab, width=width, dark=dark)
            theme = "dark" if dark else "light"
            checks.expect(tab.run("document.documentElement.dataset.theme") == theme, f"{name}: follows the system to {theme}")
            wide = tab.run("document.documentElement.scrollWidth")
            checks.expect(wide <= width, f"{name}: {wide} pixels wide in a window of {width}")
            outside = tab.run("""[...document.querySelectorAll(".chart svg")].flatMap((picture) => {
              const room = picture.getBoundingClientRect();
              return [...picture.querySelectorAll("text")].filter((text) => {
                const own = text.getBoundingClientRect();
                return own.left < room.left - 1 || own.right > room.right + 1;
              }).map((text) => text.textContent);
            })""")
            checks.expect(not outside, f"{name}: at {width} pixels text outside of its chart: {outside[:4]}")
            tab.page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png", full_page=True)
            tab.check_silent(checks, f"{name} at {width}")
            tab.page.close()


def check_saved(open_tab):
    """Pages from saved profiles: as they are, without peaks, and of a device without time stamps."""
    saved = FOLDER / "saved.json"
    incept("profile", "inception_v3", "--weights", "synthetic", "--runs", "3", "--format", "json", "-o", saved)
    plain, timed = parsed(saved.read_text()), parsed(saved.read_text())
    plain.pop("peaks", None)
    for layer in plain["layers"]:
        layer.pop("roofline", None)
    timed.pop("timeline", None)
    for layer in timed["layers"]:
        layer |= {"clock": "host", "flaw": "missing"}
        for key in ["queued_us", "submitted_us", "started_us", "ended_us"]:
            layer["timeline"].pop(key, None)
    stampless = json.loads(json.dumps(timed))
    for layer in stampless["layers"]:
        layer.pop("timeline", None)
    documents = {"saved": parsed(saved.read_text()), "saved-plain": plain, "saved-host": timed, "saved-stampless": stampless}
    for name, document in documents.items():
        source, path = FOLDER / f"{name}.json", FOLDER / f"{name}.html"
        source.write_text(json.dumps(document))
        incept("profile", source, "--format", "html", "-o", path)
        tab, profile = look(name, path, open_tab, has_graph=False)
        same = json.dumps(profile, sort_keys=True) == json.dumps(document, sort_keys=True)
        checks.expect(same, f"{name}: the page has the profile as it is in the file")
        told = tab.run("document.querySelector('#roofline-section').textContent")
        checks.expect(("incept devices --measure" in told) == ("peaks" not in document), f"{name}: the roofline says {told[:200]}")
        told = tab.run("document.querySelector('#timeline-section').textContent")
        checks.expect(("no time stamps" in told) == (name == "saved-stampless"), f"{name}: the timeline says {told[:200]}")
        tab.page.locator("#slowest-section rect.item").first.click()
        checks.expect(tab.run("InceptProfile.selected"), f"{name}: a click selects")
        tab.page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
        tab.check_silent(checks, f"{name}, used")
        tab.page.close()


def check_hostile(tab, profile):
    """Names are text, whatever is in them."""
    names = {layer["name"] for layer in profile["layers"]}
    checks.expect(len(names & set(models.HOSTILE)) > 8, f"hostile: {len(names & set(models.HOSTILE))} names are kernels")
    added = tab.run("""[document.querySelectorAll("main b b, main script, td script, td b, svg script").length,
      document.querySelectorAll("script").length]""")
    checks.expect(added == [0, 3], f"hostile: elements from names: {added}")
    for name in names:
        tab.run(f"InceptProfile.select({json.dumps(name)})")
        checks.expect(tab.run("InceptProfile.selected") == name, f"hostile: selects {name[:40]!r}")
    tab.page.screenshot(path=FOLDER / "hostile-selected.png")
    height = tab.run("details.getBoundingClientRect().height / innerHeight")
    checks.expect(height < 0.5, f"hostile: the details take {height:.2f} of the window")
    tab.check_silent(checks, "hostile, used")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    incept("devices", "--measure")
    with browser() as open_tab:
        for name, arguments in cases():
            path = FOLDER / f"{name}.html"
            incept("profile", *arguments, "--format", "html", "-o", path)
            tab, profile = look(name, path, open_tab)
            if name == "hostile":
                check_hostile(tab, profile)
            if name == "inception":
                check_use(name, tab, profile)
            tab.page.close()
            if name in ("inception", "digits", "one", "hostile", "long"):
                take_pictures(name, path, open_tab)
        check_saved(open_tab)
    checks.finish(f"pictures in {FOLDER.relative_to(OUT.parents[1])}")


if __name__ == "__main__":
    main()
