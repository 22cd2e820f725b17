"""Our JPEG decoding against OpenCV's (libjpeg-turbo) and image/jpeg: process CPU time on one core.

Rounds alternate between the sides, because machines are shared. Each figure is the median over the rounds, each ratio
the median of the rounds' ratios. See `run` beside this file.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import cv2
import numpy as np

FLAGS = {"1": cv2.IMREAD_COLOR, "2": cv2.IMREAD_REDUCED_COLOR_2, "4": cv2.IMREAD_REDUCED_COLOR_4, "8": cv2.IMREAD_REDUCED_COLOR_8}


def draw(folder):
    """A drawn 12-megapixel photo of a page, about 2 MB: 4:2:0, and the same progressive."""
    rng = np.random.default_rng(1)
    w, h = 4000, 3000
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    photo = np.stack([120 + 60 * np.sin(x / 700 + c) + 40 * np.cos(y / 500 + 2 * c) for c in range(3)], -1)
    photo += cv2.resize(rng.normal(0, 25, (h // 8, w // 8, 3)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    photo = photo.clip(0, 255).astype(np.uint8)
    cv2.rectangle(photo, (w // 6, h // 8), (w * 5 // 6, h * 7 // 8), (235, 238, 240), -1)
    for line in range(h // 8 + 80, h * 7 // 8 - 40, 70):
        cv2.putText(photo, "Pack my box with five dozen liquor jugs 0123456", (w // 6 + 60, line), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (40, 40, 50), 4, cv2.LINE_AA)
    photo = cv2.GaussianBlur(photo, (0, 0), 1) + rng.normal(0, 2.2, photo.shape)
    photo = photo.clip(0, 255).astype(np.uint8)
    paths = []
    for name, progressive in (("drawn_12mp.jpg", 0), ("drawn_12mp_progressive.jpg", 1)):
        options = [cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive]
        paths.append(str(folder / name))
        cv2.imwrite(paths[-1], photo, options)
    return paths


def opencv_ms(data, flag, seconds):
    cv2.imdecode(data, flag)
    calls, cpu, wall = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - wall < seconds:
        cv2.imdecode(data, flag)
        calls += 1
    return (time.process_time() - cpu) / calls * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help="bench/decode, built")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="for the drawn photos")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4, help="for each measurement of a round")
    parser.add_argument("images", nargs="*")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    images = draw(args.folder) + args.images
    rounds = []
    for _ in range(args.rounds):
        out = subprocess.run([args.binary, "-seconds", str(args.seconds), *images], check=True, capture_output=True).stdout
        ours = json.loads(out)
        theirs = {i: {s: opencv_ms(np.fromfile(i, np.uint8), f, args.seconds) for s, f in FLAGS.items()} for i in images}
        rounds.append((ours, theirs))
    print("| file | scale | ours, ms | OpenCV, ms | ours / OpenCV | image/jpeg, ms | image/jpeg / ours |\n|---|---|---|---|---|---|---|")
    for image in images:
        for scale in FLAGS:
            rows = [(o[image][scale], t[image][scale], o[image]["image/jpeg"]) for o, t in rounds]
            middle = lambda f: statistics.median(f(*row) for row in rows)
            print(f"| {pathlib.Path(image).name} | 1/{scale} | {middle(lambda o, t, s: o):.1f} | {middle(lambda o, t, s: t):.1f} | {middle(lambda o, t, s: o / t):.2f}"
                  f" | {middle(lambda o, t, s: s):.1f} | {middle(lambda o, t, s: s / o):.1f} |")


if __name__ == "__main__":
    main()
