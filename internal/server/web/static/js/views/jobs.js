// Jobs: many files, recognised in the background. They go on without this page.
import { button, empty, field, fill, h, heading, icon, once } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, inCollection, pathTo, state } from "../state.js";
import { View } from "../view.js";
import { form } from "../parts/dialog.js";
import { dropZone } from "../parts/drop.js";
import { controls, jobName, progressBar, progressWords, stateChip } from "../parts/progress.js";
import { watches } from "../parts/watches.js";
import { complain } from "../parts/toast.js";

const lookEvery = 2000; // ms between two looks at jobs that run

class JobsView extends View {
  start() {
    this.list = h("div", { class: "stack tight" });
    this.told = h("p", { role: "status", class: "quiet" });
    fill(this, heading("Jobs", "Many files, recognised in the background. A job goes on when this page is closed, and when the service is started anew.", button("Folder of the server", { icon: "folder", key: "n", on: (event) => this.folder(event) })),
      h("div", { class: "stack" }, dropZone({ view: this, take: (files) => this.send(files), small: true, folders: true, title: "Drop many files or a folder", text: "They are sent to the service, which works on them one after the other." }), this.told, this.list, watches(this)));
    this.load(() => this.all(), this.list);
  }

  shortcuts() { return [{ key: "n", says: "A folder of the server", run: (event) => this.folder(event) }]; }

  async all() {
    this.asking = {}; // a look that is under way is older
    const answer = await api.get("/jobs", { query: { collection: state.name, limit: 50 }, signal: this.signal });
    this.again(answer.jobs);
    return this.rows(answer.jobs);
  }

  // again looks anew as long as something goes on.
  again(jobs) {
    clearTimeout(this.timer);
    if (!jobs.some((j) => j.state === "running" || j.state === "uploading")) return;
    const mine = this.asking;
    const old = () => this.signal.aborted || mine !== this.asking;
    this.timer = setTimeout(async () => {
      if (old()) return;
      try {
        const answer = await api.get("/jobs", { query: { collection: state.name, limit: 50 }, signal: this.signal, quiet: true });
        if (old()) return;
        if (!this.list.contains(document.activeElement)) fill(this.list, this.rows(answer.jobs));
        this.again(answer.jobs);
      } catch (error) {
        if (!old()) this.again(jobs);
      }
    }, lookEvery);
  }

  rows(jobs) {
    if (jobs.length === 0) return empty("layers", "No jobs yet", "Drop files above, or have a folder of the server read.");
    return jobs.map((job) => h("section", { class: "card stack tight job" }, h("div", { class: "row between" }, h("a", { class: "grow wrap", href: pathTo("jobs/" + api.part(job.id)) }, h("strong", { text: jobName(job) })), stateChip(job)),
      progressBar(job), h("div", { class: "row between" }, h("span", { class: "quiet small", text: progressWords(job) + ` · ${words.ago(job.created)}, by ${words.who(job.who)}` }), h("div", { class: "row" }, controls(job, () => this.load(() => this.all(), this.list), { small: true })))));
  }

  async send(files) {
    if (files.length === 0) return;
    const bytes = files.reduce((n, f) => n + f.size, 0);
    this.told.textContent = `Sending ${words.count(files.length, "file", "files")}, ${words.size(bytes)} …`;
    try {
      const job = await api.post(inCollection("/jobs/upload"), { form: { file: files }, signal: this.signal });
      go(pathTo("jobs/" + api.part(job.id)));
    } catch (error) {
      complain(error);
    }
    this.told.textContent = "";
  }

  folder = once(async () => {
    let folders;
    try { ({ folders } = await api.get("/job-folders", { signal: this.signal })); } catch (error) { return complain(error); }
    const place = h("input", { name: "place", value: folders[0] ?? "", maxlength: 4096, spellcheck: "false", autocomplete: "off", autofocus: true });
    const kind = (of, name, hint, checked) => h("label", { class: "check" }, h("input", { type: "radio", name: "kind", value: of, checked }), h("span", {}, h("strong", { text: name }), " ", h("span", { class: "quiet", text: hint })));
    const done = await form("Files on the server", folders.length === 0 ? [none()] : [field("Folder or list", place, `In one of: ${folders.join(", ")}`),
      h("fieldset", { class: "stack tight" }, h("legend", { text: "It is" }), kind("folder", "A folder", "Its pictures and documents, and those in folders below it.", true), kind("manifest", "A list", "A file with a path on each line, or a table with a column path.", false))], "Start", (element) => {
      if (folders.length === 0) throw new Error("There is no folder that jobs may read.");
      return api.post(inCollection("/jobs"), { json: { [element.elements.kind.value]: place.value.trim() } });
    });
    if (done) go(pathTo("jobs/" + api.part(done.id)));
  });
}

// none says what whoever runs the service has to do.
export function none() {
  return h("div", { class: "notice" }, icon("folder"), h("p", {}, "The service may read no folder yet. Whoever runs it names those that it may: ", h("code", { text: "exemplar serve --folder /mnt/scans" }), "."));
}

customElements.define("view-jobs", JobsView);
