// The labels of the open collection: asked for once, and again after a change.
import * as api from "./api.js";
import { inCollection, pathTo, state } from "./state.js";
import { h, icon } from "./dom.js";

let kept = { of: "", version: -1, list: null };

// labels gives [{label, references, example, negatives}], in order.
export async function labels({ fresh = false, signal } = {}) {
  if (fresh || kept.of !== state.name || !kept.list || state.collection?.gallery_version !== kept.version) {
    const of = state.name;
    const answer = await api.get(inCollection("/labels"), { quiet: true, signal });
    const list = answer.labels ?? [];
    if (kept.of !== of || !(kept.version > answer.gallery_version)) kept = { of, version: answer.gallery_version, list };
    return list;
  }
  return kept.list;
}

export const referencePath = (id, rest = "") => inCollection("/references/" + api.part(id) + rest);
export const decisionPath = (id, rest = "") => inCollection("/decisions/" + api.part(id) + rest);

export const referencePicture = (id, width) => api.address(referencePath(id, "/picture"), { width });
export const decisionPicture = (id, width) => api.address(decisionPath(id, "/picture"), { width });
export const thumbWidth = 160; // px: small enough for lists, sharp on fine screens

// thumb is a small picture, or a drawn sheet where there is none.
export function thumb(src, alt = "") {
  const none = () => h("span", { class: "thumb none" }, icon("file"));
  if (!src) return none();
  const img = h("img", { class: "thumb", src, alt, loading: "lazy" });
  img.addEventListener("error", () => img.replaceWith(none()), { once: true });
  return img;
}

// labelThumb shows an example of a label: its own, or that of one below it.
export function labelThumb(list, label) {
  const found = list.find((l) => l.label === label && l.example) ?? list.find((l) => l.label.startsWith(label + "/") && l.example);
  return thumb(found && referencePicture(found.example, thumbWidth));
}

// labelText writes a label, its last part strong, as a link if it is one of the collection.
export function labelText(label, { linked = false } = {}) {
  const at = label.lastIndexOf("/") + 1;
  const above = label.slice(0, at).split("/").filter(Boolean).map((p) => p + " / ").join("");
  const text = [above && h("span", { class: "above", text: above }), label.slice(at)];
  return linked ? h("a", { class: "label", href: pathTo("labels", { label }) }, text) : h("span", { class: "label" }, text);
}

// sourceName is the name of a file, shortened where there is no room, with the page of it, which is not.
export function sourceName(name, page, kind = "") {
  return h("span", { class: "ends " + kind, title: name + (page ? ", page " + page : "") }, h("span", { class: "cut", text: name }), page && h("span", { class: "end", text: ", page " + page }));
}

// suggest makes a label of the name of a file: what a flat folder of scans is registered by.
export function suggest(name) {
  return name.replace(/\.[a-z0-9]{1,5}$/i, "").replace(/[\\/<>:"|?*\u0000-\u001f]/g, "-").trim().replace(/^[. ]+|[. ]+$/g, "");
}
