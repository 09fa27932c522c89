// Elements, numbers as text, scales.

function element(space, name, attributes, children) {
  const node = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const html = (name, attributes, ...children) => element("http://www.w3.org/1999/xhtml", name, attributes, children);
const svg = (name, attributes, ...children) => element("http://www.w3.org/2000/svg", name, attributes, children);

/** Text with what is between backticks as code. */
const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? html("code", {}, part) : part));

function digits(value) {
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 0.1 || size === 0 ? value.toFixed(2)
    : value.toPrecision(2);
}
function timeText(us) {
  return us >= 1e6 ? `${digits(us / 1e6)} s` : us >= 1000 ? `${digits(us / 1000)} ms` : `${digits(us)} µs`;
}
function bytesText(value) {
  for (const [shift, unit] of [[40, "TiB"], [30, "GiB"], [20, "MiB"], [10, "KiB"]]) {
    if (value >= 2 ** shift) return `${digits(value / 2 ** shift)} ${unit}`;
  }
  return `${Math.round(value)} B`;
}
function countText(value) {
  for (const [factor, unit] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (value >= factor) return `${digits(value / (unit === "k" ? 1e3 : factor))} ${unit}`;
  }
  return String(value);
}
const percentText = (part) => `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
const shapeText = (shape) => `[${shape.join(", ")}]`;

function elided(text, length) {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (length - 1 - head)).join("")}`;
}

/** A layer's name for a place of so many characters: of nodes merged into one, the first and how many more. */
function shortName(layer, length) {
  const nodes = layer.name.split(" + ");
  if (layer.name.length <= length || nodes.length < 2) return elided(layer.name, length);
  const more = ` +${nodes.length - 1}`;
  return elided(nodes[0], length - more.length) + more;
}

/** From a range of values to a range of pixels, and back. */
function linear(low, high, from, to) {
  const scale = (to - from) / ((high - low) || 1);
  const place = (value) => from + (value - low) * scale;
  place.value = (pixel) => low + (pixel - from) / scale;
  return place;
}
function logarithmic(low, high, from, to) {
  const inner = linear(Math.log10(low), Math.log10(high), from, to);
  return (value) => inner(Math.log10(value));
}

/** About `count` round values in a range. */
function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  const result = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) result.push(i * step);
  return result;
}

/** A number below an axis that ends at `width`, kept within it. */
function below(x, y, width, text) {
  const half = text.length * 3.2, anchor = x + half > width ? "end" : x < half ? "start" : "middle";
  return svg("g", { class: "tick" }, svg("text", { x: anchor === "end" ? width - 1 : x, y, "text-anchor": anchor }, text));
}

/** Powers of ten in a range; where there are few, twice and five times them too. */
function logTicks(low, high) {
  const factors = Math.log10(high / low) < 3 ? [1, 2, 5] : [1];
  const result = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) result.push(value);
    }
  }
  return result;
}
