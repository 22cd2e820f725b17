// A job: how far it is, what failed and why, and what its pages are.
import { fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { pathTo, state } from "../state.js";
import { View } from "../view.js";
import { labelText } from "../labels.js";
import { controls, failedList, jobName, progressBar, progressWords, stateChip, within } from "../parts/progress.js";

const shownAtOnce = 100; // of the failed files, and of the results
const lookEvery = 3000; // ms, where events do not come through

class JobView extends View {
  start() {
    this.signal.addEventListener("abort", () => this.events?.close());
    this.load(() => this.all());
  }

  path(rest = "") { return "/jobs/" + api.part(this.dataset.id) + rest; }

  async all() {
    const job = await api.get(this.path(), { signal: this.signal });
    this.head = h("div", { class: "row" });
    this.buttons = h("div", { class: "row" });
    this.facts = h("div", { class: "stack" });
    this.top = h("section", { class: "card stack", "aria-label": "Progress" }, h("div", { class: "row between" }, this.head, this.buttons), this.facts);
    this.failed = h("div", {});
    this.results = h("div", {});
    this.show(job);
    this.load(() => this.answers(), this.results);
    if (!job.ended) this.follow();
    return [heading(jobName(job), `Started ${words.when(job.created)} by ${words.who(job.who)}.`, link(pathTo("jobs"), [icon("back"), h("span", { text: "All jobs" })], { class: "button" })), h("div", { class: "stack" }, this.top, this.failed, this.results)];
  }

  // show shows how far it is now. Buttons stay as long as they mean the same: one that is changed
  // while it is pressed is not pressed.
  show(job) {
    const before = this.job;
    this.job = job;
    const facts = { Pages: words.number(job.pages), Speed: job.pages_per_second > 0 ? `${job.pages_per_second.toFixed(1)} pages a second` : "", Left: job.state === "running" && job.seconds_left !== undefined ? words.duration(job.seconds_left) : "", "Passed over": job.passed ? words.count(job.passed, "file that is no document", "files that are no documents") : "", Ended: job.ended ? words.when(job.ended) : "" };
    fill(this.head, stateChip(job), h("span", { role: "status", text: progressWords(job) }));
    const focused = this.buttons.contains(document.activeElement) && document.activeElement.innerText;
    const allowed = [job.state, job.mine, job.failed > 0].join();
    if (this.allowed !== allowed || !this.buttons.hasChildNodes()) fill(this.buttons, controls(job, (now) => { this.show(now); if (!now.ended) this.follow(); }));
    this.allowed = allowed;
    if (focused) [...this.buttons.querySelectorAll("button")].find((b) => b.innerText === focused)?.focus();
    fill(this.facts, progressBar(job), job.reason && h("p", { class: "wrong", text: words.sentence(job.reason) }), h("dl", { class: "facts small" }, Object.entries(facts).filter(([, value]) => value).map(([name, value]) => [h("dt", { text: name }), h("dd", { text: value })])));
    if (job.failed > 0 && before?.failed !== job.failed) this.load(() => this.wrong(), this.failed);
    else if (job.failed === 0) fill(this.failed);
    if (before && !before.ended && job.ended) {
      this.load(() => this.answers(), this.results);
      state.refreshCounts();
    }
  }

  // follow has the service tell how far it is; where that does not come through, it is asked.
  follow() {
    this.events?.close();
    if (this.signal.aborted) return;
    const events = this.events = new EventSource(api.address(this.path("/events")));
    const take = (event) => this.show(JSON.parse(event.data));
    events.addEventListener("progress", take);
    events.addEventListener("end", (event) => { events.close(); take(event); });
    events.addEventListener("error", () => {
      if (events.readyState !== EventSource.CLOSED) return; // it tries again by itself
      setTimeout(async () => {
        let job;
        try { job = await api.get(this.path(), { quiet: true, signal: this.signal }); } catch { /* the next look says it */ }
        if (this.signal.aborted || events !== this.events) return; // it was paused or resumed meanwhile: others tell now
        if (job) this.show(job);
        if (!this.job.ended) this.follow();
      }, lookEvery);
    });
  }

  async wrong() {
    const answer = await api.get(this.path("/files"), { query: { state: "failed", limit: shownAtOnce }, signal: this.signal, quiet: true });
    const more = this.job.failed - answer.files.length;
    return h("section", { class: "card stack tight" }, h("h2", { text: words.count(this.job.failed, "file could not be used", "files could not be used") }), failedList(answer.files.map((file) => ({ ...file, path: within(file.path, this.job.place) }))), more > 0 && h("p", { class: "quiet small", text: `${words.number(more)} more are not shown.` }));
  }

  async answers() {
    const asked = new URLSearchParams(location.search);
    const query = { decision: asked.get("decision"), q: asked.get("q"), cursor: asked.get("cursor") };
    const answer = await api.get(this.path("/results"), { query: { ...query, limit: shownAtOnce }, signal: this.signal });
    const counts = answer.counts ?? this.counts ?? {};
    this.counts = counts;
    const here = pathTo("jobs/" + api.part(this.dataset.id));
    const chip = (of) => h("a", { class: "chip " + of, href: here + (query.decision === of ? "" : "?decision=" + of), "aria-current": String(query.decision === of) }, `${words.number(counts[of])} ${words.decisionNames[of].toLowerCase()}`);
    const download = (format) => h("a", { class: "button small", href: api.address(this.path("/results"), { decision: query.decision, q: query.q, format }), download: "results." + format }, icon("download"), h("span", { text: format.toUpperCase() }));
    const waiting = (counts.unknown ?? 0) + (counts.ambiguous ?? 0);
    return h("section", { class: "card stack tight" }, h("div", { class: "row between" }, h("h2", { text: "What the pages are" }), h("div", { class: "row" }, download("csv"), download("jsonl"))),
      h("div", { class: "row" }, Object.keys(words.decisionNames).filter((of) => counts[of]).map(chip), query.decision && link(here, "All", { class: "button quiet small" })),
      waiting > 0 && state.may("register") && h("p", { class: "notice" }, icon("inbox"), h("span", {}, `${words.count(waiting, "page was", "pages were")} not recognised. `, link(pathTo("inbox"), "They wait in the inbox."))),
      answer.results.length === 0 ? h("p", { class: "quiet", text: "No results yet." }) : h("div", { class: "table-box" }, h("table", { class: "cards" }, h("thead", {}, h("tr", {}, ["Answer", "Label", "Sure", "File"].map((t, i) => h("th", { class: i === 2 ? "number" : "", text: t })))), h("tbody", {}, answer.results.map((r) => row({ ...r, path: within(r.path, this.job.place) }))))),
      h("div", { class: "row between" }, query.cursor ? link(here, [icon("back"), h("span", { text: "First" })], { class: "button" }) : h("span"), answer.next && link(here + "?" + new URLSearchParams({ ...(query.decision && { decision: query.decision }), cursor: answer.next }), [h("span", { text: "More" }), icon("chevron")], { class: "button next" })));
  }
}

function row(r) {
  const name = [r.path, r.member].filter(Boolean).join(" / ") + (r.page ? `, page ${r.page}` : "");
  return h("tr", {}, h("td", { class: "tight" }, h("span", { class: "chip " + r.decision, text: words.decisionNames[r.decision] })), h("td", {}, r.label ? labelText(r.label, { linked: true }) : h("span", { class: "quiet", text: "–" })), h("td", { class: "number tight", text: r.confidence ? words.percent(r.confidence) : "" }),
    h("td", {}, r.decision_id ? h("a", { class: "wrap", href: pathTo("decisions/" + api.part(r.decision_id)) }, name) : h("span", { class: "wrap", text: name })));
}

customElements.define("view-job", JobView);
