"""Writes what Pillow makes of every file in some folders, as CSV.

    python pillow_reads.py FOLDER... > reads.csv

The columns: path, format as Pillow names it (empty: not read), w, h of the
upright picture, and the mean colours of a grid of 8 x 8 cells over white, as
hexadecimal digits. Needs numpy and Pillow; bench/formats compares with it.
"""

import csv
import os
import sys
import warnings

import numpy
from PIL import Image, ImageOps

GRID = 8


def over_white(picture):
    """Returns an RGB picture, transparency over white."""
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        low, high = picture.getextrema()
        scale = 255 / 65535 if high > 255 else 1
        return picture.convert("F").point(lambda v: v * scale).convert("L").convert("RGB")
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")


def read(path):
    """Returns format, width, height and grid of a picture file."""
    with Image.open(path) as picture:
        name = picture.format
        picture.load()
        rgb = over_white(ImageOps.exif_transpose(picture))
    return name, rgb.width, rgb.height, mean_colours(numpy.asarray(rgb)).hex()


def mean_colours(pixels):
    """Returns the mean colours of GRID x GRID cells of whole pixels, as bytes."""
    height, width = pixels.shape[:2]
    cells = []
    for top, bottom in spans(height):
        for left, right in spans(width):
            mean = pixels[top:bottom, left:right].mean(axis=(0, 1))
            cells.extend(int(v + 0.5) for v in mean)
    return bytes(cells)


def spans(side):
    """Returns GRID ranges of at least one pixel over a side."""
    starts = [i * side // GRID for i in range(GRID + 1)]
    return [(a, max(b, a + 1)) for a, b in zip(starts, starts[1:])]


def main():
    warnings.simplefilter("ignore")
    out = csv.writer(sys.stdout)
    for folder in sys.argv[1:]:
        for parent, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(parent, name)
                try:
                    out.writerow([path, *read(path)])
                except Exception:  # whatever it is, Pillow does not read the file
                    out.writerow([path, "", 0, 0, ""])


main()
