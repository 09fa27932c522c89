// The picture as SVG elements.

/** An element of the given namespace with attributes and children or text. */
function element(namespace, tag, attributes, ...children) {
  const made = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const svg = (tag, attributes, ...children) =>
  element("http://www.w3.org/2000/svg", tag, attributes, ...children);
const html = (tag, attributes, ...children) => element(null, tag, attributes, ...children);

const round = (value) => Math.round(value * 10) / 10;

/** A piece of a line as path data: straight down, then a curve that starts and ends upright. */
function piecePath(piece) {
  const end = round(piece.hasArrow ? piece.y1 - 4 : piece.y1);
  const x0 = round(piece.x0), x1 = round(piece.x1), y0 = round(piece.y0);
  if (x0 === x1) return `M${x0} ${y0}V${end}`;
  const middle = round((piece.bend + end) / 2);
  const straight = piece.bend > piece.y0 ? `V${round(piece.bend)}` : "";
  return `M${x0} ${y0}${straight}C${x0} ${middle} ${x1} ${middle} ${x1} ${end}`;
}

const arrowPath = (piece) => `M${round(piece.x1)} ${round(piece.y1)}l-3.2 -6.5h6.4z`;

/** The shape of a value, as text. */
function shapeOf(data, value) {
  const [node, output] = data.values[value];
  return data.nodes[node].outputs[output] ?? "";
}

/**
 * Draws a placed graph into `layer`, an SVG group. Returns the elements: by node, by scope, and the group for
 * highlighted lines.
 */
function drawGraph(data, placed, layer, prefix) {
  const drawn = { nodes: [], scopes: [], hot: svg("g", { class: "ig-hot" }), cull: createCulling() };
  const frames = svg("g"), lines = svg("g", { "aria-hidden": "true" }), boxes = svg("g");
  const texts = svg("g", { "aria-hidden": "true" });
  placed.scopes.forEach((box, number) => {
    if (!box || number === 0) return;
    const made = placed.isOpen[number]
      ? drawFrame(data, number, box) : drawClosed(data, number, box);
    made.id = `${prefix}-scope-${number}`;
    made.dataset.scope = number;
    drawn.scopes[number] = made;
    (placed.isOpen[number] ? frames : boxes).append(made);
    drawn.cull.add(made, box);
  });
  for (const [number, box] of placed.scopes.entries()) {
    if (!box || !number || data.scopes[number].parent !== 0 || !placed.isOpen[number]) continue;
    // Beside the module, for when it is so far away that nothing in it can be read.
    texts.append(svg("text", {
      class: "ig-far-title", x: round(box.x), dx: "-0.6em", y: round(box.y), dy: "1em", style: `--most: ${round(box.h * 0.8)}px`,
    }, data.scopes[number].title.slice(0, 40)));
  }
  drawLines(placed, lines);
  placed.nodes.forEach((box, index) => {
    if (!box) return;
    const made = drawNode(data, index, box);
    made.id = `${prefix}-node-${index}`;
    made.dataset.node = index;
    drawn.nodes[index] = made;
    boxes.append(made);
    drawn.cull.add(made, box);
  });
  for (const label of placed.labels) {
    const made = svg("text", { class: "ig-label", x: round(label.x), y: round(label.y + 4) },
      shapeOf(data, label.value).slice(0, 61));
    texts.append(made);
    drawn.cull.add(made, { x: label.x - 100, y: label.y - 10, w: 200, h: 20 });
  }
  layer.replaceChildren(frames, lines, drawn.hot, texts, boxes);
  return drawn;
}

/** Leaves out what is not in sight: laying out the text of thousands of boxes takes a browser a second. */
function createCulling() {
  const few = 700, margin = 200;
  const all = [];
  return {
    add(made, box) {
      made.setAttribute("display", "none");
      all.push({ made, box, shown: false });
    },
    /** Shows what is in the given part of the picture, everything without one. */
    show(seen) {
      const { x, y, w, h } = all.length > few && seen ? seen : { x: -Infinity, y: -Infinity, w: Infinity, h: Infinity };
      for (const one of all) {
        const { box } = one;
        const shown = w === Infinity || (box.x < x + w + margin && box.x + box.w > x - margin
          && box.y < y + h + margin && box.y + box.h > y - margin);
        if (shown === one.shown) continue;
        one.shown = shown;
        if (shown) one.made.removeAttribute("display");
        else one.made.setAttribute("display", "none");
      }
    },
  };
}

function drawLines(placed, group) {
  const paths = new Map();
  for (const piece of placed.pieces) {
    const key = piece.isDirect ? `d${piece.value}` : piece.value;
    let path = paths.get(key);
    if (!path) paths.set(key, path = { isDirect: piece.isDirect, line: "", arrows: "" });
    path.line += piecePath(piece);
    if (piece.hasArrow) path.arrows += arrowPath(piece);
  }
  for (const { isDirect, line, arrows } of paths.values()) {
    group.append(svg("path", { class: isDirect ? "ig-direct" : "ig-line", d: line }));
    if (arrows) group.append(svg("path", { class: "ig-arrow", d: arrows }));
  }
}

/** An open scope: a frame with a title that closes it. */
function drawFrame(data, number, box) {
  const scope = data.scopes[number];
  return svg("g", {
    class: "ig-frame", role: "button", tabindex: "-1", "aria-expanded": "true",
    "aria-label": `module ${scope.title}, open, ${scope.nodes} nodes`,
  },
  svg("rect", {
    class: "ig-frame-box", x: round(box.x), y: round(box.y), width: round(box.w),
    height: round(box.h), rx: 7,
  }),
  svg("rect", {
    class: "ig-frame-head", x: round(box.x), y: round(box.y), width: round(box.w), height: 20, rx: 7,
  }),
  svg("path", { class: "ig-mark", d: `M${round(box.x + 9)} ${round(box.y + 11)}h7` }),
  svg("text", { class: "ig-frame-title", x: round(box.x + 22), y: round(box.y + 14.5) },
    fitted(scope.title, scope.titleWidth, box.w - 30)));
}

/** A text cut to a width, of which the whole's is known. */
function fitted(text, width, limit) {
  if (width <= limit) return text;
  const characters = Array.from(text);
  return characters.slice(0, Math.max(1, Math.floor(characters.length * limit / width) - 1)).join("") + "…";
}

function drawClosed(data, number, box) {
  const scope = data.scopes[number];
  const made = svg("g", {
    class: "ig-closed", role: "button", tabindex: "-1", "aria-expanded": "false",
    "aria-label": `module ${scope.title}, closed, ${scope.nodes} nodes`,
  });
  for (const offset of [5, 2.5]) {
    made.append(svg("rect", {
      class: "ig-stack", x: round(box.x + offset), y: round(box.y + offset), width: box.w,
      height: box.h, rx: 6,
    }));
  }
  boxContent(data, made, scope, box, 6);
  made.append(svg("path", {
    class: "ig-mark ig-plus", d: `M${round(box.x + 7)} ${round(box.y + 9.5)}h7m-3.5 -3.5v7`,
  }));
  return made;
}

function drawNode(data, index, box) {
  const node = data.nodes[index];
  const label = [node.op || node.kind, node.name, node.outputs[0] && `output ${node.outputs[0]}`];
  const made = svg("g", {
    class: `ig-node ig-${node.kind} ig-family-${node.family}`, role: "button", tabindex: "-1",
    "aria-label": label.filter(Boolean).join(", ").slice(0, 300),
  }, svg("title", null, node.name.slice(0, 500)));
  boxContent(data, made, node, box, node.kind === "op" ? 5 : box.h / 2);
  return made;
}

/** A box's rectangle, head and text. */
function boxContent(data, group, { lines }, box, radius) {
  const { head, line } = data.metrics;
  const x = round(box.x), y = round(box.y), single = lines.length <= 2;
  group.append(svg("rect", {
    class: single ? "ig-body ig-head" : "ig-body", x, y, width: box.w, height: box.h, rx: radius,
  }));
  if (!single) {
    group.append(svg("path", {
      class: "ig-head",
      d: `M${x} ${y + head}v${radius - head}a${radius} ${radius} 0 0 1 ${radius} ${-radius}`
        + `h${box.w - 2 * radius}a${radius} ${radius} 0 0 1 ${radius} ${radius}v${head - radius}z`,
    }));
  }
  const middle = round(box.x + box.w / 2);
  for (let i = 0; i < lines.length; i += 2) {
    const top = i > 0 ? head + 2 + (i / 2) * line - 4 : single ? box.h / 2 + 4 : 13.5;
    group.append(svg("text", {
      class: `ig-text ig-text-${lines[i]}`, x: middle, y: round(box.y + top),
    }, lines[i + 1]));
  }
  group.append(svg("rect", {
    class: "ig-ring", x: x - 3, y: y - 3, width: box.w + 6, height: box.h + 6, rx: radius + 3,
  }));
}
