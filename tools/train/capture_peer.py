"""The training captures of internal/capturesim (view.go) written with OpenCV and NumPy: the same steps, chances and
strengths, each by the fastest call that does it. Part of the peer of bench/train; see loader_peer.py.
"""

import dataclasses
import math

import cv2
import numpy as np


@dataclasses.dataclass
class Config:
    strength: float
    clean: float
    corners: float
    coarse: float
    light: float
    glare: float
    tone: float
    color: float
    blur: float
    boxes: float
    noise: float
    jpeg: float


FULL = Config(1, 0, 0.5, 0.3, 0.5, 0.3, 0.6, 0.78, 0.36, 0.12, 0.35, 0.45)
LIGHT = Config(0.35, 0.5, 0.7, 0.1, 0.3, 0.1, 0.4, 0.3, 0.15, 0, 0.15, 0.3)

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
TABLE = np.arange(256, dtype=np.float32) / 255
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
TURNS = [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE]
ORDERS = [(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
BACKGROUND_SIDE = 192
TOO_COARSE = 1.6


class Source:
    """A picture and its halves, which are made when they are first needed."""

    def __init__(self, picture):
        self.levels = [picture]

    def level(self, step):
        i, (h, w) = 0, self.levels[0].shape[:2]
        while step > TOO_COARSE and min(w, h) >= 8:
            i, step, w, h = i + 1, step / 2, w // 2, h // 2
        while len(self.levels) <= i:
            last = self.levels[-1]
            self.levels.append(cv2.resize(last, (last.shape[1] // 2, last.shape[0] // 2), interpolation=cv2.INTER_AREA))
        return self.levels[i]


class Capture:
    def __init__(self, config, backgrounds, size):
        self.c, self.backgrounds, self.size = config, backgrounds, size
        self.y, self.x = np.mgrid[0:size, 0:size].astype(np.float32) + 0.5
        self.scale = size / 128

    def view(self, source, form, r):
        """One capture of a form (0-7: quarter turns, + 4 mirrored first) as (size,size,3) bytes; r is a random.Random."""
        if r.random() < self.c.clean:
            m = source.levels[0]
            m = cv2.flip(m, 1) if form >= 4 else m
            m = cv2.rotate(m, TURNS[form % 4]) if form % 4 else m
            return cv2.resize(m, (self.size, self.size), interpolation=cv2.INTER_AREA)
        return self.photograph(self.place(source, form, r), r)

    def place(self, source, form, r):
        k, size = self.c.strength, self.size
        shown = self.corner_error(k, r) if r.random() < self.c.corners else self.crop(k, r)
        h, w = source.levels[0].shape[:2]
        corners = UNIT[[1, 0, 3, 2]] if form >= 4 else UNIT
        corners = np.roll(corners, form % 4, 0)
        view = cv2.getPerspectiveTransform(UNIT * size, shown)
        to_unit = cv2.getPerspectiveTransform(UNIT, corners) @ view
        level = source.level(self.spread(np.diag([w, h, 1.0]) @ to_unit))
        h, w = level.shape[:2]
        # Coordinates are continuous here and count pixel centres in OpenCV: shift by one half on both sides.
        shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        matrix = np.linalg.inv(shift) @ np.diag([w, h, 1.0]) @ to_unit @ shift
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        outside = shown.min() < 0 or shown.max() > 1
        kind = r.randrange(3) if outside else 2
        if kind == 2:
            return cv2.warpPerspective(level, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        behind = self.behind(kind, r)
        return cv2.warpPerspective(level, matrix, (size, size), dst=behind, flags=flags, borderMode=cv2.BORDER_TRANSPARENT)

    def spread(self, m):
        half = self.size / 2
        p = np.array([[half - 0.5, half, 1], [half + 0.5, half, 1], [half, half - 0.5, 1], [half, half + 0.5, 1]]) @ m.T
        a, b, c, d = p[:, :2] / p[:, 2:]
        return math.sqrt(abs((b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])))

    def corner_error(self, k, r):
        sigma = r.uniform(0, 0.05) * k
        return UNIT + np.array([[sigma * max(-2.5, min(2.5, r.gauss(0, 1))) for _ in range(2)] for _ in range(4)], np.float32)

    def crop(self, k, r):
        scale, angle = 1 + k * r.uniform(-0.15, 0.18), k * r.uniform(-12, 12) * math.pi / 180
        tilt, dx, dy = k * r.uniform(0, 0.06), k * r.uniform(-0.05, 0.05), k * r.uniform(-0.05, 0.05)
        q = UNIT - 0.5 + np.array([[r.uniform(-tilt, tilt) for _ in range(2)] for _ in range(4)], np.float32)
        c, s = math.cos(angle) * scale, math.sin(angle) * scale
        return (q @ np.array([[c, s], [-s, c]], np.float32) + np.array([0.5 + dx, 0.5 + dy], np.float32)).astype(np.float32)

    def behind(self, kind, r):
        if kind == 1:
            return np.full((self.size, self.size, 3), [r.randrange(256) for _ in range(3)], np.uint8)
        b = self.backgrounds[r.randrange(len(self.backgrounds))]
        h, w = b.shape[:2]
        zoom, angle, half = r.uniform(0.5, 1) * min(w, h) / self.size, r.uniform(0, 2 * math.pi), self.size / 2
        c, s = zoom * math.cos(angle), zoom * math.sin(angle)
        x, y = w * r.uniform(0.4, 0.6), h * r.uniform(0.4, 0.6)
        matrix = np.array([[c, -s, x - c * half + s * half], [s, c, y - s * half - c * half]])
        return cv2.warpAffine(b, matrix, (self.size, self.size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)

    def photograph(self, m, r):
        c, k = self.c, self.c.strength
        if r.random() < c.coarse:
            side = int(self.scale * (96 - r.uniform(0, 48) * min(1, k)))
            small = cv2.resize(m, (side, side), interpolation=cv2.INTER_AREA)
            m = cv2.resize(small, (self.size, self.size), interpolation=cv2.INTER_LINEAR)
        if r.random() < c.light:
            m = self.light(m, k, r)
        if r.random() < c.glare:
            for _ in range(r.randint(1, 2)):
                self.glare(m, k, r)
        m = self.develop(m, k, r)
        if r.random() < c.blur:
            m = self.blur(m, k, r)
        if r.random() < c.boxes:
            for _ in range(r.randint(1, 2)):
                self.box(m, r)
        if r.random() < c.noise:
            m = self.noise(m, k * r.uniform(2, 22), r.random() < 0.3)
        if r.random() < c.jpeg:
            quality = 90 - int(min(1, k) * r.uniform(0, 78))
            m = cv2.imdecode(cv2.imencode(".jpg", m, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
        return m

    def light(self, m, k, r):
        half, angle = self.size / 2, r.uniform(0, 2 * math.pi)
        if r.random() < 0.5:
            angle, depth = r.uniform(0, 2 * math.pi), k * r.uniform(0.1, 0.5)
            c, s = math.cos(angle), math.sin(angle)
            reach = self.size * (abs(c) + abs(s))
            gain = 1 + (2 * depth * c / reach) * (self.x - half) + (2 * depth * s / reach) * (self.y - half)
        else:
            c, s = math.cos(angle), math.sin(angle)
            start, soft = r.uniform(-0.6, 0.6) * half * math.sqrt(2), max(0.5, self.scale * r.uniform(1, 20))
            t = np.clip((((self.x - half) * c + (self.y - half) * s - start) / soft + 1) / 2, 0, 1)
            gain = 1 - k * r.uniform(0.2, 0.65) * t * t * (3 - 2 * t)
        return cv2.multiply(m, cv2.merge([gain, gain, gain]), dtype=cv2.CV_8U)

    def glare(self, m, k, r):
        x, y = r.uniform(0, self.size), r.uniform(0, self.size)
        rx, ry = self.size * r.uniform(0.1, 0.45), self.size * r.uniform(0.06, 0.35)
        angle, strength, reach = r.uniform(0, 2 * math.pi), k * r.uniform(0.3, 1), max(rx, ry)
        y0, y1, x0, x1 = max(0, int(y - reach)), min(self.size, int(y + reach) + 1), max(0, int(x - reach)), min(self.size, int(x + reach) + 1)
        dx, dy = self.x[y0:y1, x0:x1] - x, self.y[y0:y1, x0:x1] - y
        c, s = math.cos(angle), math.sin(angle)
        d = np.maximum(0, 1 - ((dx * c + dy * s) / rx) ** 2 - ((dy * c - dx * s) / ry) ** 2)
        t = np.minimum(1, 1.25 * strength * d * d * (3 - 2 * d))
        part = m[y0:y1, x0:x1]
        m[y0:y1, x0:x1] = cv2.add(cv2.multiply(part, cv2.merge([1 - t] * 3), dtype=cv2.CV_8U), cv2.merge([255 * t] * 3), dtype=cv2.CV_8U)

    def develop(self, m, k, r):
        tone, color = r.random() < self.c.tone, r.random() < self.c.color
        if not tone and not color:
            return m
        curve, gain, mix = TABLE, (1, 1, 1), None
        if tone:
            curve = curve ** math.exp(k * r.uniform(-0.45, 0.45))
            curve = 0.5 + (curve - 0.5) * (1 + k * r.uniform(-0.45, 0.35))
            curve = curve * 2 ** (k * r.uniform(-1.1, 0.5) / 2.2)
        if color:
            x = r.random()
            if x < 0.45:
                gain = (1 + k * r.uniform(-0.25, 0.25), 1 + k * r.uniform(-0.12, 0.12), 1 + k * r.uniform(-0.3, 0.3))
            elif x < 0.75:
                keep = 1 - min(1, k) if x < 0.6 else 1 + k * r.uniform(-0.7, 0.8)
                mix = keep * np.eye(3, dtype=np.float32) + (1 - keep) * LUMA
            elif x < 0.9 and k > 0.5:
                m = np.ascontiguousarray(m[:, :, ORDERS[r.randrange(5)]])
            elif k > 0.5:
                curve = 1 - curve
            else:
                curve = curve + k * r.uniform(-0.1, 0.1)
        if mix is not None:
            m = cv2.transform(m, mix)
        table = np.clip(curve[:, None] * np.array(gain, np.float32), 0, 1) * 255 + 0.5
        return cv2.LUT(m, table.astype(np.uint8)[None])

    def blur(self, m, k, r):
        if r.random() < 0.6:
            sigma = self.scale * k * r.uniform(0.4, 1.9)
            return cv2.GaussianBlur(m, (0, 0), sigma) if sigma >= 0.15 else m
        length, angle = self.scale * k * r.uniform(2, 8), r.uniform(0, 2 * math.pi)
        if length < 1:
            return m
        n, reach = max(2, int(length + 1)), int(length / 2 + 1)
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        for i in range(n):
            t = length * (i / (n - 1) - 0.5)
            kernel[reach + round(t * math.sin(angle)), reach + round(t * math.cos(angle))] += 1 / n
        return cv2.filter2D(m, -1, kernel, borderType=cv2.BORDER_REPLICATE)

    def box(self, m, r):
        w, h = int(self.size * r.uniform(0.08, 0.35)), int(self.size * r.uniform(0.08, 0.35))
        x, y = r.randrange(self.size) - w // 2, r.randrange(self.size) - h // 2
        m[max(0, y) : y + h, max(0, x) : x + w] = [r.randrange(256) for _ in range(3)]

    def noise(self, m, sigma, grey):
        if sigma < 0.5:
            return m
        n = np.empty((self.size, self.size) if grey else m.shape, np.int16)
        cv2.randn(n, 0, sigma)
        return cv2.add(m, cv2.merge([n, n, n]) if grey else n, dtype=cv2.CV_8U)
