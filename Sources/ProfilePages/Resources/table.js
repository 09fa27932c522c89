// All layers, to be sorted and searched.

const COLUMNS = [
  ["#", (layer) => layer.index, String, true],
  ["layer", (layer) => layer.name, (name) => name, false],
  ["op", (layer) => layer.op, (op) => op, false],
  ["variant", (layer) => layer.variant, (variant) => variant, false],
  ["output", (layer) => layer.output.reduce((a, b) => a * b, 1), (_, layer) => shapeText(layer.output), false],
  ["MACs", (layer) => layer.macs, countText, true],
  ["min", (layer) => layer.time_us.min, timeText, true],
  ["median", (layer) => layer.time_us.median, timeText, true],
  ["p90", (layer) => layer.time_us.p90, timeText, true],
  ["noise", (layer) => layer.noise_us, (noise) => `± ${timeText(noise)}`, true],
  ["queue", (layer) => layer.queue_us, timeText, true],
  ["GFLOP/s", (layer) => layer.gflops, digits, true],
  ["executed", (layer) => layer.executed_gflops, digits, true],
  ["GB/s", (layer) => layer.gbytes_per_s, digits, true],
  ["bound", (layer) => layer.roofline?.bound ?? "", (bound) => bound, false],
  ["of it", (layer) => layer.roofline?.fraction ?? -1, (part) => (part < 0 ? "" : percentText(part)), true],
  ["share", (layer) => layer.share, percentText, true],
];

function createTable(target, page) {
  let column = COLUMNS.findIndex(([title]) => title === "median"), descending = true, query = "";
  const heads = COLUMNS.map(([title, , , isNumber], index) => html("th", { class: isNumber ? "number" : null, scope: "col" },
    html("button", { onclick: () => {
      descending = column === index ? !descending : isNumber;
      column = index;
      draw();
    } }, title)));
  const body = html("tbody", {});
  const found = html("span", { class: "soft", "aria-live": "polite" });
  const search = html("input", { type: "search", placeholder: "layer, op or variant", "aria-label": "Filter the table",
    oninput: () => { query = search.value.toLowerCase(); draw(); } });
  const scroll = html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "All kernels" },
    html("table", {}, html("thead", {}, html("tr", {}, ...heads)), body));
  target.append(html("div", { class: "tools" }, search, found), scroll);
  const rows = new Map(page.layers.map((layer) => [layer, row(layer)]));

  function row(layer) {
    const cells = COLUMNS.map(([title, value, text, isNumber]) => {
      const content = text(value(layer), layer);
      return html("td", { class: isNumber ? "number" : null },
        title === "layer" ? html("div", { class: "name", title: content }, content) : content);
    });
    return html("tr", { tabindex: 0, onclick: () => page.select(layer),
      onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); page.select(layer); } } }, ...cells);
  }

  function draw() {
    const [, value] = COLUMNS[column];
    const shown = page.layers.filter((layer) => !query
      || [layer.name, layer.op, layer.variant].some((text) => text.toLowerCase().includes(query)));
    const sign = descending ? -1 : 1;
    shown.sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      return (left < right ? -sign : left > right ? sign : a.index - b.index);
    });
    heads.forEach((head, index) => head.setAttribute("aria-sort",
      index !== column ? "none" : descending ? "descending" : "ascending"));
    heads.forEach((head, index) => {
      head.firstChild.textContent = COLUMNS[index][0] + (index !== column ? "" : descending ? " ▾" : " ▴");
    });
    body.replaceChildren(...shown.map((layer) => rows.get(layer)));
    found.textContent = `${shown.length} of ${page.layers.length} kernels, ${percentText(shown.reduce((sum, layer) => sum + layer.share, 0))} of the time`;
    mark();
  }
  function mark() {
    for (const [layer, element] of rows) {
      const isChosen = page.isSelected(layer);
      element.classList.toggle("chosen", isChosen);
      element.setAttribute("aria-current", String(isChosen));
    }
  }
  /** Scrolls the table, not the page, to the row that is selected. */
  function reveal() {
    mark();
    const chosen = [...rows].find(([layer]) => page.isSelected(layer))?.[1];
    if (!chosen?.isConnected) return;
    const head = heads[0].offsetHeight, top = chosen.offsetTop - head;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top + head + chosen.offsetHeight > scroll.scrollTop + scroll.clientHeight) {
      scroll.scrollTop = top + head + chosen.offsetHeight - scroll.clientHeight / 2;
    }
  }
  draw();
  page.onchange(reveal);
}
