// The side panel: everything that is known of the selected node or module.

const groupedCount = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function significant(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** `go` is called with a selection: `{ node }` or `{ scope }`. */
function createPanel(data, container, { go, toggle, isOpen, sumOf }) {
  const users = data.nodes.map(() => []), inputs = data.nodes.map(() => []);
  linkNodes(data, users, inputs);

  const row = (name, ...value) => html("div", { class: "ig-row" },
    html("dt", null, name), html("dd", null, ...value));
  const section = (title, ...content) => html("section", null, html("h3", null, title), ...content);

  function link(selection, text, more) {
    const made = html("button", { type: "button", class: "ig-link" }, text);
    made.addEventListener("click", () => go(selection));
    return html("li", null, made, more ? html("span", { class: "ig-more" }, more) : null);
  }

  function modules(scope) {
    const path = [];
    for (let at = scope; at !== null && at !== 0; at = data.scopes[at].parent) path.unshift(at);
    if (!path.length) return null;
    const made = html("p", { class: "ig-path" });
    path.forEach((number, i) => {
      const part = html("button", { type: "button", class: "ig-link" }, data.scopes[number].title);
      part.addEventListener("click", () => go({ scope: number }));
      if (i) made.append(" › ");
      made.append(part);
    });
    return made;
  }

  function nodeLinks(title, pairs) {
    if (!pairs.length) return null;
    const shown = pairs.slice(0, 60);
    const list = html("ul", null, ...shown.map(([node, value]) =>
      link({ node }, data.nodes[node].name, shapeOf(data, value))));
    if (pairs.length > shown.length) list.append(html("li", null, `and ${pairs.length - shown.length} more`));
    return section(title, list);
  }

  function timeRows(time) {
    if (!time) return [];
    if (time.fused !== null) {
      const node = data.nodes.findIndex((one) => one.name === time.fused);
      return [row("time", "computed as part of ",
        node < 0 ? time.fused : inline({ node }, time.fused))];
    }
    return [row("time", `${timeText(time.us)}, ${percentText(time.share)}`),
      ...time.figures.map(([name, value]) => row(name, value))];
  }

  function inline(selection, text) {
    const made = html("button", { type: "button", class: "ig-link" }, text);
    made.addEventListener("click", () => go(selection));
    return made;
  }

  function weightsSection(weights, index) {
    const rows = [row("shape", weights.shape)];
    if (weights.count !== undefined) {
      rows.push(row("elements", groupedCount(weights.count)),
        row("range", `${significant(weights.min)} to ${significant(weights.max)}`),
        row("mean", significant(weights.mean)),
        row("deviation", significant(weights.deviation)),
        row("zeros", `${groupedCount(weights.zeros)} (${percentText(weights.zeros / Math.max(1, weights.count))})`));
      if (weights.not_finite) rows.push(row("not finite", groupedCount(weights.not_finite)));
    }
    const list = html("dl", null, ...rows);
    const bars = weights.histogram?.some((count) => count > 0) ? histogram(weights) : null;
    return section(index ? `Constant ${index + 1}` : "Weights", list, bars);
  }

  function histogram(weights) {
    const width = 260, height = 64, top = Math.max(...weights.histogram);
    const step = width / weights.histogram.length;
    const bars = weights.histogram.map((count, i) => {
      const tall = count ? Math.max(1, height * count / top) : 0;
      return svg("rect", {
        x: round(i * step), y: round(height - tall), width: round(Math.max(1, step - 1)), height: round(tall),
      });
    });
    const text = (x, anchor, value) => svg("text", { x, y: height + 13, "text-anchor": anchor }, significant(value));
    return svg("svg", {
      class: "ig-histogram", viewBox: `0 0 ${width} ${height + 16}`, role: "img",
      "aria-label": `histogram from ${significant(weights.min)} to ${significant(weights.max)}`,
    }, ...bars, svg("path", { class: "ig-axis", d: `M0 ${height + 0.5}h${width}` }),
    text(0, "start", weights.min), text(width, "end", weights.max));
  }

  function nodeContent(index) {
    const node = data.nodes[index];
    const costs = [];
    if (node.outputs.length) costs.push(row(node.outputs.length > 1 ? "outputs" : "output", node.outputs.join(", ")));
    if (node.macs) costs.push(row("multiply-adds", groupedCount(node.macs)));
    if (node.parameters) costs.push(row("parameters", groupedCount(node.parameters)));
    if (node.bytes) costs.push(row("memory moved", bytesText(node.bytes)));
    const family = data.families[node.family];
    return [
      html("p", { class: "ig-kind" },
        html("i", { class: "ig-swatch", style: `background:${family.colour}` }), node.op || node.kind),
      html("h2", null, node.name), modules(node.scope),
      section("Costs", html("dl", null, ...timeRows(node.time), ...costs)),
      node.attributes?.length
        ? section("Attributes", html("dl", null, ...node.attributes.map(([name, value]) => row(name, value))))
        : null,
      nodeLinks("Inputs", inputs[index]), nodeLinks("Used by", users[index]),
      node.sources
        ? section("Computes", html("ul", null, ...node.sources.slice(0, 60).map((name) => html("li", null, name))))
        : null,
      ...(node.weights ?? []).map(weightsSection),
      node.weights && data.notes.length ? html("p", { class: "ig-note" }, data.notes.join(" ")) : null,
    ];
  }

  function scopeContent(number) {
    const scope = data.scopes[number];
    const button = html("button", { type: "button", class: "ig-button" }, isOpen(number) ? "Collapse" : "Expand");
    button.addEventListener("click", () => toggle(number));
    const rows = [row("nodes", groupedCount(scope.nodes))];
    for (const [key, metric] of Object.entries(METRICS)) {
      if (metric.of && sumOf(key, number) > 0) rows.push(row(metric.name, metric.text(sumOf(key, number))));
    }
    return [html("p", { class: "ig-kind" }, "module"), html("h2", null, scope.title), modules(scope.parent),
      html("p", null, button), section("Costs", html("dl", null, ...rows)), heaviest(number)];
  }

  function heaviest(number) {
    const key = data.nodes.some((node) => node.time?.us > 0) ? "time" : "macs";
    const inside = (scope) => {
      for (let at = scope; at !== null; at = data.scopes[at].parent) if (at === number) return true;
      return false;
    };
    const nodes = data.nodes.map((node, index) => [METRICS[key].of(node), index])
      .filter(([amount, index]) => amount > 0 && inside(data.nodes[index].scope))
      .sort((a, b) => b[0] - a[0]).slice(0, 8);
    if (!nodes.length) return null;
    return section(`Most ${METRICS[key].name}`, html("ul", null, ...nodes.map(([amount, node]) =>
      link({ node }, data.nodes[node].name, METRICS[key].text(amount)))));
  }

  function overview() {
    return [html("p", { class: "ig-kind" }, "network"), html("h2", null, data.title),
      html("p", null, data.caption), ...data.notes.map((note) => html("p", { class: "ig-note" }, note)),
      heaviest(0)];
  }

  return {
    users, inputs,
    show(selection) {
      const content = selection?.node !== undefined ? nodeContent(selection.node)
        : selection?.scope !== undefined ? scopeContent(selection.scope) : overview();
      // In a box of its own, new with every selection, so that it starts at its top.
      container.replaceChildren(html("div", null, ...content.filter(Boolean)));
    },
  };
}

/** Who reads whose values, as pairs of a node and the value. Links of scopes tell, from border to border. */
function linkNodes(data, users, inputs) {
  data.edges.forEach(([value, to]) => {
    const from = data.values[value][0];
    users[from].push([to, value]);
    inputs[to].push([from, value]);
  });
}
