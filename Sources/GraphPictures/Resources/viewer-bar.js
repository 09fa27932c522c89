// The bar above the picture: search, colours, modules, zoom, theme, help.

const HELP = [
  ["Drag, arrow keys", "move the picture"],
  ["Wheel, pinch, + and −", "zoom"],
  ["0 or f", "show everything"],
  ["Click", "select a node; open or close a module"],
  ["Tab, then arrow keys", "move the selection along edges; ← and → to its neighbours"],
  ["Shift and arrow keys", "move the picture while a node is selected"],
  ["Enter", "select the first node; open or close a module; on a node, go to its panel"],
  ["u", "select the module around"],
  ["e, c", "expand all, collapse all"],
  ["/", "search by name or operator; Enter and Shift+Enter for the next and the previous"],
  ["Escape", "end the search, then the selection"],
  ["t", "light or dark"],
  ["?", "this list"],
];

function createBar(data, id, actions) {
  const button = (label, text, action, more) => {
    const made = html("button", { type: "button", class: "ig-button", title: label, "aria-label": label, ...more }, text);
    made.addEventListener("click", action);
    return made;
  };
  const input = html("input", {
    type: "search", class: "ig-search", placeholder: "Search name or operator (/)", "aria-label": "Search nodes",
    spellcheck: "false", autocomplete: "off",
  });
  const count = html("span", { class: "ig-count", role: "status" });
  const colour = html("select", { class: "ig-select", "aria-label": "Colour by" });
  const hasModules = data.scopes.length > 1;
  const bar = html("div", { class: "ig-bar", role: "toolbar", "aria-label": "Picture" },
    html("strong", { class: "ig-title", title: data.caption }, data.title.slice(0, 200)),
    html("span", { class: "ig-field" }, input, count,
      button("Previous match", "‹", () => actions.step(-1)), button("Next match", "›", () => actions.step(1))),
    html("label", { class: "ig-field" }, "Colour ", colour),
    hasModules ? html("span", { class: "ig-field" },
      button("Collapse all modules (c)", "Collapse all", () => actions.openAll(false)),
      button("Expand all modules (e)", "Expand all", () => actions.openAll(true))) : null,
    html("span", { class: "ig-field ig-right" },
      button("Zoom out (-)", "−", () => actions.zoom(1 / 1.25)), button("Zoom in (+)", "+", () => actions.zoom(1.25)),
      button("Show everything (f)", "Fit", actions.fit), button("Light or dark (t)", "◐", actions.theme),
      button("Help (?)", "?", actions.help)));
  input.addEventListener("input", () => actions.search(input.value));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") {
      actions.step(event.shiftKey ? -1 : 1);
      event.preventDefault();
    } else if (event.key === "Escape") {
      input.value = "";
      actions.search("");
      actions.focus();
    }
  });
  colour.addEventListener("change", () => actions.colour(colour.value));

  const help = html("div", { class: "ig-help", role: "dialog", "aria-modal": "true", "aria-labelledby": `${id}-help`, hidden: "" },
    html("div", { class: "ig-help-box" }, html("h2", { id: `${id}-help` }, "Keys and gestures"),
      html("dl", null, ...HELP.flatMap(([keys, what]) => [html("dt", null, keys), html("dd", null, what)])),
      button("Close", "Close", () => actions.help())));
  help.addEventListener("click", (event) => { if (event.target === help) actions.help(); });

  return {
    bar, help, input,
    setColours(keys, key) {
      colour.replaceChildren(...keys.map((one) =>
        html("option", { value: one, selected: one === key ? "" : null }, METRICS[one].name)));
      colour.value = key;
    },
    setCount(text) { count.textContent = text; },
  };
}
