// A decision: the same as right after it was made, and what happened to it since.
import { fill, h, heading, icon, link } from "../dom.js";
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
    return [heading(d.source || "A decision", [words.when(d.at), d.who && ` · asked by ${d.who}`, d.answer.page && ` · page ${d.answer.page}`], link(pathTo("decisions"), [icon("back"), h("span", { text: "All decisions" })], { class: "button" })),
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
        return h("ul", { class: "card stack tight" }, audit.entries.map((e) => h("li", {}, h("strong", { text: e.what }), ` by ${e.who}, ${words.when(e.at)}`, h("span", { class: "quiet small", text: ` · row ${e.seq}` }))));
      }, list);
    });
    return h("div", { vars: { "margin-top": "1rem" } }, box);
  }
}

customElements.define("view-decision", Decision);
