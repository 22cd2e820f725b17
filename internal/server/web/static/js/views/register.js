// Register: examples of kinds, each with its label. What cannot be used says why, and the others are registered.
import { button, field, fill, h, heading, icon, iconButton, link } from "../dom.js";
import * as words from "../words.js";
import { pathTo, state } from "../state.js";
import { View } from "../view.js";
import { labels, labelText, suggest, thumb } from "../labels.js";
import { dropZone } from "../parts/drop.js";
import { labelPicker } from "../parts/labelpicker.js";
import { contentsChoice, register, wouldRegister } from "../parts/register.js";
import { advice, relatives } from "../parts/advice.js";
import { changed, remember, undo } from "../parts/toast.js";

const fewFiles = 12; // up to which what they resemble is looked up without asking

class Register extends View {
  items = []; // [{file, url, picker, row, result, error}]

  start() {
    const label = new URLSearchParams(location.search).get("label") ?? "";
    this.given = label;
    this.rows = h("div", { class: "stack tight" });
    this.foot = h("div", {});
    this.zone = h("div", {});
    fill(this, heading(label ? ["Register as ", labelText(label)] : "Register", "One sharp, straight picture of each kind is enough. Folders and names of files become labels, which you can change."), h("div", { class: "stack" }, this.zone, this.rows, this.foot));
    this.draw();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const item of this.items) URL.revokeObjectURL(item.url);
  }

  draw() {
    const none = this.items.length === 0;
    fill(this.zone, dropZone({ view: this, take: (files) => this.take(files), small: !none, folders: none, kinds: "image/*,application/pdf,.heic,.heif,.tif,.tiff,.pdf", title: none ? "Drop examples here" : "More examples", text: none ? "One file for each kind. A folder of folders works as well: its paths become labels." : "" }));
    this.drawFoot();
  }

  take(files) {
    for (const file of files) {
      const item = { file, url: URL.createObjectURL(file) };
      item.picker = labelPicker({ value: this.given || labelFrom(file) });
      item.status = h("div", { class: "quiet small", role: "status" });
      item.advice = advice({ picker: item.picker, auto: files.length <= fewFiles, ask: (label, explain) => this.look(() => wouldRegister({ label, file }, explain, this.signal)) });
      item.row = h("div", { class: "card row example" }, thumb(/^image\/(jpeg|png|gif|webp|bmp)/.test(file.type) ? item.url : ""), h("div", { class: "grow stack tight" }, h("span", { class: "cut small quiet", title: file.name, text: `${file.name} · ${words.size(file.size)}` }), item.picker, item.advice, item.status), iconButton("Leave out " + file.name, "cross", () => this.leaveOut(item)));
      this.items.push(item);
      this.rows.append(item.row);
    }
    this.draw();
  }

  // look asks for one after the other: files are sent for it.
  looks = Promise.resolve();

  look(ask) {
    const mine = this.looks.then(ask);
    this.looks = mine.catch(() => {});
    return mine;
  }

  leaveOut(item) {
    this.items = this.items.filter((i) => i !== item);
    item.row.remove();
    this.draw();
  }

  drawFoot() {
    const waiting = this.items.filter((i) => !i.result);
    if (this.items.length === 0) return fill(this.foot);
    if (waiting.length === 0) {
      return fill(this.foot, h("div", { class: "actions" }, h("span", { class: "grow", text: `${words.count(this.items.length, "example is", "examples are")} done.` }), link(pathTo("labels"), [icon("tag"), h("span", { text: "See the labels" })], { class: "button" }), link(pathTo("recognise"), [icon("scan"), h("span", { text: "Recognise" })], { class: "button primary" })));
    }
    this.contents ??= contentsChoice();
    fill(this.foot, h("div", { class: "stack" }, h("details", { class: "card" }, h("summary", { text: "Contents" }), this.contents),
      h("div", { class: "actions" }, h("span", { class: "grow quiet small", text: "Each file becomes one reference of its label." }), button(`Register ${words.count(waiting.length, "example", "examples")}`, { kind: "primary", icon: "plus", on: (event) => this.send(event.currentTarget, waiting) }))));
  }

  async send(pressed, waiting) {
    pressed.disabled = true;
    const contents = this.contents.querySelector("input:checked")?.value ?? "";
    let registered = 0;
    for (const item of waiting) {
      if (this.signal.aborted) return;
      item.status.textContent = "Registering …";
      try {
        if (!item.picker.value) throw new Error("It needs a label.");
        const done = await register({ label: item.picker.value, contents, file: item.file });
        registered += done.registered ?? 0;
        this.said(item, done);
      } catch (error) {
        fill(item.status, h("span", { class: "wrong", text: words.sentence([error.message, ...(error.errors ?? [])].join(" ")) }));
      }
    }
    await state.refreshCounts();
    await labels({ fresh: true }).catch(() => {});
    this.drawFoot();
    if (registered) changed(`${words.count(registered, "example was", "examples were")} registered.`);
  }

  async undo(item, change) {
    await undo(change);
    this.leaveOut(item);
  }

  said(item, done) {
    const result = done.results?.[0] ?? {};
    if (result.outcome === "refused") return fill(item.status, h("span", { class: "wrong", text: "Refused: " + result.reason }));
    item.result = result;
    remember(done.change, () => this.leaveOut(item));
    item.picker.input.readOnly = true;
    const told = item.advice.told(item.picker.value);
    if (!told) item.advice.remove();
    fill(item.status, h("span", { class: "chip match" }, icon("check"), result.outcome === "skipped" ? "Was registered before" : "Registered"), done.change && button("Undo", { kind: "quiet small", icon: "undo", on: () => this.undo(item, done.change) }), !told && result.reason && h("p", { text: result.reason }), !told && result.rivals?.length > 0 && relatives(result.label, result.rivals));
  }
}

// labelFrom makes a label of where a file lay: its folders below the chosen one, else its name.
function labelFrom(file) {
  const folders = (file.webkitRelativePath ?? "").split("/").slice(1, -1).map(suggest).filter(Boolean);
  return folders.length > 0 ? folders.join("/") : suggest(file.name);
}

customElements.define("view-register", Register);
