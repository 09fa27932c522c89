// The page: what is selected, and the charts that show it.

/**
 * Fills `target` with the charts of a profile. `data` is `{ profile, families, layer_families }` and `graph`, the
 * picture's data or null. Returns `select(name)` and what is selected.
 */
function mountProfile(target, data) {
  const { profile } = data;
  const byIndex = new Map();
  profile.layers.forEach((layer, position) => {
    byIndex.set(layer.index, layer);
    layer.family = data.families[data.layer_families[position]];
  });
  const layers = [...profile.layers].sort((a, b) => a.index - b.index);
  const listeners = [];
  let selected = null, graph = null, isTelling = false;
  const tip = html("div", { id: "tip", hidden: true });
  const details = html("div", { id: "details", hidden: true, role: "region", "aria-label": "Selected layer" });

  const page = {
    profile, layers,
    layerAt: (index) => byIndex.get(index),
    colourOf: (layer) => layer.family.colour,
    isSelected: (layer) => layer === selected,
    onchange: (listener) => listeners.push(listener),
    select(layer) {
      selected = layer === selected ? null : layer;
      showDetails();
      // The graph tells of what it is made to select; several layers may be one node of it.
      isTelling = true;
      graph?.select(selected ? nodeOf(selected) : null);
      isTelling = false;
      listeners.forEach((listener) => listener());
    },
    tipOf: (layer) => `${layer.name}\n${layer.op}, ${layer.variant}, ${shapeText(layer.output)}\n`
      + `${timeText(layer.time_us.median)} (${timeText(layer.time_us.min)} to ${timeText(layer.time_us.p90)}), ${percentText(layer.share)}`
      + (layer.roofline ? `\n${layer.roofline.advice.replaceAll("`", "")}` : ""),
    /** Makes an element show a layer when the pointer is on it, and select it. */
    point(element, layer, text) {
      element.addEventListener("pointermove", (event) => {
        tip.textContent = text ? text() : page.tipOf(layer);
        tip.hidden = false;
        tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - 440)}px`;
        tip.style.top = `${Math.min(event.clientY + 14, window.innerHeight - 110)}px`;
      });
      element.addEventListener("pointerleave", () => { tip.hidden = true; });
      if (layer) element.addEventListener("click", () => page.select(layer));
      return element;
    },
    /** Calls with the width of an element now and whenever it changes. */
    onresize(element, draw) {
      let last = 0;
      const check = () => {
        const width = Math.round(element.parentElement.clientWidth);
        if (width > 0 && width !== last) { last = width; draw(width); }
      };
      check();
      new ResizeObserver(check).observe(element.parentElement);
    },
    legend(shown) {
      const present = new Set(shown.map((layer) => layer.family));
      return html("div", { class: "legend" }, ...data.families.filter((family) => present.has(family))
        .map((family) => html("span", {}, html("i", { style: `background:${family.colour}` }), family.name)));
    },
  };

  /** The picture's node that a layer computes. */
  function nodeOf(layer) {
    const names = new Set(data.graph.nodes.map((node) => node.name));
    const whole = layer.name.replace(/\/[^/]*$/, "");
    return [layer.name, whole, ...layer.sources].find((name) => names.has(name)) ?? null;
  }

  function showDetails() {
    details.hidden = !selected;
    if (!selected) return;
    const layer = selected, roofline = layer.roofline;
    const facts = [
      `${layer.op}, ${layer.variant}`, `${layer.input.map(shapeText).join(" ")} → ${shapeText(layer.output)}`,
      `${timeText(layer.time_us.median)} (${timeText(layer.time_us.min)} to ${timeText(layer.time_us.p90)}, noise ${timeText(layer.noise_us)})`,
      percentText(layer.share), `${countText(layer.macs)} MACs, ${countText(layer.executed_macs)} executed`,
      `${digits(layer.gflops)} GFLOP/s effective, ${digits(layer.executed_gflops)} executed`,
      `weights ${bytesText(layer.weights_bytes)}, values ${bytesText(layer.activation_bytes)}`,
    ];
    details.replaceChildren(
      html("div", { class: "row" }, html("b", {}, layer.name), ...facts.map((fact) => html("span", {}, fact)),
        html("button", { onclick: () => page.select(layer) }, "Close")),
      roofline ? html("p", {}, ...withCode(roofline.advice), ` (at least ${timeText(roofline.bound_us)}, ${digits(roofline.flop_per_byte)} operations a byte)`) : "",
      layer.sources.length > 1 ? html("p", { class: "soft" }, `computes ${layer.sources.join(", ")}`) : "");
  }

  const theme = createTheme((name) => graph?.theme(name));
  const sections = [
    ["slowest", "Where the time goes", "Bars are medians, with the shortest time and the 90th percentile. A thick line is the least that the device needs.", createBars],
    ["roofline", "What bounds it", "Filled: what is executed. Hollow: what the definition would have needed, where an algorithm saves multiplications. The larger, the more time.", createRoofline],
    ["timeline", "One run over time", "The shortest of the profiled runs.", createTimeline],
    ["network", "The network by time", "", data.graph ? createGraph : null],
    ["memory", "Memory", "Boxes are values in the arena: where they lie, and from which launch to which. The line is what is alive.", createMemory],
    ["layers", "All kernels", "", createTable],
  ].filter(([, , , create]) => create);

  function createGraph(target) {
    const place = html("div", { id: "graph" });
    target.append(place);
    graph = InceptGraph.mount(place, data.graph, { colour: "time", theme: theme.name(), onselect: (node) => {
      if (isTelling) return;
      const layer = node && (layers.find((layer) => nodeOf(layer) === node.name)
        ?? layers.find((layer) => layer.sources.includes(node.name)) ?? null);
      if (layer !== selected) {
        selected = layer;
        showDetails();
        listeners.forEach((listener) => listener());
      }
    } });
  }

  target.append(
    html("nav", { "aria-label": "Sections" }, ...sections.map(([id, title]) => html("a", { href: `#${id}` }, title)),
      html("button", { class: "right", onclick: theme.toggle }, "Light or dark")),
    html("main", {}, createHead(profile), ...sections.map(([id, title, text]) =>
      html("section", { id: `${id}-section` }, html("h2", { id }, title), text ? html("p", { class: "soft" }, text) : null))),
    details, tip);
  for (const [id, , , create] of sections) create(document.getElementById(`${id}-section`), page);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && selected) page.select(selected); });
  performance.mark("incept-profile-drawn");
  return {
    select(name) { const layer = layers.find((layer) => layer.name === name); if (layer) page.select(layer); },
    get selected() { return selected?.name ?? null; },
  };
}

