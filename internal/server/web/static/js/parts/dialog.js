// Questions that must be answered first. A native dialog keeps the focus inside and closes with Escape.
import { button, h, iconButton } from "../dom.js";
import { sentence } from "../words.js";

// open shows a dialog. content gets a function that closes it with a result; the promise gives that
// result, undefined where it was closed without one.
export function open(title, content, { wide = false } = {}) {
  return new Promise((resolve) => {
    const id = "dialog-title";
    let result;
    const close = (of) => { result = of; dialog.close(); };
    const dialog = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": id, on: { close: () => { dialog.remove(); resolve(result); } } });
    dialog.append(h("header", {}, h("h2", { id, text: title }), iconButton("Close", "cross", () => close())), content(close));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
}

// ask is a question with one answer that does something.
export function ask(title, text, does, { danger = false } = {}) {
  return open(title, (close) => h("div", { class: "stack" }, h("p", {}, text),
    h("div", { class: "row end" }, button("Cancel", { on: () => close(false) }), button(does, { kind: danger ? "danger" : "primary", on: () => close(true), autofocus: true }))));
}

// form is a dialog whose fields are sent by Enter; send gets the form, and what it throws is shown in the dialog.
export function form(title, fields, does, send, options = {}) {
  return open(title, (close) => {
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const submit = button(does, { kind: "primary" });
    submit.type = "submit";
    const element = h("form", { class: "stack", novalidate: true, on: { submit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        const result = await send(element);
        close(result ?? true);
      } catch (error) {
        wrong.hidden = false;
        wrong.textContent = sentence([error.message, ...(error.errors ?? [])].join(" "));
        submit.disabled = false;
      }
    } } }, fields, wrong, h("div", { class: "row end" }, button("Cancel", { on: () => close() }), submit));
    return element;
  }, options);
}
