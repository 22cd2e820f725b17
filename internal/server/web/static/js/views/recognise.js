// Recognise: files in, answers out. One file that cannot be used never stops the others.
import { button, fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { inCollection, pathTo, setQuery, state } from "../state.js";
import { View, failure } from "../view.js";
import { answerCard } from "../parts/answer.js";
import { dropZone } from "../parts/drop.js";
import { decisionPath, decisionPicture, labelText, sourceName } from "../labels.js";

const atOnce = 2; // files that are sent at a time: the service works on few, others wait their turn
const explainUpTo = 4; // files at a time for which the comparison is drawn, too
const busyAfter = 4000; // ms that a file takes before it is asked why
const tries = 4; // of a file that the service has no room for yet

class Recognise extends View {
  items = []; // [{file, url, state: waiting|working|done|failed, decisions, error}]
  shown = null; // {item, nth}
  working = 0; // of atOnce

  shortcuts() {
    return [
      { key: "j", keys: ["ArrowDown"], repeats: true, says: "Next file", run: () => this.step(1) },
      { key: "k", keys: ["ArrowUp"], repeats: true, says: "File before", run: () => this.step(-1) },
      { key: "o", says: "Choose files", run: () => this.querySelector("input[type=file]")?.click() },
      { key: "Enter", says: "That is right", run: () => [...this.querySelectorAll(".verdict .button.primary")][0]?.click() },
    ];
  }

  start() {
    this.place = h("div", {});
    this.answer = h("div", { class: "stack" });
    this.told = h("p", { class: "unseen", role: "status" }); // for who hears the page: the answer in a few words
    this.list = h("div", { class: "card queue", role: "group", "aria-label": "Files" });
    fill(this, heading("Recognise", state.collection?.references ? `${words.count(state.collection.labels, "kind", "kinds")} of documents are registered in ${state.collection.title || state.name}.` : ""), this.told, this.place);
    const asked = new URLSearchParams(location.search).get("decision");
    if (asked) this.load(() => this.stored(asked), this.place);
    else this.draw();
    state.addEventListener("change", () => { if (this.first && state.collection?.references) this.draw(); }, { signal: this.signal }); // who comes from registering comes before its numbers
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const item of this.items) URL.revokeObjectURL(item.url);
  }

  draw() {
    const none = this.items.length === 0;
    const zone = dropZone({ view: this, take: (files) => this.take(files), small: !none, folders: none, title: none ? "Drop documents here" : "Next document", text: none ? "Photos, scans, PDF, TIFF, mail or ZIP. You can paste, too." : "Drop, paste, choose or photograph." });
    this.first = !state.collection?.references;
    this.loaded(this.place); // an answer of before that is still asked for
    this.classList.toggle("answered", !none);
    if (this.first) return fill(this.place, this.guide());
    if (none) return fill(this.place, h("div", { class: "stack" }, zone));
    const many = this.items.length > 1 || this.items[0].decisions?.length > 1;
    fill(this.place, h("div", { class: "stack" }, zone, many ? h("div", { class: "with-list" }, this.list, this.answer) : this.answer));
    this.drawList();
    this.drawAnswer();
  }

  // guide is what is seen as long as nothing is registered.
  guide() {
    return h("div", { class: "stack" },
      h("div", { class: "notice" }, icon("help"), h("p", {}, h("strong", { text: "Three steps to the first answer." }), " One picture of each kind is enough: somebody's card, an invoice of a company, a form. Nothing is trained.")),
      h("ol", { class: "steps" },
        h("li", { class: "done" }, h("h3", { text: "A collection" }), h("p", { class: "quiet", text: `${state.collection?.title || state.name} is there. It holds kinds of documents that belong together.` })),
        h("li", {}, h("h3", { text: "One example of each kind" }), h("p", { class: "quiet", text: "A sharp, straight scan or photo. Its label says what it is, such as invoice/lorvik." }), state.may("register") ? h("p", {}, link(pathTo("register"), [icon("plus"), h("span", { text: "Register examples" })], { class: "button primary" })) : h("p", { class: "quiet", text: "Your key does not allow this: ask whoever runs the service." })),
        h("li", {}, h("h3", { text: "Recognise" }), h("p", { class: "quiet", text: "Drop other copies here. What was never registered is answered Unknown, and waits in the inbox." }))));
  }

  take(files) {
    if (files.length === 0 || !state.collection?.references) return;
    if (files.every((f) => f.size > 0) === false) files = files.filter((f) => f.size > 0 || files.length === 1);
    const added = files.map((file) => ({ file, url: URL.createObjectURL(file), state: "waiting", decisions: [], explain: files.length <= explainUpTo }));
    if (this.items.every((i) => i.state === "done" || i.state === "failed") && added.length === 1) {
      for (const item of this.items) URL.revokeObjectURL(item.url);
      this.items = []; // one after the other: each has the page for itself
    }
    this.items.push(...added);
    this.shown = { item: added[0], nth: 0 };
    this.draw();
    for (let i = 0; i < atOnce; i++) this.work();
  }

  // work takes the waiting files, as many at a time as may be sent.
  async work() {
    if (this.working >= atOnce) return;
    this.working++;
    try { await this.oneByOne(); } finally { this.working--; }
  }

  async oneByOne() {
    for (;;) {
      const item = this.items.find((i) => i.state === "waiting");
      if (!item || this.signal.aborted) return;
      item.state = "working";
      this.changed(item);
      try {
        item.decisions = await this.classify(item);
        item.state = "done";
      } catch (error) {
        if (error.name === "AbortError") return;
        item.state = "failed";
        item.error = error;
      }
      this.changed(item);
      if (!this.items.some((i) => i.state === "waiting" || i.state === "working")) state.refreshCounts();
    }
  }

  async classify(item) {
    const asks = setInterval(() => this.askWhy(item), busyAfter);
    try { return await this.answered(item); } finally { clearInterval(asks); }
  }

  // askWhy says of what takes long that other pictures wait, too.
  async askWhy(item) {
    try {
      const { waiting } = await api.get("/me", { quiet: true, signal: this.signal });
      item.busy = waiting > 0 ? `Looking … The service is busy: ${words.count(waiting, "picture waits", "pictures wait")} for a turn.` : "";
      if (item.state === "working" && this.shown?.item === item) this.drawAnswer();
    } catch { /* it is answered, or fails, by itself */ }
  }

  async answered(item) {
    for (let n = 1; ; n++) {
      try {
        const answer = await api.post(inCollection("/classify"), { form: { file: item.file }, query: { explain: item.explain }, signal: this.signal });
        return answer.answers.map((a) => fromAnswer(a, answer, item.file));
      } catch (error) {
        if (![429, 503].includes(error.status) || n === tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(1, error.retryAfter)));
      }
    }
  }

  changed(item) {
    if (!this.place.contains(this.answer) || (item.decisions.length > 1 && !this.place.contains(this.list))) return this.draw();
    this.drawList();
    if (this.shown?.item === item) this.drawAnswer();
  }

  drawList() {
    const settled = this.items.filter((i) => i.state === "done" || i.state === "failed").length;
    const rows = this.items.flatMap((item) => (item.decisions.length > 1 ? item.decisions.map((_, nth) => ({ item, nth })) : [{ item, nth: 0 }]));
    this.rows = rows;
    fill(this.list, this.items.length > 1 && h("div", { class: "progress" }, h("div", { class: "row between" }, h("span", { text: settled < this.items.length ? `${settled} of ${this.items.length} done` : tally(this.items) }), settled < this.items.length && button("Stop", { kind: "quiet small", on: () => this.stop() })),
      settled < this.items.length && h("div", { class: "bar", role: "progressbar", "aria-label": "Files done", "aria-valuemin": 0, "aria-valuemax": this.items.length, "aria-valuenow": settled, vars: { "--share": (100 * settled) / this.items.length + "%" } }, h("i"))),
      rows.map((row) => this.row(row)));
  }

  row(row) {
    const { item, nth } = row;
    const decision = item.decisions[nth];
    const here = this.shown?.item === item && this.shown.nth === nth;
    const said = { waiting: "Waiting", working: "Looking …", failed: item.error?.message }[item.state] ?? summary(decision);
    return h("button", { type: "button", class: "queue-item", "aria-current": String(here), on: { click: () => this.select(row) } }, h("span", { class: "dot " + (decision ? words.toneOf(decision.answer) : item.state) }),
      h("span", { class: "grow" }, sourceName(item.file.name, decision?.page, "file"), h("span", { class: "said cut" }, said)));
  }

  select(row) {
    this.shown = row;
    this.drawList();
    this.drawAnswer();
  }

  step(by) {
    if (!this.rows?.length) return;
    const at = this.rows.findIndex((r) => r.item === this.shown?.item && r.nth === this.shown.nth);
    this.select(this.rows[Math.min(this.rows.length - 1, Math.max(0, at + by))]);
    this.list.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }

  stop() {
    for (const item of this.items) if (item.state === "waiting") Object.assign(item, { state: "failed", error: new Error("Stopped before its turn.") });
    this.drawList();
    this.drawAnswer();
  }

  drawAnswer() {
    const { item, nth } = this.shown ?? {};
    if (!item) return;
    const decision = item.decisions[nth];
    setQuery({ decision: decision?.id });
    if (item.state === "failed") return fill(this.answer, failure(item.error, () => { item.state = "waiting"; this.changed(item); this.work(); }));
    if (!decision) return fill(this.answer, this.looking(item));
    const shows = /^image\/(jpeg|png|gif|webp|bmp|avif)/.test(item.file.type) && !decision.page;
    const { answer } = decision;
    this.told.textContent = `${item.file.name}: ${words.nameOf(answer)}${answer.label ? ", " + words.longLabel(answer.label) : ""}${answer.confidence ? ", " + words.percent(answer.confidence) : ""}`;
    fill(this.answer, answerCard({ decision, picture: shows ? item.url : decision.picture ? decisionPicture(decision.id) : "", file: item.decisions.length === 1 ? item.file : null, after: () => state.refreshCounts() }));
  }

  looking(item) {
    return h("div", { class: "card stack" }, h("div", { class: "row" }, h("span", { class: "dot working" }), h("span", { role: "status", text: item.state === "waiting" ? "Waits for its turn …" : item.busy || "Looking …" })), item.file.type.startsWith("image/") && h("div", { class: "pair" }, h("figure", { class: "stage" }, h("div", { class: "frame" }, h("img", { src: item.url, alt: "" })))));
  }

  // stored shows an answer of before, which the address names.
  async stored(id) {
    const decision = await api.get(decisionPath(id), { signal: this.signal });
    const zone = dropZone({ view: this, take: (files) => this.take(files), small: true, title: "Next document", text: "Drop, paste, choose or photograph." });
    return h("div", { class: "stack" }, zone, answerCard({ decision, picture: decision.picture ? decisionPicture(id) : "", after: () => state.refreshCounts() }));
  }
}

