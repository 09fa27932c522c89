// Every layer's rate over its operations per byte, below what the device reaches at best.

function createRoofline(target, page) {
  const { peaks } = page.profile;
  if (!peaks) {
    target.append(html("p", { class: "soft" }, "What the device reaches at best is not known yet: run ",
      html("code", {}, "incept devices --measure"), " once and profile again."));
    return;
  }
  const points = page.layers.filter((layer) => layer.roofline && layer.executed_gflops > 0 && layer.roofline.flop_per_byte > 0);
  if (!points.length) {
    target.append(html("p", { class: "soft" }, "No layer multiplies and adds."));
    return;
  }
  const height = 430, left = 58, bottom = 44;
  let width = 900;
  const picture = svg("svg", { height, role: "img", "aria-label": "Roofline: rate over operations per byte" });
  target.append(html("div", { class: "chart" }, picture), page.legend(points));

  if (points.some((layer) => layer.executed_gflops > 1.05 * peaks.gflops)) {
    target.append(html("p", {}, "Some layers are faster than what was measured as the best of the device, which may have been busy then. ",
      html("code", {}, "incept devices --measure"), " measures again."));
  }

  const intensities = points.map((layer) => layer.roofline.flop_per_byte);
  const lowX = Math.min(0.5, ...intensities) / 1.5;
  const highX = Math.max(...intensities, ...peaks.memory.map((level) => 2 * peaks.gflops / level.gbytes_per_s)) * 2;
  const rates = points.flatMap((layer) => [layer.executed_gflops, layer.gflops]).filter((rate) => rate > 0);
  const lowY = Math.max(Math.min(...rates) / 2, 1e-3), highY = Math.max(...rates, peaks.gflops) * 1.6;

  function draw() {
    const x = logarithmic(lowX, highX, left, width - 12), y = logarithmic(lowY, highY, height - bottom, 10);
    const parts = [];
    // Between tenfold values only where there is room for their numbers.
    const columns = logTicks(lowX, highX).filter((value, _, all) =>
      (width - left) / all.length > 34 || Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6));
    for (const value of columns) {
      parts.push(svg("line", { class: "grid", x1: x(value), x2: x(value), y1: 10, y2: height - bottom }),
        below(x(value), height - bottom + 16, width, String(+value.toPrecision(2))));
    }
    for (const value of logTicks(lowY, highY)) {
      parts.push(svg("line", { class: "grid", x1: left, x2: width - 12, y1: y(value), y2: y(value) }),
        svg("g", { class: "tick" }, svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(+value.toPrecision(2)))));
    }
    parts.push(svg("text", { class: "soft", x: (left + width) / 2, y: height - 8, "text-anchor": "middle" }, "operations per byte moved"),
      svg("text", { class: "soft", x: left + 4, y: 22 }, "GFLOP/s"));
    peaks.memory.forEach((level, index) => {
      const knee = peaks.gflops / level.gbytes_per_s;
      const from = Math.max(lowX, lowY / level.gbytes_per_s);
      if (from >= knee) return;
      parts.push(svg("line", { x1: x(from), y1: y(from * level.gbytes_per_s), x2: x(Math.min(knee, highX)),
        y2: y(Math.min(knee, highX) * level.gbytes_per_s), stroke: "var(--soft)", "stroke-width": 1.6 }));
      // Names of lines that lie close together are not beside each other.
      const part = index % 2 ? 0.3 : 0.65;
      const at = from ** (1 - part) * Math.min(knee, highX) ** part, place = [x(at), y(at * level.gbytes_per_s)];
      const slope = Math.atan2(y(knee * level.gbytes_per_s) - y(from * level.gbytes_per_s), x(knee) - x(from)) * 180 / Math.PI;
      parts.push(svg("text", { class: "soft", transform: `translate(${place[0]} ${place[1] - 5}) rotate(${slope})`, "text-anchor": "middle" },
        width < 640 ? level.name : `${level.name} ${digits(level.gbytes_per_s)} GB/s`));
    });
    const first = Math.min(...peaks.memory.map((level) => peaks.gflops / level.gbytes_per_s), highX);
    parts.push(svg("line", { x1: x(Math.max(lowX, first)), x2: width - 12, y1: y(peaks.gflops), y2: y(peaks.gflops), stroke: "var(--ink)", "stroke-width": 1.8 }),
      svg("text", { x: width - 16, y: y(peaks.gflops) - 6, "text-anchor": "end" }, `arithmetic ${digits(peaks.gflops)} GFLOP/s`));
    for (const layer of points) {
      const place = x(layer.roofline.flop_per_byte), radius = 3 + 14 * Math.sqrt(layer.share);
      const colour = page.colourOf(layer);
      if (layer.executed_macs < layer.macs) {
        // What the definition would have needed in the same time.
        parts.push(svg("line", { x1: place, x2: place, y1: y(layer.executed_gflops), y2: y(layer.gflops), stroke: colour, opacity: 0.45 }),
          page.point(svg("circle", { class: "item", cx: place, cy: y(layer.gflops), r: radius * 0.7, fill: "var(--page)", stroke: colour, "stroke-width": 1.5 }), layer));
      }
      parts.push(page.point(svg("circle", { class: page.isSelected(layer) ? "item selected" : "item", cx: place,
        cy: y(layer.executed_gflops), r: radius, fill: colour, opacity: 0.85 }), layer));
    }
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.replaceChildren(...parts);
  }
  page.onresize(picture, (size) => { width = size; draw(); });
  page.onchange(draw);
}
