"""Writes ROC curves by scikit-learn, against which internal/eval is tested.

Run from the root of the repository:

    python tools/eval/roc_goldens.py internal/eval/testdata/roc.json

With --embeddings vectors.npy --labels labels.txt (a label for each row) a case
of real scores is added: every --step-th pair of all. The committed file was
made with the reference network's embeddings of the set banknotes_located.
Needs numpy and scikit-learn.
"""

import argparse
import json

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve


def case(name, scores, mated):
    scores = np.asarray(scores, dtype=np.float64)
    fpr, tpr, thresholds = roc_curve(mated, scores, drop_intermediate=False)
    return {
        "name": name,
        "scores": scores.tolist(),
        "mated": [int(m) for m in mated],
        "fmr": fpr[1:].tolist(),  # the first point, at infinity, is no score
        "tpr": tpr[1:].tolist(),
        "thresholds": thresholds[1:].tolist(),
        "auroc": float(roc_auc_score(mated, scores)),
    }


def random_cases(rng):
    for name, places, n, m in [("distinct", 9, 60, 200), ("some ties", 2, 80, 300), ("many ties", 1, 80, 300), ("one mated", 1, 1, 50)]:
        scores = np.concatenate([rng.normal(0.6, 0.2, n), rng.normal(0.2, 0.2, m)])
        yield case(name, np.round(np.clip(scores, -1, 1), places), [1] * n + [0] * m)


def real_case(vectors, labels, step):
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    a, b = np.triu_indices(len(vectors), 1)
    a, b = a[::step], b[::step]
    scores = np.round((vectors[a].astype(np.float64) * vectors[b]).sum(1), 6)
    return case("real embeddings", scores, [labels[i] == labels[j] for i, j in zip(a, b)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--embeddings")
    parser.add_argument("--labels")
    parser.add_argument("--step", type=int, default=8)
    args = parser.parse_args()
    cases = list(random_cases(np.random.default_rng(1)))
    if args.embeddings:
        labels = open(args.labels).read().splitlines()
        cases.append(real_case(np.load(args.embeddings), labels, args.step))
    with open(args.out, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
