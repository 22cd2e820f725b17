"""A labelled folder of pictures, listed as `exemplar eval` lists it, and a cache of what was computed from it."""
import hashlib
import pathlib

import numpy as np

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"}


class Folder:
    def __init__(self, root):
        self.root, self.name = root, root.name
        files = (p.relative_to(root).as_posix() for p in root.rglob("*") if p.suffix.lower() in EXTENSIONS)
        self.paths = sorted(files, key=str.encode)
        self.references = [p for p in self.paths if self.is_reference(p)]
        self.captures = [p for p in self.paths if not self.is_reference(p)]

    @staticmethod
    def is_reference(path):
        return "/" in path and pathlib.PurePosixPath(path).stem.endswith("_ref")

    def read(self, path):
        return (self.root / path).read_bytes()

    def fingerprint(self):
        """Of the names and the bytes of all pictures."""
        digest = hashlib.sha256()
        for path in self.paths:
            digest.update(path.encode() + b"\0" + hashlib.sha256(self.read(path)).digest())
        return digest.hexdigest()


class Cache:
    """Arrays on disk. A name says what an array is; the key changes with everything it was made of."""

    def __init__(self, root):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.fingerprints = {}

    def fingerprint(self, folder):
        if folder.name not in self.fingerprints:
            self.fingerprints[folder.name] = folder.fingerprint()
        return self.fingerprints[folder.name]

    def path(self, name, folders, settings):
        key = " ".join([*(self.fingerprint(f) for f in folders), repr(settings)])
        return self.root / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.npy"

    def get(self, name, folders, settings, make):
        """The path of the array, which make() computes where it is not there yet."""
        path = self.path(name, folders, settings)
        if not path.exists():
            partial = path.with_suffix(".partial.npy")
            np.save(partial, make())
            partial.rename(path)
        return path
