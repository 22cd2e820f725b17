// Labels: the tree of kinds, with a picture of each; and what one of them holds.
import { button, empty, field, fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, inCollection, pathTo, setQuery, state } from "../state.js";
import { View } from "../view.js";
import { labels, labelText, labelThumb, referencePicture, thumb } from "../labels.js";
import { ask, form } from "../parts/dialog.js";
import { labelPicker } from "../parts/labelpicker.js";
import { changed, complain } from "../parts/toast.js";

const conditionParts = new Set(["plain", "damaged", "glare", "covered", "cut-off", "torn", "stained", "folded", "blurred", "faded", "screen", "mirrored", "dark-mode"]);

class Labels extends View {
  start() {
    this.label = new URLSearchParams(location.search).get("label") ?? "";
    window.addEventListener("undone", () => this.load(() => this.all()), { signal: this.signal });
    this.load(() => this.all());
  }

  shortcuts() {
    return [
      { key: "j", repeats: true, says: "Next label", run: () => this.step(1) },
      { key: "k", repeats: true, says: "Label before", run: () => this.step(-1) },
      { key: "n", says: "Register examples", run: () => state.may("register") && go(pathTo("register", { label: this.label })) },
    ];
  }

  step(by) {
    const at = this.list.findIndex((l) => l.label === this.label);
    const next = this.list[Math.min(this.list.length - 1, Math.max(0, at + by))];
    if (next) go(pathTo("labels", { label: next.label }));
  }

