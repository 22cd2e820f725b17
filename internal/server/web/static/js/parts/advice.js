// Before something is registered: what it resembles, what of it is taken for contents, and which
// answers would change. Nothing is done by looking.
import { button, fill, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { labelText, referencePicture, thumb, thumbWidth } from "../labels.js";
import { pathTo } from "../state.js";

const pause = 350; // ms after the last key before the service is asked

// advice shows what registering under the label of a picker would do. ask(label, explain) gives what the
// service says of a dry run, {results}, and effect(label), if there is one, which answers would change,
// {changed, looked_at, open}, which takes longer. auto: false waits for a press. The element has
// told(label): whether it showed what there is to know of a label.
export function advice({ picker, ask, effect, auto = true }) {
  const box = h("div", { class: "advice stack tight", role: "status" });
  let timer, asked = 0, told = "", before = null;
  const look = async () => {
    const label = picker.value;
    if (!label || label === told) return;
    const mine = ++asked;
    const gone = () => mine !== asked || !box.isConnected;
    fill(box, h("p", { class: "row quiet small" }, h("span", { class: "dot working" }), h("span", { text: "Looking at what it resembles …" })));
    try {
      const would = await ask(label, false);
      if (gone()) return;
      told = label;
      const line = h("span", { text: "Looking at which answers would change …" });
      const changes = effect && (would.results ?? []).some((r) => r.outcome !== "refused");
      fill(box, says(label, would, picker, () => ask(label, true)), changes && h("p", { class: "notice" }, icon("refresh"), line));
      if (!changes) return;
      const then = await effect(label);
      if (!gone()) line.textContent = effectText(then);
    } catch (error) {
      if (!gone() && error.name !== "AbortError") fill(box, h("p", { class: "wrong small", text: words.sentence(error.message) }));
    }
  };
  const later = (label) => {
    if (label === before) return;
    before = label;
    told = "";
    asked++; // what is under way is about another label
    clearTimeout(timer);
    if (!label) fill(box);
    else if (auto) timer = setTimeout(look, pause);
    else fill(box, h("div", {}, button("What does it resemble?", { kind: "small", icon: "search", on: look })));
  };
  picker.onChange(later);
  queueMicrotask(() => later(picker.value));
  box.told = (label) => told === label;
  return box;
}

// says is what a dry run told.
function says(label, would, picker, explain) {
  const results = would.results ?? [];
  const rivals = results.flatMap((r) => r.rivals ?? []);
  const refused = results.filter((r) => r.outcome === "refused");
  const reasons = results.filter((r) => r.outcome !== "refused" && r.reason);
  const share = results[0]?.contents_share;
  return [refused.map((r) => h("div", { class: "notice warning" }, icon("warn"), h("p", { text: "It cannot be a reference: " + r.reason }))),
    reasons.map((r) => h("div", { class: "notice" + (r.outcome === "skipped" ? " warning" : "") }, icon(r.outcome === "skipped" ? "warn" : "help"), h("p", { text: (r.outcome === "skipped" ? "Nothing would be registered: it " : "It ") + r.reason }))),
    rivals.length > 0 && relatives(label, rivals, { take: (of) => picker.take(of), explain }),
    refused.length === 0 && rivals.length === 0 && h("p", { class: "row small quiet" }, icon("check"), h("span", { text: "No other kind looks like it." })),
    share !== undefined && refused.length === 0 && drawn(`About ${words.percent(share)} of its print is taken for contents, which may differ.`, explain, (r) => r.contents_drawing, "Drawing: what of the picture is taken for form, and what for contents")];
}

// drawn is a line with a drawing that is asked for when it is opened.
function drawn(text, explain, of, alt) {
  const box = h("details", { class: "small" }, h("summary", { text }));
  box.addEventListener("toggle", async () => {
    if (!box.open || box.querySelector("img, p")) return;
    const line = h("p", { class: "quiet", text: "Drawing …" });
    box.append(line);
    try {
      const would = await explain();
      const data = (would.results ?? []).map(of).find(Boolean);
      line.replaceWith(data ? h("img", { class: "drawing", src: "data:image/png;base64," + data, alt }) : h("p", { class: "quiet", text: "There is nothing to draw." }));
    } catch (error) { line.textContent = words.sentence(error.message); }
  });
  return box;
}

// relatives warns of other labels that look like a picture. take, if given, makes a label of theirs
// the one to register under; explain gives the drawings of a dry run.
export function relatives(label, rivals, { take, explain } = {}) {
  const alone = rivals.every((r) => r.contents_alone);
  return h("div", { class: "stack tight" }, h("div", { class: "notice warning" }, icon("warn"), h("p", {}, alone ? ["It has relatives that differ in what is filled in alone. Are they the same kind as ", labelText(label), "? Then give them one label."]
    : ["It has relatives: pictures of the kinds below look like ", labelText(label), ". Make sure that they are kinds of their own. A picture that shows neither clearly may be answered by the label above both."])),
  rivals.slice(0, 6).map((r) => h("div", { class: "rival" }, thumb(referencePicture(r.reference, thumbWidth), ""), h("div", { class: "grow stack tight" }, h("a", { href: pathTo("references/" + api.part(r.reference)), target: take ? "_blank" : null }, labelText(r.label)), h("p", { class: "quiet small wrap", text: reason(r) }),
    explain && r.compared > 0 && drawn("See where they differ", explain, (would) => would.rivals?.find((other) => other.reference === r.reference)?.drawing, "Drawing: the two side by side, with what differs"),
    take && r.contents_alone && h("div", {}, button("Use this label", { kind: "small", icon: "tag", on: () => take(r.label) }))))));
}

// reason leaves out what the command line would say.
const reason = (r) => words.sentence(r.reason.replace(/: register both under one label, or each with fixed contents$/, ""));

// effectText says which answers would change.
function effectText({ changed, looked_at: looked, open }) {
  const n = changed?.length ?? 0;
  if (open === 0) return "Nothing waits in the inbox that it could change.";
  if (looked === 0) return "What it would change in the inbox is not known: no picture of what waits there is kept.";
  const some = looked < open ? ` Of the ${words.number(open)} that wait, the ${words.number(looked)} most alike were looked at.` : "";
  return `Would change ${n === 0 ? "no answer" : words.count(n, "answer", "answers")} of the inbox.${some}`;
}
