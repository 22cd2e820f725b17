#!/usr/bin/env python3
"""Prints colours of Display P3 and what LittleCMS 2 makes of them in sRGB, for
internal/imaging/heif/profile_golden_test.go. Needs pillow:

    python tools/imaging/profile.py > internal/imaging/heif/profile_golden_test.go
"""
import io
import struct

from PIL import Image, ImageCms

MATRIX = ((0.51512, 0.29198, 0.15710), (0.24120, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407))


def fixed(v):
    return struct.pack(">i", round(v * 65536))


def profile():
    """The profile that displayP3 of profile_test.go writes, with what LittleCMS asks for beside it."""
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(map(fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    tags = [(b"wtpt", b"XYZ \0\0\0\0" + b"".join(map(fixed, (0.9642, 1, 0.8249))))]
    for c, name in enumerate("rgb"):
        tags.append((name.encode() + b"XYZ", b"XYZ \0\0\0\0" + b"".join(fixed(row[c]) for row in MATRIX)))
        tags.append((name.encode() + b"TRC", curve))
    table, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, body in tags:
        table += name + struct.pack(">II", at + len(data), len(body))
        data += body
    head = bytearray(128)
    head[0:4] = struct.pack(">I", at + len(data))
    head[8:12] = b"\x04\0\0\0"
    head[12:24] = b"mntrRGB XYZ "
    head[36:40] = b"acsp"
    head[68:80] = b"".join(map(fixed, (0.9642, 1, 0.8249)))
    return bytes(head) + table + data


def main():
    steps = (0, 40, 100, 160, 220, 255)
    colours = [(r, g, b) for r in steps for g in steps for b in steps]
    picture = Image.new("RGB", (len(colours), 1))
    picture.putdata(colours)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile()))
    out = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    print("// Written by tools/imaging/profile.py.\n\npackage heif\n\nvar lcmsP3 = [][2][3]byte{")
    for a, b in zip(colours, out.getdata()):
        print("\t{{%d, %d, %d}, {%d, %d, %d}}," % (*a, *b))
    print("}")


if __name__ == "__main__":
    main()
