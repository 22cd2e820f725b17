"""Ours against ONNX Runtime, OpenVINO and OpenCV: process CPU time on one core.

Rounds alternate between the sides, because machines are shared: the speed drifts within seconds. Each figure is the
median over the rounds, each ratio the median of the rounds' ratios. See `run` beside this file.
"""
import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time

import cv2
import numpy as np
import onnxruntime
import openvino


def cpu_ms(work, seconds):
    """Process CPU milliseconds of one call of work, over as many calls as fit into the seconds."""
    work()
    calls, start, wall = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - wall < seconds:
        work()
        calls += 1
    return (time.process_time() - start) / calls * 1e3


def onnxruntime_network(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda batch: session.run(None, {name: batch})


def openvino_network(path, precision):
    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    compiled = {}

    def infer(batch):
        if len(batch) not in compiled:  # a fixed batch is OpenVINO's best case
            model = core.read_model(path)
            model.reshape(list(batch.shape))
            compiled[len(batch)] = core.compile_model(model, "CPU", settings).create_infer_request()
        return compiled[len(batch)].infer({0: batch})

    return infer


def photo_answer(data, infer, size):
    """File bytes to embedding: decoded at an eighth (never below the network's input), resampled, embedded."""
    longest = max(cv2.imdecode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION).shape[:2])
    flag = cv2.IMREAD_REDUCED_COLOR_8 if longest / 8 >= 2 * size else cv2.IMREAD_REDUCED_COLOR_4

    def work():
        image = cv2.cvtColor(cv2.imdecode(data, flag), cv2.COLOR_BGR2RGB)
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        infer(np.ascontiguousarray(image.transpose(2, 0, 1)[None]).astype(np.float32) / 255)

    return work


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exemplar", required=True)
    parser.add_argument("--onnx", required=True)
    parser.add_argument("--csv", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("images", nargs="*")
    args = parser.parse_args()
    cv2.setNumThreads(1)

    ort = onnxruntime_network(args.onnx)
    size = int(onnxruntime.InferenceSession(args.onnx).get_inputs()[0].shape[-1])
    batches = {n: np.random.default_rng(n).random((n, 3, size, size), np.float32) for n in (1, 64)}
    networks = {
        "ONNX Runtime": ort,
        "OpenVINO float32": openvino_network(args.onnx, "f32"),
        "OpenVINO bfloat16": openvino_network(args.onnx, "bf16"),
    }
    agreement = float(np.abs(networks["OpenVINO float32"](batches[1])[0] - ort(batches[1])[0]).max())
    assert agreement < 1e-3, f"the peers disagree by {agreement}: they do not run the same network"

    peers = {}
    for name, infer in networks.items():
        peers[f"batch1_ms|{name}"] = lambda infer=infer: cpu_ms(lambda: infer(batches[1]), args.seconds)
        peers[f"batch64_ms_per_image|{name}"] = lambda infer=infer: cpu_ms(lambda: infer(batches[64]), args.seconds) / 64
    if args.images:
        photos = [np.fromfile(path, np.uint8) for path in args.images]
        answers = [photo_answer(data, ort, size) for data in photos]
        peers["photo_ms|OpenCV reduced + ONNX Runtime"] = lambda: statistics.mean(cpu_ms(a, args.seconds) for a in answers)

    ours, theirs = {}, {}
    environment = dict(os.environ, GOMAXPROCS="1")
    for _ in range(args.rounds):
        out = subprocess.run([args.exemplar, "bench", "--json", *args.images], check=True, capture_output=True, env=environment)
        for figure, value in json.loads(out.stdout).items():
            if isinstance(value, (int, float)):
                ours.setdefault(figure, []).append(value)
        for name, measure in peers.items():
            theirs.setdefault(name, []).append(measure())

    rows = [["figure", "peer", "ours", "theirs", "theirs / ours"]]
    for name, values in theirs.items():
        figure, peer = name.split("|")
        ratio = statistics.median(t / o for t, o in zip(values, ours[figure]))
        rows.append([figure, peer, f"{statistics.median(ours[figure]):.3f}", f"{statistics.median(values):.3f}", f"{ratio:.2f}"])
    if "photo_std_ms" in ours:
        ratio = statistics.median(t / o for t, o in zip(ours["photo_std_ms"], ours["photo_ms"]))
        rows.append(["photo_ms", "Go image/jpeg + our network", f"{statistics.median(ours['photo_ms']):.3f}",
                     f"{statistics.median(ours['photo_std_ms']):.3f}", f"{ratio:.2f}"])
    for figure in ("scan_million_ms", "start_ms"):
        if figure in ours:
            rows.append([figure, "", f"{statistics.median(ours[figure]):.3f}", "", ""])
    with open(args.csv, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    for row in rows:
        print("{:<24}{:<36}{:>10}{:>10}{:>16}".format(*row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
