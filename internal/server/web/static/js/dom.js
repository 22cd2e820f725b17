// Elements are made here, and only here. Every string becomes a text node or an
// attribute, never HTML: labels and names of files come from strangers.

const svgSpace = "http://www.w3.org/2000/svg";

// h makes an element. Properties: class, text, on: {event: listener}, data: {name: value},
// vars: {"--name": value}, and attributes; true sets an empty one, false, null and undefined
// leave it out. Children are nodes, strings, lists of them, or nothing.
export function h(tag, properties = {}, ...children) {
  return build(document.createElement(tag), properties, children);
}

// svg is h for drawings.
export function svg(tag, properties = {}, ...children) {
  return build(document.createElementNS(svgSpace, tag), properties, children);
}

function build(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    switch (name) {
      case "on":
        for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
        break;
      case "text": element.textContent = value; break;
      case "data": Object.assign(element.dataset, value); break;
      case "vars":
        for (const [variable, of] of Object.entries(value)) element.style.setProperty(variable, of);
        break;
      case "value": element.value = value; break;
      case "checked": element.checked = value; break;
      default: element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

// fill replaces what an element holds.
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

const icons = {
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M8 10h8M8 14h5",
  inbox: "M4 13l2.2-7.2A1 1 0 0 1 7.2 5h9.6a1 1 0 0 1 1 .8L20 13v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4 13h4.5l1.2 2.5h4.6l1.2-2.5H20",
  tag: "M4 5a1 1 0 0 1 1-1h6.2a2 2 0 0 1 1.4.6l6.8 6.8a2 2 0 0 1 0 2.8l-5.2 5.2a2 2 0 0 1-2.8 0L4.6 12.6A2 2 0 0 1 4 11.2zM8.5 8.5h.01",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  chart: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  layers: "M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
  key: "M14.5 9.5a4.5 4.5 0 1 0-3.6 4.4L12 15h2v2h2v2h4v-3l-5.7-5.7c.1-.3.2-.5.2-.8zM8.5 8.5h.01",
  shield: "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6zM9 12l2 2 4-4",
  pulse: "M3 12h4l2.5-7 5 14 2.5-7h4",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  history: "M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4l3 2",
  folder: "M4 6a1 1 0 0 1 1-1h4l2 2h8a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z",
  camera: "M4 8a1 1 0 0 1 1-1h2.5L9 5h6l1.5 2H19a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  upload: "M12 16V5M7.5 9.5L12 5l4.5 4.5M5 16v2a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-2",
  download: "M12 5v10M7.5 11L12 15.5l4.5-4.5M5 19h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  refresh: "M20 11a8 8 0 1 0-.8 4.5M20 5v6h-6",
  help: "M9.2 9a2.9 2.9 0 1 1 4.3 2.6c-.9.5-1.5 1.1-1.5 2.2M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.500 10.500z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
  auto: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7l6.500 1.500M12 12h9M12 17l6.500-1.500",
  menu: "M4 7h16M4 12h16M4 17h16",
  chevron: "M9 6l6 6-6 6",
  back: "M15 6l-6 6 6 6",
  trash: "M5 7h14M10 7V5h4v2M7 7l.8 12a1 1 0 0 0 1 1h6.400a1 1 0 0 0 1-1L17 7M10 11v5M14 11v5",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
  copy: "M9 9h10v11H9zM5 15V5a1 1 0 0 1 1-1h9",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500",
  file: "M6 4a1 1 0 0 1 1-1h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1zM14 3v5h5",
  out: "M14 5h5v14h-5M4 12h10M10 8l4 4-4 4",
};

// icon draws one of the icons; it says nothing by itself, so whatever holds it has a text.
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: icons[name] }));
}

// once keeps what is pressed twice from being done twice: a press counts when that before it is through.
export function once(does) {
  let busy = false;
  return async (event) => {
    if (busy) return event.preventDefault();
    busy = true;
    try { await does(event); } finally { busy = false; }
  };
}

// button makes a button: kind is "", "primary", "quiet" or "danger"; key is shown as its shortcut.
export function button(text, { kind = "", icon: drawn, key, on, ...rest } = {}) {
  return h("button", { type: "button", class: "button " + kind, on: on && { click: once(on) }, ...rest }, drawn && icon(drawn), h("span", { text }), key && h("kbd", { text: key, "aria-hidden": "true" }));
}

// iconButton is a button without words on it; title is what it says to everybody else.
export function iconButton(title, drawn, on, rest = {}) {
  return h("button", { type: "button", class: "icon-button", title, "aria-label": title, on: { click: on }, ...rest }, icon(drawn));
}

// link leads to another view.
export function link(href, text, properties = {}) {
  return h("a", { href, ...properties }, text);
}

// field is a control with its name above and a hint below.
export function field(name, control, hint) {
  return h("label", { class: "field" }, h("span", { class: "field-name", text: name }), control, hint && h("span", { class: "hint", text: hint }));
}

// empty is what a view shows where there is nothing yet.
export function empty(drawn, title, text, ...actions) {
  return h("div", { class: "empty" }, h("div", { class: "empty-icon" }, icon(drawn)), h("h2", { text: title }), h("p", {}, text), actions.length > 0 && h("div", { class: "row center" }, actions));
}

// heading is the first line of a view. It takes the focus when the view opens, so that
// who hears the page instead of seeing it is told where they are.
export function heading(title, sub, ...actions) {
  return h("header", { class: "heading" }, h("div", {}, h("h1", { tabindex: "-1" }, title), sub && h("p", { class: "sub" }, sub)), actions.length > 0 && h("div", { class: "row" }, actions));
}
