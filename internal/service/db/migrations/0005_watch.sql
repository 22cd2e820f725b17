-- A folder of the server into which files come, and how it is.
CREATE TABLE watch (
	id         TEXT PRIMARY KEY,
	collection TEXT NOT NULL,
	folder     TEXT NOT NULL UNIQUE,
	target     TEXT NOT NULL, -- the folder that is sorted into
	options    TEXT NOT NULL,
	paused     BIGINT NOT NULL,
	created    BIGINT NOT NULL,
	who        TEXT NOT NULL,
	node       TEXT NOT NULL, -- that watches it, or did so last
	progress   TEXT NOT NULL
);
