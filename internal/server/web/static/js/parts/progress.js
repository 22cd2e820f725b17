// How far a job is, in a bar and in words.
import { button, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { ask } from "./dialog.js";
import { complain } from "./toast.js";

export const stateNames = { uploading: "Files are being sent", running: "Running", paused: "Paused", cancelled: "Cancelled", done: "Done", failed: "Failed" };
const stateKinds = { running: "unknown", done: "match", failed: "refused", cancelled: "", paused: "ambiguous", uploading: "" };

export const stateChip = (job) => h("span", { class: "chip " + stateKinds[job.state], text: stateNames[job.state] ?? job.state });

// jobName is what a person calls a job.
export function jobName(job) {
  return { upload: "Files that were sent", folder: job.place, manifest: job.place }[job.kind] ?? job.place;
}

export function progressBar(job) {
  const settled = job.done + job.failed;
  const share = job.files > 0 ? Math.floor((100 * settled) / job.files) : 0;
  return h("div", { class: "bar", role: "progressbar", "aria-label": "Files done", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": share, vars: { "--share": share + "%" } }, h("i"));
}

// progressWords say how many are done, and how long the rest takes.
export function progressWords(job) {
  const parts = [`${words.number(job.done)} of ${words.number(job.files)}${job.listing ? " or more" : ""} files done`];
  if (job.failed > 0) parts.push(`${words.number(job.failed)} failed`);
  if (job.state === "running" && job.seconds_left !== undefined && job.left > 0) parts.push(`${words.duration(job.seconds_left)} left`);
  return parts.join(", ");
}

// controls are the buttons of who may use them; then is called with the job as it is after.
export function controls(job, then, { small = false } = {}) {
  if (!job.mine) return [];
  const does = (action) => async () => {
    try { then(await api.post(`/jobs/${api.part(job.id)}/${action}`)); } catch (error) { complain(error); }
  };
  const kind = small ? "small" : "";
  const cancel = async () => {
    if (await ask("Cancel this job?", "What is done stays. The rest is left out; the job cannot be resumed.", "Cancel the job", { danger: true })) await does("cancel")();
  };
  return [job.state === "running" && button("Pause", { kind, on: does("pause") }), job.state === "paused" && button("Resume", { kind: kind + " primary", on: does("resume") }),
    ["running", "paused", "uploading"].includes(job.state) && button("Cancel", { kind: kind + " danger", on: cancel }), job.failed > 0 && ["done", "running", "paused"].includes(job.state) && button("Try the failed files again", { kind, icon: "refresh", on: does("retry") })];
}

// within is the path of a file below a folder, if it lies there.
export function within(path, folder) {
  const base = folder.replace(/\/+$/, "") + "/";
  return path.startsWith(base) ? path.slice(base.length) : path;
}

// failedList names files that failed, with the reasons.
export function failedList(files) {
  return h("ul", { class: "stack tight" }, files.map((f) => h("li", { class: "row failed-file" }, icon("warn"), h("div", { class: "grow" }, h("strong", { class: "wrap", text: f.path }), h("p", { class: "quiet small wrap", text: words.sentence(f.reason || "It could not be used.") })))));
}
