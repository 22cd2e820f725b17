"""Local features of OpenCV, matched between a capture and a reference, with a robust homography through them."""
import cv2
import numpy as np

SIDE = 640  # longer side from which on a picture is reduced, pixels; enlarging smaller ones does harm
FEATURES = 600
RATIO = 0.85  # of the nearest to the second distance (Lowe 2004)
ERROR = 3  # pixels that an inlier may lie off
CELLS = 6  # of the reference in each direction


class SIFT:
    """Square roots of SIFT descriptors (Arandjelovic and Zisserman 2012: RootSIFT), Euclidean distance."""

    name = "SIFT"

    def __init__(self):
        self.detector = cv2.SIFT_create(FEATURES)

    @staticmethod
    def normalize(descriptors):
        return np.sqrt(descriptors / (descriptors.sum(1, keepdims=True) + 1e-7))

    @staticmethod
    def distances(a, b):
        return np.sqrt(np.maximum(2 - 2 * (a @ b.T), 0))


class ORB:
    """Its 256 bits as +-1, so that a matrix product counts those that differ."""

    name = "ORB"

    def __init__(self):
        self.detector = cv2.ORB_create(FEATURES)

    @staticmethod
    def normalize(descriptors):
        return np.unpackbits(descriptors, axis=1).astype(np.float32) * 2 - 1

    @staticmethod
    def distances(a, b):
        return (a.shape[1] - a @ b.T) / 2


def detect(kind, data):
    """Points (n,2) in units of the picture's sides, in pixels, and descriptors."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = min(1, SIDE / max(image.shape))
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, descriptors = kind.detector.detectAndCompute(image, None)
    if descriptors is None or len(points) < 4:
        return None
    points = np.float32([p.pt for p in points])
    return points, points / np.float32(image.shape[::-1]), kind.normalize(descriptors)


def matches(distances):
    """Rows and columns that are each other's nearest, the row's second being clearly farther."""
    rows = np.arange(len(distances))
    column = distances.argmin(1)
    nearest = distances[rows, column]
    mutual = distances.argmin(0)[column] == rows
    distances[rows, column] = np.inf
    keep = mutual & (nearest < RATIO * distances.min(1))
    return rows[keep], column[keep]


def compare(kind, reference, capture):
    """Distinct inliers, and cells of the reference that hold one."""
    if reference is None or capture is None:
        return 0, 0
    i, j = matches(kind.distances(reference[2], capture[2]))
    if len(i) < 4:
        return 0, 0
    ours, theirs = reference[0][i], capture[0][j]
    transform, mask = cv2.findHomography(ours, theirs, cv2.USAC_MAGSAC, ERROR)
    if transform is None:
        return 0, 0
    inlier = mask.ravel() > 0
    if not inlier.any():
        return 0, 0
    count = min(len(np.unique(p[inlier].round(1), axis=0)) for p in (ours, theirs))
    cells = np.minimum((reference[1][i][inlier] * CELLS).astype(int), CELLS - 1)
    return count, len(np.unique(cells @ [1, CELLS]))


def scores(kind, folder, probes, paths):
    """Pictures of the folder probes against the folder's references: (inliers or cells, probe, reference)."""
    references = [detect(kind, folder.read(p)) for p in folder.references]
    out = np.zeros((2, len(paths), len(references)), np.float32)
    for row, path in enumerate(paths):
        capture = detect(kind, probes.read(path))
        for column, reference in enumerate(references):
            out[:, row, column] = compare(kind, reference, capture)
    return out


SETTINGS = (SIDE, FEATURES, RATIO, ERROR, CELLS, "mutual", "reduced", "magsac", cv2.__version__)
