// Inbox: what was not recognised, in groups that look alike. One key settles a group.
import { button, empty, field, fill, h, heading, icon, iconButton, link } from "../dom.js";
import * as api from "../api.js";
import * as words from "../words.js";
import { inCollection, pathTo, setQuery, state } from "../state.js";
import { View } from "../view.js";
import { decisionPath, decisionPicture, labels, labelText, labelThumb, sourceName, thumb, thumbWidth } from "../labels.js";
import { form } from "../parts/dialog.js";
import { labelPicker } from "../parts/labelpicker.js";
import { adviceOfKept, contentsAndNote, contentsAndNoteOf, tell } from "../parts/register.js";
import { effectOf } from "../parts/answer.js";
import { changed, complain, say } from "../parts/toast.js";
import { showHelp } from "../parts/help.js";

const mostChoices = 9; // one for each digit
const fewChoices = 4; // that are offered where nothing comes near

class Inbox extends View {
  groups = [];
  at = 0; // which group is open
  cursor = 0; // which picture of it the keys are at
  chosen = new Set(); // ids of decisions; empty stands for the whole group

  shortcuts() {
    return [
      { key: "j", keys: ["ArrowDown"], repeats: true, says: "Next group", run: () => this.open(this.at + 1) },
      { key: "k", keys: ["ArrowUp"], repeats: true, says: "Group before", run: () => this.open(this.at - 1) },
      { key: "l", keys: ["ArrowRight"], repeats: true, says: "Next picture", run: () => this.move(1) },
      { key: "h", keys: ["ArrowLeft"], repeats: true, says: "Picture before", run: () => this.move(-1) },
      { key: " ", shown: "Space", says: "Select the picture", run: () => this.toggle(this.group?.decisions[this.cursor]?.id) },
      { key: "a", says: "Select all, or none", run: () => this.selectAll() },
      { key: "Enter", says: "Confirm the suggestion", run: () => this.confirm() },
      { key: "1", keys: ["2", "3", "4", "5", "6", "7", "8", "9"], shown: "1 … 9", says: "Choose a label", run: (event) => this.choose(Number(event.key) - 1) },
      { key: "c", says: "Choose another label", run: () => this.label() },
      { key: "n", says: "Register as a new kind", run: () => this.register() },
      { key: "x", says: "Not this", run: () => this.not() },
      { key: "i", says: "Set aside", run: () => this.ignore() },
      { key: "r", says: "Check again", run: () => this.recheck() },
      { key: "o", says: "Open the picture's page", run: () => this.querySelector(".tile.here .open")?.click() },
    ];
  }

  get group() { return this.groups[this.at]; }

  // subject is what the next key is about: what is selected, or the whole group.
  get subject() {
    const ids = this.group?.ids ?? [];
    const some = ids.filter((id) => this.chosen.has(id));
    return some.length > 0 ? some : ids;
  }

  start() { this.load(() => this.all()); }

  async all() {
    if (!await this.fetch()) await this.newest;
    const wanted = new URLSearchParams(location.search).get("group");
    this.at = Math.max(0, this.groups.findIndex((g) => g.id === wanted));
    return this.draw();
  }

  // fetch says whether what came is the newest that was asked for: answers overtake each other, and
  // an older one must not take the place of a newer one, nor be waited for.
  async fetch() {
    this.overtaken?.(false);
    const overtaken = new Promise((done) => { this.overtaken = done; });
    const asked = Promise.all([api.get(inCollection("/inbox"), { signal: this.signal, quiet: this.built }), labels({ fresh: true, signal: this.signal })]);
    const came = await Promise.race([asked, overtaken]);
    if (!came) return false;
    const [answer, list] = came;
    this.before = { id: this.group?.id, cursor: this.group?.decisions[this.cursor]?.id }; // the keys may have moved meanwhile
    this.groups = answer.groups ?? [];
    this.labels = list;
    this.total = answer.open;
    return true;
  }

  // draw makes the view anew; redraw changes what is in it, so that nothing flickers.
  draw() {
    this.built = this.groups.length > 0;
    if (!this.built) return this.nothing();
    this.side = h("div", { class: "groups", role: "group", "aria-label": "Groups" });
    this.page = h("section", { class: "stack", "aria-label": "Group" });
    this.sums = h("span", {});
    this.work = h("span", { class: "quiet small", role: "status" });
    this.redraw();
    return [heading("Inbox", this.sums, this.work, button("Check again", { icon: "refresh", key: "r", on: () => this.recheck() }), iconButton("Keys", "help", showHelp)), h("div", { class: "inbox" }, this.side, this.page)];
  }

