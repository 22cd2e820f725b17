-- Whether the contents of copies may differ from those of the reference: 'vary',
-- 'fixed', or '' where that is left to the program.
ALTER TABLE reference ADD COLUMN contents TEXT NOT NULL DEFAULT '';

-- Its checksum covers them. That of a damaged row stays wrong.
UPDATE reference SET crc = row_crc(id, label, hash, source, note, registered, width, height, contents)
    WHERE row_crc(id, label, hash, source, note, registered, width, height) IS crc;
