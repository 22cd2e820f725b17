// Collections: making the first one, and what each does with pictures and strangers.
import { button, field, h, heading, icon, link, once } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, remember, state } from "../state.js";
import { View } from "../view.js";
import { form } from "../parts/dialog.js";
import { complain, say } from "../parts/toast.js";

const keepNames = { none: "No pictures", unknown: "Pictures that wait in the inbox", all: "All pictures" };

class Collections extends View {
  start() {
    if (state.collections.length === 0) this.replaceChildren(this.first());
    else this.load(() => this.all());
  }

  // first is the beginning of everything.
  first() {
    if (!state.may("admin")) return h("div", { class: "empty" }, h("h1", { tabindex: "-1", text: "No collection yet" }), h("p", { text: "Your key does not allow to make one: ask whoever runs the service." }));
    const element = h("form", { class: "card stack", novalidate: true }, fields({ keep_pictures: "unknown", retention_days: 30 }, { named: true }), h("p", { class: "wrong", role: "alert", hidden: true }), h("div", {}, h("button", { class: "button primary", type: "submit" }, "Make the collection")));
    element.addEventListener("submit", once(async (event) => {
      event.preventDefault();
      try { await create(element); } catch (error) {
        const wrong = element.querySelector(".wrong");
        wrong.hidden = false;
        wrong.textContent = words.sentence([error.message, ...(error.errors ?? [])].join(" "));
      }
    }));
    return h("div", { class: "stack narrow" }, heading("Welcome", "Register one picture of each kind of document, and every other copy of it is recognised. A collection holds the kinds that belong together: begin with one."), element);
  }

  async all() {
    await state.refresh();
    return [heading("Collections", "Each holds kinds of documents that belong together, and decides for itself what is kept.", button("New collection", { kind: "primary", icon: "plus", on: () => this.make() })),
      h("div", { class: "card-grid" }, state.collections.map((c) => this.card(c)))];
  }

  card(c) {
    return h("section", { class: "card stack" }, h("div", { class: "row between" }, h("h2", {}, h("a", { href: "/c/" + api.part(c.name) + "/recognise", class: "wrap" }, c.title || c.name)), c.inbox > 0 && h("a", { class: "chip unknown", href: "/c/" + api.part(c.name) + "/inbox" }, words.count(c.inbox, "answer waits", "answers wait"))),
      h("dl", { class: "facts small" }, h("dt", { text: "Holds" }), h("dd", { text: `${words.count(c.labels, "label", "labels")}, ${words.count(c.references, "reference", "references")}, ${words.size(c.bytes ?? 0)}` }), h("dt", { text: "Keeps" }), h("dd", { text: keepNames[c.keep_pictures] }), h("dt", { text: "Decisions stay" }), h("dd", { text: c.retention_days ? words.count(c.retention_days, "day", "days") : "for ever" }), h("dt", { text: "Strangers accepted" }), h("dd", { text: `at most ${c.fpir * 100} %` })),
      h("div", { class: "row" }, button("Settings", { icon: "edit", on: () => this.change(c) }), button("Delete", { kind: "danger", icon: "trash", on: () => this.delete(c) })));
  }

  make() { return form("New collection", fields({ keep_pictures: "unknown", retention_days: 30 }, { named: true }), "Make it", create); }

  async change(c) {
    const done = await form("Settings of " + (c.title || c.name), fields(c), "Save", (element) => api.patch("/collections/" + api.part(c.name), { json: wanted(element) }));
    if (done) { say("Saved."); this.load(() => this.all()); }
  }

  // delete asks for the name, because nothing brings a collection back.
  async delete(c) {
    const typed = h("input", { name: "typed", autocomplete: "off", autofocus: true });
    const done = await form("Delete " + c.name + "?", [h("div", { class: "notice warning" }, icon("warn"), h("p", { text: `Its ${words.count(c.references, "reference", "references")}, decisions and pictures are removed. This cannot be undone. The audit stays.` })), field(`Write ${c.name} to confirm`, typed)], "Delete", async () => {
      if (typed.value !== c.name) throw new Error(`Write ${c.name}, exactly.`);
      await api.remove("/collections/" + api.part(c.name));
    });
    if (!done) return;
    if (state.name === c.name) state.open("");
    say(`Deleted ${c.name}.`);
    await state.refresh().catch(complain);
    if (state.collections.length === 0) this.replaceChildren(this.first());
    else this.load(() => this.all());
  }
}

function fields(c, { named = false } = {}) {
  const keep = h("select", { name: "keep_pictures", value: c.keep_pictures }, Object.entries(keepNames).map(([of, text]) => h("option", { value: of, selected: of === c.keep_pictures }, text)));
  const title = h("input", { name: "title", value: c.title ?? "", maxlength: 200, autofocus: true, placeholder: "Mail room" });
  const name = named && h("input", { name: "name", maxlength: 63, pattern: "[a-z0-9][a-z0-9-]*", autocomplete: "off", spellcheck: "false", placeholder: "mail-room" });
  if (named) title.addEventListener("input", () => { if (!name.dataset.typed) name.value = title.value.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63); });
  if (named) name.addEventListener("input", () => { name.dataset.typed = "yes"; });
  return [field("Title", title, named && "For people."), named && field("Name", name, "For addresses and programs: small letters, digits and -. It stays."), field("Which pictures are kept", keep, "The inbox can show and register only what is kept."),
    field("Decisions and pictures are removed after days", h("input", { name: "retention_days", type: "number", min: 0, max: 36500, value: c.retention_days ?? 0 }), "0: never."),
    h("details", {}, h("summary", { text: "More" }), field("Share of strangers that may be accepted", h("input", { name: "fpir", type: "number", step: "any", min: 0.000001, max: 0.5, value: c.fpir ?? 0.01 }), "0.01 is one in a hundred. Smaller: fewer strangers, and more that is unknown."))];
}

function wanted(element) {
  const of = element.elements;
  return { title: of.title.value.trim(), keep_pictures: of.keep_pictures.value, retention_days: Number(of.retention_days.value) || 0, fpir: Number(of.fpir.value) || undefined };
}

async function create(element) {
  const made = await api.post("/collections", { json: { name: element.elements.name.value.trim(), ...wanted(element) } });
  await state.refresh();
  remember("collection", made.name);
  go("/c/" + api.part(made.name) + "/recognise");
}

customElements.define("view-collections", Collections);
