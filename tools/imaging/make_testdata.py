#!/usr/bin/env python3
"""Draws the small pictures of internal/imaging's tests, in the forms that Go
cannot write. Needs numpy, pillow >= 11 and opencv-python >= 4.10:

    python tools/imaging/make_testdata.py

Everything is drawn here; running it again gives the same pictures.
"""
import argparse
import io
import pathlib
import struct

import cv2
import numpy as np
from PIL import Image, ImageDraw

ROOT = pathlib.Path(__file__).resolve().parents[2] / "internal" / "imaging"


def draw(w, h):
    """A picture without symmetry: gradients, shapes, lines like print."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    rgb = np.stack([60 + 150 * x / w, 200 - 120 * y / h, 90 + 60 * np.sin(x / 9 + y / 13)], -1)
    image = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle([w // 8, h // 8, w // 3, h * 3 // 5], fill=(235, 232, 220))
    for row in range(h // 8 + 3, h * 3 // 5 - 2, 5):
        pen.line([w // 8 + 2, row, w // 3 - 2 - row % 7, row], fill=(30, 30, 60))
    pen.ellipse([w // 2, h // 3, w * 9 // 10, h * 9 // 10], fill=(190, 40, 50))
    pen.polygon([(w // 2, 0), (w - 1, 0), (w - 1, h // 4)], fill=(20, 130, 90))
    return image


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 88, "subsampling": 0, **options})
    return out.getvalue()


def cv_jpeg(image, *options):
    bgr = np.asarray(image)[..., ::-1]
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 88, *options])[1].tobytes()


def segments(data):
    """The segments of a JPEG file of one scan as (marker, payload), the last
    one the scan with its entropy-coded data."""
    at, out = 2, []
    while True:
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == 0xDA:
            return out + [(marker, data[at + 4 : -2])]
        out.append((marker, data[at + 4 : at + 2 + size]))
        at += 2 + size


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def separate_scans(image):
    """A baseline file, 4:2:0, with a scan for each component: three grey files
    put together."""
    planes = image.convert("YCbCr").split()
    half = ((image.width + 1) // 2, (image.height + 1) // 2)
    planes = [planes[0]] + [p.resize(half, Image.BOX) for p in planes[1:]]
    out = b"\xff\xd8"
    scans = b""
    for i, plane in enumerate(planes):
        parts = segments(jpeg(plane))
        if i == 0:
            out += segment(0xDB, next(p for m, p in parts if m == 0xDB))
            shape = struct.pack(">BHHB", 8, image.height, image.width, 3)
            out += segment(0xC0, shape + b"\x01\x22\x00\x02\x11\x00\x03\x11\x00")
        scans += b"".join(segment(m, p) for m, p in parts if m == 0xC4)
        entropy = parts[-1][1][6:]  # after the header of a scan of one component
        scans += segment(0xDA, bytes([1, i + 1, 0, 0, 63, 0])) + entropy
    return out + scans + b"\xff\xd9"


def jpegs(folder):
    big = draw(97, 61)
    sampling = lambda name: (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, getattr(cv2, "IMWRITE_JPEG_SAMPLING_FACTOR_" + name))
    progressive = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    files = {}
    for name in ("411", "420", "422", "440", "444"):
        files[f"baseline-{name}"] = cv_jpeg(big, *sampling(name))
        files[f"progressive-{name}"] = cv_jpeg(big, *sampling(name), *progressive)
        files[f"restart-{name}"] = cv_jpeg(big, *sampling(name), cv2.IMWRITE_JPEG_RST_INTERVAL, 3)
    files["restart-progressive"] = cv_jpeg(big, *progressive, cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
    files["optimised"] = jpeg(big, optimize=True, subsampling=2)
    files["quality-100"] = jpeg(draw(40, 24), quality=100)
    files["quality-5"] = jpeg(big, quality=5, subsampling=2)
    files["gray"] = jpeg(big.convert("L"))
    files["gray-progressive"] = jpeg(big.convert("L"), progressive=True)
    files["rgb"] = jpeg(big, keep_rgb=True)
    files["scans"] = separate_scans(big)
    cmyk = Image.merge("CMYK", [*(Image.eval(b, lambda v: 255 - v) for b in big.split()), big.convert("L").point(lambda v: (255 - v) // 3)])
    files["cmyk"] = jpeg(cmyk)
    files["cmyk-progressive"] = jpeg(cmyk, progressive=True)
    adobe = files["cmyk"].index(b"Adobe")
    files["ycck"] = files["cmyk"][: adobe + 11] + b"\x02" + files["cmyk"][adobe + 12 :]
    for w, h in ((1, 1), (7, 13), (17, 33), (8, 8), (16, 16)):
        files[f"{w}x{h}"] = cv_jpeg(draw(w, h), *sampling("420"))
        files[f"{w}x{h}-progressive"] = cv_jpeg(draw(w, h), *sampling("420"), *progressive)
    for name, data in files.items():
        (folder / f"{name}.jpg").write_bytes(data)


def turned(image, orientation):
    """The picture as a camera stores it that notes this EXIF orientation."""
    undo = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
            6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270}
    return image.transpose(undo[orientation]) if orientation > 1 else image


def others(folder):
    image = draw(48, 32)
    image.save(folder / "drawn.png", optimize=True)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        turned(image, orientation).save(folder / f"orientation-{orientation}.jpg", quality=90, exif=exif)
    exif[0x0112] = 6
    side = turned(image, 6)
    side.save(folder / "orientation-6.png", exif=exif)
    side.save(folder / "orientation-6.webp", lossless=True, exif=exif)
    side.save(folder / "orientation-6.tif", compression="tiff_deflate", tiffinfo={0x0112: 6})

    image.save(folder / "lzw.tif", compression="tiff_lzw")
    image.save(folder / "packbits.tif", compression="packbits")
    image.save(folder / "plain.bmp")
    image.save(folder / "lossless.webp", lossless=True)
    image.save(folder / "lossy.webp", quality=90)
    wide = np.asarray(image).astype(np.uint16) * 257
    cv2.imwrite(str(folder / "rgb16.png"), wide[..., ::-1])
    cv2.imwrite(str(folder / "rgb16.tif"), wide[..., ::-1])
    alpha = Image.fromarray((np.mgrid[0:32, 0:48][1] * 255 // 47).astype(np.uint8))
    clear = image.copy()
    clear.putalpha(alpha)
    clear.save(folder / "alpha.png")
    clear.save(folder / "alpha.webp", lossless=True, exact=True)
    Image.merge("LA", (image.convert("L"), alpha)).save(folder / "gray-alpha.png")
    white = Image.new("RGBA", image.size, "white")
    Image.alpha_composite(white, clear).convert("RGB").save(folder / "alpha-over-white.png", optimize=True)
    image.quantize(64, dither=0).save(folder / "palette.png")
    image.quantize(64, dither=0).save(folder / "palette.gif")
    image.convert("1", dither=0).save(folder / "bilevel.png")
    image.convert("1", dither=0).save(folder / "bilevel-g4.tif", compression="group4")
    image.convert("CMYK").save(folder / "cmyk.tif")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT, help="folder of the imaging package")
    out = parser.parse_args().out
    for folder, make in ((out / "testdata", others), (out / "jpeg" / "testdata", jpegs)):
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)


if __name__ == "__main__":
    main()
