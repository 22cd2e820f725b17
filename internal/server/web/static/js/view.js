// A view is an element that fills the page's main part, and stops what it began when it goes.
import { button, fill, h, heading, icon } from "./dom.js";
import { setShortcuts } from "./keys.js";
import { Problem } from "./api.js";
import { sentence } from "./words.js";

export class View extends HTMLElement {
  #stop;

  connectedCallback() {
    this.#stop = new AbortController();
    setShortcuts(this.shortcuts());
    this.start();
  }

  disconnectedCallback() { this.#stop.abort(); }

  // signal ends when the view goes.
  get signal() { return this.#stop.signal; }

  shortcuts() { return []; }

  // load shows bones while work goes on, then what it gives; or what went wrong, with a way to try again.
  // Where load is called again for the same place before the work is done, the later call alone is shown.
  async load(work, into = this) {
    const mine = (into.loading = {});
    const old = () => this.signal.aborted || mine !== into.loading;
    into.setAttribute("aria-busy", "true");
    const bones = setTimeout(() => { if (!old()) fill(into, skeleton()); }, 150); // what is quick does not flicker
    try {
      const shown = await work();
      if (!old() && shown) fill(into, shown);
    } catch (error) {
      if (!old() && error.name !== "AbortError") fill(into, into === this && heading(document.title.split(" · ")[0]), failure(error, () => this.load(work, into)));
    } finally {
      clearTimeout(bones);
      if (mine === into.loading) this.loaded(into);
    }
  }

  // loaded ends the loading of a place: what is shown there from now on stays.
  loaded(into) {
    into.loading = null;
    into.removeAttribute("aria-busy");
  }
}

export function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}

// failure says what is wrong and what can be done.
export function failure(error, again) {
  if (!(error instanceof Problem)) console.error(error);
  const text = error instanceof Problem ? sentence(error.message) : "The page made a mistake: " + error.message;
  const hint = error.status === 403 ? "Your key does not allow this. Ask whoever runs the service for one that does." : error.retryAfter ? `Try again in ${error.retryAfter} seconds.` : "";
  return h("div", { class: "failure", role: "alert" }, icon("warn"), h("div", {}, h("p", {}, h("strong", { text })), (error.errors ?? []).map((e) => h("p", { class: "quiet", text: e })), hint && h("p", { text: hint }), again && button("Try again", { icon: "refresh", on: again })));
}
