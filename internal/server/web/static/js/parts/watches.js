// Watched folders of the server: what comes into them is sorted, and how that goes.
import { button, field, fill, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { inCollection, state } from "../state.js";
import { ask, form } from "./dialog.js";
import { failedList } from "./progress.js";
import { complain, say } from "./toast.js";

const lookEvery = 3000; // ms
const states = { watching: ["Watching", "match"], paused: ["Paused", "ambiguous"], waiting: ["Waits for a server", ""], failed: ["Cannot be watched", "refused"] };

const path = (w) => inCollection("/watches/" + api.part(w.id));

// watches shows the watched folders of the open collection, as long as a view is there.
export function watches(view) {
  const box = h("section", { class: "stack tight", "aria-label": "Watched folders" });
  let shown = "", asking;
  const look = async (quiet) => {
    if (quiet && asking) return;
    const mine = (asking = {}); // who has just changed something sees that, and no older look
    try {
      const answer = await api.get(inCollection("/watches"), { signal: view.signal, quiet });
      const text = JSON.stringify(answer);
      if (mine !== asking || text === shown || quiet && box.contains(document.activeElement)) return; // who reads or presses is left alone
      shown = text;
      fill(box, drawn(answer, () => look(false)));
    } catch (error) {
      if (!quiet && mine === asking && error.name !== "AbortError") fill(box, h("p", { class: "wrong", text: words.sentence(error.message) }));
    } finally {
      if (mine === asking) asking = null;
    }
  };
  look(false);
  const timer = setInterval(() => look(true), lookEvery);
  view.signal.addEventListener("abort", () => clearInterval(timer));
  return box;
}

function drawn({ watches: list, below }, again) {
  const admin = state.may("admin");
  if (list.length === 0 && !admin) return null;
  return [h("div", { class: "row between" }, h("h2", { text: "Watched folders" }), admin && below.length > 0 && button("Watch a folder", { icon: "plus", on: () => add(below, again) })),
    list.length === 0 && h("p", { class: "quiet" }, below.length > 0 ? "What comes into a watched folder, from a scanner for example, is recognised and sorted into folders of its label." : ["What comes into a watched folder is recognised and sorted. Whoever runs the service says where that may be: ", h("code", { text: "exemplar serve --watch /srv/scans" }), "."]), list.map((w) => one(w, admin, again))];
}

function one(w, admin, again) {
  const [name, kind] = states[w.state] ?? [w.state, ""];
  const does = (work) => async () => {
    try { await work(); } catch (error) { complain(error); }
    again();
  };
  const pause = does(() => api.patch(path(w), { json: { paused: w.state !== "paused" } }));
  const end = async () => {
    if (await ask("Watch this folder no longer?", [h("strong", { class: "wrap", text: w.folder }), " and what was sorted stay as they are."], "Watch no longer", { danger: true })) await does(async () => { await api.remove(path(w)); say("The folder is watched no longer."); })();
  };
  const sums = [`${words.number(w.waiting)} waiting`, `${words.number(w.files)} sorted`, w.unknown > 0 && `${words.number(w.unknown)} not recognised`, w.failed > 0 && `${words.number(w.failed)} failed`, w.passed > 0 && `${words.count(w.passed, "file that is no document", "files that are no documents")} left there`].filter(Boolean).join(", ");
  return h("div", { class: "card stack tight watch" }, h("div", { class: "row between" }, h("span", { class: "grow wrap" }, h("strong", { text: w.folder }), h("span", { class: "quiet", text: " → " + w.to })), h("span", { class: "chip " + kind, text: name })),
    w.reason && h("p", { class: "wrong wrap", text: words.sentence(w.reason) }),
    h("div", { class: "row between" }, h("span", { class: "quiet small wrap" }, sums, w.last_file && ` · last: ${w.last_file}${w.last_to ? " → " + w.last_to : ""}, ${words.ago(w.last_at)}`), admin && h("div", { class: "row" }, button(w.state === "paused" ? "Go on" : "Pause", { kind: "small", on: pause }), button("Watch no longer", { kind: "small danger", on: end }))),
    w.failures.length > 0 && h("details", { class: "small" }, h("summary", { text: "Files that could not be used" }), failedList(w.failures)));
}

async function add(below, again) {
  const folder = h("input", { name: "folder", value: below[0] + "/", maxlength: 4096, spellcheck: "false", autocomplete: "off", autofocus: true });
  const to = h("input", { name: "to", value: below[0] + "/", maxlength: 4096, spellcheck: "false", autocomplete: "off" });
  const choice = (name, text, hint) => h("label", { class: "check" }, h("input", { type: "checkbox", name }), h("span", {}, h("strong", { text }), " ", h("span", { class: "quiet", text: hint })));
  const done = await form("Watch a folder", [h("div", { class: "notice" }, icon("folder"), h("p", { text: "Files are moved out of the folder as they come, each to the folder of its label. What is not recognised goes to _unknown, and waits in the inbox, too." })),
    field("Folder that files come into", folder, `It is there, below: ${below.join(", ")}`), field("Folder that they are sorted into", to, "It is made if it is not there."),
    h("fieldset", { class: "stack tight" }, h("legend", { text: "Pages" }), choice("follow", "Following pages belong together", "Unknown pages go with the document before them."), choice("split", "A stack of one form", "Each page that is recognised begins a document."), choice("crop", "Cut out", "Several documents on one picture become a file each."))], "Watch it", ({ elements: of }) =>
    api.post(inCollection("/watches"), { json: { folder: folder.value.trim(), to: to.value.trim(), follow: of.follow.checked || undefined, split: of.split.checked || undefined, crop: of.crop.checked || undefined } }));
  if (done) again();
}
