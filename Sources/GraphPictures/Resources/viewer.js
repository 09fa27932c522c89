// The component: state, keyboard, search.

let instances = 0;
const mounted = new WeakMap();

/**
 * Shows a graph in `target`, which should have a height. `data` is what GraphViewer.data wrote. Options:
 *
 * - `colour`: what boxes are coloured by at first: `op`, `time`, `macs`, `parameters`, `memory`;
 * - `theme`: `light`, `dark` or `auto`, which follows the system;
 * - `standalone`: whether keys work wherever the focus is, and the wheel zooms always;
 * - `onselect(node)`: called with the selected node's data, or null.
 *
 * Returns an object with `select(name)`, `colourBy(metric)`, `search(text)`, `expandAll()`, `collapseAll()`,
 * `setOpen(title, isOpen)`, `fit()`, `theme(name)`, `destroy()` and what is selected and visible.
 */
function mount(target, data, options = {}) {
  const start = performance.now();
  const id = `incept-graph-${++instances}`;
  const scopes = data.scopes.map(prepareScope);
  const open = firstOpen(data);
  let placed, drawn, selected = null, matches = [], match = -1, query = "", metric = "op";
  let seen = { x: 0, y: 0, w: 0, h: 0 }, isFresh = false;

  const layer = svg("g");
  const picture = svg("svg", { class: "ig-svg", role: "group", "aria-label": "nodes" }, layer);
  const canvas = html("div", {
    class: "ig-canvas", tabindex: "0", role: "application", "aria-roledescription": "network graph",
    "aria-label": `Graph of ${data.title.slice(0, 200)}: arrow keys move along edges, ? lists all keys`,
  }, picture);
  const legend = html("div", { class: "ig-legend", "aria-label": "Legend" });
  const map = createMap(() => placed, (x, y) => view.centre(x, y));
  const side = html("aside", { class: "ig-panel", tabindex: "-1", "aria-label": "Details" });
  const said = html("div", { class: "ig-said", "aria-live": "polite" });
  const controls = createBar(data, id, {
    step, openAll, search, colour: colourBy, focus: () => canvas.focus(), theme: () => setTheme(),
    zoom: (factor) => view.zoom(factor), fit: () => view.fit(), help: toggleHelp,
  });
  const root = html("div", { class: "incept-graph" }, controls.bar,
    html("div", { class: "ig-main" }, html("div", { class: "ig-stage" }, canvas, legend, map.element), side),
    controls.help, said);
  mounted.get(target)?.destroy();
  target.replaceChildren(root);

  const view = createView(canvas, layer, () => placed ?? { width: 1, height: 1 }, {
    wheel: options.standalone === true,
    onchange(state) {
      seen = { x: -state.x / state.scale, y: -state.y / state.scale, w: state.width / state.scale, h: state.height / state.scale };
      drawn?.cull.show(seen);
      map.move(state);
    },
  });
  const colours = createColours(data, legend);
  const panel = createPanel(data, side, {
    go: (selection) => select(selection, { reveal: true }), toggle: (number) => setOpen(number, !open[number]),
    isOpen: (number) => open[number], sumOf: colours.sumOf,
  });

  // Theme

  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let theme = options.theme ?? "auto";
  const isDark = () => theme === "dark" || (theme === "auto" && system.matches);
  function setTheme(name) {
    theme = name ?? (isDark() ? "light" : "dark");
    root.dataset.theme = isDark() ? "dark" : "light";
    if (drawn) recolour();
  }
  const followSystem = () => setTheme(theme);
  system.addEventListener("change", followSystem);

  // Drawing

  function draw() {
    placed = placeGraph(data, scopes, open);
    drawn = drawGraph(data, placed, layer, id);
    drawn.cull.show(seen);
    map.draw();
    recolour();
    mark();
    highlight();
  }

  function recolour() {
    colours.apply(metric, drawn, placed, isDark());
    map.paint(colours.fills(metric, placed, isDark()));
  }

  function colourBy(name) {
    metric = colours.available.includes(name) ? name : "op";
    controls.setColours(colours.available, metric);
    if (drawn) recolour();
  }

  // Modules

  /** Opens or closes a module; what is at its corner stays where it is on the screen. */
  function setOpen(number, isOpen) {
    if (open[number] === isOpen || number === 0) return;
    const before = placed.scopes[number];
    const place = before && view.position(before.x + before.w / 2, before.y);
    open[number] = isOpen;
    draw();
    const after = placed.scopes[number];
    if (place && after) {
      const now = view.position(after.x + after.w / 2, after.y);
      view.pan(place.x - now.x, place.y - now.y);
    }
    select({ scope: number });
    say(`${data.scopes[number].title} ${isOpen ? "expanded" : "collapsed"}`);
  }

  function openAll(isOpen) {
    for (let number = 1; number < open.length; number++) open[number] = isOpen;
    draw();
    if (selected) select(visible(selected) ?? null);
    view.home();
    say(isOpen ? "all modules expanded" : "all modules collapsed");
  }

  /** The box that stands for a selection: itself, or the closed module that it is in. */
  function visible(selection) {
    if (!selection) return null;
    if (selection.node !== undefined && placed.nodes[selection.node]) return selection;
    if (selection.scope !== undefined && placed.scopes[selection.scope]) return selection;
    let scope = selection.node !== undefined ? data.nodes[selection.node].scope : selection.scope;
    while (scope && !placed.scopes[scope]) scope = data.scopes[scope].parent;
    return scope ? { scope } : null;
  }

  function uncover(selection) {
    let scope = selection.node !== undefined
      ? data.nodes[selection.node].scope : data.scopes[selection.scope].parent;
    let changed = false;
    for (; scope; scope = data.scopes[scope].parent) {
      if (!open[scope]) open[scope] = changed = true;
    }
    if (changed) draw();
  }

  // Selection

  const boxOf = (selection) => selection.node !== undefined
    ? placed.nodes[selection.node] : placed.scopes[selection.scope];
  const elementOf = (selection) => selection.node !== undefined
    ? drawn.nodes[selection.node] : drawn.scopes[selection.scope];

  function select(selection, { reveal = false, centre = false, focus = false } = {}) {
    if (selection && reveal) uncover(selection);
    selected = selection;
    highlight();
    panel.show(selection);
    if (selection) {
      if (reveal || centre) view.reveal(boxOf(selection), centre);
      if (focus) elementOf(selection).focus({ preventScroll: true });
    }
    options.onselect?.(selection?.node !== undefined ? data.nodes[selection.node] : null);
  }

  function highlight() {
    for (const one of layer.querySelectorAll(".ig-selected")) {
      one.classList.remove("ig-selected");
      one.setAttribute("tabindex", "-1");
    }
    const shown = visible(selected);
    drawn.hot.replaceChildren();
    canvas.removeAttribute("aria-activedescendant");
    if (!shown) return;
    const made = elementOf(shown);
    made.classList.add("ig-selected");
    made.setAttribute("tabindex", "0");
    canvas.setAttribute("aria-activedescendant", made.id);
    if (selected.node === undefined) return;
    const pieces = { "ig-hot-in": [], "ig-hot-out": [] };
    for (const [, value] of panel.inputs[selected.node]) {
      pieces["ig-hot-in"].push(...route(data, scopes, placed, value, selected.node));
    }
    for (const [user, value] of panel.users[selected.node]) {
      pieces["ig-hot-out"].push(...route(data, scopes, placed, value, user));
    }
    for (const [name, list] of Object.entries(pieces)) {
      const unique = [...new Set(list)];
      drawn.hot.append(svg("path", { class: name, d: unique.map(piecePath).join("") }),
        svg("path", { class: `${name} ig-hot-arrow`, d: unique.filter((piece) => piece.hasArrow).map(arrowPath).join("") }));
    }
  }

  const say = (text) => { said.textContent = text; };

  // Search

  function search(text) {
    query = text.trim().toLowerCase();
    matches = [];
    if (query) {
      data.nodes.forEach((node, index) => {
        if (node.name.toLowerCase().includes(query) || node.op.toLowerCase().includes(query)) matches.push(index);
      });
    }
    match = -1;
    mark();
    if (matches.length) {
      // Typing alone must not open modules one after the other.
      match = 0;
      isFresh = true;
      view.reveal(boxOf(visible({ node: matches[0] })), true);
      mark();
    }
  }

  /** Marks what the search finds; closed modules are marked where something in them is found. */
  function mark() {
    layer.classList.toggle("ig-searching", query !== "");
    for (const one of layer.querySelectorAll(".ig-match")) one.classList.remove("ig-match");
    for (const node of matches) {
      const shown = visible({ node });
      if (shown) elementOf(shown).classList.add("ig-match");
    }
    controls.setCount(query ? `${matches.length ? match + 1 : 0} of ${matches.length}` : "");
  }

  function step(by) {
    if (!matches.length) return;
    if (!isFresh || by < 0) match = (match + by + matches.length) % matches.length;
    isFresh = false;
    select({ node: matches[match] }, { reveal: true, centre: true });
    mark();
  }

  // Keyboard and pointer

  function toggleHelp() {
    const isShown = controls.help.hidden;
    controls.help.hidden = !isShown;
    if (isShown) controls.help.querySelector("button").focus();
    else canvas.focus();
  }

  function move(key) {
    const from = visible(selected);
    if (!from) return;
    const next = neighbour(data, placed, panel, from, key);
    if (next) select(next, { reveal: true, focus: true });
  }

  const pans = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  const keys = {
    "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(1 / 1.25),
    0: () => view.fit(), f: () => view.fit(), e: () => openAll(true), c: () => openAll(false),
    t: () => setTheme(), "?": toggleHelp, n: () => step(1), N: () => step(-1),
    "/": () => controls.input.focus(),
    u() {
      const shown = visible(selected);
      const scope = shown && (shown.node !== undefined ? data.nodes[shown.node].scope : data.scopes[shown.scope].parent);
      if (scope) select({ scope }, { reveal: true, focus: true });
    },
    Escape() {
      if (!controls.help.hidden) return toggleHelp();
      if (query) {
        controls.input.value = "";
        return search("");
      }
      select(null);
      canvas.focus();
    },
    Home: () => view.home(),
  };

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.target;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName ?? "")) return;
    if (!controls.help.hidden && !["Escape", "?"].includes(event.key)) return;
    const inPanel = side.contains(on), inBar = controls.bar.contains(on);
    if (pans[event.key]) {
      if (inPanel || inBar) return;
      if (selected && !event.shiftKey) move(event.key);
      else view.pan(...pans[event.key]);
    } else if (event.key === "Enter" || event.key === " ") {
      if (inPanel || inBar) return;
      const shown = visible(selected);
      if (!shown) return select(firstSelection(), { reveal: true, focus: true });
      if (shown.scope !== undefined) {
        setOpen(shown.scope, !open[shown.scope]);
        elementOf(visible(selected)).focus({ preventScroll: true });
      } else side.focus();
    } else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  }

  function firstSelection() {
    const index = placed.nodes.findIndex((box) => box);
    return index >= 0 ? { node: index } : { scope: placed.scopes.findIndex((box, number) => box && number > 0) };
  }

  const keyTarget = options.standalone ? document : root;
  keyTarget.addEventListener("keydown", onKey);
  picture.addEventListener("click", (event) => {
    if (view.wasDragged) return;
    const made = event.target.closest("[data-node],[data-scope]");
    if (!made) return select(null);
    if (made.dataset.node !== undefined) return select({ node: Number(made.dataset.node) }, { focus: true });
    const scope = Number(made.dataset.scope);
    // Of an open module the title closes it; the rest of the frame is background.
    if (open[scope] && event.target.classList.contains("ig-frame-box")) return select({ scope });
    setOpen(scope, !open[scope]);
  });
  const beforePrint = () => {
    view.fit();
    drawn.cull.show(null);
    colours.apply(metric, drawn, placed, false);
  };
  const afterPrint = () => recolour();
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  const observer = new ResizeObserver(() => view.apply());
  observer.observe(canvas);

  setTheme(theme);
  draw();
  colourBy(options.colour ?? (data.profile !== null ? "time" : "op"));
  view.home();
  panel.show(null);
  requestAnimationFrame(() => setTimeout(() => {
    performance.mark("incept-graph-drawn");
    root.dataset.drawnMs = Math.round(performance.now() - start);
  }));

  const handle = {
    element: root,
    get selected() { return selected?.node !== undefined ? data.nodes[selected.node].name : null; },
    get visibleNodes() { return placed.nodes.reduce((count, box) => count + (box ? 1 : 0), 0); },
    get matches() { return matches.map((index) => data.nodes[index].name); },
    /** Boxes as they are placed, for checks. */
    get boxes() { return placed.nodes.map((box, index) => box && { name: data.nodes[index].name, ...box }).filter(Boolean); },
    select(name) {
      const node = data.nodes.findIndex((one) => one.name === name);
      select(node < 0 ? null : { node }, { reveal: true, centre: true });
      return node >= 0;
    },
    colourBy, search, fit: () => view.fit(), theme: setTheme,
    expandAll: () => openAll(true), collapseAll: () => openAll(false),
    setOpen(title, isOpen) {
      const number = data.scopes.findIndex((scope, index) => index > 0 && scope.title === title);
      if (number > 0) setOpen(number, isOpen);
      return number > 0;
    },
    destroy() {
      keyTarget.removeEventListener("keydown", onKey);
      system.removeEventListener("change", followSystem);
      window.removeEventListener("beforeprint", beforePrint);
      window.removeEventListener("afterprint", afterPrint);
      observer.disconnect();
      root.remove();
    },
  };
  mounted.set(target, handle);
  return handle;
}
