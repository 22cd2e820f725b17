// Where the page begins: the frame around the views, and which view an address means.
import { button, fill, h, icon, iconButton, link } from "./dom.js";
import { go, pathTo, recall, remember, state } from "./state.js";
import { addEverywhere, listen, setShortcuts } from "./keys.js";
import { showHelp } from "./parts/help.js";
import { toasts, undo } from "./parts/toast.js";
import { failure } from "./view.js";
import * as api from "./api.js";

// views: the pattern of the path below a collection or the root, the element, the module.
const views = [
  { path: /^recognise$/, element: "view-recognise", module: "recognise" },
  { path: /^register$/, element: "view-register", module: "register" },
  { path: /^inbox$/, element: "view-inbox", module: "inbox" },
  { path: /^labels$/, element: "view-labels", module: "labels" },
  { path: /^references\/(?<id>[^/]+)$/, element: "view-reference", module: "reference" },
  { path: /^decisions$/, element: "view-decisions", module: "decisions" },
  { path: /^decisions\/(?<id>[^/]+)$/, element: "view-decision", module: "decision" },
  { path: /^changes$/, element: "view-changes", module: "changes" },
  { path: /^jobs$/, element: "view-jobs", module: "jobs" },
  { path: /^jobs\/(?<id>[^/]+)$/, element: "view-job", module: "job" },
  { path: /^insights$/, element: "view-insights", module: "insights" },
  { path: /^collections$/, element: "view-collections", module: "collections", plain: true },
  { path: /^keys$/, element: "view-keys", module: "keys", plain: true },
  { path: /^audit$/, element: "view-audit", module: "audit", plain: true },
  { path: /^system$/, element: "view-system", module: "system", plain: true },
  { path: /^api$/, element: "view-api", module: "calls", plain: true },
];

const menu = [
  { view: "recognise", text: "Recognise", icon: "scan", key: "g r" },
  { view: "inbox", text: "Inbox", icon: "inbox", key: "g i", role: "register" },
  { view: "labels", text: "Labels", icon: "tag", key: "g l" },
  { view: "decisions", text: "Decisions", icon: "list", key: "g d" },
  { view: "jobs", text: "Jobs", icon: "layers", key: "g j" },
  { view: "insights", text: "Insights", icon: "chart", key: "g s" },
  { view: "changes", text: "Changes", icon: "history", key: "g c", role: "register" },
];
const manage = [
  { path: "/collections", text: "Collections", icon: "folder", role: "admin" },
  { path: "/keys", text: "Keys", icon: "key", role: "admin" },
  { path: "/audit", text: "Audit", icon: "shield", role: "admin" },
  { path: "/system", text: "System", icon: "pulse", role: "admin" },
  { path: "/api", text: "API", icon: "code", role: "classify" },
];

class Shell extends HTMLElement {
  connectedCallback() {
    this.main = h("main", { id: "main", tabindex: "-1" });
    this.side = h("nav", { class: "side", "aria-label": "Main" });
    this.tabs = h("nav", { class: "tabs", "aria-label": "Views" });
    this.top = h("header", { class: "top" });
    fill(this, h("a", { class: "skip", href: "#main", on: { click: (event) => { event.preventDefault(); this.main.focus(); } } }, "To the contents"), this.top, this.side, this.main, this.tabs, toasts());
    state.addEventListener("change", () => this.frame());
    window.addEventListener("moved", () => this.show());
    window.addEventListener("popstate", () => this.show());
    window.addEventListener("signed-out", () => this.signIn());
    document.addEventListener("click", follow);
    listen();
    this.keys();
    this.begin();
  }

  keys() {
    addEverywhere({ key: "?", says: "Show this help", run: showHelp }, { key: "u", says: "Undo the last change", run: () => undo() },
      ...menu.map((m) => ({ key: m.key, says: "Go to " + m.text, run: () => state.name && (!m.role || state.may(m.role)) && go(pathTo(m.view)) })),
      { key: "/", says: "Search or filter", run: () => this.main.querySelector("input[type=search]")?.focus() });
  }

  async begin() {
    try {
      await state.refresh();
      this.show();
    } catch (error) {
      if (error.status !== 401) fill(this.main, failure(error, () => this.begin()));
    }
  }

  // show opens the view that the address means.
  async show() {
    const mine = (this.showing = {}); // the last address that was gone to is shown, whichever module comes last
    if (!state.me) return;
    this.classList.remove("open");
    const [path, collection] = split(location.pathname);
    const known = state.collections.some((c) => c.name === collection);
    if (collection && !known) return this.missing(`There is no collection ${collection}, or your key is not for it.`);
    const view = views.find((v) => v.path.test(path) && Boolean(v.plain) === !collection);
    if (!view) return path === "" && !collection ? this.home() : this.missing("There is nothing at this address.");
    state.open(collection || state.name || usual());
    this.frame();
    try {
      await import(`./views/${view.module}.js`);
      if (mine !== this.showing) return;
    } catch (error) {
      return mine === this.showing && fill(this.main, failure(error, () => this.show()));
    }
    const element = document.createElement(view.element);
    Object.assign(element.dataset, Object.fromEntries(Object.entries(path.match(view.path).groups ?? {}).map(([name, value]) => [name, decode(value)])));
    document.title = [titles[view.module], collection, "exemplar"].filter(Boolean).join(" · ");
    fill(this.main, element);
    window.scrollTo(0, 0);
    this.main.querySelector("h1")?.focus({ preventScroll: true });
  }

