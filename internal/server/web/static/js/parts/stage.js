// A picture with marks upon it: where the document lies, where it shows other print, in what state it is.
import { h, svg } from "../dom.js";

// mostShown is the longer side to which the service reduces pictures that it shows.
const mostShown = 2048;

// stage shows a picture. marks: {document: quad, changes: [quad], form: [quad], states: [quad], size} in pixels of
// the upright picture as it was sent, or null; size is [width, height] of that. Answers of older
// versions do not say it: then marks are drawn where the picture shown cannot be a reduced one.
export function stage({ src, caption, note, alt, marks, none }) {
  const frame = h("div", { class: "frame" });
  const nothing = () => h("p", { class: "no-picture", text: none ?? "There is no picture to show." });
  if (src) {
    const img = h("img", { src, alt });
    const holder = h("div", { class: "holder" }, img);
    img.addEventListener("load", () => { if (marks && img.naturalWidth && (marks.size || Math.max(img.naturalWidth, img.naturalHeight) < mostShown)) holder.append(drawn(marks, img)); });
    img.addEventListener("error", () => frame.replaceChildren(nothing()));
    frame.append(holder);
  } else frame.append(nothing());
  return h("figure", { class: "stage" }, h("figcaption", {}, h("strong", { text: caption }), note && h("span", { class: "cut" }, note)), frame);
}

let clips = 0;

// drawn are the marks. Print that is other is the document's: what a frame has of the table beside it is
// cut off.
function drawn(marks, img) {
  const [w, tall] = marks.size ?? [img.naturalWidth, img.naturalHeight];
  const clip = marks.document && "document-" + ++clips;
  const polygon = (quad, kind) => svg("polygon", { class: kind, points: quad.map((p) => p.join(",")).join(" ") });
  return svg("svg", { class: "marks", viewBox: `0 0 ${w} ${tall}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    clip && svg("clipPath", { id: clip }, polygon(marks.document, "")), (marks.states ?? []).map((q) => polygon(q, "state")), svg("g", { "clip-path": clip && `url(#${clip})` }, (marks.changes ?? []).map((q) => polygon(q, "change")), (marks.form ?? []).map((q) => polygon(q, "form"))), marks.document && polygon(marks.document, "document"));
}

// marksOf are those of an answer; null where nothing was found.
export function marksOf(answer) {
  const g = answer.geometry;
  const states = (answer.conditions ?? []).flatMap((c) => c.where ?? []);
  if (!g && states.length === 0) return null;
  const accepted = answer.decision === "match" || answer.decision === "ambiguous" || answer.basis === "exact";
  return { document: accepted ? g?.quad : null, changes: accepted ? g?.changes ?? [] : [], form: accepted ? g?.other_form ?? [] : [], states, size: answer.width ? [answer.width, answer.height] : null };
}

export function legend(marks) {
  if (!marks) return null;
  return h("p", { class: "legend" }, marks.document && h("span", { class: "document", text: "the document" }), marks.changes?.length > 0 && h("span", { class: "change", text: "other print than the reference" }), marks.form?.length > 0 && h("span", { class: "form", text: "another form" }), marks.states?.length > 0 && h("span", { class: "state", text: "condition" }));
}