/** Model, device, and the numbers that everybody asks for. */
function createHead(profile) {
  const { total, memory } = profile;
  const figure = (value, text) => html("div", { class: "figure" }, html("b", {}, value), html("span", {}, text));
  // Kernels that run as one chain are launched one by one when profiled, which is told apart.
  const single = Math.max(total.unchained_wall_ms ?? 0, total.unprofiled_wall_ms);
  const overhead = Math.max(0, total.wall_ms / single - 1), apart = single - total.unprofiled_wall_ms;
  const slowest = [...profile.layers].sort((a, b) => b.share - a.share).filter((layer) => layer.roofline).slice(0, 3);
  return html("header", {}, html("h1", {}, profile.model.name),
    html("p", { class: "soft" }, `weights ${profile.model.weights}, on ${profile.device.name} (${profile.device.platform}), `
      + `batch ${profile.batch}, accuracy ${profile.accuracy}, ${profile.precision}, medians of ${profile.runs} runs`),
    html("div", { class: "figures" },
      figure(timeText(total.unprofiled_wall_ms * 1e3), `a run; fastest ${timeText(total.unprofiled_min_ms * 1e3)} ± ${timeText(total.noise_ms * 1e3)}`),
      figure(timeText(total.corrected.kernel_ms * 1e3), `in ${profile.layers.length} kernel${profile.layers.length === 1 ? "" : "s"}, `
        + `${timeText(total.corrected.gap_ms * 1e3)} elsewhere`),
      figure(percentText(overhead), "what profiling adds"
        + (apart > 0 ? `, and ${timeText(apart * 1e3)} as kernels run one by one` : "") + ", taken off above"),
      memory ? figure(bytesText(memory.peak_bytes), "on the device") : null,
      profile.peaks ? figure(`${digits(profile.peaks.gflops)} GFLOP/s`, "the device reaches at best") : null),
    slowest.length ? html("ul", { class: "advice" }, ...slowest.map((layer) =>
      html("li", {}, html("b", {}, layer.name), `, ${percentText(layer.share)} of the time: `, ...withCode(layer.roofline.advice)))) : null);
}

/** Light or dark, as the system has it until somebody chooses. */
function createTheme(onchange) {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const name = () => chosen ?? (system.matches ? "dark" : "light");
  const apply = () => {
    document.documentElement.dataset.theme = name();
    onchange(name());
  };
  system.addEventListener("change", apply);
  document.documentElement.dataset.theme = name();
  return { name, toggle() { chosen = name() === "dark" ? "light" : "dark"; apply(); } };
}