  // home is where who names no view is led: the last collection, or the making of the first one.
  home() {
    const name = usual();
    if (!name) return go("/collections", { replace: true });
    state.open(name);
    go(pathTo("recognise"), { replace: true });
  }

  missing(text) {
    setShortcuts([]);
    fill(this.main, h("div", { class: "empty" }, h("div", { class: "empty-icon" }, icon("search")), h("h1", { tabindex: "-1", text: "Nothing here" }), h("p", { text }), link("/", "To the start", { class: "button primary" })));
  }

  async signIn() {
    state.me = null;
    this.showing = null;
    await import("./views/signin.js");
    if (this.main.querySelector("view-signin")) return; // somebody types a key there
    setShortcuts([]);
    this.frame();
    fill(this.main, document.createElement("view-signin"));
  }

  // frame draws what stands around the view.
  frame() {
    this.classList.toggle("signed-out", !state.me);
    if (!state.me) return;
    const here = (path) => (location.pathname === path || location.pathname.startsWith(path + "/") ? "page" : null);
    const item = (m) => h("a", { href: m.path ?? pathTo(m.view), class: "item", "aria-current": here(m.path ?? pathTo(m.view)) }, icon(m.icon), h("span", { text: m.text }), m.view === "inbox" && badge());
    const inView = state.name ? menu.filter((m) => !m.role || state.may(m.role)) : [];
    fill(this.side, h("a", { class: "brand", href: "/" }, brandMark(), h("span", { text: "exemplar" })), collectionPicker(), h("div", { class: "items" }, inView.map(item)),
      h("div", { class: "items low" }, manage.filter((m) => state.may(m.role)).map(item)), foot());
    fill(this.tabs, inView.slice(0, 4).map(item), h("button", { type: "button", class: "item", on: { click: () => this.classList.toggle("open") } }, icon("menu"), h("span", { text: "More" })));
    fill(this.top, h("a", { class: "brand", href: "/" }, brandMark(), h("span", { text: state.collection?.title || state.name || "exemplar" })), h("div", { class: "row" }, themeButton()));
  }
}

// usual is the collection that was open the last time, or the first one; "" if there is none.
function usual() {
  const last = recall("collection");
  return (state.collections.find((c) => c.name === last) ?? state.collections[0])?.name ?? "";
}

const titles = { recognise: "Recognise", register: "Register", inbox: "Inbox", labels: "Labels", reference: "Reference", decisions: "Decisions", decision: "Decision", jobs: "Jobs", job: "Job", changes: "Changes", insights: "Insights",
  collections: "Collections", keys: "Keys", audit: "Audit", system: "System", calls: "API" };

// split takes /c/NAME/view apart: the view and the collection, "" where it is of none.
function split(pathname) {
  const inside = pathname.match(/^\/c\/([^/]+)\/?(.*)$/);
  if (inside) return [inside[2].replace(/\/$/, "") || "recognise", decode(inside[1])];
  return [pathname.replace(/^\/|\/$/g, ""), ""];
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

// follow opens links to other views without loading the page anew.
function follow(event) {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(anchor.href);
  if (anchor.target || anchor.hasAttribute("download") || url.origin !== location.origin || url.pathname.startsWith("/api/") || url.pathname.startsWith("/assets/") || url.pathname.startsWith("/oidc/") || url.hash) return;
  event.preventDefault();
  go(url.pathname + url.search);
}

function badge() {
  const n = state.collection?.inbox ?? 0;
  return n > 0 && h("span", { class: "badge" }, n > 999 ? "999+" : String(n), h("span", { class: "unseen", text: " to be looked at" }));
}

function brandMark() { return h("img", { src: "/assets/icon.svg", alt: "", width: 26, height: 26 }); }

function collectionPicker() {
  if (!state.name) return null;
  if (state.collections.length < 2) return h("p", { class: "collection", text: state.collection?.title || state.name });
  return h("select", { class: "collection", "aria-label": "Collection", value: state.name, on: { change: (event) => { state.open(event.target.value); go(pathTo("recognise")); } } },
    state.collections.map((c) => h("option", { value: c.name, selected: c.name === state.name }, c.title || c.name)));
}

function foot() {
  const out = state.me.key_needed && iconButton("Sign out", "out", async () => { await api.remove("/session", { quiet: true }); location.assign("/"); });
  return h("div", { class: "foot" }, state.me.key_needed === false && h("p", { class: "note", text: "No key is needed: only this computer can reach the service." }),
    h("div", { class: "row" }, h("span", { class: "who", title: "Role: " + state.me.role }, state.me.key_needed ? state.me.name : "this computer"), themeButton(), iconButton("Keys and help", "help", showHelp), out));
}

// themeButton goes from the system's choice to light to dark and back.
function themeButton() {
  const order = ["auto", "light", "dark"];
  const names = { auto: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" };
  const drawn = { auto: "auto", light: "sun", dark: "moon" };
  const now = document.documentElement.dataset.theme ?? "auto";
  const b = iconButton(names[now], drawn[now], () => {
    const next = order[(order.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % order.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    remember("theme", next);
    document.querySelectorAll(".theme").forEach((one) => one.replaceWith(themeButton()));
    document.querySelector(".side .theme")?.focus();
  });
  b.classList.add("theme");
  return b;
}

customElements.define("x-shell", Shell);
