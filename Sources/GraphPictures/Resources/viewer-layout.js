// Coordinates for a graph some of whose scopes are open. Layers and their orders come with the data; this is the last
// step of the layout, the same as Placement.swift and PlacedGraph.swift do it: there the methods are explained.

const NODE = 0, SCOPE = 1, BEND = 2, ENTRY = 3, EXIT = 4;

/** A scope of the data with what follows from its layers. */
function prepareScope(scope) {
  const count = scope.items.length / 2;
  const unpack = (flat) => {
    const links = [];
    for (let i = 0; i < flat.length; i += 3) {
      links.push({ from: flat[i], to: flat[i + 1], value: flat[i + 2] });
    }
    return links;
  };
  const prepared = {
    count, layers: scope.layers, ranks: scope.ranks, parent: scope.parent,
    kinds: Array.from({ length: count }, (_, i) => scope.items[2 * i]),
    refs: Array.from({ length: count }, (_, i) => scope.items[2 * i + 1]),
    links: unpack(scope.links), direct: unpack(scope.direct),
    above: Array.from({ length: count }, () => []), below: Array.from({ length: count }, () => []),
  };
  prepared.links.forEach((link, number) => {
    prepared.above[link.to].push(number);
    prepared.below[link.from].push(number);
  });
  prepared.isPoint = prepared.kinds.map((kind) => kind >= BEND);
  prepared.weights = prepared.links.map((link) =>
    [1, 2, 8][Number(prepared.isPoint[link.from]) + Number(prepared.isPoint[link.to])]);
  prepared.leaving = leavingValues(prepared);
  return prepared;
}

/** The values that leave each item, in the order in which they then lie side by side. */
function leavingValues(scope) {
  const place = new Array(scope.count).fill(0);
  for (const layer of scope.layers) layer.forEach((item, position) => { place[item] = position; });
  const sums = Array.from({ length: scope.count }, () => new Map());
  for (const { from, to, value } of scope.links) {
    const [sum, count] = sums[from].get(value) ?? [0, 0];
    sums[from].set(value, [sum + place[to], count + 1]);
  }
  for (const { from, value } of scope.direct) {
    if (!sums[from].has(value)) sums[from].set(value, [scope.count, 1]);
  }
  return sums.map((values) => [...values].map(([value, [sum, count]]) => [sum / count, value])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((pair) => pair[1]));
}

/** Positions nearest to the wishes, each at least its gap from the one before (pooling adjacent violators). */
function separated(wishes, weights, gaps) {
  const means = [], totals = [], counts = [];
  let offset = 0;
  for (let i = 0; i < wishes.length; i++) {
    offset += gaps[i];
    let mean = wishes[i] - offset, weight = weights[i], count = 1;
    while (means.length && means[means.length - 1] >= mean) {
      const total = totals.pop() + weight;
      mean = (means.pop() * (total - weight) + mean * weight) / total;
      weight = total;
      count += counts.pop();
    }
    means.push(mean);
    totals.push(weight);
    counts.push(count);
  }
  const places = [];
  offset = 0;
  means.forEach((mean, block) => {
    for (let i = 0; i < counts[block]; i++) {
      offset += gaps[places.length];
      places.push(mean + offset);
    }
  });
  return places;
}

/** Horizontal positions: the middle of each item, and the width of the scope. */
function placeAcross(scope, extents, metrics, least) {
  const middle = new Array(scope.count).fill(0);
  const gap = (left, right) => {
    const isLine = extents[left].width === 0 || extents[right].width === 0;
    return (extents[left].width + extents[right].width) / 2
      + (isLine ? metrics.lineGap : metrics.boxGap);
  };
  const gaps = scope.layers.map((layer) => layer.map((item, i) => i ? gap(layer[i - 1], item) : 0));
  scope.layers.forEach((layer, rank) => {
    let x = 0;
    layer.forEach((item, i) => { x += gaps[rank][i]; middle[item] = x; });
    for (const item of layer) middle[item] -= x / 2;
  });
  // Where the ends of links lie next to the middles of their items, as far as wishes go.
  const upperEnds = scope.links.map(({ from, value }) =>
    (extents[from].exits.get(value) ?? 0) - extents[from].skew);
  const lowerEnds = scope.links.map(({ to, value }) => extents[to].entries.has(value)
    ? extents[to].entries.get(value) + extents[to].skew : 0);
  const place = (rank, usesAbove, usesBelow) => {
    const wishes = [], weights = [];
    for (const item of scope.layers[rank]) {
      let sum = 0, total = 0;
      if (usesAbove) {
        for (const number of scope.above[item]) {
          const weight = scope.weights[number];
          sum += weight * (middle[scope.links[number].from] + upperEnds[number] - lowerEnds[number]);
          total += weight;
        }
      }
      if (usesBelow) {
        for (const number of scope.below[item]) {
          const weight = scope.weights[number];
          sum += weight * (middle[scope.links[number].to] + lowerEnds[number] - upperEnds[number]);
          total += weight;
        }
      }
      wishes.push(total > 0 ? sum / total : middle[item]);
      weights.push(total > 0 ? total : 0.1);
    }
    const places = separated(wishes, weights, gaps[rank]);
    scope.layers[rank].forEach((item, i) => { middle[item] = places[i]; });
  };
  const down = (above, below) => scope.layers.forEach((_, rank) => place(rank, above, below));
  const up = (above, below) => {
    for (let rank = scope.layers.length - 1; rank >= 0; rank--) place(rank, above, below);
  };
  const sweeps = Math.min(12, Math.max(3, Math.floor(400000 / (scope.links.length + 1))));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    down(true, false);
    up(false, true);
  }
  down(true, true);
  up(true, true);
  down(true, false);
  let left = Infinity, right = -Infinity;
  middle.forEach((x, item) => {
    left = Math.min(left, x - extents[item].width / 2);
    right = Math.max(right, x + extents[item].width / 2);
  });
  if (!scope.count) left = right = 0;
  const width = Math.max(right - left + 2 * metrics.margin, least);
  const shift = (width - (right - left)) / 2 - left;
  return { middle: middle.map((x) => Math.round((x + shift) * 2) / 2), width };
}