  redraw() {
    this.sums.textContent = `${words.count(this.total, "answer waits", "answers wait")}, in ${words.count(this.groups.length, "group", "groups")} by likeness.`;
    this.drawSide();
    this.drawGroup();
  }

  nothing() {
    const keeps = state.collection?.keep_pictures !== "none";
    return [heading("Inbox"), empty("check", "Nothing waits", keeps ? "What is not recognised comes here, in groups that look alike." : "What is not recognised comes here. Pictures are not kept in this collection: answers can be seen, but nothing can be registered from here.",
      link(pathTo("recognise"), "Recognise documents", { class: "button primary" }), !keeps && state.may("admin") && link("/collections", "Keep pictures of the unknown", { class: "button" }))];
  }

  drawSide() {
    fill(this.side, this.groups.map((g, i) => h("button", { type: "button", class: "group", "aria-current": String(i === this.at), on: { click: () => this.open(i) } },
      h("span", { class: "pile" }, g.decisions.slice(0, 3).reverse().map((d) => this.picture(d))),
      h("span", { class: "stack tight" }, h("strong", { text: words.count(g.size, "picture", "pictures") }), h("span", { class: "quiet small wrap", text: headOf(g) })))));
    this.side.children[this.at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  picture(d, width = thumbWidth) { return thumb(d.picture ? decisionPicture(d.id, width) : "", ""); }

  open(i) {
    if (i < 0 || i >= this.groups.length) return;
    this.at = i;
    this.cursor = 0;
    this.chosen.clear();
    setQuery({ group: this.group.id });
    this.drawSide();
    this.drawGroup();
  }

  // choices are the labels that the digits stand for: what comes near, then what was chosen of
  // late, then, if that is little, what is least unlike.
  choices() {
    const candidates = this.group.decisions.flatMap((d) => d.answer.candidates ?? []);
    const likely = candidates.filter((c) => c.confidence >= 0.01).sort((a, b) => b.confidence - a.confidence);
    const known = (list) => [...new Set(list)].filter((label) => label && this.labels.some((l) => l.label === label));
    const first = known([...(this.group.suggestion?.open ?? []), this.group.suggestion?.label, ...likely.map((c) => c.label), ...recent]).slice(0, mostChoices);
    return known([...first, ...candidates.map((c) => c.label)]).slice(0, Math.max(first.length, fewChoices));
  }

  drawGroup() {
    const g = this.group;
    const n = this.subject.length;
    const picked = this.chosen.size > 0;
    this.shownChoices = this.choices();
    const suggestion = g.suggestion?.label;
    const open = Boolean(g.suggestion?.open);
    const fresh = !suggestion || open || Boolean(g.suggestion.but); // more likely a new kind than the one that comes nearest
    fill(this.page,
      h("div", { class: "row between" }, h("h2", {}, words.count(g.size, "picture", "pictures"), picked && h("span", { class: "quiet", text: `, ${n} selected` })), h("div", { class: "row" }, button(picked ? "Select none" : "Select all", { kind: "quiet small", key: "a", on: () => this.selectAll() }))),
      h("div", { class: "card stack tight" }, suggestion ? h("p", { class: "row" }, labelThumb(this.labels, suggestion), h("span", { class: "grow" }, says(g))) : h("p", { class: "quiet", text: "Nothing registered looks like these. If more of them will come, register them as a new kind." }),
        this.shownChoices.length > 0 && h("div", { class: "choices", role: "group", "aria-label": "It is" }, this.shownChoices.map((label, i) => h("button", { type: "button", class: "choice", on: { click: () => this.choose(i) } }, labelThumb(this.labels, label), labelText(label), h("kbd", { text: i + 1, "aria-hidden": "true" }))))),
      h("div", { class: "grid" }, g.decisions.map((d, i) => this.tile(d, i))),
      g.size > g.decisions.length && h("p", { class: "quiet small", text: `${words.count(g.size - g.decisions.length, "more is", "more are")} in this group, and come when these are settled.` }),
      h("div", { class: "actions", role: "group", "aria-label": "What to do" }, suggestion && button(open ? "Only " + words.longLabel(suggestion) : "Confirm", { kind: fresh ? "" : "primary", icon: "check", key: "↵", title: "It is " + suggestion, on: () => this.confirm() }),
        button(open ? "New below " + words.longLabel(suggestion) : "New kind", { kind: fresh ? "primary" : "", icon: "plus", key: "n", on: () => this.register() }), button("Other label", { icon: "tag", key: "c", on: () => this.label() }), suggestion && button("Not this", { icon: "cross", key: "x", on: () => this.not() }), button("Set aside", { key: "i", on: () => this.ignore() }),
        h("span", { class: "quiet small grow", role: "status", text: picked ? `for ${words.count(n, "selected picture", "selected pictures")}` : "for the whole group" })));
  }

  tile(d, i) {
    const on = this.chosen.has(d.id);
    return h("div", { class: "tile" + (i === this.cursor ? " here" : ""), data: { id: d.id } },
      h("button", { type: "button", class: "pick", "aria-pressed": String(on), "aria-label": `Select ${d.source || "picture " + (i + 1)}${d.answer.page ? ", page " + d.answer.page : ""}`, on: { click: () => { this.cursor = i; this.toggle(d.id); } } }, this.picture(d, 320), h("span", { class: "tick" }, icon("check"))),
      h("span", { class: "row between name" }, sourceName(d.source || "Picture", d.answer.page, "grow"), link(pathTo("decisions/" + api.part(d.id)), icon("chevron"), { class: "open", "aria-label": "Its page: " + (d.source || "picture"), title: "Its page" })));
  }

  move(by) {
    if (!this.group) return;
    this.cursor = Math.min(this.group.decisions.length - 1, Math.max(0, this.cursor + by));
    const tiles = [...this.page.querySelectorAll(".tile")];
    tiles.forEach((t, i) => t.classList.toggle("here", i === this.cursor));
    tiles[this.cursor]?.scrollIntoView({ block: "nearest" });
  }

  toggle(id) {
    if (!id) return;
    if (!this.chosen.delete(id)) this.chosen.add(id);
    const focused = document.activeElement?.closest(".tile")?.dataset.id;
    this.drawGroup();
    if (focused) this.page.querySelector(`.tile[data-id="${CSS.escape(focused)}"] .pick`)?.focus();
  }

  selectAll() {
    if (!this.group) return;
    if (this.chosen.size > 0) this.chosen.clear();
    else for (const id of this.group.ids) this.chosen.add(id);
    this.drawGroup();
  }

  confirm() {
    const label = this.group?.suggestion?.label;
    if (label) this.resolve("confirm", label, (n) => `${words.count(n, "picture is", "pictures are")} ${words.longLabel(label)}.`);
  }

  choose(i) {
    const label = this.shownChoices?.[i];
    if (label) this.resolve("confirm", label, (n) => `${words.count(n, "picture is", "pictures are")} ${words.longLabel(label)}.`);
  }

  ignore() { if (this.group) this.resolve("ignore", "", (n) => `${words.count(n, "picture was", "pictures were")} set aside.`); }

  // not says what they are not. One picture of them is kept as an example of that; what it does to
  // other answers is told.
  not() {
    const label = this.group?.suggestion?.label;
    if (label) this.resolve("not", label, (n, done) => effectOf({ ...done, negative: done.registered?.length > 0 }, label));
  }

  async label() {
    if (!this.group || this.settling) return;
    const picker = labelPicker({ autofocus: true });
    const decisions = this.subject;
    const done = await form("What are they?", [h("p", { class: "quiet", text: `${words.count(decisions.length, "answer is", "answers are")} corrected. Nothing is registered.` }), field("Label", picker)], "Correct", async () => {
      if (!picker.value) throw new Error("Say which kind it is.");
    });
    if (done) await this.resolve("confirm", picker.value, (n) => `${words.count(n, "picture is", "pictures are")} ${words.longLabel(picker.value)}.`, decisions);
  }

  async register() {
    if (!this.group || this.settling) return;
    const decisions = this.subject;
    const example = this.group.decisions.find((d) => d.id === (this.chosen.size > 0 ? decisions[0] : this.group.decisions[this.cursor]?.id)) ?? this.group.decisions[0];
    if (!example.picture) return say("Its picture is not kept, so it cannot be registered from here. The collection says what is kept.", { kind: "bad" });
    const picker = labelPicker({ autofocus: true, above: this.group.suggestion?.open && this.group.suggestion.label });
    const told = adviceOfKept(picker, example.id);
    const some = this.chosen.size > 0 ? decisions : [example.id];
    const others = this.group.size - 1;
    const hint = some.length > 1 ? `This picture becomes the reference; all ${some.length} selected answers are settled.` : "This picture becomes the reference." + (others > 0 ? ` By it the ${words.count(others, "other", "others")} of the group, and all that wait, are answered anew.` : "");
    const done = await form("Register a new kind", [
      h("div", { class: "row" }, this.picture(example, 320), h("p", { class: "quiet grow", text: hint + " Choose one that is sharp and whole." })),
      field("Label", picker, "A path from the general to the special, such as invoice/lorvik."), told, contentsAndNote()], "Register", async (element) => {
      if (!picker.value) throw new Error("Say which kind it is: a label such as invoice/lorvik.");
      return api.post(inCollection("/inbox/resolve"), { json: { decisions: [example.id, ...some.filter((id) => id !== example.id)], action: "new", label: picker.value, ...contentsAndNoteOf(element) } });
    }, { wide: true });
    if (!done) return;
    keepRecent(picker.value);
    await this.settle(async () => {
      await tell(done, () => this.recheck({ quiet: true }), told.told(picker.value));
      await this.again();
    });
    await this.recheck({ quiet: true, like: example.id });
  }

  async resolve(action, label, says, decisions = this.subject) {
    await this.settle(async () => {
      const done = await api.post(inCollection("/inbox/resolve"), { json: { decisions, action, label: label || undefined } });
      if (label && action === "confirm") keepRecent(label);
      changed(says(decisions.length, done), done?.change, () => this.again());
      for (const id of decisions) this.chosen.delete(id);
      await this.again();
    });
  }

  // settle does one thing at a time: a key that is pressed before the next group is seen was meant for this one.
  async settle(work) {
    if (this.settling) return;
    this.settling = true;
    try { await work(); } catch (error) { complain(error); }
    this.settling = false;
  }

  // again asks for the inbox anew, and ends when the newest answer is seen.
  again() { return (this.newest = this.renew()); }

  // renew stays where it was: at the group, or at its place if it is gone, with what is selected of it.
  async renew() {
    if (this.signal.aborted) return;
    try {
      if (!await this.fetch()) return this.newest;
    } catch (error) { return complain(error); }
    if (this.signal.aborted) return;
    const { before } = this;
    const same = this.groups.findIndex((g) => g.id === before.id);
    this.at = same >= 0 ? same : Math.max(0, Math.min(this.at, this.groups.length - 1));
    this.cursor = same >= 0 ? Math.max(0, this.group.decisions.findIndex((d) => d.id === before.cursor)) : 0;
    this.chosen = new Set(same >= 0 ? this.group.ids.filter((id) => this.chosen.has(id)) : []);
    setQuery({ group: this.group?.id });
    if (this.built && this.groups.length > 0) this.redraw();
    else fill(this, this.draw());
    state.refreshCounts();
  }

  // recheck answers the inbox anew, some at a time, until all are done; meanwhile one can go on. What is
  // most like a decision comes first.
  async recheck({ quiet = false, like } = {}) {
    const mine = (this.rechecking = {});
    let n = 0, looked = 0;
    try {
      for (let left = 1; left > 0;) {
        const done = await api.post(inCollection("/inbox/recheck"), { query: { like }, quiet: looked > 0 });
        if (this.signal.aborted || mine !== this.rechecking) return;
        n += done.changed.length;
        looked += done.looked_at;
        left = done.looked_at > 0 ? done.left : 0;
        if (left > 0 && this.work) this.work.textContent = `Checking again: ${looked} of ${looked + left} …`;
        if (done.changed.length > 0 || left === 0) await this.again();
      }
      if (!quiet || n > 0) say(n > 0 ? `${words.count(n, "answer has", "answers have")} changed.` : "No answer has changed.");
    } catch (error) { complain(error); }
    if (this.work) this.work.textContent = "";
  }
}

// headOf is what a group is, in a few words.
function headOf({ suggestion, decisions }) {
  if (!suggestion) return "like nothing registered";
  const label = words.longLabel(suggestion.label);
  if (suggestion.open) return `${label}, ${words.openWords(decisions[0].answer)}`;
  return suggestion.but ? `like ${label}, but ${suggestion.but}` : `maybe ${label}`;
}

// says is the same in a sentence.
function says({ suggestion, decisions }) {
  const label = labelText(suggestion.label, { linked: true });
  if (suggestion.open) return ["It is ", label, `, ${words.openWords(decisions[0].answer)}. `, h("span", { class: "quiet", text: words.meaning(decisions[0].answer) })];
  return ["Comes nearest to ", label, h("span", { class: "quiet", text: suggestion.but ? `, but ${suggestion.but}.` : `, at ${words.percent(suggestion.confidence)}.` })];
}

const recent = []; // labels that were chosen here, the last one first

function keepRecent(label) {
  const at = recent.indexOf(label);
  if (at >= 0) recent.splice(at, 1);
  recent.unshift(label);
  recent.length = Math.min(recent.length, mostChoices);
}

customElements.define("view-inbox", Inbox);
