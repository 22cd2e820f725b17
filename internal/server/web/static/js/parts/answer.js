// One answer, for a person: what it is, how sure that is, your picture beside the reference, and what to do with it.
import { button, fill, h, icon } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { decisionPath, decisionPicture, labelText, referencePicture } from "../labels.js";
import { legend, marksOf, stage } from "./stage.js";
import { pathTo, state } from "../state.js";
import { changed, complain } from "./toast.js";
import { chooseKind, registerFrom } from "./register.js";

// answerCard shows a decision as the API gives it: {id, answer, source, status, picture ...}. picture is the address of
// the picture, which may be one of this browser; file is the file itself where the browser has it;
// after is called when something was decided.
export function answerCard({ decision, picture, file, after }) {
  const card = h("article", { class: "stack", "aria-label": "Answer" });
  draw(card, { decision, picture, file, after });
  return card;
}

function draw(card, about) {
  const { decision } = about;
  const answer = decision.answer;
  const reference = nearest(answer)?.reference;
  const marks = marksOf(answer);
  const comparable = answer.decision !== "refused" && Boolean(answer.geometry);
  fill(card, verdict(about, card),
    answer.decision === "refused" ? null : pair(about, reference, marks),
    comparable && comparison(decision), more(decision));
}

function verdict(about, card) {
  const { decision } = about;
  const answer = decision.answer;
  const open = words.isOpen(answer);
  const what = answer.decision === "match" ? [labelText(answer.label, { linked: true }), open && h("span", { class: "above", text: ", " + words.openWords(answer) })] : words.decisionNames[answer.decision];
  return h("section", { class: "verdict " + words.toneOf(answer) },
    h("div", { class: "row between" }, h("div", { class: "row" }, h("span", { class: "chip " + words.toneOf(answer), text: words.nameOf(answer) }), decision.status && decision.status !== "answered" && h("span", { class: "chip", text: words.statusNames[decision.status] ?? "Not kept" })), answer.confidence > 0 && sure(answer)),
    h("p", { class: "what" }, what), decision.status === "corrected" && decision.label !== answer.label && h("p", {}, "A person says: ", labelText(decision.label, { linked: true })),
    h("p", { class: answer.decision === "refused" ? "wrap" : "quiet wrap", text: words.meaning(answer) }), actions(about, card));
}

function sure(answer) {
  return h("div", { class: "sure" }, h("span", { class: "bar", role: "img", "aria-label": words.percent(answer.confidence), vars: { "--share": answer.confidence * 100 + "%" } }, h("i")), h("span", {}, h("strong", { text: words.sureness(answer.confidence) }), ` (${words.percent(answer.confidence)})${words.isOpen(answer) ? " that it is " + words.longLabel(answer.label) : ""}`));
}

function actions(about, card) {
  const { decision } = about;
  const answer = decision.answer;
  if (!state.may("register") || answer.decision === "refused" || !decision.id) return null;
  const does = (work) => async () => {
    try { await work(); } catch (error) { complain(error); }
  };
  const settled = ["confirmed", "corrected", "rejected"].includes(decision.status);
  const again = async () => {
    const mine = (about.asked = {});
    const now = await api.get(decisionPath(decision.id), { quiet: true });
    if (mine !== about.asked) return; // what was done since is asked for by itself
    Object.assign(decision, now);
    if (card.isConnected) draw(card, about);
    about.after?.();
  };
  const confirm = does(async () => {
    const done = await api.post(decisionPath(decision.id, "/confirm"));
    changed("Confirmed.", done?.change, again);
    await again();
  });
  const not = does(async () => {
    const label = answer.label || answer.candidates?.[0]?.label;
    const done = await api.post(decisionPath(decision.id, "/reject"), { json: { label } });
    changed(effectOf(done, label), done?.change, again);
    await again();
  });
  const correct = async (label) => {
    const done = await api.post(decisionPath(decision.id, "/correct"), { json: { label } });
    changed(`Corrected: it is ${words.longLabel(label)}.`, done?.change, again);
    await again();
  };
  const other = does(async () => { if (await chooseKind(about, again)) await again(); });
  const open = words.isOpen(answer);
  const register = does(async () => { if (await registerFrom(about, again, open ? answer.label : "")) await again(); });
  const recognised = answer.decision === "match" && !open;
  const registers = (about.file || decision.picture) && button(recognised ? "Register as a new kind" : open ? `Register below ${words.longLabel(answer.label)}` : "Register it", { kind: recognised ? "" : "primary", icon: "plus", on: register });
  return h("div", { class: "row" },
    recognised && !settled && button("That is right", { kind: "primary", icon: "check", on: confirm }),
    !recognised && registers,
    open && !settled && [answer.open.slice(0, fewOpen).map((label) => button(`It is ${words.longLabel(label)}`, { icon: "tag", on: does(() => correct(label)) })), button(`Only ${words.longLabel(answer.label)}`, { icon: "check", on: confirm, title: "Which one it is does not matter" })],
    nearest(answer) && !settled && button(recognised ? "Not this" : "Not " + words.longLabel(answer.label || nearest(answer).label), { icon: "cross", on: not }),
    button(recognised || open ? "It is something else" : "Say what it is", { icon: "edit", on: other }),
    recognised && registers);
}

