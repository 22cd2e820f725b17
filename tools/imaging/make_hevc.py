#!/usr/bin/env python3
"""Encodes the drawn picture of make_testdata.py as streams of HEVC, for the tests of
internal/imaging/hevc. Needs x265 (3.5, built for 8, 10 and 12 bits) and libde265's dec265 and ffmpeg
beside numpy, pillow and opencv-python:

    python tools/imaging/make_hevc.py

planes.txt has the SHA-256 of the planes that libde265 shows, or ffmpeg if they have more than 8
bits or are grey; x265 must say (-r) that it meant the same, but its file of more than 8 bits holds
half of each row. Samples of more than 8 bits are two bytes, the lower one first.
"""
import hashlib
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

from make_testdata import ROOT, draw

OUT = ROOT / "hevc" / "testdata"
W, H = 176, 112
# name, format, bits, options of x265
STREAMS = [
    ("plain", "i420", 8, "-q 30"),
    ("fine", "i420", 8, "-q 12 --preset slow"),
    ("coarse", "i420", 8, "-q 44"),
    ("ctu16", "i420", 8, "-q 28 --ctu 16"),
    ("ctu32", "i420", 8, "-q 28 --ctu 32 --min-cu-size 16"),
    ("deep", "i420", 8, "-q 24 --tu-intra-depth 4 --max-tu-size 16 --preset veryslow"),
    ("unfiltered", "i420", 8, "-q 30 --no-deblock --no-sao"),
    ("deblock", "i420", 8, "-q 32 --deblock 3:-4 --no-sao"),
    ("skip", "i420", 8, "-q 24 --tskip --preset slow"),
    ("lossless", "i420", 8, "--lossless"),
    ("partly-lossless", "i420", 8, "-q 10 --cu-lossless --preset slow"),
    ("lists", "i420", 8, "-q 24 --scaling-list default --tskip --preset slow"),
    ("no-sign-hiding", "i420", 8, "-q 28 --no-signhide"),
    ("quantisers", "i420", 8, "--crf 26 --aq-mode 3 --aq-strength 3 --qg-size 8"),
    ("quantisers-ctu16", "i420", 8, "--crf 24 --aq-mode 1 --aq-strength 3 --qg-size 16 --ctu 16"),
    ("chroma-offsets", "i420", 8, "-q 28 --cbqpoffs 6 --crqpoffs -9"),
    ("slices", "i420", 8, "-q 30 --slices 2 --ctu 16"),
    ("no-wavefront", "i420", 8, "-q 30 --no-wpp --ctu 16"),
    ("bits10", "i420", 10, "-q 26"),
    ("bits12", "i420", 12, "-q 26"),
    ("grey", "i400", 8, "-q 30"),
    ("422", "i422", 8, "-q 26 --tu-intra-depth 4 --preset veryslow --tskip"),
    ("422-bits10", "i422", 10, "-q 26"),
    ("444", "i444", 8, "-q 26 --tu-intra-depth 4 --preset veryslow --tskip"),
    ("444-quantisers", "i444", 8, "--crf 28 --cbqpoffs 5 --aq-strength 3 --qg-size 8"),
    ("cropped", "i420", 8, "-q 30"),  # 172 x 106
    ("headers", "i420", 8, "--bitrate 900 --vbv-maxrate 900 --vbv-bufsize 900 --hrd --aud --range full --colormatrix bt709"),
]


def planes(rgb, form, bits):
    """BT.601, full range."""
    red, green, blue = (rgb[..., c].astype(float) for c in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = [128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]
    step = {"i420": (2, 2), "i422": (1, 2), "i444": (1, 1)}.get(form)
    out = [luma]
    if step:
        for c in chroma:
            h, w = c.shape[0] // step[0] * step[0], c.shape[1] // step[1] * step[1]
            out.append(c[:h, :w].reshape(h // step[0], step[0], w // step[1], step[1]).mean((1, 3)))
    kind = np.uint8 if bits == 8 else "<u2"
    return b"".join((p * ((1 << bits) - 1) / 255).round().clip(0, (1 << bits) - 1).astype(kind).tobytes() for p in out)


def main():
    noise = np.random.default_rng(1).normal(0, 4, (H, W, 1))
    rgb = (np.asarray(draw(W, H)).astype(float) + noise * (np.arange(W)[None, :, None] > W // 2)).clip(0, 255)
    sums = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, form, bits, options in STREAMS:
            w, h = (W - 4, H - 6) if name == "cropped" else (W, H)
            (folder / "in.yuv").write_bytes(planes(rgb[:h, :w], form, bits))
            stream, recon = folder / "out.265", folder / "recon.yuv"
            subprocess.run(["x265", "--input", folder / "in.yuv", "--input-res", f"{w}x{h}", "--fps", "1", "--frames", "1", "--input-csp", form,
                            "--input-depth", str(bits), "-D", str(bits), "--no-info", "-o", stream, "-r", recon, *options.split()],
                           check=True, capture_output=True)
            other = folder / "other.yuv"
            if bits == 8 and form != "i400":
                subprocess.run(["libde265-dec265", "-q", "-o", other, stream], check=True, capture_output=True)
            else:
                subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", stream, "-f", "rawvideo", other], check=True)
            shown = other.read_bytes()
            assert bits > 8 or recon.read_bytes() == shown, f"{name}: another decoder shows another picture"
            shutil.copy(stream, OUT / (name + ".265"))
            sums.append(f"{hashlib.sha256(shown).hexdigest()} {name}")
    kept = [line for line in (OUT / "planes.txt").read_text().splitlines() if " chance" in line]  # of streams_test.go
    (OUT / "planes.txt").write_text("\n".join(sums + kept) + "\n")


if __name__ == "__main__":
    main()
