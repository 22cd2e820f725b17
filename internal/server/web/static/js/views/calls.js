// API: what this page just did, as commands that anybody can run.
import { button, empty, h, heading, icon, link, fill } from "../dom.js";
import { calls, curl, onCall } from "../api.js";
import { state } from "../state.js";
import { View } from "../view.js";
import { say } from "../parts/toast.js";

class Calls extends View {
  start() {
    this.list = h("div", { class: "stack" });
    fill(this, heading("API", "What this page does, programs can do: here is what was just done, with curl.", h("a", { class: "button", href: "/api/v1/openapi.json", target: "_blank", rel: "noopener" }, icon("code"), h("span", { text: "OpenAPI document" }))),
      h("div", { class: "stack" }, state.me.key_needed && h("div", { class: "notice" }, icon("key"), h("p", {}, "The commands take the key from the variable ", h("code", { text: "EXEMPLAR_KEY" }), ".")), this.list));
    onCall.addEventListener("call", () => this.draw(), { signal: this.signal });
    this.draw();
  }

  draw() {
    const shown = calls.filter((c) => c.method !== "GET").concat(calls.filter((c) => c.method === "GET")).slice(0, 15);
    fill(this.list, shown.length === 0 ? empty("code", "Nothing was done yet", "Recognise a document, and come back.", link("/", "To the start", { class: "button" })) : shown.map((c) => this.one(c)));
  }

  one(c) {
    const text = curl(c, { key: state.me.key_needed });
    return h("section", { class: "card stack tight" }, h("div", { class: "row between" }, h("h2", { class: "wrap" }, h("span", { class: "chip", text: c.method }), " ", decodeURI(c.url.split("?")[0].replace("/api/v1", ""))), h("div", { class: "row" }, h("span", { class: "quiet small number", text: `${c.status ?? "no answer"} · ${Math.round(c.ms)} ms` }), button("Copy", { kind: "small", icon: "copy", on: () => copyText(text) }))), h("pre", { class: "code", tabindex: "0", text }));
  }
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch { say("The browser does not let this page copy: select the text.", { kind: "bad" }); }
}

customElements.define("view-api", Calls);