/** Vertical positions: top and height of each layer, and the height of the scope. */
function placeDown(scope, extents, metrics, title, ends) {
  const isBorder = (rank) => {
    const kind = scope.layers[rank]?.length ? scope.kinds[scope.layers[rank][0]] : NODE;
    return kind === ENTRY || kind === EXIT;
  };
  const slants = scope.layers.map(() => 0);
  scope.links.forEach((link, number) => {
    const rank = scope.ranks[link.from];
    slants[rank] = Math.max(slants[rank], Math.abs(ends.upper(number) - ends.lower(number)));
  });
  const hasEntries = isBorder(0);
  const tops = [], heights = [];
  let y = hasEntries ? 0 : title + (title > 0 ? 10 : metrics.margin);
  scope.layers.forEach((layer, rank) => {
    tops.push(y);
    heights.push(layer.reduce((height, item) => Math.max(height, extents[item].height), 0));
    y += heights[rank];
    const slant = Math.min(60, Math.round(slants[rank] * 0.07));
    if (rank === scope.layers.length - 1) return;
    if (rank === 0 && hasEntries) y += title + 12 + slant;
    else y += metrics.layerGap + slant - (isBorder(rank + 1) ? 10 : 0);
  });
  const height = y + (isBorder(scope.layers.length - 1) ? 0 : metrics.margin - 4);
  return { tops, heights, height };
}

/** One open scope, placed by itself; `inner` has the open scopes within. */
function placeScope(data, scopes, number, inner) {
  const scope = scopes[number], metrics = data.metrics;
  const labelled = new Array(scope.count), labelHeights = new Array(scope.count).fill(0);
  const closed = (box, item) => {
    const values = scope.leaving[item];
    const widths = values.map((value) => data.values[value][2]);
    const fits = values.length === 1 || widths.reduce((sum, width) => sum + width, 0) <= box.w;
    labelled[item] = fits ? values.filter((_, i) => widths[i] > 0) : [];
    labelHeights[item] = labelled[item].length ? metrics.label : 0;
    const exits = new Map(values.map((value, place) =>
      [value, Math.round(((place + 0.5) / values.length - 0.5) * box.w)]));
    return { width: box.w, height: box.h + labelHeights[item], entries: new Map(), exits, skew: 0 };
  };
  const extents = scope.kinds.map((kind, item) => {
    const ref = scope.refs[item];
    if (kind === NODE) return closed(data.nodes[ref], item);
    if (kind === SCOPE) return inner[ref] ? inner[ref].extent : closed(data.scopes[ref], item);
    return { width: 0, height: 0, entries: new Map(), exits: new Map(), skew: 0 };
  });
  const title = number === 0 ? 0 : metrics.title;
  const least = number === 0 ? 0 : Math.min(data.scopes[number].titleWidth + 40, 320);
  const { middle, width } = placeAcross(scope, extents, metrics, least);
  alignExit(scope, extents, middle);
  const upper = (n) => middle[scope.links[n].from]
    + (extents[scope.links[n].from].exits.get(scope.links[n].value) ?? 0);
  const lower = (n) => middle[scope.links[n].to]
    + (extents[scope.links[n].to].entries.get(scope.links[n].value) ?? 0);
  const { tops, heights, height } = placeDown(scope, extents, metrics, title, { upper, lower });
  const placed = { scope, extents, labelled, labelHeights, middle, tops, heights, width, height, upper };
  placed.ends = lineEnds(placed);
  placed.extent = scopeExtent(placed);
  return placed;
}

/** Lets a value leave right below where the only value comes in, where that is nearly so. */
function alignExit(scope, extents, middle) {
  const of = (kind) => scope.kinds.flatMap((one, item) => one === kind ? [item] : []);
  const entries = of(ENTRY), exits = of(EXIT);
  if (entries.length !== 1 || exits.length !== 1 || scope.above[exits[0]].length !== 1) return;
  const { from, value } = scope.links[scope.above[exits[0]][0]];
  const offset = middle[entries[0]] - middle[from], extent = extents[from];
  if (scope.isPoint[from] || extent.exits.size !== 1 || extent.exits.get(value) !== 0 || extent.entries.size) return;
  if (Math.abs(offset) > Math.min(24, extent.width / 2 - 12)) return;
  middle[exits[0]] = middle[entries[0]];
  extent.exits.set(value, offset);
}

