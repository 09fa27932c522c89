// Zooming and panning.

/**
 * Moves `layer` about in `canvas`. `bounds()` gives the picture's size; `wheel` says whether the wheel always zooms, or
 * only while the canvas has the focus or a control key is down, so that a page around it can scroll.
 */
function createView(canvas, layer, bounds, { wheel, onchange }) {
  const least = 0.01, greatest = 4;
  let x = 0, y = 0, scale = 1;
  let moved = false;
  const size = () => ({ width: canvas.clientWidth || 1, height: canvas.clientHeight || 1 });

  function apply() {
    const picture = bounds(), { width, height } = size();
    // Some of the picture stays in sight.
    const keep = 60;
    x = Math.min(width - keep, Math.max(keep - picture.width * scale, x));
    y = Math.min(height - keep, Math.max(keep - picture.height * scale, y));
    layer.setAttribute("transform", `translate(${round(x)} ${round(y)}) scale(${scale.toFixed(4)})`);
    canvas.classList.toggle("ig-far", scale < 0.5);
    canvas.classList.toggle("ig-very-far", scale < 0.22);
    if (scale < 0.22) canvas.style.setProperty("--ig-far-size", `${(12 / scale).toFixed(0)}px`);
    onchange?.({ x, y, scale, ...size() });
  }

  const view = {
    get scale() { return scale; },
    pan(dx, dy) {
      x += dx;
      y += dy;
      apply();
    },
    /** Zooms by a factor about a point of the canvas; its middle without one. */
    zoom(factor, point) {
      const { width, height } = size();
      const { px, py } = point ?? { px: width / 2, py: height / 2 };
      const next = Math.min(greatest, Math.max(least, scale * factor));
      x = px - (px - x) * next / scale;
      y = py - (py - y) * next / scale;
      scale = next;
      apply();
    },
    /** Shows all of the picture. */
    fit() {
      const picture = bounds(), { width, height } = size(), margin = 24;
      // The legend is at the foot.
      const room = Math.max(height / 2, height - 2 * margin - 40);
      scale = Math.min(1.5, (width - 2 * margin) / picture.width, room / picture.height);
      scale = Math.max(least, scale);
      x = (width - picture.width * scale) / 2;
      y = margin + (room - picture.height * scale) / 2;
      apply();
    },
    /** Shows the top of the picture, as large as can be read and as wide as the canvas. */
    home() {
      const picture = bounds(), { width, height } = size(), margin = 24;
      const whole = Math.min((width - 2 * margin) / picture.width, (height - 2 * margin) / picture.height);
      scale = Math.min(1, Math.max(whole, Math.min(1, Math.max(0.55, (width - 2 * margin) / picture.width))));
      x = (width - picture.width * scale) / 2;
      y = Math.max(margin, (height - picture.height * scale) / 2);
      if (picture.height * scale > height - 2 * margin) y = margin;
      apply();
    },
    /** Brings a box into sight; `centre` puts it into the middle in any case. */
    reveal(box, centre) {
      const { width, height } = size(), margin = 40, foot = 64;
      if (centre && scale < 0.6) scale = 0.8;
      const left = x + box.x * scale, top = y + box.y * scale;
      const right = left + box.w * scale, bottom = top + Math.min(box.h * scale, height - 2 * margin);
      if (centre) {
        x = width / 2 - (box.x + box.w / 2) * scale;
        y = height / 2 - (box.y + Math.min(box.h, height / scale) / 2) * scale;
      } else {
        if (left < margin) x += margin - left;
        else if (right > width - margin) x -= right - width + margin;
        if (top < margin) y += margin - top;
        else if (bottom > height - foot) y -= bottom - height + foot;
      }
      apply();
    },
    /** Where a point of the picture is on the canvas. */
    position: (px, py) => ({ x: x + px * scale, y: y + py * scale }),
    /** Centres a point of the picture. */
    centre(px, py) {
      const { width, height } = size();
      x = width / 2 - px * scale;
      y = height / 2 - py * scale;
      apply();
    },
    /** Whether the pointer was dragged since it went down, so that a click is none. */
    get wasDragged() { return moved; },
    apply,
  };

  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    return { px: event.clientX - frame.left, py: event.clientY - frame.top };
  };
  canvas.addEventListener("wheel", (event) => {
    if (!wheel && !event.ctrlKey && !event.metaKey && !canvas.contains(document.activeElement)) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 30 : event.deltaMode === 2 ? 300 : 1;
    const step = Math.max(-240, Math.min(240, event.deltaY * unit));
    if (event.shiftKey) view.pan(-step, 0);
    else view.zoom(Math.exp(-step * (event.ctrlKey ? 0.008 : 0.0018)), at(event));
  }, { passive: false });

  const pointers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button > 1) return;
    if (pointers.size === 0) moved = false;
    pointers.set(event.pointerId, event);
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    if (pointers.size === 1) {
      const dx = event.clientX - last.clientX, dy = event.clientY - last.clientY;
      if (!moved && Math.hypot(dx, dy) < 4) return;
      if (!moved) canvas.setPointerCapture(event.pointerId);
      moved = true;
      view.pan(dx, dy);
    } else if (pointers.size === 2) {
      const [other] = [...pointers.values()].filter((one) => one.pointerId !== event.pointerId);
      const distance = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      const middle = at({
        clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2,
      });
      view.pan((event.clientX - last.clientX) / 2, (event.clientY - last.clientY) / 2);
      if (distance(last) > 0) view.zoom(distance(event) / distance(last), middle);
      moved = true;
    }
    pointers.set(event.pointerId, event);
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(kind, (event) => pointers.delete(event.pointerId));
  }
  return view;
}
