// A reference: its picture, what of it is form and what contents, what looks like it, and its label, note and contents.
import { button, field, fill, h, heading, icon, link, once } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { go, pathTo, state } from "../state.js";
import { View } from "../view.js";
import { labelText, referencePath, referencePicture, thumb, thumbWidth } from "../labels.js";
import { ask } from "../parts/dialog.js";
import { labelPicker } from "../parts/labelpicker.js";
import { contentsChoice } from "../parts/register.js";
import { stage } from "../parts/stage.js";
import { changed, complain, say } from "../parts/toast.js";

const contentsNames = { "": "as the picture suggests", vary: "vary: every copy is a match", fixed: "fixed: only the same copy is a match" };

class Reference extends View {
  start() { this.load(() => this.all()); }

  async all() {
    const r = await api.get(referencePath(this.dataset.id), { signal: this.signal });
    const rivals = h("div", {});
    this.load(async () => this.rivals(r), rivals);
    return [heading([labelText(r.label)], [r.source, " · registered ", words.when(r.registered)], link(pathTo("labels", { label: r.label }), [icon("tag"), h("span", { text: "Its label" })], { class: "button" }), state.may("register") && button("Remove", { kind: "danger", icon: "trash", on: () => this.removeIt(r) })),
      h("div", { class: "pair" }, h("div", { class: "stack" }, this.picture(r), r.damaged && h("div", { class: "notice warning" }, icon("warn"), h("p", { text: "This reference is damaged and has no part in answers. Remove it, and register the picture again." }))),
        h("div", { class: "stack" }, state.may("register") ? this.edit(r) : this.facts(r), h("section", { class: "card" }, h("h2", { text: "What looks like it" }), rivals), h("details", {}, h("summary", { text: "File and model" }), h("div", { class: "card" }, this.facts(r)))))];
  }

  // picture shows the reference, and on demand what is taken for form and contents.
  picture(r) {
    const shown = h("div", {});
    const views = [["Picture", () => stage({ src: referencePicture(r.id), caption: "The registered picture", alt: "The registered picture of " + r.label, note: `${r.width} × ${r.height}` })],
      ["Form and contents", () => stage({ src: api.address(referencePath(r.id, "/contents.png")), caption: "What is taken for form and for contents", alt: "Drawing: the parts that are taken for contents are marked", none: "It cannot be drawn of this reference." })]];
    const buttons = views.map(([name, make], i) => h("button", { type: "button", "aria-pressed": String(i === 0), on: { click: (event) => {
      buttons.forEach((b) => b.setAttribute("aria-pressed", String(b === event.currentTarget)));
      fill(shown, make());
    } } }, name));
    fill(shown, views[0][1]());
    return h("div", { class: "stack tight" }, h("div", {}, h("div", { class: "segments", role: "group", "aria-label": "View" }, buttons)), shown);
  }

  facts(r) {
    return h("dl", { class: "facts small" }, h("dt", { text: "File" }), h("dd", { text: r.source }), h("dt", { text: "Size" }), h("dd", { text: `${r.width} × ${r.height} pixels` }), h("dt", { text: "Contents" }), h("dd", { text: contentsNames[r.contents ?? ""] }),
      r.note && [h("dt", { text: "Note" }), h("dd", { text: r.note })], h("dt", { text: "Id" }), h("dd", { class: "mono", text: r.id }), h("dt", { text: "SHA-256" }), h("dd", { class: "mono", text: r.sha256 }), h("dt", { text: "Network" }), h("dd", { class: "mono", text: r.model }));
  }

  edit(r) {
    const picker = labelPicker({ value: r.label });
    const note = h("textarea", { name: "note", maxlength: 4096, value: r.note ?? "" });
    const contents = contentsChoice(r.contents ?? "");
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const form = h("form", { class: "card stack", on: { submit: once(async (event) => {
      event.preventDefault();
      wrong.hidden = true;
      const wanted = { label: picker.value, note: note.value, contents: form.elements.contents.value };
      const change = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => value !== (r[name] ?? "")));
      if (Object.keys(change).length === 0) return;
      try {
        const after = await api.patch(referencePath(r.id), { json: change });
        await state.refreshCounts();
        if (after.id && after.id !== r.id) go(pathTo("references/" + api.part(after.id)), { replace: true });
        else await this.load(() => this.all());
        say("Saved."); // when the page shows it; the list of changes has the way back
      } catch (error) {
        wrong.hidden = false;
        wrong.textContent = words.sentence([error.message, ...(error.errors ?? [])].join(" "));
      }
    }) } }, field("Label", picker, "Another label moves the reference."), contents, field("Note", note), wrong, h("div", { class: "row end" }, h("button", { class: "button primary", type: "submit" }, "Save")));
    return form;
  }

  async rivals(r) {
    const answer = await api.get(referencePath(r.id, "/rivals"), { signal: this.signal });
    const list = answer.rivals ?? answer ?? [];
    if (list.length === 0) return h("p", { class: "quiet", text: "No other kind looks like it." });
    return h("div", {}, list.map((rival) => h("div", { class: "rival" }, h("a", { href: pathTo("references/" + api.part(rival.reference)), "aria-label": "The reference of " + rival.label }, thumb(referencePicture(rival.reference, thumbWidth), "")), h("div", { class: "grow" }, labelText(rival.label, { linked: true }), h("p", { class: "quiet small wrap", text: rival.reason }), rival.compared > 0 && difference(r, rival)), h("span", { class: "number quiet small", title: "Likeness, from -1 to 1", text: rival.score.toFixed(2) }))));
  }

  async removeIt(r) {
    if (!await ask("Remove this reference?", ["Pictures of ", labelText(r.label), " are recognised by its other references alone. It can be undone."], "Remove", { danger: true })) return;
    try {
      const done = await api.remove(referencePath(r.id));
      await state.refreshCounts();
      go(pathTo("labels", { label: r.label }));
      changed("Removed a reference of " + words.longLabel(r.label) + ".", done?.change, () => go(pathTo("references/" + api.part(r.id)))); // when the page is there: who undoes it is led back
    } catch (error) { complain(error); }
  }
}

// difference is a drawing of the two, made when it is asked for.
function difference(r, rival) {
  const box = h("details", { class: "small" }, h("summary", { text: "See where they differ" }));
  box.addEventListener("toggle", () => {
    if (box.open && !box.querySelector("img")) box.append(h("img", { class: "drawing", src: api.address(referencePath(r.id, `/rivals/${api.part(rival.reference)}/explain.png`)), alt: "Drawing: the two side by side, with what differs" }));
  });
  return box;
}

customElements.define("view-reference", Reference);