  async all() {
    this.list = await labels({ fresh: true, signal: this.signal });
    if (this.list.length === 0) {
      return [heading("Labels"), empty("tag", "No kinds yet", "A kind of document is registered by one picture of it. Its label is a path, such as id-card / front.", state.may("register") && link(pathTo("register"), [icon("plus"), h("span", { text: "Register examples" })], { class: "button primary" }))];
    }
    const side = h("div", { class: "tree-side" }, h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the labels", on: { input: (event) => this.filter(event.target.value) } }), this.tree = h("nav", { class: "tree", "aria-label": "Labels" }));
    this.page = h("div", {});
    this.filter("");
    this.load(() => (this.label ? this.one() : this.overview()), this.page);
    return [h("div", { class: "labels" + (this.label ? " chosen" : "") }, side, this.page)];
  }

  filter(text) {
    const wanted = text.trim().toLowerCase();
    const shown = this.list.filter((l) => l.label.toLowerCase().includes(wanted));
    fill(this.tree, shown.length === 0 ? h("p", { class: "quiet small", text: "No label holds this." }) : shown.map((l) => h("a", { href: pathTo("labels", { label: l.label }), "aria-current": l.label === this.label ? "page" : null, vars: { "--depth": wanted ? 0 : l.label.split("/").length - 1 } }, labelThumb(this.list, l.label), h("span", { class: "cut", title: l.label, text: wanted ? l.label : words.lastPart(l.label) }), l.references > 0 && h("span", { class: "many number", title: words.count(l.references, "reference", "references"), text: l.references }))));
    this.tree.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  async overview() {
    const tops = this.list.filter((l) => !l.label.includes("/"));
    return h("div", {}, heading("Labels", `${words.count(this.list.filter((l) => l.references).length, "label", "labels")} with ${words.count(this.list.reduce((n, l) => n + l.references, 0), "reference", "references")}.`, state.may("register") && link(pathTo("register"), [icon("plus"), h("span", { text: "Register examples" })], { class: "button primary" })),
      h("div", { class: "grid" }, tops.map((l) => this.tile(l))));
  }

  tile(l) {
    const below = this.list.filter((b) => b.label.startsWith(l.label + "/") && b.references).length;
    return h("a", { class: "tile", href: pathTo("labels", { label: l.label }) }, labelThumb(this.list, l.label), h("span", { class: "name" }, h("strong", { class: "wrap", text: words.lastPart(l.label) }), h("br"), below ? words.count(below, "sub-label", "sub-labels") : words.count(l.references, "reference", "references")));
  }

  async one() {
    const label = this.label;
    const answer = await api.get(inCollection("/references"), { query: { label, limit: 200 }, signal: this.signal });
    const own = answer.references.filter((r) => r.label === label);
    const children = this.list.filter((l) => l.label.startsWith(label + "/") && !l.label.slice(label.length + 1).includes("/"));
    const states = children.filter((l) => conditionParts.has(words.lastPart(l.label)));
    const editions = children.filter((l) => !states.includes(l));
    const known = this.list.find((l) => l.label === label);
    if (!known) return h("div", {}, heading(labelText(label)), empty("search", "No such label", `Nothing is registered as ${words.longLabel(label)}.`, link(pathTo("labels"), "All labels", { class: "button" })));
    return h("div", { class: "stack" }, this.crumbs(label), heading(words.lastPart(label), this.says(known, own, children), ...this.actions(label)),
      own.length > 0 && section("References", own.map((r) => h("a", { class: "tile", href: pathTo("references/" + api.part(r.id)) }, thumb(referencePicture(r.id, 320), "Reference " + r.source), h("span", { class: "name cut", title: r.source, text: r.source || "Reference" })))),
      editions.length > 0 && section(own.length ? "Editions and sub-labels" : "Sub-labels", editions.map((l) => this.tile(l))),
      states.length > 0 && section("In a condition", states.map((l) => this.tile(l))),
      known.negatives > 0 && h("p", { class: "notice" }, icon("cross"), h("span", { text: `${words.count(known.negatives, "picture was", "pictures were")} said not to be this. What looks like them is answered Unknown.` })),
      h("p", {}, link(pathTo("decisions", { label }), "Decisions with this label")));
  }

  says(known, own, children) {
    if (own.length === 0 && children.length === 0) return "It has no reference.";
    if (own.length === 0) return "It has no reference of its own. It is the answer where its sub-labels cannot be told apart.";
    return [words.count(own.length, "reference", "references"), children.length ? ", " + words.count(children.length, "sub-label", "sub-labels") : ""].join("") + ".";
  }

  crumbs(label) {
    const parts = label.split("/").slice(0, -1);
    return h("nav", { class: "crumbs", "aria-label": "Above" }, link(pathTo("labels"), "Labels"), parts.map((p, i) => [h("span", { text: "/" }), link(pathTo("labels", { label: parts.slice(0, i + 1).join("/") }), p)]));
  }

  actions(label) {
    if (!state.may("register")) return [];
    return [link(pathTo("register", { label }), [icon("plus"), h("span", { text: "Add a reference" })], { class: "button" }), button("Rename or move", { icon: "edit", on: () => this.rename(label) }), button("Remove", { kind: "danger", icon: "trash", on: () => this.removeLabel(label) })];
  }

  async rename(label) {
    const picker = labelPicker({ value: label, autofocus: true });
    const done = await form("Rename or move", [field("New label", picker, "What is below it moves along. If the label is there already, the two are merged.")], "Rename", () => api.post(inCollection("/labels/rename"), { json: { from: label, to: picker.value } }));
    if (!done) return;
    await state.refreshCounts();
    go(pathTo("labels", { label: picker.value }));
    changed(`${words.count(done.references, "reference", "references")} moved to ${words.longLabel(picker.value)}.`, done.change, () => go(pathTo("labels", { label }))); // when the page is there: who undoes it is led back
  }

  async removeLabel(label) {
    const n = this.list.filter((l) => l.label === label || l.label.startsWith(label + "/")).reduce((sum, l) => sum + l.references, 0);
    if (!await ask("Remove this label?", [labelText(label), ` and what is below it: ${words.count(n, "reference", "references")}. It can be undone.`], "Remove", { danger: true })) return;
    try {
      const done = await api.remove(inCollection("/labels"), { query: { label } });
      await state.refreshCounts();
      go(pathTo("labels", { label: label.includes("/") ? label.slice(0, label.lastIndexOf("/")) : "" }));
      changed(`Removed ${words.longLabel(label)}.`, done.change, () => go(pathTo("labels", { label })));
    } catch (error) { complain(error); }
  }
}

function section(title, tiles) {
  return h("section", { class: "stack tight" }, h("h2", { text: title }), h("div", { class: "grid" }, tiles));
}

customElements.define("view-labels", Labels);
