// Ways through the picture: which modules are open at first, the route of a value, the neighbour in a direction, and the
// small map.

/** Opens modules level by level as long as the picture stays readable at once. */
function firstOpen(data) {
  const readable = 60, few = 12, many = 400;
  const open = data.scopes.map((_, number) => number === 0);
  const children = data.scopes.map(() => []), own = data.scopes.map(() => 0);
  data.scopes.forEach((scope, number) => { if (scope.parent !== null) children[scope.parent].push(number); });
  for (const node of data.nodes) own[node.scope]++;
  let boxes = own[0] + children[0].length, level = children[0];
  while (level.length) {
    const grown = level.reduce((sum, number) => sum + own[number] + children[number].length - 1, boxes);
    // One module around nearly everything is opened too.
    if (grown > (boxes < few ? many : readable)) break;
    boxes = grown;
    for (const number of level) open[number] = true;
    level = level.flatMap((number) => children[number]);
  }
  return open;
}

/** The pieces on which a value comes to a node, from the box that makes it or the closed module that that is in. */
function route(data, scopes, placed, value, node) {
  let scope = data.nodes[node].scope, kind = NODE, ref = node;
  // Within closed modules there is nothing to see.
  while (scope && !placed.isOpen[scope]) [kind, ref, scope] = [SCOPE, scope, data.scopes[scope].parent];
  const find = (number, kind, ref) =>
    scopes[number].kinds.findIndex((one, item) => one === kind && scopes[number].refs[item] === ref);
  let item = find(scope, kind, ref);
  const pieces = [];
  for (let steps = 0; steps < 100000; steps++) {
    const piece = placed.byEnd.get(`${scope} ${item} ${value}`);
    if (!piece) break;
    pieces.push(piece);
    item = piece.from;
    const from = scopes[scope].kinds[item];
    if (from === ENTRY) {
      const inner = scope;
      scope = data.scopes[inner].parent;
      item = find(scope, SCOPE, inner);
    } else if (from === SCOPE && placed.isOpen[scopes[scope].refs[item]]) {
      scope = scopes[scope].refs[item];
      item = find(scope, EXIT, value);
    } else if (from !== BEND) break;
  }
  return pieces;
}

/** The selection that an arrow key leads to: along edges up and down, to the nearest box left and right. */
function neighbour(data, placed, panel, from, key) {
  const box = from.node !== undefined ? placed.nodes[from.node] : placed.scopes[from.scope];
  const centre = box.x + box.w / 2;
  const isWithin = (node, scope) => {
    for (let at = data.nodes[node].scope; at !== null; at = data.scopes[at].parent) if (at === scope) return true;
    return false;
  };
  const shown = (node) => {
    if (placed.nodes[node]) return { node };
    let scope = data.nodes[node].scope;
    while (!placed.scopes[scope]) scope = data.scopes[scope].parent;
    return { scope };
  };
  const boxOf = (one) => one.node !== undefined ? placed.nodes[one.node] : placed.scopes[one.scope];
  if (key === "ArrowUp" || key === "ArrowDown") {
    const ends = key === "ArrowDown" ? panel.users : panel.inputs;
    const nodes = from.node !== undefined ? [from.node]
      : data.nodes.map((_, index) => index).filter((index) => isWithin(index, from.scope));
    const found = nodes.flatMap((node) => ends[node].map(([other]) => other))
      .filter((other) => from.scope === undefined || !isWithin(other, from.scope)).map(shown);
    return nearest(found, (one) => Math.abs(boxOf(one).x + boxOf(one).w / 2 - centre) + Math.abs(boxOf(one).y - box.y) / 4);
  }
  const sign = key === "ArrowRight" ? 1 : -1;
  const candidates = [];
  placed.nodes.forEach((other, node) => { if (other && node !== from.node) candidates.push({ node }); });
  placed.scopes.forEach((other, scope) => {
    if (other && scope && !placed.isOpen[scope] && scope !== from.scope) candidates.push({ scope });
  });
  return nearest(candidates.filter((one) => {
    const other = boxOf(one);
    return sign * (other.x + other.w / 2 - centre) > 1 && other.y < box.y + box.h && other.y + other.h > box.y;
  }), (one) => Math.abs(boxOf(one).x + boxOf(one).w / 2 - centre));
}

function nearest(list, distance) {
  let best = null, least = Infinity;
  for (const one of list) {
    const now = distance(one);
    if (now < least) [best, least] = [one, now];
  }
  return best;
}

/** A small map of the whole picture on which what is seen is marked. */
function createMap(placedGraph, go) {
  const canvas = html("canvas", { class: "ig-map", "aria-hidden": "true" });
  const width = 130, most = 220, ratio = Math.min(2, window.devicePixelRatio || 1);
  let scale = 1, colours = [], last = null;
  function paint() {
    const placed = placedGraph();
    if (!placed || !last) return;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.scale(scale, scale);
    for (const [box, colour] of colours) {
      context.fillStyle = colour;
      context.fillRect(box.x, box.y, Math.max(box.w, 1 / scale), Math.max(box.h, 1 / scale));
    }
    const seen = { x: -last.x / last.scale, y: -last.y / last.scale, w: last.width / last.scale, h: last.height / last.scale };
    context.lineWidth = 1.5 / scale;
    context.strokeStyle = "#e0701a";
    context.fillStyle = "rgba(224, 112, 26, 0.10)";
    context.fillRect(seen.x, seen.y, seen.w, seen.h);
    context.strokeRect(seen.x, seen.y, seen.w, seen.h);
  }
  const centre = (event) => {
    const frame = canvas.getBoundingClientRect();
    go((event.clientX - frame.left) / scale, (event.clientY - frame.top) / scale);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    centre(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) centre(event); });
  return {
    element: canvas,
    draw() {
      const placed = placedGraph();
      scale = Math.min(width / placed.width, most / placed.height);
      const [w, h] = [placed.width * scale, placed.height * scale];
      canvas.width = Math.max(1, Math.round(w * ratio));
      canvas.height = Math.max(1, Math.round(h * ratio));
      canvas.style.width = `${w}px`;
      canvas.style.height = `${h}px`;
    },
    /** Takes boxes with their colours. */
    paint(boxes) {
      colours = boxes;
      paint();
    },
    move(state) {
      last = state;
      const placed = placedGraph();
      if (!placed) return;
      // Not where all is seen anyway.
      canvas.hidden = state.x >= 0 && state.y >= 0 && state.x + placed.width * state.scale <= state.width
        && state.y + placed.height * state.scale <= state.height;
      paint();
    },
  };
}
