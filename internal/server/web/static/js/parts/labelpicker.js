// A field for a label: type a new one, or choose one that is there (with arrows or by pointing).
import { fill, h } from "../dom.js";
import { labels, labelText, labelThumb } from "../labels.js";

let made = 0;

// labelPicker gives the field; its input is .input, its text .value. above is a label below which one is
// wanted: it stands in the field, and is none by itself.
export function labelPicker({ value = "", name = "label", placeholder = "for example: id-card / front", onChange, autofocus = false, above = "" } = {}) {
  return new Picker({ value, name, placeholder, onChange, autofocus, above });
}

class Picker extends HTMLElement {
  #list = [];
  #at = -1;
  #changed = [];

  constructor({ value, name, placeholder, onChange, autofocus, above } = {}) {
    super();
    this.above = above;
    if (above) value = above.split("/").join(" / ") + " / ";
    if (onChange) this.onChange(onChange);
    this.className = "picker";
    const id = "labels-" + ++made;
    this.box = h("ul", { class: "picker-list", role: "listbox", id, "aria-label": "Labels", hidden: true });
    this.input = h("input", { name, value, placeholder, role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", maxlength: 512, autofocus, "aria-label": "Label" });
    this.input.addEventListener("input", () => this.offer());
    this.input.addEventListener("focus", () => this.offer());
    if (above) this.input.addEventListener("focus", () => this.input.setSelectionRange(value.length, value.length), { once: true });
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150)); // after a click in the list
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.append(this.input, this.box);
  }

  async connectedCallback() {
    try { this.all = await labels(); } catch { this.all = []; }
  }

  // onChange calls a function with the label whenever it is another one.
  onChange(does) { this.#changed.push(does); }

  #tell() { for (const does of this.#changed) does(this.value); }

  get value() {
    const label = this.input.value.split("/").map((p) => p.trim()).filter(Boolean).join("/");
    return label === this.above ? "" : label;
  }

  set value(label) { this.input.value = label; }

  offer() {
    const typed = (this.value || this.above || "").toLowerCase();
    this.#list = (this.all ?? []).filter((l) => l.label.toLowerCase().includes(typed) && l.label !== this.value).slice(0, 30);
    this.#at = -1;
    this.draw();
    this.#tell();
  }

  draw() {
    const open = this.#list.length > 0 && document.activeElement === this.input;
    this.box.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    fill(this.box, this.#list.map((l, i) => h("li", { role: "option", id: this.box.id + "-" + i, "aria-selected": String(i === this.#at), on: { pointerdown: (event) => { event.preventDefault(); this.take(l.label); } } }, labelThumb(this.all, l.label), labelText(l.label))));
    if (this.#at >= 0) {
      this.input.setAttribute("aria-activedescendant", this.box.id + "-" + this.#at);
      this.box.children[this.#at].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  take(label) {
    this.input.value = label;
    this.close();
    this.#tell();
  }

  close() {
    this.box.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#list.length > 0) {
      event.preventDefault();
      this.#at = (this.#at + step + this.#list.length + (this.#at < 0 && step < 0 ? 1 : 0)) % this.#list.length;
      this.draw();
    } else if (event.key === "Enter" && !this.box.hidden && this.#at >= 0) {
      event.preventDefault();
      this.take(this.#list[this.#at].label);
    } else if (event.key === "Escape" && !this.box.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }
}

customElements.define("x-label-picker", Picker);
