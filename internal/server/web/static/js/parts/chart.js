// Charts drawn as SVG, each with a table of the same numbers for whoever does not see it.
import { h, svg } from "../dom.js";
import { number } from "../words.js";

const width = 480, left = 40, bottom = 24, top = 8;

// bars draws columns of stacked parts. rows: [{name, parts: {key: n}}]; keys in the order from below.
export function bars({ rows, keys, names, title, height = 190 }) {
  const most = Math.max(1, ...rows.map((r) => keys.reduce((n, k) => n + (r.parts[k] ?? 0), 0)));
  const step = (width - left) / Math.max(1, rows.length);
  const tall = height - bottom - top;
  const drawing = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  axis(drawing, most, tall, height);
  rows.forEach((r, i) => {
    let y = height - bottom;
    for (const key of keys) {
      const n = r.parts[key] ?? 0;
      const part = (n / most) * tall;
      y -= part;
      if (n) drawing.append(svg("rect", { class: key, x: left + i * step + step * 0.15, y, width: Math.min(step * 0.7, 48), height: Math.max(part, 1), rx: 2 }, svg("title", { text: `${r.name}: ${number(n)} ${names[key]}` })));
    }
    if (i % Math.ceil(rows.length / 8) === 0) drawing.append(svg("text", { x: left + i * step + step * 0.15, y: height - 8, text: r.name }));
  });
  return h("div", {}, h("div", { class: "chart-legend" }, keys.map((key) => h("span", {}, h("i", { class: "dot " + key }), names[key]))), drawing, table(rows, keys, names));
}

function axis(drawing, most, tall, height) {
  for (const share of [0, 0.5, 1]) {
    const y = height - bottom - share * tall;
    drawing.append(svg("line", { class: "axis", x1: left, x2: width, y1: y, y2: y, opacity: share ? 0.5 : 1 }));
    if (most * share === Math.round(most * share)) drawing.append(svg("text", { x: left - 6, y: y + 4, "text-anchor": "end", text: number(most * share) }));
  }
}

// heat draws days by bins: the more there is, the darker a cell. rows: [{name, bins: [n]}], edges: names of the bins.
export function heat({ rows, edges, title }) {
  const bins = edges.length;
  const cell = 15, height = bins * cell + bottom + top;
  const most = Math.max(1, ...rows.flatMap((r) => r.bins));
  const step = Math.min(48, (width - left) / Math.max(1, rows.length));
  const drawing = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  rows.forEach((r, i) => {
    r.bins.forEach((n, b) => {
      if (n) drawing.append(svg("rect", { class: "cell", x: left + i * step + 1, y: top + (bins - 1 - b) * cell + 1, width: step - 2, height: cell - 2, rx: 2, opacity: 0.15 + 0.85 * Math.sqrt(n / most) }, svg("title", { text: `${r.name}, ${edges[b]}: ${number(n)}` })));
    });
    if (i % Math.ceil(rows.length / 8) === 0) drawing.append(svg("text", { x: left + i * step, y: height - 8, text: r.name }));
  });
  edges.forEach((edge, b) => { if (b % 2 === 0) drawing.append(svg("text", { x: left - 6, y: top + (bins - 1 - b) * cell + 12, "text-anchor": "end", text: edge })); });
  return h("div", {}, drawing, table(rows.map((r) => ({ name: r.name, parts: Object.fromEntries(r.bins.map((n, b) => [b, n])) })), edges.map((_, b) => b), edges));
}

function table(rows, keys, names) {
  return h("details", {}, h("summary", { text: "As a table" }), h("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": "The numbers of the chart" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { text: "Day" }), keys.map((k) => h("th", { class: "number", text: names[k] })))), h("tbody", {}, rows.map((r) => h("tr", {}, h("td", { text: r.name }), keys.map((k) => h("td", { class: "number", text: number(r.parts[k] ?? 0) }))))))));
}
