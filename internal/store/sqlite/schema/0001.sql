-- The collection itself: one row.
CREATE TABLE gallery (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    id      TEXT    NOT NULL,           -- ULID
    created INTEGER NOT NULL,           -- Unix milliseconds
    model   TEXT    NOT NULL,           -- fingerprint of the model in use; '' until the first reference
    dim     INTEGER NOT NULL,           -- length of its embeddings; 0 until the first reference
    seq     INTEGER NOT NULL            -- of the last change
) STRICT;

CREATE TABLE reference (
    id         TEXT    PRIMARY KEY,     -- ULID
    label      TEXT    NOT NULL,        -- path, NFC, parts joined by '/'
    hash       BLOB    NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the image as it arrived
    source     TEXT    NOT NULL,        -- its name
    note       TEXT    NOT NULL,
    registered INTEGER NOT NULL,        -- Unix milliseconds
    width      INTEGER NOT NULL,        -- pixels, upright, as it arrived
    height     INTEGER NOT NULL,
    seq        INTEGER NOT NULL         -- of the change that last touched it
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_label ON reference (label);
CREATE INDEX reference_hash ON reference (hash);
CREATE INDEX reference_seq ON reference (seq);

CREATE TABLE picture (
    reference TEXT PRIMARY KEY REFERENCES reference (id) ON DELETE CASCADE,
    jpeg      BLOB NOT NULL             -- upright, longer side at most 768 pixels
) STRICT;

-- One row for each reference and model: while a gallery is embedded anew, the
-- rows of the next model gather beside those in use.
CREATE TABLE embedding (
    reference TEXT NOT NULL REFERENCES reference (id) ON DELETE CASCADE,
    model     TEXT NOT NULL,
    vectors   BLOB NOT NULL,            -- float32, little endian, (4,dim): turned by 0, 90, 180, 270 degrees
    features  BLOB,                     -- local features, if made
    PRIMARY KEY (reference, model)
) STRICT;

-- What followers must forget.
CREATE TABLE removal (
    reference TEXT    PRIMARY KEY,
    seq       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX removal_seq ON removal (seq);
