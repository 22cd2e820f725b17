-- Checksums (CRC-32C, made by row_crc: docs/formats/gallery.md), so that damage
-- is found, and harms nothing but what it hit.
ALTER TABLE gallery ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;   -- of id, created, model, dim, seq
ALTER TABLE reference ADD COLUMN crc INTEGER NOT NULL DEFAULT 0; -- of id, label, hash, source, note, registered, width, height
ALTER TABLE removal ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;   -- of reference, seq

-- What is large has its checksum here: a row of its own is written faster.
CREATE TABLE checksum (
    reference TEXT    NOT NULL REFERENCES reference (id) ON DELETE CASCADE,
    part      TEXT    NOT NULL,         -- 'picture', 'embedding', 'features' or 'words'
    model     TEXT    NOT NULL,         -- '' for the picture
    crc       INTEGER NOT NULL,         -- of reference, model and what is stored
    PRIMARY KEY (reference, part, model)
) STRICT, WITHOUT ROWID;

UPDATE gallery SET crc = row_crc(id, created, model, dim, seq);
UPDATE reference SET crc = row_crc(id, label, hash, source, note, registered, width, height);
UPDATE removal SET crc = row_crc(reference, seq);
INSERT INTO checksum SELECT reference, 'picture', '', row_crc(reference, '', jpeg) FROM picture;
INSERT INTO checksum SELECT reference, 'embedding', model, row_crc(reference, model, vectors) FROM embedding;
INSERT INTO checksum SELECT reference, 'features', model, row_crc(reference, model, features) FROM embedding WHERE features IS NOT NULL;
INSERT INTO checksum SELECT reference, 'words', model, row_crc(reference, model, vocabulary, data) FROM words;
