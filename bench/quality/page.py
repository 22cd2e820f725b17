"""The readable forms of the table: Markdown for the repository, and an index of the pages with pictures."""
import csv
import html
import pathlib

HERE = pathlib.Path(__file__).parent


def file_name(name, with_strangers):
    """Of the page of a set."""
    return name.replace(", ", "-") + ("-strangers" if with_strangers else "") + ".html"


def percent(row, column, interval=True):
    """A cell: 93.7 [90.1, 96.0]."""
    if row is None or row[column] == "":
        return ""
    text = f"{100 * float(row[column]):.1f}"
    if interval:
        text += " [{:.1f}, {:.1f}]".format(*(100 * float(row[column + end]) for end in ("_low", "_high")))
    return text


def tpr(row, interval=True):
    """The TPR, marked where there are too few non-mated pairs for its FMR."""
    if row is None:
        return ""
    return percent(row, "tpr", interval) + ("" if str(row["tpr_supported"]) == "True" else " *")


def line(cells):
    return "| " + " | ".join(cells) + " |\n"


ORDER = ["exemplar", "exemplar, whole decision", "exemplar, upright", "perceptual hash", "16 x 16 colour", "EfficientNet-Lite2", "SSCD distilled",
         "SSCD", "SIFT inliers", "SIFT cells", "ORB inliers", "ORB cells"]


def names(rows, column):
    """The values of a column, in the order in which they come; systems in theirs."""
    return sorted(dict.fromkeys(r[column] for r in rows), key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER))


def find(rows, name, strangers, system):
    return next((r for r in rows if (r["set"], r["strangers"], r["system"]) == (name, strangers, system)), None)


def summary(rows, cell):
    """Sets down, systems across."""
    systems = names(rows, "system")
    text = line(["set", *systems]) + "|" + "---|" * (1 + len(systems)) + "\n"
    for name in names(rows, "set"):
        text += line([name, *(cell(find(rows, name, "no", s)) for s in systems)])
    return text


def details(rows, name):
    """One set: systems down, measures across."""
    plain = find(rows, name, "no", rows[0]["system"])
    strangers = find(rows, name, "yes", rows[0]["system"])
    text = f"### {name}\n{plain['images']} images, {plain['mated_pairs']} mated and {plain['non_mated_pairs']} non-mated pairs"
    text += f"; with strangers {strangers['non_mated_pairs']}" if strangers else ""
    text += ", gallery drawn at random" if plain["gallery"] == "drawn" else ""
    heads = ["system", "TPR at FMR 1e-4", "the same, with strangers", "rank 1", "own class out, 1 %", "5 %", "held out, 1 %", "held out, with strangers, 1 %"]
    text += "\n\n" + line(heads) + "|" + "---|" * len(heads) + "\n"
    for system in names(rows, "system"):
        a, b = find(rows, name, "no", system), find(rows, name, "yes", system)
        if a is not None:
            text += line([system, tpr(a), tpr(b), percent(a, "rank1"), percent(a, "own_class_out_1"), percent(a, "own_class_out_5"),
                          percent(a, "held_out_1"), percent(b, "held_out_1")])
    return text + "\n"


def tables(rows):
    text = "## TPR at FMR 1e-4, rank 1\n" + summary(rows, lambda r: r and f"{tpr(r, False)}, {percent(r, 'rank1', False)}" or "")
    text += "\n## Right answers at 1 % / 5 % of the captures accepted as strangers, own class left out\n"
    text += summary(rows, lambda r: r and f"{percent(r, 'own_class_out_1', False)} / {percent(r, 'own_class_out_5', False)}" or "")
    text += "\n## Set by set, with 95 % intervals\n"
    return text + "\n".join(details(rows, name) for name in names(rows, "set"))


def agreement(rows):
    """Beside what another implementation measured on the same pictures (earlier.csv, in percent)."""
    columns = {"tpr": "TPR at 1e-4", "rank1": "rank 1", "own_class_out_1": "own class out, 1 %", "own_class_out_5": "own class out, 5 %"}
    counts, apart = {}, []
    for earlier in csv.DictReader(open(HERE / "earlier.csv")):
        row = find(rows, earlier["set"], "no", earlier["system"])
        for column, title in columns.items():
            if row is None or not earlier[column] or row[column] == "":
                continue
            ours, theirs = 100 * float(row[column]), float(earlier[column])
            total, close = counts.get(earlier["system"], (0, 0))
            counts[earlier["system"]] = (total + 1, close + (abs(ours - theirs) <= 2))
            if abs(ours - theirs) > 2:
                apart.append([earlier["system"], earlier["set"], title, f"{theirs:.1f}", f"{ours:.1f}"])
    said = ", ".join(f"{system} {close} of {total}" for system, (total, close) in counts.items())
    text = f"Figures within two points: {said}. The others:\n\n"
    text += line(["system", "set", "figure", "there", "here"]) + "|---|---|---|---|---|\n" + "".join(map(line, sorted(apart)))
    return text


def document(rows):
    notes = (HERE / "notes.md").read_text()
    return notes.replace("TABLES\n", tables(rows)).replace("AGREEMENT\n", agreement(rows))


def write_index(path, rows):
    """Links to the pages of the sets, beside the headline."""
    text = "<!doctype html><meta charset=utf-8><title>Quality</title><h1>Quality</h1><ul>"
    for name in names(rows, "set"):
        for strangers in names(rows, "strangers"):
            row = find(rows, name, strangers, rows[0]["system"])
            title = name + (" with strangers" if strangers == "yes" else "")
            text += f'<li><a href="{file_name(name, strangers == "yes")}">{html.escape(title)}</a>: {html.escape(row["system"])} {tpr(row)}'
    path.write_text(text + "</ul>\n")
