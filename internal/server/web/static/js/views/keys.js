// Keys: who may do what. The secret of a key is shown once.
import { button, empty, field, h, heading, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { state } from "../state.js";
import { View } from "../view.js";
import { ask, form, open } from "../parts/dialog.js";
import { complain, say } from "../parts/toast.js";

const roles = { classify: ["Classify", "Have documents recognised, and look at everything."], register: ["Register", "Also: register, settle the inbox, undo."], admin: ["Admin", "Also: collections, keys, audit, system."] };

class Keys extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const answer = await api.get("/keys", { signal: this.signal });
    const list = answer.keys ?? [];
    const add = () => button("New key", { kind: "primary", icon: "plus", on: () => this.make() });
    const top = heading("Keys", "A key lets a person or a program use the service: over the network it needs one.", list.length > 0 && add());
    if (list.length === 0) return [top, empty("key", "No keys yet", "As long as there is none, everybody who works on this computer may do everything, and nobody else can reach the service.", add())];
    return [top, h("div", { class: "table-box" }, h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Role", "Collections", "Begins with", "Made", "Last used", "Ends", ""].map((t) => h("th", {}, t || h("span", { class: "unseen", text: "Revoke" }))))), h("tbody", {}, list.map((k) => this.row(k)))))];
  }

  row(k) {
    const ended = k.expires && new Date(k.expires) < new Date();
    return h("tr", {}, h("td", {}, h("strong", { class: "wrap", text: k.name })), h("td", { class: "tight" }, h("span", { class: "chip", text: roles[k.role]?.[0] ?? k.role })), h("td", { class: "quiet", text: k.collections?.length ? k.collections.join(", ") : "all" }), h("td", { class: "mono tight", text: "exk_" + k.prefix + "…" }), h("td", { class: "tight quiet", title: words.when(k.created), text: words.ago(k.created) }), h("td", { class: "tight quiet", title: words.when(k.last_used), text: k.last_used ? words.ago(k.last_used) : "never" }), h("td", { class: "tight quiet", text: k.expires ? words.when(k.expires) : "never" }),
      h("td", { class: "tight" }, k.revoked || ended ? h("span", { class: "chip refused", text: k.revoked ? "Revoked" : "Ended" }) : button("Revoke", { kind: "danger small", on: () => this.revoke(k) })));
  }

  // make asks for a key. The first one must be an admin's: from then on every request needs a
  // key, and somebody must be able to make the next one.
  async make() {
    const first = !state.me.key_needed;
    const made = await form(first ? "The first key" : "New key", [first && h("div", { class: "notice" }, icon("key"), h("p", { text: "From now on everybody needs a key, and the service can be opened to the network. This first one is for you: it may do everything. This browser stays signed in." })),
      field("Name", h("input", { name: "name", required: true, maxlength: 100, autofocus: true, placeholder: first ? "your name" : "scanner in the mail room" })),
      !first && h("fieldset", { class: "stack tight" }, h("legend", { text: "Role" }), Object.entries(roles).map(([role, [name, hint]]) => h("label", { class: "check" }, h("input", { type: "radio", name: "role", value: role, checked: role === "classify" }), h("span", {}, h("strong", { text: name }), " ", h("span", { class: "quiet", text: hint }))))),
      field("Ends after days", h("input", { name: "days", type: "number", min: 0, max: 36500, value: 0 }), "0: never."),
      !first && state.collections.length > 0 && h("fieldset", { class: "stack tight" }, h("legend", { text: "Collections (none chosen: all)" }), state.collections.map((c) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "collection", value: c.name }), h("span", { class: "wrap", text: c.title || c.name }))))], "Make the key", (element) => {
      const chosen = [...element.querySelectorAll("[name=collection]:checked")].map((box) => box.value);
      const name = element.elements.name.value.trim();
      if (!name) throw new Error("Say who or what the key is for.");
      const role = first ? "admin" : element.elements.role.value;
      return api.post("/keys", { json: { name, role, collections: chosen.length ? chosen : undefined, days: Number(element.elements.days.value) || undefined }, quiet: true });
    });
    if (!made) return;
    if (first) {
      await api.post("/session", { json: { key: made.key }, quiet: true });
      await state.refresh();
    }
    await this.show(made);
    this.load(() => this.all());
  }

  show(made) {
    const secret = h("input", { readonly: true, value: made.key, class: "mono", "aria-label": "The key" });
    return open("The new key", (close) => h("div", { class: "stack" }, h("div", { class: "notice warning" }, icon("warn"), h("p", { text: "Copy it now: it is shown this once. The service keeps only what it takes to check it." })), secret,
      h("div", { class: "row end" }, button("Copy", { icon: "copy", on: () => copy(secret) }), button("Done", { kind: "primary", on: () => close() }))));
  }

  async revoke(k) {
    if (!await ask("Revoke this key?", [h("strong", { text: k.name }), " is refused from now on. This cannot be undone; a new key can be made."], "Revoke", { danger: true })) return;
    try {
      await api.remove("/keys/" + api.part(k.prefix));
      say("Revoked " + k.name + ".");
    } catch (error) { complain(error); }
    this.load(() => this.all());
  }
}

// copy puts a text into the clipboard; without a safe connection there is only the old way.
export async function copy(field) {
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  say("Copied.");
}

customElements.define("view-keys", Keys);
