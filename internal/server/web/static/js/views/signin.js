// Sign in: a key becomes a session of this browser.
import { h, once } from "../dom.js";
import * as api from "../api.js";

class SignIn extends HTMLElement {
  connectedCallback() {
    this.className = "signin";
    const key = h("input", { name: "key", type: "password", autocomplete: "current-password", placeholder: "exk_…", autofocus: true, "aria-label": "Key" });
    const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
    const form = h("form", { class: "card stack" }, h("div", { class: "row" }, h("img", { src: "/assets/icon.svg", alt: "", width: 36, height: 36 }), h("h1", { tabindex: "-1", text: "exemplar" })), h("p", { class: "quiet", text: "This service asks for a key. Whoever runs it can make you one." }),
      h("label", { class: "field" }, h("span", { class: "field-name", text: "Your key" }), key), wrong, h("button", { class: "button primary", type: "submit" }, "Sign in"));
    form.addEventListener("submit", once(async (event) => {
      event.preventDefault();
      try {
        await api.post("/session", { json: { key: key.value.trim() }, quiet: true });
        location.reload();
      } catch (error) {
        wrong.hidden = false;
        wrong.textContent = error.status === 401 ? "This key is not known, or was revoked. Look whether it was copied whole." : error.message;
        key.focus();
      }
    }));
    this.append(form);
    key.focus();
    api.get("/version", { quiet: true }).then((about) => {
      if (about.log_in) form.append(h("a", { class: "button", href: about.log_in.path }, `Sign in by ${about.log_in.name}`));
    }, () => {}); // a key does
  }
}

customElements.define("view-signin", SignIn);
