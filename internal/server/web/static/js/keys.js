// Single keys do things in a view. Who types into a field is left alone, and who does not
// want them can switch them off (a person who speaks to the machine, for one).
import { recall, remember } from "./state.js";

let current = []; // [{key, says, run, hidden, repeats}]
const everywhere = [];

export const singleKeys = {
  get on() { return recall("single-keys") !== "off"; },
  set on(on) { remember("single-keys", on ? "on" : "off"); },
};

export function setShortcuts(list) { current = list; }
export function addEverywhere(...list) { everywhere.push(...list); }
export function shortcuts() { return { view: current.filter((s) => !s.hidden), everywhere: everywhere.filter((s) => !s.hidden) }; }

const typing = (target) => target.closest?.("input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable]");
const pressing = (target) => target.closest?.("button, a[href], summary, input[type=checkbox], input[type=radio]");

let pending = ""; // the first key of two, as g of "g i"
let since; // when it was pressed: keys wait where the page is busy, and are what they were when they were pressed
const together = 1500; // ms

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (!singleKeys.on && event.key.length === 1 && event.key !== "?") return;
    // Enter and space belong to a button or link that has the focus.
    if ((event.key === "Enter" || event.key === " ") && pressing(event.target)) return;
    const pressed = pending && event.timeStamp - since < together ? pending + " " + event.key : event.key;
    pending = "";
    const found = [...current, ...everywhere].find((s) => s.key === pressed || s.keys?.includes(pressed));
    if (found) {
      event.preventDefault();
      if (!event.repeat || found.repeats) found.run(event); // a key that is held down moves, and does nothing else again
    } else if (event.key === "g") {
      pending = "g";
      since = event.timeStamp;
    }
  });
}
