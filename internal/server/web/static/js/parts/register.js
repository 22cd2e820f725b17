// Registering from an answer: the label, whether contents matter, and afterwards what else looks like it.
import { button, field, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { decisionPath, labelText, referencePath, referencePicture, thumb, thumbWidth } from "../labels.js";
import { form, open } from "./dialog.js";
import { labelPicker } from "./labelpicker.js";
import { inCollection, pathTo, state } from "../state.js";
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

// registerFrom registers the picture of a decision.
export async function registerFrom({ decision, file }, after) {
  const picker = labelPicker({ autofocus: true });
  const note = h("input", { name: "note", maxlength: 10000 });
  const done = await form("Register this picture", [
    h("p", { class: "quiet", text: "From now on, every other copy of it is recognised. Take a picture that is sharp, whole and straight." }),
    field("Label", picker, "A path from the general to the special. A new one makes a new kind."), contentsChoice(), field("Note", note, "For people; it may stay empty.")], "Register", async (element) => {
    const wanted = { label: needed(picker), contents: element.elements.contents.value, note: note.value };
    return file ? registerFile(decision, file, wanted) : registerKept(decision, wanted);
  });
  if (!done) return false;
  await tell(done, after);
  return true;
}

function needed(picker) {
  if (!picker.value) throw new Error("Say which kind it is: a label such as invoice/lorvik.");
  return picker.value;
}

// register sends files under a label.
export function register({ label, contents, note, file }) {
  return api.post(inCollection("/references"), { form: { label, contents, note, file } });
}

// registerFile registers a file that this browser has, and says of the decision what it is.
async function registerFile(decision, file, wanted) {
  const done = await register({ ...wanted, file });
  if (decision.id && done.registered > 0) await api.post(decisionPath(decision.id, "/correct"), { json: { label: wanted.label } });
  return done;
}

// registerKept registers the picture that the service keeps of a decision.
async function registerKept(decision, { label, contents, note }) {
  const done = await api.post(decisionPath(decision.id, "/correct"), { json: { label, register: true } });
  const id = done.registered?.[0]?.id;
  if (id && (contents || note)) await api.patch(referencePath(id), { json: { contents: contents || undefined, note: note || undefined } });
  return done;
}

// tell says what became of a registration, with a warning about relatives where there are any.
export async function tell(done, after) {
  state.refreshCounts();
  const results = done.results ?? done.registered ?? [];
  const refused = results.filter((r) => r.outcome !== "registered");
  const rivals = results.flatMap((r) => r.rivals ?? []);
  const label = results[0]?.label ?? "";
  if (rivals.length === 0 && refused.length === 0) {
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

// relatives warns of other labels that look like a new reference.
export function relatives(label, rivals) {
  return h("div", { class: "stack tight" }, h("div", { class: "notice warning" }, icon("warn"), h("p", {}, "It has relatives: pictures of the kinds below look like ", labelText(label), ". Make sure that they are kinds of their own. A picture that shows neither clearly may be answered by the label above both.")),
    rivals.slice(0, 6).map((r) => h("div", { class: "rival" }, thumb(referencePicture(r.reference, thumbWidth), ""), h("div", { class: "grow" }, h("a", { href: pathTo("references/" + api.part(r.reference)) }, labelText(r.label)), h("p", { class: "quiet small wrap", text: r.reason })))));
}
