// System: the facts that whoever runs the service asks for.
import { h, heading, icon } from "../dom.js";
import * as api from "../api.js";
import { View } from "../view.js";

class System extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const [version, system] = await Promise.all([api.get("/version", { signal: this.signal }), api.get("/system", { signal: this.signal })]);
    const groups = Object.entries(system).filter(([, value]) => value && typeof value === "object" && !Array.isArray(value));
    const plain = Object.entries(system).filter(([name, value]) => name !== "$schema" && (value === null || typeof value !== "object"));
    const lists = Object.entries(system).filter(([, value]) => Array.isArray(value) && value.length > 0);
    return [heading("System", "What runs here, and how it is."), h("div", { class: "card-grid" }, card("Program", Object.entries(version).filter(([name]) => name !== "$schema")), plain.length > 0 && card("Service", plain), groups.map(([name, of]) => card(title(name), Object.entries(of))), lists.map(([name, list]) => listCard(name, list)))];
  }
}

function card(name, facts) {
  return h("section", { class: "card" }, h("h2", { text: name }), h("dl", { class: "facts small" }, facts.map(([fact, value]) => [h("dt", { text: title(fact) }), h("dd", { class: "wrap", text: shown(fact, value) })])));
}

function listCard(name, list) {
  return h("section", { class: "card" }, h("h2", { text: title(name) }), h("ul", { class: "stack tight small" }, list.map((one) => h("li", { class: "row" }, one.ok === false || one.level === "warning" ? icon("warn") : icon("check"), h("span", { class: "grow wrap", text: typeof one === "object" ? [one.name, one.what, one.text, one.says, one.detail, one.value].filter(Boolean).join(": ") : String(one) })))));
}

const title = (name) => { const text = name.replaceAll("_", " "); return text[0].toUpperCase() + text.slice(1); };

function shown(name, value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "number" && /bytes|memory|disk|size/.test(name)) return (value / 1e6).toFixed(value < 1e7 ? 1 : 0) + " MB";
  if (typeof value === "number") return new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(value);
  if (value && typeof value === "object") return JSON.stringify(value);
  return String(value ?? "");
}

customElements.define("view-system", System);
