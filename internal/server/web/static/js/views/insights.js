// Insights: how answers go over time, and which kinds are taken for each other.
import { empty, h, heading, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, inCollection, pathTo } from "../state.js";
import { View } from "../view.js";
import { labels, labelText, labelThumb } from "../labels.js";
import { bars, heat } from "../parts/chart.js";

const kinds = ["match", "ambiguous", "unknown", "refused"];
const spans = [30, 90, 365]; // days

class Insights extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const days = Number(new URLSearchParams(location.search).get("days")) || spans[0];
    const [stats, list] = await Promise.all([api.get(inCollection("/stats"), { query: { days }, signal: this.signal }), labels({ signal: this.signal })]);
    const rows = withGaps(stats.days);
    const top = heading("Insights", `How the answers of this collection went in the last ${days} days.`, this.spans(days));
    if (rows.length === 0) return [top, empty("chart", "No answers in this time", "When documents were recognised, this page shows how it goes.", link(pathTo("recognise"), "Recognise documents", { class: "button primary" }))];
    return [top, h("div", { class: "stack" }, sums(rows, stats.statuses), h("div", { class: "card-grid" },
      h("section", { class: "card" }, h("h2", { text: "Answers by day" }), bars({ title: "Answers by day and kind", keys: kinds, names: words.decisionNames, rows: rows.map((d) => ({ name: short(d.day), parts: d.parts })) })),
      h("section", { class: "card" }, h("h2", { text: "How sure matches were" }), h("p", { class: "quiet small", text: "Each column is a day. The darker a cell, the more matches had this confidence." }), heat({ title: "Confidence of matches by day", rows: rows.map((d) => ({ name: short(d.day), bins: d.scores })), edges }))),
      confused(stats.confused, stats.looked_at, list))];
  }

  spans(days) {
    return h("div", { class: "segments", role: "group", "aria-label": "Time" }, spans.map((n) => h("button", { type: "button", "aria-pressed": String(n === days), on: { click: () => go(pathTo("insights", { days: n })) } }, `${n} days`)));
  }
}

// withGaps puts the days in order, from the first to the last, with those on which nothing was asked.
function withGaps(days) {
  const known = new Map(days.map((d) => [d.day, d]));
  const all = [];
  if (days.length === 0) return all;
  const last = new Date(days[0].day);
  for (let at = new Date(days[days.length - 1].day); at <= last; at = new Date(at.valueOf() + dayLong)) {
    const name = at.toISOString().slice(0, 10);
    const d = known.get(name);
    all.push({ day: name, parts: Object.fromEntries((d?.decisions ?? []).map((c) => [c.name, c.count])), scores: d?.scores ?? Array(10).fill(0) });
  }
  return all;
}

function sums(rows, statuses) {
  const of = (kind) => rows.reduce((n, d) => n + (d.parts[kind] ?? 0), 0);
  const all = kinds.reduce((n, k) => n + of(k), 0);
  const waiting = statuses.find((c) => c.name === "open")?.count ?? 0;
  const one = (name, n, note) => h("div", { class: "card" }, h("dt", { class: "quiet small", text: name }), h("dd", {}, h("strong", { class: "big number", text: words.number(n) }), " ", h("span", { class: "quiet small", text: note })));
  return h("dl", { class: "card-grid sums" }, kinds.map((k) => one(words.decisionNames[k], of(k), all ? words.percent(of(k) / all) : "")), one("Waiting in the inbox", waiting, ""));
}

function confused(pairs, looked, list) {
  const why = (p) => [p.close && words.count(p.close, "close answer", "close answers"), p.wrong && `${p.wrong} put right`].filter(Boolean).join(", ");
  return h("section", { class: "card" }, h("h2", { text: "Kinds that are taken for each other" }), h("p", { class: "quiet small", text: pairs.length === 0 ? `Of the last ${words.count(looked, "answer", "answers")} none lay between two kinds.` : `Among the last ${words.count(looked, "answer", "answers")}. A second reference of each helps, or a label above both.` }),
    h("ul", {}, pairs.map((p) => h("li", { class: "rival two" }, labelThumb(list, p.label), labelText(p.label, { linked: true }), h("span", { class: "quiet", text: "and" }), labelThumb(list, p.other), h("span", { class: "grow" }, labelText(p.other, { linked: true })), h("span", { class: "number quiet small", text: why(p) })))));
}

const dayLong = 24 * 3600 * 1000; // ms
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const short = (text) => day.format(new Date(text));

const edges = Array.from({ length: 10 }, (_, i) => `${10 * i} %`);

customElements.define("view-insights", Insights);
