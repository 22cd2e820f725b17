// Audit: who did what, in a chain of which no link can be taken out unseen.
import { button, empty, field, fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, state } from "../state.js";
import { View } from "../view.js";

// groups are what rows can be narrowed to.
const groups = { decision: "Answers", decisions: "What people said of answers", references: "Registering", reference: "Changed references", label: "Changed labels", undo: "What was undone", job: "Jobs", watch: "Watched folders", collection: "Collections", key: "Keys" };

class Audit extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const asked = new URLSearchParams(location.search);
    const answer = await api.get("/audit", { query: { cursor: asked.get("cursor"), subject: asked.get("subject"), what: asked.get("what"), collection: asked.get("collection"), limit: 50 }, signal: this.signal });
    const list = answer.entries ?? [];
    const result = h("div", { role: "status" });
    const verify = button("Verify the chain", { icon: "shield", on: () => this.verify(result) });
    const top = heading("Audit", "Every decision and every change, with what was before and after. Each row holds the hash of the one before it.", list.length > 0 && verify);
    const narrowed = ["subject", "what", "collection"].some((name) => asked.get(name));
    if (list.length === 0 && narrowed) return [top, filters(asked), empty("search", "No row is like that", "Take a filter away.", link("/audit", "Clear the filters", { class: "button" }))];
    if (list.length === 0) return [top, empty("shield", "Nothing happened yet", "What is decided and changed is recorded here, and stays.")];
    return [top, filters(asked), result, h("div", { class: "table-box" }, h("table", {}, h("thead", {}, h("tr", {}, ["Row", "What", "Who", "Collection", "When", ""].map((t, i) => h("th", { class: i ? "" : "number" }, t || h("span", { class: "unseen", text: "Details" }))))), h("tbody", {}, list.map(row)))),
      h("div", { class: "row between", vars: { "margin-top": "1rem" } }, asked.get("cursor") ? link(to(asked, { cursor: "" }), [icon("back"), h("span", { text: "Newest" })], { class: "button" }) : h("span"), answer.next > 0 && link(to(asked, { cursor: answer.next }), [h("span", { text: "Older" }), icon("chevron")], { class: "button" }))];
  }

  async verify(result) {
    fill(result, h("p", { class: "notice" }, icon("refresh"), h("span", { text: "Reading every row …" })));
    try {
      const answer = await api.get("/audit/verify", { signal: this.signal });
      fill(result, h("p", { class: "notice " + (answer.sound ? "good" : "warning") }, icon(answer.sound ? "check" : "warn"), h("span", { class: "wrap" }, answer.sound ? `The chain is whole: ${words.count(answer.rows, "row", "rows")}. Note the last hash elsewhere, to see later that nothing was cut off: ` : answer.problem, answer.sound && h("span", { class: "mono", text: answer.head }))));
    } catch (error) {
      fill(result, h("p", { class: "notice warning" }, icon("warn"), h("span", { class: "wrap", text: error.message })));
    }
    result.firstChild.style.setProperty("margin-bottom", "1rem");
  }
}

// to is the address of the audit with some of what is asked changed.
function to(asked, changes) {
  const all = new URLSearchParams(asked);
  for (const [name, value] of Object.entries(changes)) value ? all.set(name, value) : all.delete(name);
  const text = all.toString();
  return "/audit" + (text && "?" + text);
}

function filters(asked) {
  const choice = (name, all, names) => h("select", { name, on: { change: (event) => go(to(asked, { [name]: event.target.value, cursor: "" })) } }, h("option", { value: "" }, all), Object.entries(names).map(([of, text]) => h("option", { value: of, selected: asked.get(name) === of }, text)));
  const subject = h("input", { type: "search", name: "subject", value: asked.get("subject") ?? "", placeholder: "An id, or a name", maxlength: 200 });
  return h("form", { class: "filters", role: "search", "aria-label": "Filter the audit", on: { submit: (event) => { event.preventDefault(); go(to(asked, { subject: subject.value.trim(), cursor: "" })); } } },
    h("div", { class: "row" }, field("What", choice("what", "Everything", groups)), field("Collection", choice("collection", "All", Object.fromEntries(state.collections.map((c) => [c.name, c.title || c.name])))), field("About", subject)));
}

// aboutOf is what a row is about, in words; where they are not known, its id.
function aboutOf({ what, subject = "", before, after }) {
  const named = (list) => [...new Set(list.filter(Boolean))].slice(0, 3).join(", ");
  if (after?.answer) return named([after.answer.label || words.decisionNames[after.answer.decision]?.toLowerCase(), after.source && after.source + (after.answer.page ? " (page " + after.answer.page + ")" : "")]);
  if (what === "undo" && before?.what) return `${words.doing(before.what).toLowerCase()} ${before.subject ?? ""}`;
  if (Array.isArray(after?.results)) return named([...after.results.map((r) => r.label), ...after.results.map((r) => r.source)]);
  if (after?.asked?.from) return `${after.asked.from} to ${after.asked.to}`;
  if (Array.isArray(after?.decisions)) return [after.label, words.count(after.decisions.length, "answer", "answers")].filter(Boolean).join(", ");
  if (after?.files !== undefined) return words.count(after.files, "file", "files");
  return named([after?.name ?? after?.folder ?? before?.name ?? before?.folder]) || subject;
}

function row(e) {
  const details = button("Details", { kind: "small quiet", "aria-expanded": "false" });
  const tr = h("tr", {}, h("td", { class: "number tight", text: e.seq }), h("td", {}, h("strong", { text: words.doing(e.what), title: e.what }), h("span", { class: "wrap", text: " " + aboutOf(e) })), h("td", { class: "quiet", text: words.who(e.who) }), h("td", { class: "quiet", text: e.collection ?? "" }), h("td", { class: "tight quiet", title: words.when(e.at), text: words.ago(e.at) }), h("td", { class: "tight" }, details));
  let opened;
  details.addEventListener("click", () => {
    if (opened) { opened.remove(); opened = null; } else {
      opened = h("tr", {}, h("td", { colspan: 6 }, h("pre", { class: "code", tabindex: "0", text: JSON.stringify(e, null, 2) })));
      tr.after(opened);
    }
    details.setAttribute("aria-expanded", String(Boolean(opened)));
  });
  return tr;
}

customElements.define("view-audit", Audit);
