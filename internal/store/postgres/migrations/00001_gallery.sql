-- The galleries of a database. Every table has the key of the gallery first, so that one
-- set of tables, one pool of connections and one migration serve any number of them.
-- The connection's search path names the schema. Limits are those of package store: they
-- stand here, too, so that no reader must take more memory than they allow.

-- +goose Up

-- A collection: one row. Writers lock it, and so come one after the other.
CREATE TABLE gallery (
    key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text COLLATE "C" NOT NULL UNIQUE CHECK (octet_length(name) BETWEEN 1 AND 200), -- of the collection
    id      text COLLATE "C" NOT NULL CHECK (octet_length(id) <= 26),     -- ULID
    created bigint  NOT NULL,           -- Unix milliseconds
    model   text COLLATE "C" NOT NULL CHECK (octet_length(model) <= 200), -- fingerprint of the model in use; '' until the first reference
    dim     integer NOT NULL,           -- length of its embeddings; 0 until the first reference
    seq     bigint  NOT NULL,           -- of the last change
    crc     bigint  NOT NULL            -- of id, created, model, dim, seq
) WITH (fillfactor = 10);               -- the row is written with every change: its versions stay on one page

CREATE TABLE reference (
    gallery    bigint  NOT NULL REFERENCES gallery (key) ON DELETE CASCADE,
    id         text COLLATE "C" NOT NULL CHECK (octet_length(id) <= 26),     -- ULID
    label      text COLLATE "C" NOT NULL CHECK (octet_length(label) <= 512), -- path, NFC, parts joined by '/'
    hash       bytea   NOT NULL CHECK (octet_length(hash) = 32),     -- SHA-256 of the image as it arrived
    source     bytea   NOT NULL CHECK (octet_length(source) <= 4096), -- its name; bytes, because text holds no NUL: convert_from(source, 'UTF8')
    note       bytea   NOT NULL CHECK (octet_length(note) <= 4096),  -- the same
    registered bigint  NOT NULL,        -- Unix milliseconds
    width      integer NOT NULL,        -- pixels, upright, as it arrived
    height     integer NOT NULL,
    contents   text    NOT NULL CHECK (octet_length(contents) <= 20), -- 'vary', 'fixed', or '' where that is left to the program
    seq        bigint  NOT NULL,        -- of the change that last touched it
    crc        bigint  NOT NULL,        -- of id, label, hash, source, note, registered, width, height, contents
    jpeg       bytea   NOT NULL CHECK (octet_length(jpeg) <= 4194304), -- upright, longer side at most 768 pixels
    jpeg_crc   bigint  NOT NULL,        -- of id, '', jpeg
    PRIMARY KEY (gallery, id)
);
CREATE INDEX reference_label ON reference (gallery, label, hash);
CREATE INDEX reference_hash ON reference (gallery, hash);
CREATE INDEX reference_seq ON reference (gallery, seq);
-- What is compressed, or cannot be, is not compressed again.
ALTER TABLE reference ALTER COLUMN jpeg SET STORAGE EXTERNAL;

-- One row for each reference and model: while a gallery is embedded anew, the
-- rows of the next model gather beside those in use.
CREATE TABLE embedding (
    gallery      bigint NOT NULL,
    reference    text COLLATE "C" NOT NULL,
    model        text COLLATE "C" NOT NULL CHECK (octet_length(model) <= 200),
    vectors      bytea  NOT NULL CHECK (octet_length(vectors) <= 65536), -- float32, little endian, (4,dim): turned by 0, 90, 180, 270 degrees
    vectors_crc  bigint NOT NULL,       -- of reference, model, vectors
    features     bytea CHECK (octet_length(features) <= 4194304), -- local features, if made
    features_crc bigint,                -- of reference, model, features
    vocabulary   text COLLATE "C" CHECK (octet_length(vocabulary) <= 200), -- of the words
    words        bytea CHECK (octet_length(words) <= 1048576), -- visual words of the features, if made
    words_crc    bigint,                -- of reference, model, vocabulary, words
    PRIMARY KEY (gallery, reference, model),
    FOREIGN KEY (gallery, reference) REFERENCES reference (gallery, id) ON DELETE CASCADE
);
ALTER TABLE embedding ALTER COLUMN vectors SET STORAGE EXTERNAL;
ALTER TABLE embedding ALTER COLUMN features SET STORAGE EXTERNAL;
ALTER TABLE embedding ALTER COLUMN words SET STORAGE EXTERNAL;

-- What followers must forget.
CREATE TABLE removal (
    gallery   bigint NOT NULL REFERENCES gallery (key) ON DELETE CASCADE,
    reference text COLLATE "C" NOT NULL,
    seq       bigint NOT NULL,
    crc       bigint NOT NULL,          -- of reference, seq
    PRIMARY KEY (gallery, reference)
);
CREATE INDEX removal_seq ON removal (gallery, seq);
