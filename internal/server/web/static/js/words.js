// Answers in the words of people.

// sentence begins a text of the service as a sentence does.
export const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

// percent rounds down, as the command line does: 99.96 % are no certainty.
export function percent(share) {
  if (share > 0 && share < 0.01) return "less than 1\u00a0%";
  return Math.floor(share * 100) + "\u00a0%";
}

// sureness is a confidence in words.
export function sureness(confidence) {
  if (confidence >= 0.98) return "Almost certain";
  if (confidence >= 0.9) return "Very likely";
  if (confidence >= 0.75) return "Likely";
  return "Uncertain: please look";
}

export const decisionNames = { match: "Recognised", ambiguous: "Between two kinds", unknown: "Unknown", refused: "Not usable" };

// isOpen says that an answer is a label, and that which one below it is open.
export const isOpen = (answer) => answer.decision === "match" && answer.open?.length > 0;

// nameOf and toneOf are an answer's name and its colour: only what is known whole is green.
export const nameOf = (answer) => isOpen(answer) ? "Sub-label open" : decisionNames[answer.decision];
export const toneOf = (answer) => isOpen(answer) ? "ambiguous" : answer.decision;

// openWords say what of an open answer is not known.
export const openWords = (answer) => /shows another form than/.test(answer.reason) ? "none of those registered" : "which one is open";

// meaning is the sentence below an answer. Of what is not recognised, and of what is open, the
// service says why.
export function meaning(answer) {
  if (isOpen(answer)) {
    const why = answer.reason.split("; ").find((clause) => clause.endsWith(opens));
    return why ? sentence(why.slice(0, -opens.length)) + "." : `Which one below it is open: ${answer.open.map(lastPart).join(", ")}, or one that nobody registered.`;
  }
  return answer.decision === "match" ? "It is of this kind, whatever is filled in." : sentence(answer.reason) + ".";
}
const opens = ", so the sub-label stays open";

// statusNames say what people made of an answer.
export const statusNames = { answered: "As answered", open: "Waits in the inbox", confirmed: "Confirmed", corrected: "Corrected", rejected: "Said not to be it", ignored: "Set aside" };

const conditionNames = {
  glare: "Glare", covered: "Partly covered", "cut-off": "Cut off", torn: "Torn", stained: "Stained", folded: "Folded", blurred: "Blurred", faded: "Faded", "too-small": "Very small",
  screen: "Photographed from a screen", mirrored: "Mirrored", "dark-mode": "A negative",
};
const conditionMeanings = {
  glare: "a lamp or window is mirrored in it", covered: "a hand or a thing lies on it", "cut-off": "a part lies outside of the picture", torn: "a part is missing", stained: "the paper has another colour",
  folded: "it is folded", blurred: "out of focus, or shaken", faded: "the print is pale", "too-small": "few pixels show it", screen: "taken from a screen", mirrored: "the picture is a mirror image", "dark-mode": "light and dark are exchanged",
};
export const conditionName = (kind) => conditionNames[kind] ?? kind;
export const conditionMeaning = (kind) => conditionMeanings[kind] ?? "";

// formWords says how much of the form agrees; undefined where it was not compared.
export function formWords(answer) {
  const g = answer.geometry;
  if (!g) return answer.basis === "embedding" ? "Decided by the look of the whole picture: too little print could be compared." : "Nothing registered was found in the picture.";
  const them = isOpen(answer) ? ` with ${longLabel(answer.candidates[0].label)}` : "";
  return `${percent(g.agreement)} of the ${g.compared} parts that could be compared agree${them}.`;
}

// contentsWords says what is known of the contents.
export function contentsWords(answer) {
  const places = answer.geometry?.changes?.length ?? 0;
  const where = places ? `other print in ${count(places, "place", "places")}` : "";
  if (isOpen(answer)) return where && sentence(where) + ".";
  switch (answer.copy) {
    case "same": return "The same copy as the one that is registered.";
    case "other": return "Another copy of the same kind" + (where ? ": " + where + "." : ".");
    case "unsure": return (where ? where[0].toUpperCase() + where.slice(1) + ". " : "") + "Whether it is the registered copy itself cannot be told.";
  }
  return where ? where[0].toUpperCase() + where.slice(1) + "." : "";
}

