// When the host, the queue and the device did what, in one run.

function createTimeline(target, page) {
  const layers = page.layers.filter((layer) => layer.timeline);
  if (!layers.length) {
    target.append(html("p", { class: "soft" }, "The device gave no time stamps, so there is no timeline."));
    return;
  }
  const rows = { host: 26, queue: 62, device: 136 }, heights = { host: 20, queue: 56, device: 40 };
  const height = 206, left = 62;
  const slices = sequence(layers);
  const end = Math.max(page.profile.timeline?.end_us ?? 0, ...slices.map((slice) => slice.end), 1);
  let view = [0, end], width = 900, brush = null;

  const picture = svg("svg", { height, tabindex: 0, role: "img", "aria-label": "Timeline of one run: host, queue and device" });
  const zoom = (factor, centre = (view[0] + view[1]) / 2) => {
    const span = Math.min(end, Math.max(end / 1e5, (view[1] - view[0]) * factor));
    const start = Math.min(end - span, Math.max(0, centre - (centre - view[0]) * span / (view[1] - view[0])));
    view = [start, start + span];
    draw();
  };
  const move = (part) => {
    const span = view[1] - view[0], start = Math.min(end - span, Math.max(0, view[0] + span * part));
    view = [start, start + span];
    draw();
  };
  const reset = () => { view = [0, end]; draw(); };
  target.append(html("div", { class: "tools" },
    html("button", { onclick: () => zoom(0.5), "aria-label": "Zoom in" }, "+"),
    html("button", { onclick: () => zoom(2), "aria-label": "Zoom out" }, "−"),
    html("button", { onclick: reset }, "All"),
    html("span", { class: "soft" }, "drag to look closer, Ctrl and wheel to zoom, arrow keys to move")),
  html("div", { class: "chart" }, picture));

  function draw() {
    const x = linear(view[0], view[1], left, width - 8);
    const parts = [];
    for (const value of ticks(view[0], view[1], width / 110)) {
      parts.push(svg("line", { class: "grid", x1: x(value), x2: x(value), y1: 20, y2: height - 22 }),
        below(x(value), height - 7, width, timeText(value)));
    }
    for (const [name, y] of Object.entries(rows)) {
      parts.push(svg("text", { x: 4, y: y + heights[name] / 2 + 4, class: "soft" }, name));
    }
    const visible = (from, to) => to >= view[0] && from <= view[1];
    const rectangle = (from, to, row, layer, tip, fill, opacity) => {
      if (!visible(from, to)) return;
      const start = Math.max(left, x(from)), stop = Math.min(width - 8, x(to));
      const box = svg("rect", {
        class: page.isSelected(layer) ? "item selected" : "item", x: start, y: rows[row],
        width: Math.max(0.6, stop - start), height: heights[row], fill, opacity,
      });
      page.point(box, layer, tip);
      parts.push(box);
      if (row === "device" && stop - start > 60) {
        const label = shortName(layer, Math.floor((stop - start - 8) / 6.4));
        parts.push(svg("text", { x: start + 4, y: rows[row] + 24, style: "fill:#fff;pointer-events:none;font-size:11px" }, label));
      }
    };
    for (const layer of layers) {
      const at = layer.timeline;
      rectangle(at.enqueue_us, at.enqueued_us, "host", layer,
        () => `enqueue ${layer.name}\n${timeText(at.enqueued_us - at.enqueue_us)}`, "var(--soft)");
    }
    const host = page.profile.timeline;
    if (host && visible(host.wait_us, host.end_us)) {
      const start = Math.max(left, x(host.wait_us)), stop = Math.min(width - 8, x(host.end_us));
      parts.push(svg("rect", { x: start, y: rows.host, width: Math.max(0, stop - start), height: heights.host,
        fill: "none", stroke: "var(--soft)", "stroke-dasharray": "4 3" }));
      if (stop - start > 130) parts.push(svg("text", { class: "soft", x: start + 6, y: rows.host + 14 }, "waits for the device"));
    }
    parts.push(queue(x));
    for (const slice of slices) {
      const { layer } = slice;
      rectangle(slice.start, slice.end, "device", layer, () => page.tipOf(layer), page.colourOf(layer), layer.clock === "host" ? 0.6 : 1);
    }
    if (brush) parts.push(svg("rect", { class: "brush", x: Math.min(...brush), y: 20, width: Math.abs(brush[1] - brush[0]), height: height - 42 }));
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...parts);
  }

  /** How many launches wait, as steps. */
  function queue(x) {
    const changes = [];
    layers.forEach((layer, position) => {
      const queued = layer.timeline.queued_us;
      if (queued === undefined) return;
      changes.push([queued, 1], [Math.max(queued, slices[position].start), -1]);
    });
    if (!changes.length) return svg("text", { class: "soft", x: left, y: rows.queue + heights.queue / 2 + 4 }, "the device does not tell");
    changes.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    const most = Math.max(1, ...changes.reduce((list, change) => { list.push((list.at(-1) ?? 0) + change[1]); return list; }, []));
    const y = linear(0, most, rows.queue + heights.queue, rows.queue);
    let count = 0, path = `M${left},${y(0)}`;
    for (const [time, by] of changes) {
      const place = Math.min(width - 8, Math.max(left, x(time)));
      path += `L${place.toFixed(1)},${y(count).toFixed(1)}`;
      count += by;
      path += `L${place.toFixed(1)},${y(count).toFixed(1)}`;
    }
    return svg("g", {}, svg("path", { d: `${path}L${width - 8},${y(0)}Z`, fill: "var(--accent)", opacity: 0.35 }),
      svg("text", { class: "soft", x: width - 12, y: rows.queue + 12, "text-anchor": "end" }, `at most ${most} waiting`));
  }

  const at = (event) => {
    const box = picture.getBoundingClientRect();
    return Math.min(width - 8, Math.max(left, (event.clientX - box.left) * width / box.width));
  };
  picture.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, linear(view[0], view[1], left, width - 8).value(at(event)));
  }, { passive: false });
  picture.addEventListener("pointerdown", (event) => { brush = [at(event), at(event)]; });
  picture.addEventListener("pointermove", (event) => {
    if (!brush) return;
    brush[1] = at(event);
    if (Math.abs(brush[1] - brush[0]) > 4) draw();
  });
  window.addEventListener("pointerup", () => {
    if (!brush) return;
    const [low, high] = [Math.min(...brush), Math.max(...brush)], x = linear(view[0], view[1], left, width - 8);
    brush = null;
    if (high - low > 6) { view = [x.value(low), x.value(high)]; draw(); }
  });
  picture.addEventListener("dblclick", reset);
  picture.addEventListener("keydown", (event) => {
    const action = { "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: reset,
      ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2) }[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  page.onresize(picture, (size) => { width = size; draw(); });
  page.onchange(draw);
}

/** When each layer started and ended; those without stamps follow the one before. */
function sequence(layers) {
  let end = 0;
  return layers.map((layer) => {
    const start = Math.max(end, layer.timeline.started_us ?? layer.timeline.enqueued_us);
    end = Math.max(start, layer.timeline.ended_us ?? start + layer.time_us.median);
    return { layer, start, end };
  });
}
