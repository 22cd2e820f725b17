-- What the index of local features keeps of those of an embedding, if made: it
-- is read of all references when a process starts, and so has a table to itself.
CREATE TABLE words (
    reference  TEXT NOT NULL,
    model      TEXT NOT NULL,
    vocabulary TEXT NOT NULL,           -- what made them; those of another are of no use
    data       BLOB NOT NULL,
    PRIMARY KEY (reference, model),
    FOREIGN KEY (reference, model) REFERENCES embedding (reference, model) ON DELETE CASCADE
) STRICT;
