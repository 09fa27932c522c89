"""`incept graph --format svg|html|dot`: SVG through a strict parser and drawn, DOT through Graphviz, HTML used as people do."""

import pathlib
import re
import subprocess
import sys

from lxml import etree

import models
from common import OUT, Checks, browser, incept

checks = Checks()
FOLDER = OUT / "graph"
SVG = "{http://www.w3.org/2000/svg}"
# Milliseconds that a person waits for Inception V3, on a machine that may be busy.
PATIENCE = 2000


def cases():
    """Names, arguments, and whether Graphviz can be asked to lay it out in reasonable time."""
    yield "one", [models.one()], True
    yield "hostile", [models.hostile()], True
    yield "large", [models.large()], False
    for stage in ["imported", "optimised", "plan"]:
        yield f"digits-{stage}", ["digits_cnn", "--stage", stage], True
        yield f"inception-{stage}", ["inception_v3", "--stage", stage], True
    yield "inception-keras", ["inception_v3:keras"], True
    yield "resnet50-v2", ["resnet50_v2", "--stage", "optimised"], True
    for name in [
        "mobilenet_v1_025_224.pb", "mobilenet_v1_025_224.onnx", "mobilenet_v1_025_224.h5", "digits_cnn_torch.onnx",
        "inception5h_style.pb", "inception_v3_torchvision.onnx",
    ]:
        path = models.fixture(name)
        if path is None:
            checks.skip(name, "no such fixture here")
        else:
            yield name.replace(".", "-"), [path], True


def write(name, form, *arguments):
    path = FOLDER / f"{name}.{form}"
    incept("graph", *arguments, "--format", form, "-o", path)
    return path


def check_svg(name, path, open_tab):
    root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, huge_tree=True)).getroot()
    checks.expect(root.tag == f"{SVG}svg" and root.get("viewBox"), f"{name}: an SVG with a viewBox")
    text = path.read_text(encoding="utf-8")
    checks.expect(
        not re.search(r"href|url\(|<script|@import|<image", text), f"{name}: the SVG refers to nothing outside"
    )
    tab = open_tab(width=1100, height=1400)
    tab.open(path)
    wide = tab.page.evaluate(
        """() => [...document.querySelectorAll("rect.b")].flatMap(box => {
          const room = box.getBBox();
          return [...box.parentNode.querySelectorAll("text")].filter(text => {
            const own = text.getBBox();
            return own.x < room.x - 1 || own.x + own.width > room.x + room.width + 1
              || own.y < room.y - 2 || own.y + own.height > room.y + room.height + 3;
          }).map(text => text.textContent);
        })"""
    )
    checks.expect(not wide, f"{name}: text outside of its box: {wide[:3]}")
    tab.check_silent(checks, f"{name}.svg")
    tab.page.screenshot(path=FOLDER / f"{name}-svg.png")
    tab.page.close()
    return root


def check_dot(name, path, is_laid_out):
    form = "svg" if is_laid_out else "canon"
    run = subprocess.run(
        ["dot", f"-T{form}", "-o", FOLDER / f"{name}-graphviz.{form}", path], capture_output=True, text=True, timeout=300
    )
    checks.expect(run.returncode == 0, f"{name}: dot ends with {run.returncode}: {run.stderr[:200]}")
    complaints = [line for line in run.stderr.splitlines() if "syntax" in line.lower() or "error" in line.lower()]
    checks.expect(not complaints, f"{name}: dot says {complaints[:2]}")


def drawn_boxes(root):
    """Sizes and places of the nodes in an SVG, next to the first."""
    boxes = [
        tuple(float(box.get(key)) for key in ("x", "y", "width", "height"))
        for box in root.iter(f"{SVG}rect") if box.get("class") == "b"
    ]
    return relative(boxes)


def relative(boxes):
    x, y = boxes[0][:2]
    return sorted((round(box[0] - x, 1), round(box[1] - y, 1), box[2], box[3]) for box in boxes)


MOUNT = """() => {
  const data = JSON.parse(document.getElementById("graph-data").textContent);
  window.picture = InceptGraph.mount(document.getElementById("graph"), data, { standalone: true });
}"""