/** Where lines end on boxes: spread over the upper side in the order in which they come. */
function lineEnds({ scope, extents, middle, upper }) {
  const ends = new Array(scope.links.length).fill(0);
  scope.above.forEach((numbers, item) => {
    const sorted = [...numbers].sort((a, b) => upper(a) - upper(b) || a - b);
    const isPoint = scope.isPoint[item];
    if (sorted.length === 1 && !isPoint && extents[item].entries.size === 0) {
      const offset = upper(sorted[0]) - middle[item];
      const room = Math.min(14, extents[item].width / 2 - 12);
      ends[sorted[0]] = middle[item] + (Math.abs(offset) <= room ? offset : 0);
      return;
    }
    const step = Math.min(20, (extents[item].width - 24) / Math.max(1, sorted.length - 1));
    sorted.forEach((number, place) => {
      const spread = isPoint ? 0 : (place - (sorted.length - 1) / 2) * step;
      ends[number] = middle[item] + (extents[item].entries.get(scope.links[number].value) ?? spread);
    });
  });
  return ends;
}

/** The scope as an item of its parent. */
function scopeExtent({ scope, middle, width, height }) {
  const entries = new Map(), exits = new Map();
  scope.kinds.forEach((kind, item) => {
    if (kind === ENTRY) entries.set(scope.refs[item], middle[item] - width / 2);
    if (kind === EXIT) exits.set(scope.refs[item], middle[item] - width / 2);
  });
  const mean = (offsets) => [...offsets].sort((a, b) => a[0] - b[0])
    .reduce((sum, pair) => sum + pair[1], 0) / offsets.size;
  const skew = entries.size && exits.size ? (mean(exits) - mean(entries)) / 2 : 0;
  return { width, height, entries, exits, skew };
}

/**
 * The whole graph with the scopes of which `open` is true: boxes by node and by scope (absent inside of closed ones),
 * pieces of lines, labels, size.
 */
function placeGraph(data, scopes, open) {
  const isOpen = open.slice();
  isOpen[0] = true;
  scopes.forEach((scope, number) => {
    if (scope.parent !== null && !isOpen[scope.parent]) isOpen[number] = false;
  });
  const inner = new Array(scopes.length);
  for (let number = scopes.length - 1; number >= 0; number--) {
    if (isOpen[number]) inner[number] = placeScope(data, scopes, number, inner);
  }
  const result = {
    isOpen, nodes: new Array(data.nodes.length), scopes: new Array(scopes.length), pieces: [],
    labels: [], width: inner[0].width, height: inner[0].height, byEnd: new Map(),
  };
  result.scopes[0] = { x: 0, y: 0, w: inner[0].width, h: inner[0].height };
  scopes.forEach((_, number) => {
    if (isOpen[number]) addScope(result, inner[number], number);
  });
  return result;
}

function addScope(result, placed, number) {
  const { scope, extents, middle, tops, heights, labelHeights } = placed;
  const origin = result.scopes[number];
  for (let item = 0; item < scope.count; item++) {
    if (scope.isPoint[item]) continue;
    const extent = extents[item];
    const box = {
      x: origin.x + middle[item] - extent.width / 2, y: origin.y + tops[scope.ranks[item]],
      w: extent.width, h: extent.height - labelHeights[item],
    };
    (scope.kinds[item] === NODE ? result.nodes : result.scopes)[scope.refs[item]] = box;
    for (const value of placed.labelled[item] ?? []) {
      const x = origin.x + middle[item] + (extent.exits.get(value) ?? 0);
      result.labels.push({ value, x, y: box.y + box.h + labelHeights[item] / 2 });
    }
  }
  const add = (link, x0, x1, isDirect) => {
    const top = tops[scope.ranks[link.from]];
    const isBox = !scope.isPoint[link.to];
    const piece = {
      ...link, scope: number, isDirect,
      x0: origin.x + x0, x1: origin.x + x1,
      y0: origin.y + (scope.kinds[link.from] === BEND ? top
        : top + extents[link.from].height - labelHeights[link.from]),
      bend: origin.y + top + heights[scope.ranks[link.from]],
      y1: origin.y + tops[scope.ranks[link.to]],
      hasArrow: isBox && !(scope.kinds[link.to] === SCOPE && result.isOpen[scope.refs[link.to]]),
    };
    result.byEnd.set(`${number} ${link.to} ${link.value}`, piece);
    result.pieces.push(piece);
  };
  scope.links.forEach((link, n) => add(link, placed.upper(n), placed.ends[n], false));
  for (const link of scope.direct) {
    add(link, middle[link.from] + (extents[link.from].exits.get(link.value) ?? 0),
      middle[link.to] + (extents[link.to].entries.get(link.value) ?? 0), true);
  }
}
