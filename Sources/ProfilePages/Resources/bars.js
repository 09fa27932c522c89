// The slowest layers, longest first, each beside the least time that the device needs for it.

function createBars(target, page) {
  const sorted = [...page.layers].sort((a, b) => b.time_us.median - a.time_us.median);
  const few = 20;
  let all = sorted.length <= few, width = 900;
  const picture = svg("svg", { role: "img", "aria-label": "Bar chart of the layers' times" });
  const toggle = html("button", { "aria-pressed": "false", onclick: () => {
    all = !all;
    toggle.setAttribute("aria-pressed", String(all));
    toggle.textContent = all ? `The ${few} slowest` : `All ${sorted.length}`;
    draw();
  } }, `All ${sorted.length}`);
  target.append(
    html("div", { class: "tools" }, sorted.length > few ? toggle : null, page.legend(sorted)),
    html("div", { class: "chart" }, picture));

  function draw() {
    const shown = all ? sorted : sorted.slice(0, few);
    // Where there is little room, names stand above their bars.
    const isNarrow = width < 640, line = isNarrow ? 36 : 22, left = isNarrow ? 0 : 250;
    const right = width - (isNarrow ? 8 : 190);
    const height = shown.length * line + 30;
    const most = Math.max(1e-6, ...shown.map((layer) => layer.time_us.p90));
    const x = linear(0, most, left, right);
    const parts = ticks(0, most, (right - left) / 110).flatMap((value) => [
      svg("line", { class: "grid", x1: x(value), x2: x(value), y1: 2, y2: height - 26 }),
      below(x(value), height - 10, width, timeText(value))]);
    shown.forEach((layer, row) => {
      const y = row * line + (isNarrow ? 18 : 4), { min, median, p90 } = layer.time_us;
      const bar = svg("rect", { class: page.isSelected(layer) ? "item selected" : "item", x: left, y, height: 16,
        width: Math.max(1, x(median) - left), fill: page.colourOf(layer), rx: 2 });
      const bound = layer.roofline ? `, ${percentText(layer.roofline.fraction)} of ${layer.roofline.bound}` : "";
      const told = `${timeText(median)}${bound}`;
      const name = isNarrow
        ? svg("text", { class: "item", x: 0, y: y - 4 }, shortName(layer, Math.floor((width - told.length * 6 - 16) / 7.4)))
        : svg("text", { class: "item", x: left - 8, y: y + 12, "text-anchor": "end" }, shortName(layer, 33));
      page.point(bar, layer);
      page.point(name, layer);
      parts.push(name, bar, svg("path", { class: "whisker", fill: "none",
        d: `M${x(min)},${y + 3}v10M${x(median)},${y + 8}H${x(p90)}m0,-5v10` }));
      if (layer.roofline) {
        const least = Math.min(x(layer.roofline.bound_us), right);
        parts.push(svg("line", { class: "least", x1: least, x2: least, y1: y - 2, y2: y + 18 }));
      }
      parts.push(isNarrow
        ? svg("text", { class: "soft", x: width - 2, y: y - 4, "text-anchor": "end" }, told)
        : svg("text", { class: "soft", x: Math.max(x(p90), x(median)) + 8, y: y + 12 }, told));
    });
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("height", height);
    picture.replaceChildren(...parts);
  }
  page.onresize(picture, (size) => { width = size; draw(); });
  page.onchange(draw);
}