def check_html(name, path, root, open_tab):
    tab = open_tab()
    tab.open(path)
    milliseconds = tab.milliseconds("incept-graph-drawn")
    checks.expect(milliseconds < PATIENCE or name == "large", f"{name}: drawn after {milliseconds:.0f} ms")
    checks.expect(milliseconds < 4 * PATIENCE, f"{name}: drawn after {milliseconds:.0f} ms")
    tab.page.screenshot(path=FOLDER / f"{name}-html.png")
    added = tab.page.evaluate(
        """() => {
          const frame = document.body.appendChild(document.createElement("iframe"));
          const own = new Set(Object.getOwnPropertyNames(frame.contentWindow));
          frame.remove();
          return Object.getOwnPropertyNames(window).filter(key => !own.has(key));
        }"""
    )
    added = [key for key in added if key not in ("graph", "0") and not key.startswith("__")]
    checks.expect(added == ["InceptGraph"], f"{name}: globals {added}")
    tab.page.evaluate(MOUNT)
    tab.page.evaluate("picture.expandAll()")
    boxes = tab.page.evaluate("picture.boxes.map(box => [box.x, box.y, box.w, box.h])")
    drawn = drawn_boxes(root)
    same = len(boxes) == len(drawn) and all(
        max(abs(a - b) for a, b in zip(*pair)) <= 0.3 for pair in zip(relative(boxes), drawn)
    )
    checks.expect(same, f"{name}: the page places boxes as the SVG does")
    tab.check_silent(checks, f"{name}.html")
    return tab, milliseconds


def check_use(name, tab):
    """Search, modules, keyboard and theme, as a person uses them on Inception V3."""
    page = tab.page
    seen = "picture.visibleNodes"
    page.keyboard.press("c")
    closed = page.evaluate(seen)
    page.keyboard.press("e")
    opened = page.evaluate(seen)
    checks.expect(0 < closed < opened, f"{name}: collapse all shows {closed} of {opened} nodes")
    page.keyboard.press("c")
    page.evaluate("picture.setOpen('Mixed_5b', true)")
    part = page.evaluate(seen)
    checks.expect(closed < part < opened, f"{name}: one open module shows {part} nodes")
    page.evaluate("picture.fit()")
    title = page.locator('.ig-frame[aria-label^="module Mixed_5b,"] .ig-frame-head')
    title.click()
    checks.expect(page.evaluate(seen) == closed, f"{name}: a click on its title closes a module")
    page.locator('.ig-closed[aria-label^="module Mixed_5b,"] .ig-body').click()
    checks.expect(page.evaluate(seen) == part, f"{name}: a click opens a module")

    page.keyboard.press("/")
    page.keyboard.type("mixed_7c.branch3x3")
    found = page.evaluate("picture.matches")
    checks.expect(found and all("Mixed_7c.branch3x3" in one for one in found), f"{name}: search finds {found[:3]}")
    faded = page.evaluate("document.querySelectorAll('.ig-searching .ig-node:not(.ig-match)').length")
    checks.expect(faded > 0, f"{name}: what is not found is dimmed")
    page.keyboard.press("Enter")
    first = page.evaluate("picture.selected")
    page.keyboard.press("Enter")
    second = page.evaluate("picture.selected")
    checks.expect(first == found[0] and second == found[1], f"{name}: Enter goes from match to match: {first}, {second}")
    page.screenshot(path=FOLDER / f"{name}-search.png")
    page.keyboard.press("Escape")
    checks.expect(page.evaluate("picture.matches.length") == 0, f"{name}: Escape ends the search")

    page.evaluate("picture.select('input')")
    page.keyboard.press("e")
    walked = []
    for _ in range(12):
        page.keyboard.press("ArrowDown")
        walked.append(page.evaluate("picture.selected"))
    checks.expect(len(set(walked)) == 12 and None not in walked, f"{name}: arrow keys follow edges: {walked}")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
    checks.expect(walked[-1] in focused, f"{name}: the focus is on what is selected: {focused}")
    panel = page.evaluate("document.querySelector('.ig-panel').textContent")
    checks.expect(walked[-1] in panel and "Used by" in panel, f"{name}: the panel tells of it")
    page.keyboard.press("Enter")
    checks.expect(
        page.evaluate("document.activeElement.classList.contains('ig-panel')"), f"{name}: Enter goes to the panel"
    )
    page.locator(".ig-panel .ig-link").first.click()
    page.keyboard.press("?")
    checks.expect(page.evaluate("!document.querySelector('.ig-help').hidden"), f"{name}: ? shows the keys")
    page.screenshot(path=FOLDER / f"{name}-help.png")
    page.keyboard.press("Escape")
    checks.expect(page.evaluate("document.querySelector('.ig-help').hidden"), f"{name}: Escape hides them")

    background = "getComputedStyle(document.querySelector('.incept-graph')).backgroundColor"
    light = page.evaluate(background)
    page.keyboard.press("t")
    checks.expect(page.evaluate(background) != light, f"{name}: t switches to dark")
    page.keyboard.press("f")
    page.screenshot(path=FOLDER / f"{name}-dark-far.png")
    place = "document.querySelector('.ig-svg > g').getAttribute('transform')"
    before = page.evaluate(place)
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -600)
    zoomed = page.evaluate(place)
    checks.expect(before != zoomed, f"{name}: the wheel zooms")
    page.mouse.down()
    page.mouse.move(560, 450, steps=4)
    page.mouse.up()
    checks.expect(page.evaluate(place) != zoomed, f"{name}: dragging moves")
    page.emulate_media(media="print")
    page.screenshot(path=FOLDER / f"{name}-print.png")
    page.emulate_media(media="screen")
    tab.check_silent(checks, f"{name}, used")