// comesNear says whether the first candidate of something unknown is named, by the same measures
// as the service's own suggestions of the inbox are.
export function comesNear(answer) {
  const first = answer.candidates?.[0];
  if (!first) return false;
  if (!answer.geometry) return first.confidence >= 0.2;
  return first.confidence >= 0.05 || answer.geometry.agreement >= 0.5;
}

// runnerUp says what else it could be.
export function runnerUp(answer) {
  const rest = (answer.candidates ?? []).filter((c) => c.label !== answer.label && !c.label.startsWith(answer.label + "/"));
  const next = rest[0];
  if (!next) return { text: "Nothing else comes near.", candidate: null };
  if (answer.decision === "unknown" && !comesNear(answer)) return { text: "Nothing that is registered comes near.", candidate: null };
  if (next.confidence < 0.01) return { text: "is next, but far behind.", candidate: next };
  if (next.confidence < 0.1) return { text: `is next, at ${percent(next.confidence)}.`, candidate: next };
  return { text: `comes close, at ${percent(next.confidence)}.`, candidate: next };
}

// count is a number with its noun.
export function count(n, one, many) { return number(n) + " " + (n === 1 ? one : many); }

export function number(n) { return new Intl.NumberFormat("en-GB").format(n); }

// size is a number of bytes.
export function size(bytes) {
  for (const unit of ["bytes", "KB", "MB", "GB"]) {
    if (bytes < 1000 || unit === "GB") return `${unit === "bytes" ? bytes : bytes.toFixed(bytes < 10 ? 1 : 0)} ${unit}`;
    bytes /= 1000;
  }
}

// duration is a time in seconds, as people say it.
export function duration(seconds) {
  for (const [of, one, many] of [[86400, "day", "days"], [3600, "hour", "hours"], [60, "minute", "minutes"]]) {
    if (seconds >= 1.5 * of) return "about " + count(Math.round(seconds / of), one, many);
  }
  return seconds >= 10 ? "about " + count(10 * Math.round(seconds / 10), "second", "seconds") : "a few seconds";
}

const minute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
export function when(text) {
  const at = new Date(text);
  return Number.isNaN(at.valueOf()) ? "" : minute.format(at);
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
export function ago(text) {
  const seconds = (new Date(text) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return "never";
  for (const [unit, of] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= of) return relative.format(Math.round(seconds / of), unit);
  }
  return "just now";
}

// doings say what was done, in the audit and in the list of changes.
const doings = {
  "references.register": "Registered", "reference.remove": "Removed a reference", "reference.change": "Changed a reference", "reference.move": "Moved a reference", "label.rename": "Renamed a label", "label.remove": "Removed a label",
  "decisions.confirm": "Confirmed", "decisions.new": "Said what it is", "decisions.not": "Said what it is not", "decisions.ignore": "Set aside", "decisions.unkept": "Answers that could not be kept",
  decision: "Answered", "decision.recheck": "Answered anew", undo: "Undid", login: "Logged in",
  "job.start": "Started a job", "job.end": "A job ended", "job.fail": "A job failed", "job.pause": "Paused a job", "job.resume": "Resumed a job", "job.cancel": "Cancelled a job", "job.retry": "Tried failed files again",
  "collection.create": "Made a collection", "collection.change": "Changed a collection", "collection.delete": "Deleted a collection", "key.create": "Made a key", "key.revoke": "Revoked a key",
  "watch.add": "Watched a folder", "watch.change": "Paused or resumed a watched folder", "watch.remove": "Ended a watched folder",
};
export const doing = (what) => doings[what] ?? what;

// who names whoever did a thing: what needs no key is this computer.
export const who = (name) => ({ local: "this computer", service: "the service" })[name] ?? name;

// shortLabel is the last part of a label, longLabel all parts with air between.
export const lastPart = (label) => label.slice(label.lastIndexOf("/") + 1);
export const longLabel = (label) => label.split("/").join(" / ");
