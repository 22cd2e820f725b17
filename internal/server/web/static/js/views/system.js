// System: the facts that whoever runs the service asks for.
import { h, heading } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { View } from "../view.js";

class System extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const [version, system] = await Promise.all([api.get("/version", { signal: this.signal }), api.get("/system", { signal: this.signal })]);
    return [heading("System", "What runs here, and how it is."), h("div", { class: "card-grid" },
      card("Program", { version: system.version, api: version.api, model: system.model, go: system.go, platform: system.platform, started: words.when(system.started) + ", " + words.ago(system.started) }),
      card("Work", { cores: system.cores, waiting: system.waiting, memory: words.size(system.memory_bytes), uploads: words.size(system.uploading_bytes), jobs: system.jobs, left: system.job_files_left, chunks: system.job_chunks_at_work }),
      card("Data", { collections: system.collections, references: system.references, inbox: system.inbox, galleries: words.size(system.gallery_bytes), decisions: words.size(system.service_bytes) }))];
  }
}

const names = { version: "Version", api: "API", model: "Model", go: "Go", platform: "Platform", started: "Started", cores: "Pictures at once", waiting: "Pictures that wait", memory: "Memory", uploads: "Files being sent", jobs: "Jobs that run", left: "Files of jobs that wait", chunks: "Pieces of jobs in work here", collections: "Collections", references: "References", inbox: "Answers in inboxes", galleries: "Galleries on the disk", decisions: "Decisions and audit on the disk" };

function card(name, facts) {
  return h("section", { class: "card" }, h("h2", { text: name }), h("dl", { class: "facts small" }, Object.entries(facts).map(([fact, value]) => [h("dt", { text: names[fact] }), h("dd", { class: "wrap" + (fact === "model" ? " mono" : ""), text: typeof value === "number" ? words.number(value) : value })])));
}

customElements.define("view-system", System);