// fromAnswer makes of a fresh answer what the API gives of a stored one.
function fromAnswer({ decision_id: id, status, explanation, ...answer }, { gallery_version }, file) {
  const keep = state.collection?.keep_pictures;
  return { id, status, explanation, answer, source: file.name, label: answer.label, page: answer.page, gallery_version, picture: keep === "all" || (keep === "unknown" && status === "open") };
}

function summary(decision) {
  if (!decision) return "Nothing was found in it.";
  const a = decision.answer;
  if (words.isOpen(a)) return [labelText(a.label), " · " + words.openWords(a)];
  return a.decision === "match" ? [labelText(a.label), " · " + words.percent(a.confidence)] : words.decisionNames[a.decision];
}

function tally(items) {
  const all = items.flatMap((i) => (i.state === "failed" ? ["failed"] : i.decisions.map((d) => words.isOpen(d.answer) ? "open" : d.answer.decision)));
  const names = { match: "recognised", open: "with the sub-label open", ambiguous: "between two kinds", unknown: "unknown", refused: "not usable", failed: "not answered" };
  return Object.entries(names).map(([of, name]) => [all.filter((d) => d === of).length, name]).filter(([n]) => n).map(([n, name]) => `${n} ${name}`).join(", ");
}

customElements.define("view-recognise", Recognise);
