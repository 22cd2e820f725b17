-- A run of sorting, which a killed one is until another has gone on with it.
CREATE TABLE batch (
  id    INTEGER PRIMARY KEY,
  begun TEXT NOT NULL,
  ended TEXT
) STRICT;

-- A file whose pages have their outcomes. Until it is done, its outputs are still being put
-- into their places.
CREATE TABLE file (
  id       INTEGER PRIMARY KEY,
  batch    INTEGER NOT NULL REFERENCES batch (id),
  path     TEXT NOT NULL,    -- under which it is known, absolute
  hash     BLOB NOT NULL,    -- SHA-256 of its content
  source   TEXT NOT NULL,    -- where it lies, absolute
  removed  INTEGER NOT NULL, -- the source goes away when all outputs are in their places
  size     INTEGER NOT NULL,
  modified INTEGER NOT NULL, -- nanoseconds since 1970
  done     INTEGER NOT NULL DEFAULT 0,
  UNIQUE (path, hash)
) STRICT;
CREATE INDEX file_in_batch ON file (batch);
CREATE INDEX file_undone ON file (done) WHERE done = 0;

CREATE TABLE output (
  file   INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  staged TEXT NOT NULL, -- name in the folder of unfinished work; '' for what was there already
  target TEXT NOT NULL, -- relative to the folder that is sorted into
  hash   BLOB NOT NULL,
  PRIMARY KEY (file, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE page (
  file       INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL, -- place in the file, with all its members
  document   INTEGER NOT NULL, -- on the page, from 1; 0 if it is the page as a whole
  member     TEXT NOT NULL,
  page       INTEGER NOT NULL, -- as people count, in the file or member; 0 for an ordinary picture
  decision   TEXT NOT NULL,
  label      TEXT NOT NULL,
  confidence REAL NOT NULL,
  reason     TEXT NOT NULL,
  output     INTEGER NOT NULL,
  PRIMARY KEY (file, number, document),
  FOREIGN KEY (file, output) REFERENCES output (file, number) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
