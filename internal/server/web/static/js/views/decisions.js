// Decisions: every answer, with filters that are in the address.
import { button, empty, field, fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, inCollection, pathTo, state } from "../state.js";
import { View } from "../view.js";
import { decisionPicture, labelText, thumb, thumbWidth } from "../labels.js";
import { labelPicker } from "../parts/labelpicker.js";

const pageSize = 50;
const filters = ["q", "decision", "status", "label", "from", "to"];

class Decisions extends View {
  start() {
    this.asked = new URLSearchParams(location.search);
    this.table = h("div", {});
    fill(this, heading("Decisions", "Every answer that was given, the newest first.", download(this.asked, "csv"), download(this.asked, "jsonl")), this.filters(), this.table);
    this.load(() => this.page(), this.table);
  }

  shortcuts() {
    return [{ key: "n", keys: ["ArrowRight"], says: "Next page", run: () => this.querySelector(".next")?.click() }, { key: "p", keys: ["ArrowLeft"], says: "To the newest", run: () => this.querySelector(".newest")?.click() }];
  }

  filters() {
    const value = (name) => this.asked.get(name) ?? "";
    const choice = (name, all, names) => h("select", { name, value: value(name), on: { change: () => this.apply() } }, h("option", { value: "" }, all), Object.entries(names).filter(([of]) => of).map(([of, text]) => h("option", { value: of, selected: of === value(name) }, text)));
    const picker = labelPicker({ value: value("label"), placeholder: "Any label" });
    picker.input.addEventListener("change", () => this.apply());
    const narrowed = filters.slice(1).some((f) => this.asked.get(f));
    this.form = h("form", { class: "filters", role: "search", "aria-label": "Filter the decisions", on: { submit: (event) => { event.preventDefault(); this.apply(); } } },
      h("div", { class: "row" }, h("input", { type: "search", name: "q", value: value("q"), placeholder: "Search files and labels", "aria-label": "Search files and labels" }), h("button", { class: "button", type: "submit" }, icon("search"), h("span", { text: "Search" })), filters.some((f) => this.asked.get(f)) && link(pathTo("decisions"), "Clear", { class: "button quiet" })),
      h("details", { open: narrowed || matchMedia("(min-width: 640px)").matches }, h("summary", { text: "Filters" }), h("div", { class: "row" }, field("Answer", choice("decision", "Any answer", words.decisionNames)), field("State", choice("status", "Any state", words.statusNames)), field("Label", picker),
        field("From", h("input", { type: "date", name: "from", value: value("from"), on: { change: () => this.apply() } })), field("To", h("input", { type: "date", name: "to", value: value("to"), on: { change: () => this.apply() } })))));
    return this.form;
  }

  apply() {
    const wanted = Object.fromEntries(filters.map((name) => [name, this.form.elements[name].value.trim()]));
    wanted.label = wanted.label.split("/").map((p) => p.trim()).filter(Boolean).join("/");
    go(pathTo("decisions", wanted));
  }

  async page() {
    const answer = await api.get(inCollection("/decisions"), { query: { ...queryOf(this.asked), cursor: this.asked.get("cursor"), limit: pageSize }, signal: this.signal });
    const list = answer.decisions ?? [];
    if (list.length === 0) {
      return filters.some((f) => this.asked.get(f)) ? empty("search", "No decision is like that", "Take a filter away.", link(pathTo("decisions"), "Clear the filters", { class: "button" })) : empty("list", "No decisions yet", "Every answer is kept here, with what people made of it.", link(pathTo("recognise"), "Recognise documents", { class: "button primary" }));
    }
    const query = Object.fromEntries(filters.map((f) => [f, this.asked.get(f)]));
    return [h("div", { class: "table-box" }, h("table", { class: "cards" }, h("thead", {}, h("tr", {}, h("th", { class: "tight" }, h("span", { class: "unseen", text: "Picture" })), ["Answer", "Label"].map((t) => h("th", { text: t })), h("th", { class: "number", text: "Sure" }), ["File", "State", "When"].map((t) => h("th", { text: t })))), h("tbody", {}, list.map(row)))),
      h("div", { class: "row between", vars: { "margin-top": "1rem" } }, this.asked.get("cursor") ? link(pathTo("decisions", query), [icon("back"), h("span", { text: "Newest" })], { class: "button newest" }) : h("span"), answer.next && link(pathTo("decisions", { ...query, cursor: answer.next }), [h("span", { text: "Older" }), icon("chevron")], { class: "button next" }))];
  }
}

function row(d) {
  const path = pathTo("decisions/" + api.part(d.id));
  return h("tr", {}, h("td", { class: "tight picture" }, h("a", { href: path, tabindex: "-1", "aria-hidden": "true" }, thumb(d.picture ? decisionPicture(d.id, thumbWidth) : ""))), h("td", { class: "tight" }, h("span", { class: "chip " + words.toneOf(d.answer), text: words.nameOf(d.answer) })), h("td", {}, d.label ? labelText(d.label, { linked: true }) : h("span", { class: "quiet", text: "–" })),
    h("td", { class: "number tight", text: d.confidence ? words.percent(d.confidence) : "" }), h("td", {}, h("a", { href: path, class: "wrap" }, (d.source || "Picture") + (d.answer.page ? ", page " + d.answer.page : ""))), h("td", { class: "quiet", text: words.statusNames[d.status] ?? "" }), h("td", { class: "tight quiet", title: words.when(d.at), text: words.ago(d.at) }));
}

// queryOf makes whole days of the dates, in the time of who asks.
function queryOf(asked) {
  const query = Object.fromEntries(filters.map((f) => [f, asked.get(f)]));
  if (query.from) query.from = new Date(query.from + "T00:00").toISOString();
  if (query.to) query.to = new Date(new Date(query.to + "T00:00").valueOf() + 24 * 3600 * 1000).toISOString();
  return query;
}

function download(asked, format) {
  const href = api.address(inCollection("/decisions"), { ...queryOf(asked), format });
  return h("a", { class: "button", href, download: `decisions-${state.name}.${format}` }, icon("download"), h("span", { text: format.toUpperCase() }));
}

customElements.define("view-decisions", Decisions);
