// Where values lie in the arena, and for how long.

function createMemory(target, page) {
  const { memory } = page.profile;
  if (!memory) return;
  const parts = [["weights", memory.weights_bytes], ["arena", memory.arena_bytes], ["inputs", memory.inputs_bytes]];
  target.append(html("p", {}, `${bytesText(memory.peak_bytes)} on the device: `
    + parts.map(([name, bytes]) => `${name} ${bytesText(bytes)}`).join(", ")
    + `; the largest buffer is ${bytesText(memory.largest_buffer_bytes)}.`));
  const count = memory.live_bytes.length;
  const values = memory.values.filter((value) => value.offset_bytes !== undefined && value.last >= 0 && value.first < count);
  if (!count || !values.length) return;
  const height = 360, left = 70, bottom = 40;
  let width = 900;
  const picture = svg("svg", { height, role: "img", "aria-label": "Values in the arena over the run's launches" });
  target.append(html("div", { class: "chart" }, picture));
  const most = Math.max(memory.arena_bytes, ...memory.live_bytes, 1);

  function draw() {
    const x = linear(0, count, left, width - 10), y = linear(0, most, height - bottom, 8);
    const parts = [];
    const unit = 1024 ** Math.floor(Math.log2(most) / 10);
    for (const value of ticks(0, most / unit, 6)) {
      const place = y(value * unit);
      parts.push(svg("line", { class: "grid", x1: left, x2: width - 10, y1: place, y2: place }),
        svg("g", { class: "tick" }, svg("text", { x: left - 6, y: place + 4, "text-anchor": "end" }, bytesText(value * unit))));
    }
    for (const value of ticks(0, count, Math.min(12, width / 60))) {
      if (!Number.isInteger(value)) continue;
      parts.push(below(x(value), height - bottom + 16, width, String(value)));
    }
    parts.push(svg("text", { class: "soft", x: (left + width) / 2, y: height - 6, "text-anchor": "middle" }, "launch"));
    for (const value of values) {
      const first = Math.max(0, value.first), last = Math.min(count - 1, value.last);
      const layer = page.layerAt(first);
      const box = svg("rect", { class: layer && page.isSelected(layer) ? "item selected" : "item", x: x(first), y: y(value.offset_bytes + value.bytes),
        width: Math.max(1, x(last + 1) - x(first) - 0.6), height: Math.max(1, y(value.offset_bytes) - y(value.offset_bytes + value.bytes) - 0.6),
        fill: layer ? page.colourOf(layer) : "var(--soft)", opacity: 0.55 });
      page.point(box, layer, () => `${value.name}\n${bytesText(value.bytes)} at ${bytesText(value.offset_bytes)}\nlaunches ${first} to ${last}`);
      parts.push(box);
    }
    let path = "";
    memory.live_bytes.forEach((bytes, launch) => { path += `${launch ? "L" : "M"}${x(launch)},${y(bytes)}H${x(launch + 1)}`; });
    parts.push(svg("path", { d: path, fill: "none", stroke: "var(--ink)", "stroke-width": 1.6 }));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...parts);
  }
  page.onresize(picture, (size) => { width = size; draw(); });
  page.onchange(draw);
}
