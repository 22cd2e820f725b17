// Short messages at the foot of the page: what was done, and how to take it back.
import { button, h, iconButton } from "../dom.js";
import * as api from "../api.js";
import { inCollection, state } from "../state.js";
import { sentence } from "../words.js";

const place = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
const shownFor = 9000; // ms: long enough to read and to reach the button

export function toasts() { return place; }

// say shows a message; undo is a function, kind is "" or "bad".
export function say(text, options) {
  const { undo, kind = "" } = options || {};
  const toast = h("div", { class: "toast " + kind }, h("span", { text }));
  const close = () => toast.remove();
  if (undo) toast.append(button("Undo", { kind: "quiet", key: "u", on: () => { close(); undo(); } }));
  toast.append(iconButton("Close this message", "cross", close));
  place.append(toast);
  while (place.children.length > 3) place.firstChild.remove();
  let timer = setTimeout(close, shownFor);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(close, shownFor); });
}

export function complain(error) {
  if (error.name === "AbortError") return;
  say(sentence(error.message) + (error.errors?.length ? " " + error.errors.join("; ") : ""), { kind: "bad" });
}

const done = []; // changes that were made here, the last one at the end

// changed tells of a change that can be taken back, and remembers it for the key u. What belongs
// together is a list of changes, which are taken back together.
export function changed(text, change, after) {
  remember(change, after);
  say(text, change && { undo: () => undo(change) });
}

// remember notes a change that is told of elsewhere.
export function remember(change, after) {
  if (change) done.push({ change, after });
}

// undo takes back a change: the last one that was made on this page, where none is named.
// One is through before the next begins: the service takes back the newest first.
export function undo(change) { return (undoing = undoing.then(() => takeBack(change))); }

let undoing = Promise.resolve();

async function takeBack(change) {
  const at = change ? done.findIndex((d) => d.change === change) : done.length - 1;
  if (at < 0) return say("Nothing was changed on this page that could be undone. The list of changes has what was done before.");
  const [last] = done.splice(at, 1);
  try {
    for (const one of [last.change].flat().reverse()) await api.post(inCollection("/undo"), { json: { change: one } });
    say("Undone.");
    window.dispatchEvent(new Event("undone"));
    await last.after?.();
  } catch (error) {
    complain(error);
  }
  state.refreshCounts();
}
