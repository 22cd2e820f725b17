// Registering from an answer: the label, whether contents matter, and afterwards what else looks like it.
import { button, field, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { decisionPath } from "../labels.js";
import { advice, relatives } from "./advice.js";
import { form, open } from "./dialog.js";
import { labelPicker } from "./labelpicker.js";
import { inCollection, state } from "../state.js";
import { changed, undo } from "./toast.js";

// contentsChoice asks whether other contents are a match.
export function contentsChoice(value = "") {
  const choices = [["", "Decide by the picture", "What looks filled in may differ."], ["vary", "Contents vary", "Every copy of the form is this kind: a card, an invoice."], ["fixed", "Contents are fixed", "Only the same copy is: a poster, one particular page."]];
  return h("fieldset", { class: "stack tight" }, h("legend", { text: "Contents" }), choices.map(([of, name, hint]) => h("label", { class: "check" }, h("input", { type: "radio", name: "contents", value: of, checked: of === value }), h("span", {}, h("strong", { text: name }), " ", h("span", { class: "quiet", text: hint })))));
}

// chooseKind says of a decision which of the labels it is.
export async function chooseKind({ decision }, after) {
  const picker = labelPicker({ autofocus: true });
  const done = await form("What is it?", [h("p", { class: "quiet", text: "The answer is corrected. The picture is not registered." }), field("Label", picker)], "Correct", () => api.post(decisionPath(decision.id, "/correct"), { json: { label: needed(picker) } }));
  if (done) changed(`Corrected: it is ${words.longLabel(picker.value)}.`, done.change, after);
  return Boolean(done);
}

// registerFrom registers the picture of a decision, below a label if one is given.
export async function registerFrom({ decision, file }, after, above) {
  const picker = labelPicker({ autofocus: true, above });
  const kept = decision.picture && decision.id;
  const told = kept ? adviceOfKept(picker, decision.id) : advice({ picker, ask: (label, explain) => wouldRegister({ label, file }, explain) });
  const done = await form("Register this picture", [
    h("p", { class: "quiet", text: "From now on, every other copy of it is recognised. Take a picture that is sharp, whole and straight." }),
    field("Label", picker, "A path from the general to the special. A new one makes a new kind."), told, contentsAndNote()], "Register", async (element) => {
    const wanted = { label: needed(picker), ...contentsAndNoteOf(element) };
    return kept ? registerKept(decision.id, wanted) : registerFile(decision, file, wanted);
  }, { wide: true });
  if (!done) return false;
  await tell(done, after, told.told(picker.value));
  return true;
}

// contentsAndNote are fields that mostly stay as they are.
export function contentsAndNote() {
  return h("details", {}, h("summary", { text: "Contents and note" }), h("div", { class: "stack" }, contentsChoice(), field("Note", h("input", { name: "note", maxlength: 4096 }), "For people; it may stay empty.")));
}

// contentsAndNoteOf are what was said in them; what was not is left out.
export function contentsAndNoteOf(element) {
  return { contents: element.elements.contents.value || undefined, note: element.elements.note.value.trim() || undefined };
}

// adviceOfKept is the advice on registering the kept picture of a decision.
export function adviceOfKept(picker, id) {
  const preview = (label, how) => api.post(inCollection("/inbox/preview"), { json: { label, decisions: [id], ...how }, quiet: true });
  return advice({ picker, ask: (label, explain) => preview(label, { brief: true, explain: explain || undefined }), effect: (label) => preview(label) });
}

function needed(picker) {
  if (!picker.value) throw new Error("Say which kind it is: a label such as invoice/lorvik.");
  return picker.value;
}

// register sends files under a label.
export function register({ label, contents, note, file }) {
  return api.post(inCollection("/references"), { form: { label, contents, note, file } });
}

// wouldRegister says what register would do.
export function wouldRegister({ label, file }, explain, signal) {
  return api.post(inCollection("/references"), { form: { label, file }, query: { dry_run: true, explain }, quiet: true, signal });
}

// registerFile registers a file that this browser has, and says of the decision what it is: two
// changes, which are taken back together.
async function registerFile(decision, file, wanted) {
  const done = await register({ ...wanted, file });
  if (!decision.id || !done.registered) return done;
  const said = await api.post(decisionPath(decision.id, "/correct"), { json: { label: wanted.label } });
  return { ...done, change: [done.change, said.change] };
}

// registerKept registers the picture that the service keeps of a decision.
function registerKept(id, { label, contents, note }) {
  return api.post(decisionPath(id, "/correct"), { json: { label, register: true, contents, note } });
}

// tell says what became of a registration, with a warning about relatives where there are any; told:
// the warning was seen before.
export async function tell(done, after, told = false) {
  state.refreshCounts();
  const results = done.results ?? done.registered ?? [];
  const refused = results.filter((r) => r.outcome !== "registered");
  const rivals = results.flatMap((r) => r.rivals ?? []);
  const label = results[0]?.label ?? "";
  if ((rivals.length === 0 || told) && refused.length === 0) {
    changed(`Registered as ${words.longLabel(label)}.`, done.change, after);
    return;
  }
  const answer = await open(refused.length === results.length ? "Not registered" : "Registered, and please look", (close) => h("div", { class: "stack" },
    refused.map((r) => h("div", { class: "notice warning" }, icon("warn"), h("div", {}, h("strong", { text: r.source }), " ", r.outcome === "skipped" ? "was registered before: " : "was refused: ", r.reason))),
    rivals.length > 0 && relatives(label, rivals),
    h("div", { class: "row end" }, done.change && button("Undo", { icon: "undo", on: () => close("undo") }), button("Done", { kind: "primary", on: () => close(), autofocus: true }))), { wide: true });
  if (done.change) {
    changed(`Registered as ${words.longLabel(label)}.`, done.change, after);
    if (answer === "undo") await undo(done.change);
  }
}
