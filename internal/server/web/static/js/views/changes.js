// Changes: what people did in this collection, and the way back.
import { button, empty, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { inCollection, pathTo, state } from "../state.js";
import { View } from "../view.js";
import { complain, say } from "../parts/toast.js";

// aboutOf is what a change is about, in words: the label, or the old and the new one, and the
// files where they are known.
function aboutOf({ subject, label, to, undid, files = [], more_files: more = 0 }) {
  const about = to ? `${label} → ${to}` : label ?? (undid ?? { subject }).subject ?? "";
  const named = files.join(", ") + (more > 0 ? ` and ${words.number(more)} more` : "");
  return [about, about && named && ": ", h("span", { class: "quiet", text: named })];
}

class Changes extends View {
  start() {
    window.addEventListener("undone", () => this.load(() => this.all()), { signal: this.signal });
    this.load(() => this.all());
  }

  async all() {
    const cursor = new URLSearchParams(location.search).get("cursor");
    const answer = await api.get(inCollection("/changes"), { query: { cursor, limit: 50 }, signal: this.signal });
    const list = answer.changes ?? [];
    const top = heading("Changes", "What people did here. Most of it can be undone, the newest first.");
    if (list.length === 0) return [top, empty("history", "Nothing was changed", "Registering, renaming and what is settled in the inbox is listed here.")];
    return [top, h("div", { class: "table-box" }, h("table", { class: "cards" }, h("thead", {}, h("tr", {}, ["What", "About", "Who", "When", ""].map((t) => h("th", {}, t || h("span", { class: "unseen", text: "Undo" }))))), h("tbody", {}, list.map((c) => this.row(c))))),
      answer.next && h("div", { class: "row end", vars: { "margin-top": "1rem" } }, link(pathTo("changes", { cursor: answer.next }), [h("span", { text: "Older" }), icon("chevron")], { class: "button" }))];
  }

  row(c) {
    return h("tr", {}, h("td", { text: words.doing(c.what) + (c.undid ? ": " + words.doing(c.undid.what).toLowerCase() : "") }), h("td", { class: "wrap" }, aboutOf(c)), h("td", { class: "quiet", text: words.who(c.who) }), h("td", { class: "quiet tight", title: words.when(c.at), text: words.ago(c.at) }),
      h("td", { class: "tight" }, c.undone ? h("span", { class: "chip", text: "Undone" }) : c.can_undo === false ? "" : state.may("register") && button("Undo", { kind: "small", icon: "undo", on: () => this.undo(c) })));
  }

  async undo(c) {
    try {
      await api.post(inCollection("/undo"), { json: { change: c.id } });
      say("Undone.");
      state.refreshCounts();
    } catch (error) { complain(error); }
    await this.load(() => this.all());
  }
}

customElements.define("view-changes", Changes);
