// The overlay that ? opens: every key of the view, and of the page.
import { h } from "../dom.js";
import { open } from "./dialog.js";
import { shortcuts, singleKeys } from "../keys.js";

export function showHelp() {
  const { view, everywhere } = shortcuts();
  return open("Keys", () => h("div", { class: "stack" },
    view.length > 0 && h("section", {}, h("h3", { text: "Here" }), list(view)),
    h("section", {}, h("h3", { text: "Everywhere" }), list(everywhere)),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: singleKeys.on, on: { change: (event) => { singleKeys.on = event.target.checked; } } }), h("span", { text: "Single keys do things. Switch this off if you speak to your computer." }))), { wide: true });
}

function list(of) {
  return h("dl", { class: "keys" }, of.map((s) => h("div", {}, h("dt", {}, (s.shown ?? s.key).split(" ").map((key) => h("kbd", { text: names[key] ?? key }))), h("dd", { text: s.says }))));
}

const names = { Enter: "↵ Enter", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
