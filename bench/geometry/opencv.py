"""OpenCV's side of bench/geometry: CPU time of SIFT and ORB features, matching and
homography, on the picture that `geometry -cost` uses.

    python bench/geometry/opencv.py --data ../shared/data/bench

Needs opencv-python-headless and numpy from PyPI.
"""
import argparse
import statistics
import time

import cv2
import numpy as np


def median_ms(do, rounds=21):
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        do()
        times.append(1e3 * (time.thread_time() - start))
    return statistics.median(times)


def root_sift(d):
    return np.sqrt(d / (d.sum(1, keepdims=True) + 1e-7))


def fit(kp_r, d_r, kp_p, d_p, norm):
    matcher = cv2.BFMatcher(norm)
    forth = matcher.knnMatch(d_r, d_p, 2)
    back = {m[0].queryIdx: m[0].trainIdx for m in matcher.knnMatch(d_p, d_r, 1) if m}
    good = [m[0] for m in forth if len(m) == 2 and m[0].distance < 0.85 * m[1].distance
            and back.get(m[0].trainIdx) == m[0].queryIdx]
    if len(good) < 4:
        return 0
    src = np.float32([kp_r[m.queryIdx].pt for m in good])
    dst = np.float32([kp_p[m.trainIdx].pt for m in good])
    _, mask = cv2.findHomography(src, dst, cv2.USAC_MAGSAC, 4)
    return int(mask.sum()) if mask is not None else 0


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", default="../shared/data/bench")
    data = args.parse_args().data
    cv2.setNumThreads(1)
    read = lambda name: cv2.imread(f"{data}/forms/{name}", cv2.IMREAD_GRAYSCALE)
    photo, page = read("T01/v1/p12.jpg"), read("T01/v1/T01v1_ref.jpg")
    scale = lambda m: cv2.resize(m, None, fx=640 / max(m.shape), fy=640 / max(m.shape), interpolation=cv2.INTER_AREA)
    photo, page = scale(photo), scale(page)
    for name, make, norm in (("SIFT", cv2.SIFT_create(600), cv2.NORM_L2), ("ORB", cv2.ORB_create(600), cv2.NORM_HAMMING)):
        print(f"{name + ' features, 640 px, 600':28} {median_ms(lambda: make.detectAndCompute(photo, None)):7.3f} CPU-ms")
        kp_p, d_p = make.detectAndCompute(photo, None)
        kp_r, d_r = make.detectAndCompute(page, None)
        if norm == cv2.NORM_L2:
            d_p, d_r = root_sift(d_p), root_sift(d_r)
        inliers = fit(kp_r, d_r, kp_p, d_p, norm)
        print(f"{name + ' match and fit':28} {median_ms(lambda: fit(kp_r, d_r, kp_p, d_p, norm)):7.3f} CPU-ms, {inliers} inliers")


if __name__ == "__main__":
    main()
