"""Judges the bundle inside and the baselines on every set, with and without strangers. See `run` beside this file."""
import argparse
import csv
import json
import pathlib
import subprocess
import sys

import cv2
import numpy as np

import matching
import networks
import page
from pictures import Cache, Folder

# Name in the tables, folder, further flags of `exemplar eval`. Of forms, a filled copy is to be recognised by its exact
# variant, or by its type alone, with the blank form registered: there captures are no references of each other.
SETS = [
    ("dvd_located", "dvd_located", []),
    ("dvd_scene", "dvd_scene", []),
    ("forms, leaf", "forms", []),
    ("forms, type", "forms", ["--depth", "1", "--protocol", "reference-probe"]),
    ("banknotes_located", "banknotes_located", []),
    ("banknotes_scene", "banknotes_scene", []),
    ("bookpages_located", "bookpages_located", []),
    ("bookpages_scene", "bookpages_scene", []),
    ("receipts", "receipts", []),
    ("vinyl_located", "vinyl_located", []),
    ("rupiah", "rupiah", []),
]


# Systems of ours as the tables name them.
NAMES = {"exemplar, embedding": "exemplar", "exemplar": "exemplar, whole decision"}


class Bench:
    def __init__(self, args):
        self.exemplar, self.work, self.matching, self.html = args.exemplar, args.work, args.matching, args.html
        self.data, self.strangers = args.data, Folder(args.data / "distractors")
        self.cache = Cache(args.work / "cache")
        self.networks = networks.networks(args.work)

    def judge(self, name, folder, flags, with_strangers):
        """Results of all systems on one set, as `exemplar eval --json` words them: ours whole, and all that have vectors or scores."""
        others = ["--embedding", "--baselines", "--vectors", f"exemplar, upright={self.upright(folder, with_strangers)}"]
        for network in self.networks:
            others += ["--vectors", f"{network.name}={self.vectors(network, folder, with_strangers)}"]
        for system, path in self.matrices(folder, with_strangers):
            others += ["--matrix", f"{system}={path}"]
        results = self.eval(name, folder, [*flags, *others], with_strangers)
        if folder.references:
            results[1:1] = self.eval(f"{name}, whole decision", folder, flags, with_strangers)
        for result in results:
            result["model"] = NAMES.get(result["model"], result["model"])
        return results

    def eval(self, page_name, folder, flags, with_strangers):
        command = [self.exemplar, "eval", self.data / folder.name, "--json", "--model", "", *flags]
        if with_strangers:
            command += ["--strangers", self.strangers.root]
        if self.html:
            command += ["--html", self.work / page.file_name(page_name, with_strangers)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)["sets"]

    def vectors(self, network, folder, with_strangers):
        return self.joined(folder, with_strangers,
                           lambda f: self.cache.get(f"{network.name}-{f.name}", [f], network.settings, lambda: network.embed(f)))

    def upright(self, folder, with_strangers):
        """Our embeddings without the turned forms of references, which is how the other networks are judged."""
        def embed(f):
            path = self.work / "cache" / f"upright-{f.name}.npy"
            subprocess.run([self.exemplar, "embed", "--npy", path, f.root], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            listed = [pathlib.Path(p).relative_to(f.root).as_posix() for p in path.with_suffix(".txt").read_text().split("\n")[:-1]]
            vectors = np.load(path)
            np.save(path, vectors[[listed.index(p) for p in f.paths]])
            return path
        return self.joined(folder, with_strangers, embed)

    def joined(self, folder, with_strangers, vectors):
        """Paths of the vectors of the set, and of the strangers, as --vectors takes them."""
        return ",".join(str(vectors(f)) for f in ([folder, self.strangers] if with_strangers else [folder]))

    def matrices(self, folder, with_strangers):
        """Names and files of the scores by matching, as far as these were asked for or are kept from earlier runs."""
        if not folder.references or (with_strangers and self.matching == "sets"):
            return
        sources = [(folder, folder.captures)] + ([(self.strangers, self.strangers.paths)] if with_strangers else [])
        for kind in (matching.SIFT(), matching.ORB()):
            kept = [self.cache.path(self.name(kind, folder, probes), [folder, probes], matching.SETTINGS).exists() for probes, _ in sources]
            if self.matching == "kept" and not all(kept):
                continue
            inliers, cells = np.concatenate([self.scores(kind, folder, *source) for source in sources], axis=1)
            for measure, values in (("inliers", inliers), ("cells", cells)):
                path = self.work / "cache" / f"{kind.name}-{measure}.npy"
                np.save(path, values)
                yield f"{kind.name} {measure}", path

    @staticmethod
    def name(kind, folder, probes):
        return f"{kind.name}-{folder.name}-{probes.name}"

    def scores(self, kind, folder, probes, paths):
        return np.load(self.cache.get(self.name(kind, folder, probes), [folder, probes], matching.SETTINGS,
                                      lambda: matching.scores(kind, folder, probes, paths)))


def figures(name, with_strangers, result):
    """One line of the table, of a result of `exemplar eval --json`. Rates are shares, empty where there is none."""
    row = {"set": name, "strangers": "yes" if with_strangers else "no", "system": result["model"],
           "images": result["images"], "refused": result["refused"]}
    verification, identification = result["verification"], result["identification"] or {}
    row["mated_pairs"], row["non_mated_pairs"] = verification["mated_pairs"], verification["non_mated_pairs"]
    point = next(p for p in verification["points"] if p["fmr_target"] == 1e-4)
    row |= {"tpr": point["tpr"], "tpr_low": point["low"], "tpr_high": point["high"], "tpr_supported": point["supported"]}
    row["gallery"] = identification.get("gallery", "")
    for column, key in (("rank1", "ranks"), ("rank1_low", "ranks_low"), ("rank1_high", "ranks_high")):
        row[column] = identification[key][0] if identification else ""
    for protocol in ("own-class-out", "held-out"):
        for target, percent in ((0.01, "1"), (0.05, "5")):
            p = next((p for p in identification.get("open", []) if p["protocol"] == protocol and p["fpir_target"] == target), None)
            column = f"{protocol.replace('-', '_')}_{percent}"
            row[column] = 1 - p["fnir"] if p else ""
            row[column + "_low"], row[column + "_high"] = (1 - p["high"], 1 - p["low"]) if p else ("", "")
    return {k: f"{v:.5g}" if isinstance(v, float) else v for k, v in row.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exemplar", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--html", action="store_true", help="write pages with pictures too")
    parser.add_argument("--matching", choices=["kept", "sets", "all"], default="sets",
                        help="SIFT and ORB as far as kept from earlier runs, on the sets, or against the strangers too")
    parser.add_argument("--only", default="", help="folders of sets, separated by commas; writes no results")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    bench, rows = Bench(args), []
    wanted = [s for s in SETS if not args.only or s[1] in args.only.split(",")]
    for name, folder, flags in wanted:
        for with_strangers in (False, True):
            print(f"{name}{' with strangers' if with_strangers else ''}", file=sys.stderr)
            rows += [figures(name, with_strangers, r) for r in bench.judge(name, Folder(args.data / folder), flags, with_strangers)]
    if args.html:
        page.write_index(args.work / "index.html", rows)
    if args.only:
        print(page.tables(rows))
        return
    results = pathlib.Path("docs/results")
    with open(results / "quality.csv", "w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    (results / "quality.md").write_text(page.document(rows))


if __name__ == "__main__":
    main()
