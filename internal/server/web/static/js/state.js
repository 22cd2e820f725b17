// What every view knows: who is here, which collections there are, which one is open.
import * as api from "./api.js";

class State extends EventTarget {
  me = null; // {name, role, collections, key_needed, first_run}
  collections = [];
  name = ""; // of the open collection

  get collection() { return this.collections.find((c) => c.name === this.name); }

  // may says whether whoever is here holds a role: classify < register < admin.
  may(role) {
    const order = ["classify", "register", "admin"];
    return order.indexOf(this.me?.role) >= order.indexOf(role);
  }

  async refresh() {
    this.me = await api.get("/me", { quiet: true });
    const answer = await api.get("/collections", { quiet: true });
    this.collections = answer.collections ?? [];
    this.dispatchEvent(new Event("change"));
  }

  // refreshCounts asks for the numbers of the open collection, after something changed.
  async refreshCounts() {
    if (!this.name) return;
    const mine = (this.counting = {});
    try {
      const fresh = await api.get("/collections/" + api.part(this.name), { quiet: true });
      if (mine !== this.counting) return;
      this.collections = this.collections.map((c) => (c.name === fresh.name ? fresh : c));
      this.dispatchEvent(new Event("change"));
    } catch { /* the numbers stay as they were; whatever is done next says what is wrong */ }
  }

  open(name) {
    if (this.name === name) return;
    this.name = name;
    if (name) remember("collection", name);
    this.dispatchEvent(new Event("change"));
  }
}

export const state = new State();

// remember and recall keep small preferences; a browser that keeps nothing is fine, too.
export function remember(name, value) { try { localStorage.setItem(name, value); } catch { /* see above */ } }
export function recall(name) { try { return localStorage.getItem(name); } catch { return null; } }

// inCollection is the path of the API below the open collection.
export function inCollection(path = "") { return "/collections/" + api.part(state.name) + path; }

// pathTo is the address of a view, of the open collection where it belongs to one.
export function pathTo(view, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const text = search.toString();
  return "/c/" + api.part(state.name) + "/" + view + (text && "?" + text);
}

// go opens another address of the page.
export function go(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  window.dispatchEvent(new Event("moved"));
}

// setQuery changes the address without opening the view anew.
export function setQuery(changes, { replace = true } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history[replace ? "replaceState" : "pushState"](null, "", url.pathname + url.search);
}