// nearest is the first candidate, if it is worth a look: of something unknown, not what is least unlike.
function nearest(answer) {
  return answer.decision !== "unknown" || words.comesNear(answer) ? answer.candidates?.[0] : null;
}

const fewOpen = 3; // sub-labels that have a button

// effectOf says what a "not this" did.
export function effectOf(done, label) {
  const n = done?.changed?.length ?? 0;
  const kept = label ? `Noted: this is not ${words.longLabel(label)}.` : "Noted.";
  if (n > 0) return `${kept} ${words.count(n, "other answer would be different now", "other answers would be different now")}.`;
  return done?.negative ? `${kept} What looks like it is unknown from now on.` : kept;
}

function pair({ decision, picture }, reference, marks) {
  const answer = decision.answer;
  const first = answer.candidates?.[0];
  const isIt = answer.decision === "match" && !words.isOpen(answer);
  return h("div", { class: "pair" },
    h("div", { class: "stack tight" }, stage({ src: picture, caption: "Your picture", note: decision.source, alt: "The picture that was sent", marks, none: decision.id ? "The picture is not kept. What to keep is set in the collection." : "This browser cannot show the file." }), picture && legend(marks)),
    h("div", { class: "stack" }, reference ? stage({ src: referencePicture(reference), caption: isIt ? "The reference" : "Nearest reference", alt: "The registered picture of " + first.label, note: h("a", { href: pathTo("references/" + api.part(reference)) }, words.longLabel(first.label)) })
      : stage({ caption: "The reference", none: "Nothing registered comes near." }), facts(decision)));
}

// comparison shows the drawing that lays both on each other, when it is asked for: the one that
// came with the answer, or one that the service makes of the picture it kept.
function comparison(decision) {
  const src = decision.explanation ? "data:image/png;base64," + decision.explanation : decision.picture && api.address(decisionPath(decision.id, "/explain.png"));
  if (!src) return null;
  const box = h("details", {}, h("summary", { text: "See what agrees and what differs" }));
  box.addEventListener("toggle", () => {
    if (!box.open || box.querySelector("figure, p")) return;
    box.append(stage({ src, caption: "The form that agrees, and contents that differ", alt: "Drawing: the picture laid on the reference, block by block", none: "The service could not draw it." }));
  });
  return box;
}

function facts(decision) {
  const answer = decision.answer;
  if (answer.decision === "refused" || !answer.basis) return null;
  const next = words.runnerUp(answer);
  const contents = words.contentsWords(answer);
  return h("section", { class: "card" }, h("dl", { class: "facts" },
    h("dt", { text: "Form" }), h("dd", { text: words.formWords(answer) }),
    contents && [h("dt", { text: "Contents" }), h("dd", { text: contents })],
    h("dt", { text: "Condition" }), h("dd", { class: "row" }, answer.conditions?.length ? answer.conditions.map(condition) : "Nothing to remark."),
    h("dt", { text: "Runner-up" }), h("dd", {}, next.candidate && [labelText(next.candidate.label, { linked: true }), " "], next.text),
    answer.notes?.length > 0 && [h("dt", { text: "The file" }), h("dd", { text: answer.notes.join("; ") })]));
}

function condition(c) {
  const share = c.share < 0.995 ? ` (${words.percent(c.share)} of it)` : "";
  return h("span", { class: "chip", title: words.conditionMeaning(c.kind), text: words.conditionName(c.kind) + share });
}

function more(decision) {
  const answer = decision.answer;
  return h("details", {}, h("summary", { text: "All evidence" }), h("div", { class: "card stack" },
    h("p", { class: "wrap", text: words.sentence(answer.reason) }),
    answer.candidates?.length > 0 && h("div", { class: "table-box" }, h("table", {}, h("thead", {}, h("tr", {}, ["Label", "Probability", "Likeness", "log10 LR"].map((t, i) => h("th", { class: i ? "number" : "", text: t })))),
      h("tbody", {}, answer.candidates.map((c) => h("tr", {}, h("td", {}, labelText(c.label, { linked: true })), h("td", { class: "number", text: words.percent(c.confidence) }), h("td", { class: "number", text: c.cosine.toFixed(2) }), h("td", { class: "number", text: c.llr === undefined ? "–" : c.llr.toFixed(1) })))))),
    h("p", { class: "quiet small wrap" }, icon("file"), ` ${decision.source ?? ""}${decision.page ? ", page " + decision.page : ""}. Gallery version ${decision.gallery_version ?? "?"}, model ${String(answer.model ?? "").slice(0, 12)}.`)));
}