def check_embedded(path, open_tab):
    """Two pictures on one page with other content; nothing of one is the other's."""
    tab = open_tab()
    tab.open(path)
    result = tab.page.evaluate(
        """() => {
          const data = JSON.parse(document.getElementById("graph-data").textContent);
          const chosen = [];
          document.body.innerHTML = '<p id="text">text</p><div id="a" style="height:400px"></div><div id="b" style="height:400px"></div>';
          const first = InceptGraph.mount(document.getElementById("a"), data, { onselect: node => chosen.push(node?.name) });
          const second = InceptGraph.mount(document.getElementById("b"), data, { theme: "dark", colour: "macs" });
          first.select("fc1");
          const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
          const result = { chosen, other: second.selected, unique: new Set(ids).size === ids.length,
            themes: [first.element.dataset.theme, second.element.dataset.theme] };
          second.destroy();
          return { ...result, left: document.querySelectorAll(".incept-graph").length };
        }"""
    )
    checks.expect(result["chosen"] == ["fc1"] and result["other"] is None, f"embedded: selections {result}")
    checks.expect(result["unique"], "embedded: ids are unique")
    checks.expect(result["themes"] == ["light", "dark"], f"embedded: themes {result['themes']}")
    checks.expect(result["left"] == 1, "embedded: destroy leaves nothing")
    tab.check_silent(checks, "embedded")
    tab.page.close()


def check_profile(open_tab):
    """Pictures coloured by a real profile, and the error for one of another model."""
    profile = FOLDER / "profile.json"
    incept("profile", "inception_v3", "--weights", "synthetic", "--runs", "3", "--format", "json", "-o", profile)
    for stage in ["imported", "optimised", "plan"]:
        arguments = ["inception_v3", "--stage", stage, "--profile", profile]
        name = f"inception-{stage}-times"
        root = check_svg(name, write(name, "svg", *arguments), open_tab)
        check_dot(name, write(name, "dot", *arguments), True)
        tab, _ = check_html(name, write(name, "html", *arguments), root, open_tab)
        page = tab.page
        checks.expect(page.locator(".ig-select").input_value() == "time", f"{name}: coloured by time")
        times = page.evaluate(
            """() => JSON.parse(document.getElementById("graph-data").textContent).nodes
              .reduce((sum, node) => sum + (node.time?.share ?? 0), 0)"""
        )
        checks.expect(abs(times - 1) < 1e-6, f"{name}: shares add up to {times}")
        page.keyboard.press("c")
        page.screenshot(path=FOLDER / f"{name}-modules.png")
        page.keyboard.press("t")
        page.screenshot(path=FOLDER / f"{name}-modules-dark.png")
        page.locator(".ig-select").select_option("macs")
        tab.check_silent(checks, name)
        page.close()
    error = incept("graph", "digits_cnn", "--format", "svg", "--profile", profile, status=65)
    checks.expect("no nodes here" in error and "inception_v3" in error, f"profile of another model: {error}")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as open_tab:
        for name, arguments, is_laid_out in cases():
            root = check_svg(name, write(name, "svg", *arguments), open_tab)
            check_dot(name, write(name, "dot", *arguments), is_laid_out)
            tab, milliseconds = check_html(name, write(name, "html", *arguments), root, open_tab)
            if name == "inception-imported":
                check_use(name, tab)
            tab.page.close()
            nodes = len(drawn_boxes(root))
            print(f"    {name}: {nodes} nodes, the page drawn after {milliseconds:.0f} ms", flush=True)
        check_embedded(FOLDER / "digits-imported.html", open_tab)
        check_profile(open_tab)
    print(f"    screenshots: {FOLDER.relative_to(pathlib.Path.cwd())}")
    checks.finish()


if __name__ == "__main__":
    sys.exit(main())
