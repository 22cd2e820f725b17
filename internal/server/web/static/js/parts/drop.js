// A place for files: drop them, paste them, choose them, or take a photo.
import { button, h, icon, svg } from "../dom.js";
import { cameraThere, photograph } from "./camera.js";

export const accepted = "image/*,application/pdf,application/zip,message/rfc822,.heic,.heif,.tif,.tiff,.pdf,.zip,.eml,.pnm,.ppm,.pgm,.pbm,.tga";

// dropZone calls take with a list of files. view is the view it belongs to: what is dropped anywhere
// on it, or pasted, is taken, too.
export function dropZone({ view, title, text, take, small = false, many = true, folders = false, kinds = accepted }) {
  const input = h("input", { type: "file", class: "unseen", accept: kinds, multiple: many, tabindex: "-1", "aria-label": "Files", on: { change: () => { take([...input.files]); input.value = ""; } } });
  const folder = folders && h("input", { type: "file", class: "unseen", webkitdirectory: true, multiple: true, tabindex: "-1", "aria-label": "Folder", on: { change: () => { take([...folder.files]); folder.value = ""; } } });
  const shoot = async () => { const file = await photograph(); if (file) take([file]); };
  const zone = h("div", { class: "drop" + (small ? " small" : "") },
    small ? h("span", { class: "empty-icon", vars: { "font-size": "1.1rem" } }, icon("upload")) : art(),
    h("div", { class: "stack tight" }, h("h2", { text: title }), text && h("p", { class: "quiet" + (small ? " small" : ""), text })),
    h("div", { class: "row center" }, button(many ? "Choose files" : "Choose a file", { kind: small ? "" : "primary", icon: "file", on: () => input.click() }), folder && button("Choose a folder", { icon: "folder", on: () => folder.click() }), cameraThere() && button("Photograph", { icon: "camera", on: shoot })), input, folder);
  listen(view, zone, take);
  return zone;
}

function listen(view, zone, take) {
  const { signal } = view;
  let depth = 0;
  const over = (on) => { depth = Math.max(0, depth + (on ? 1 : -1)); zone.classList.toggle("over", depth > 0); };
  document.addEventListener("dragenter", (event) => { if (hasFiles(event)) over(true); }, { signal });
  document.addEventListener("dragleave", (event) => { if (hasFiles(event)) over(false); }, { signal });
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); }, { signal });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event) || !zone.isConnected) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    take([...event.dataTransfer.files]);
  }, { signal });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0 || !zone.isConnected) return;
    event.preventDefault();
    take(files);
  }, { signal });
}

const hasFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");

// art is a sheet between the corners of a viewfinder.
function art() {
  return svg("svg", { class: "art", viewBox: "0 0 136 104", fill: "none", "aria-hidden": "true" },
    svg("g", { transform: "rotate(-4 68 52)" },
      svg("rect", { x: 30, y: 22, width: 76, height: 60, rx: 6, fill: "var(--accent-soft)", stroke: "currentColor", "stroke-width": 2 }),
      svg("rect", { x: 39, y: 33, width: 20, height: 24, rx: 3, fill: "currentColor", opacity: 0.28 }),
      svg("path", { d: "M67 36h28M67 45h28M67 54h18M39 67h56", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round", opacity: 0.55 })),
    svg("path", { d: "M8 26V14a6 6 0 0 1 6-6h12M110 8h12a6 6 0 0 1 6 6v12M128 78v12a6 6 0 0 1-6 6h-12M26 96H14a6 6 0 0 1-6-6V78", stroke: "currentColor", "stroke-width": 3, "stroke-linecap": "round" }));
}
