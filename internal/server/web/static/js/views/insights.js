// Insights: how answers go over time, and which kinds are taken for each other.
import { empty, h, heading, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { inCollection, pathTo, state } from "../state.js";
import { View } from "../view.js";
import { labels, labelText, labelThumb } from "../labels.js";
import { bars, heat } from "../parts/chart.js";

const kinds = ["match", "ambiguous", "unknown", "refused"];

class Insights extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const [stats, list] = await Promise.all([api.get(inCollection("/stats"), { signal: this.signal }), labels({ signal: this.signal })]);
    const days = stats.days ?? [];
    const top = heading("Insights", "How the answers of this collection go, day by day.");
    if (days.length === 0) return [top, empty("chart", "No answers yet", "When documents were recognised, this page shows how it goes.", link(pathTo("recognise"), "Recognise documents", { class: "button primary" }))];
    return [top, h("div", { class: "stack" }, this.sums(days), h("div", { class: "card-grid" },
      h("section", { class: "card" }, h("h2", { text: "Answers by day" }), bars({ title: "Answers by day and kind", keys: kinds, names: words.decisionNames, rows: days.map((d) => ({ name: short(d.day), parts: d.decisions ?? {} })) })),
      h("section", { class: "card" }, h("h2", { text: "How sure the answers are" }), h("p", { class: "quiet small", text: "Each column is a day; the darker a cell, the more answers have this confidence." }), heat({ title: "Confidence of the answers by day", rows: days.map((d) => ({ name: short(d.day), bins: d.scores ?? [] })), edges: edges(days) }))),
      this.confused(stats.confusable ?? [], list))];
  }

  sums(days) {
    const of = (kind) => days.reduce((n, d) => n + (d.decisions?.[kind] ?? 0), 0);
    const all = kinds.reduce((n, k) => n + of(k), 0);
    return h("dl", { class: "card-grid sums" }, kinds.map((k) => h("div", { class: "card" }, h("dt", { class: "quiet small", text: words.decisionNames[k] }), h("dd", {}, h("strong", { class: "big number", text: words.number(of(k)) }), " ", h("span", { class: "quiet small", text: all ? words.percent(of(k) / all) : "" })))));
  }

  confused(pairs, list) {
    return h("section", { class: "card" }, h("h2", { text: "Kinds that are taken for each other" }), pairs.length === 0 ? h("p", { class: "quiet", text: "No answer lay between two kinds." }) : [h("p", { class: "quiet small", text: "These two came out close to each other. A second reference of each, or a label above both, helps." }),
      h("ul", {}, pairs.map((p) => h("li", { class: "rival" }, labelThumb(list, p.a), labelText(p.a, { linked: true }), h("span", { class: "quiet", text: "and" }), labelThumb(list, p.b), h("span", { class: "grow" }, labelText(p.b, { linked: true })), h("span", { class: "number quiet small", text: words.count(p.count, "answer", "answers") }))))]);
  }
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const short = (text) => day.format(new Date(text));

function edges(days) {
  const n = Math.max(1, ...days.map((d) => d.scores?.length ?? 0));
  return Array.from({ length: n }, (_, i) => Math.round((100 * i) / n) + " %");
}

customElements.define("view-insights", Insights);
