// Theme: the system's until the button is pressed.
const root = document.documentElement;
root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.getElementById("theme").onclick = () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
};

for (const img of document.querySelectorAll("img[data-thumb]")) img.src = thumbs[img.dataset.thumb];
for (const e of document.querySelectorAll(".range")) {
  e.style.left = 100 * e.dataset.low + "%";
  e.style.right = 100 * (1 - e.dataset.high) + "%";
}
for (const e of document.querySelectorAll(".mark")) e.style.left = 100 * e.dataset.at + "%";

// The spot nearest to the pointer, within reach, says what it is.
const tip = document.getElementById("tip");
const reach = 36; // in units of the view box

function nearest(spots, x, y) {
  let best = null, least = reach * reach;
  for (const s of spots) {
    const d = (s[0] - x) ** 2 + (s[1] - y) ** 2;
    if (d < least) { least = d; best = s; }
  }
  return best;
}

function show(spot, event) {
  tip.textContent = spot[2];
  if (spot.length > 3) {
    const img = new Image();
    img.src = thumbs[spot[3]];
    tip.prepend(img);
  }
  tip.hidden = false;
  const left = event.clientX + 16, top = event.clientY + 16;
  tip.style.left = Math.max(4, left + tip.offsetWidth > innerWidth ? event.clientX - tip.offsetWidth - 12 : left) + "px";
  tip.style.top = Math.max(4, top + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : top) + "px";
}

for (const svg of document.querySelectorAll("svg[data-spots]")) {
  const spots = JSON.parse(svg.dataset.spots);
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  cursor.setAttribute("class", "cursor");
  cursor.setAttribute("r", 5);
  svg.onpointermove = (event) => {
    const box = svg.viewBox.baseVal, on = svg.getBoundingClientRect();
    const spot = nearest(spots, (event.clientX - on.left) * box.width / on.width, (event.clientY - on.top) * box.height / on.height);
    if (!spot) return svg.onpointerleave();
    cursor.setAttribute("cx", spot[0]);
    cursor.setAttribute("cy", spot[1]);
    svg.append(cursor);
    show(spot, event);
  };
  svg.onpointerleave = () => { tip.hidden = true; cursor.remove(); };
}
