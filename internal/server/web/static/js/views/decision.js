// A decision: the same as right after it was made, and what happened to it since.
import { button, fill, h, heading, icon, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { pathTo, state } from "../state.js";
import { View } from "../view.js";
import { decisionPath, decisionPicture } from "../labels.js";
import { answerCard } from "../parts/answer.js";

class Decision extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const d = await api.get(decisionPath(this.dataset.id), { signal: this.signal });
    return [heading(d.source || "A decision", [words.when(d.at), d.who && ` · asked by ${words.who(d.who)}`, d.answer.page && ` · page ${d.answer.page}`], link(pathTo("decisions"), [icon("back"), h("span", { text: "All decisions" })], { class: "button" })),
      answerCard({ decision: d, picture: d.picture ? decisionPicture(d.id) : "", after: () => state.refreshCounts() }), state.may("admin") && this.history(d)];
  }

  history(d) {
    const box = h("details", {}, h("summary", { text: "What happened to it" }));
    box.addEventListener("toggle", () => {
      if (!box.open || box.querySelector("div")) return;
      const list = h("div", {});
      box.append(list);
      this.load(async () => {
        const audit = await api.get("/audit", { query: { subject: d.id, limit: 50 }, signal: this.signal });
        return [this.again(d), h("ul", { class: "card stack tight" }, audit.entries.map((e) => h("li", {}, h("strong", { text: e.what }), ` by ${words.who(e.who)}, ${words.when(e.at)}`, h("span", { class: "quiet small", text: ` · row ${e.seq}` }))))];
      }, list);
    });
    return h("div", { vars: { "margin-top": "1rem" } }, box);
  }

  // again takes the decision once more, by the audit: it must come out the same.
  again(d) {
    const result = h("p", { class: "grow", role: "status" });
    const run = button("Take the decision again", { icon: "refresh", on: async () => {
      fill(result, "Looking …");
      try {
        const done = await api.post(decisionPath(d.id, "/replay"), { signal: this.signal });
        fill(result, done.same ? "It is the same, to the last digit." : "It is another one now. " + (done.why ?? ""), { rebuilt: " The gallery was rebuilt as it was then.", "by-time": " The gallery was rebuilt by the times of changes, which is less sure." }[done.gallery] ?? "");
      } catch (error) { fill(result, h("span", { class: "wrong", text: error.message })); }
    } });
    return h("div", { class: "row", vars: { "margin-bottom": "0.75rem" } }, run, result);
  }
}

customElements.define("view-decision", Decision);
