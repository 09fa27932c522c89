// What boxes are coloured by, and the legend.

const METRICS = {
  op: { name: "operator" },
  time: { name: "time", of: (node) => node.time?.us ?? 0, text: timeText },
  macs: { name: "multiply-adds", of: (node) => node.macs, text: countText },
  parameters: { name: "parameters", of: (node) => node.parameters, text: countText },
  memory: { name: "memory moved", of: (node) => node.bytes, text: bytesText },
};

// Dark to bright, for dark pages; what is nothing is as the page.
const DARK_HEAT = ["#23262d", "#3f2440", "#6b2350", "#9c2f4d", "#cc4a3b", "#ee7a2b", "#fbb33c", "#fcea8f"];

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function timeText(us) {
  return us >= 1000 ? `${digits(us / 1000)} ms` : `${us >= 10 ? us.toFixed(0) : us.toFixed(1)} µs`;
}

function countText(value) {
  for (const [factor, unit] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (value >= factor * (unit === "k" ? 10 : 1)) return `${digits(value / factor)} ${unit}`;
  }
  return String(value);
}

function bytesText(value) {
  for (const [shift, unit] of [[40, "TiB"], [30, "GiB"], [20, "MiB"], [10, "KiB"]]) {
    if (value >= 2 ** shift) return `${digits(value / 2 ** shift)} ${unit}`;
  }
  return `${value} B`;
}

const percentText = (part) => `${(part * 100).toFixed(1)} %`;

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** The colour at a position of 0 to 1 on a scale, and that of text on it. */
function heatColour(scale, position) {
  const place = Math.min(Math.max(position, 0), 1) * (scale.length - 1);
  const index = Math.min(Math.floor(place), scale.length - 2), part = place - index;
  const low = channels(scale[index]), high = channels(scale[index + 1]);
  const mixed = low.map((value, i) => Math.round(value + (high[i] - value) * part));
  const luminance = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2];
  return { fill: `rgb(${mixed.join(" ")})`, text: luminance > 140 ? "#111" : "#fff" };
}

/** Colours boxes by a metric; the greatest amounts of nodes are those of the scale's end. */
function createColours(data, legend) {
  const totals = {}, greatest = {}, sums = {};
  for (const [key, metric] of Object.entries(METRICS)) {
    if (!metric.of) continue;
    totals[key] = data.nodes.map(metric.of);
    greatest[key] = totals[key].reduce((most, amount) => Math.max(most, amount), 0);
    sums[key] = data.scopes.map(() => 0);
    data.nodes.forEach((node, index) => {
      for (let scope = node.scope; scope !== null; scope = data.scopes[scope].parent) {
        sums[key][scope] += totals[key][index];
      }
    });
  }
  const available = Object.keys(METRICS).filter((key) => key === "op" || greatest[key] > 0);

  /** The greatest amount among the boxes that are drawn, closed scopes included. */
  const most = (key, placed) => {
    let result = 0;
    placed.nodes.forEach((box, index) => { if (box) result = Math.max(result, totals[key][index]); });
    placed.scopes.forEach((box, number) => {
      if (box && number && !placed.isOpen[number]) result = Math.max(result, sums[key][number]);
    });
    return result;
  };

  function paint(group, colour) {
    for (const part of group.querySelectorAll(".ig-body")) part.style.fill = colour?.fill ?? "";
    // One colour for all of the box.
    for (const part of group.querySelectorAll("path.ig-head")) part.style.fill = colour ? "none" : "";
    for (const part of group.querySelectorAll(".ig-text")) part.style.fill = colour?.text ?? "";
    for (const part of group.querySelectorAll(".ig-mark")) part.style.stroke = colour?.text ?? "";
  }

  return {
    available,
    sumOf: (key, scope) => sums[key][scope],
    /** The boxes that are drawn, each with its colour, for the small map. */
    fills(key, placed, isDark) {
      const scale = isDark ? DARK_HEAT : data.heat, top = key === "op" ? 0 : most(key, placed);
      const fill = (amount) => heatColour(scale, top > 0 ? Math.sqrt(amount / top) : 0).fill;
      const result = [];
      placed.nodes.forEach((box, index) => {
        if (box) result.push([box, key === "op" ? data.families[data.nodes[index].family].colour : fill(totals[key][index])]);
      });
      placed.scopes.forEach((box, number) => {
        if (box && number && !placed.isOpen[number]) result.push([box, key === "op" ? "#3f5873" : fill(sums[key][number])]);
      });
      return result;
    },
    /** Colours everything drawn. */
    apply(key, drawn, placed, isDark) {
      const scale = isDark ? DARK_HEAT : data.heat;
      const top = key === "op" ? 0 : most(key, placed);
      const colour = (amount) => heatColour(scale, top > 0 ? Math.sqrt(amount / top) : 0);
      drawn.nodes.forEach((group, index) =>
        paint(group, key === "op" ? null : colour(totals[key][index])));
      drawn.scopes.forEach((group, number) => {
        if (!placed.isOpen[number]) paint(group, key === "op" ? null : colour(sums[key][number]));
      });
      if (key === "op") familyLegend();
      else heatLegend(key, scale, top);
    },
  };

  function familyLegend() {
    const present = new Set(data.nodes.map((node) => node.family));
    legend.replaceChildren(...data.families.flatMap((family, number) => present.has(number)
      ? [html("span", { class: "ig-key" },
        html("i", { class: `ig-swatch ig-swatch-${number}`, style: `background:${family.colour}` }), family.name)]
      : []));
  }

  function heatLegend(key, scale, top) {
    const metric = METRICS[key];
    const stops = scale.map((colour, i) => `${colour} ${Math.round(100 * i / (scale.length - 1))}%`);
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
      html("span", { style: `left:${part * 100}%` }, metric.text(top * part * part)));
    legend.replaceChildren(html("span", { class: "ig-heat-name" }, metric.name),
      html("span", { class: "ig-heat" },
        html("i", { style: `background:linear-gradient(to right, ${stops.join(", ")})` }),
        html("span", { class: "ig-ticks" }, ...ticks)));
  }
}
