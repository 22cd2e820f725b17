-- {bytes} is the type of binary strings: BLOB in SQLite, BYTEA in PostgreSQL.
-- Times are microseconds since 1970 in UTC; truth values are 0 and 1.

CREATE TABLE collection (
	name           TEXT PRIMARY KEY,
	title          TEXT NOT NULL,
	fpir           DOUBLE PRECISION NOT NULL,
	keep_pictures  TEXT NOT NULL,
	retention_days BIGINT NOT NULL,
	created        BIGINT NOT NULL
);

CREATE TABLE decision (
	id              TEXT PRIMARY KEY,
	collection      TEXT NOT NULL,
	at              BIGINT NOT NULL,
	who             TEXT NOT NULL,
	source          TEXT NOT NULL,
	page            BIGINT NOT NULL,
	member          TEXT NOT NULL,
	part            BIGINT NOT NULL,
	nth             BIGINT NOT NULL,
	hash            TEXT NOT NULL,
	status          TEXT NOT NULL,
	decision        TEXT NOT NULL,
	label           TEXT NOT NULL,
	confidence      DOUBLE PRECISION NOT NULL,
	gallery_version BIGINT NOT NULL,
	options         TEXT NOT NULL,
	answer          TEXT NOT NULL,
	likeness       {bytes},
	has_picture     BIGINT NOT NULL
);
CREATE INDEX decision_by_status ON decision (collection, status, id);
CREATE INDEX decision_by_id ON decision (collection, id);
CREATE INDEX decision_by_label ON decision (collection, label, id);
CREATE INDEX decision_by_time ON decision (collection, at);

CREATE TABLE picture (
	collection TEXT NOT NULL,
	hash       TEXT NOT NULL,
	data       {bytes} NOT NULL,
	PRIMARY KEY (collection, hash)
);

CREATE TABLE change (
	id         TEXT PRIMARY KEY,
	collection TEXT NOT NULL,
	at         BIGINT NOT NULL,
	who        TEXT NOT NULL,
	what       TEXT NOT NULL,
	subject    TEXT NOT NULL,
	undo       {bytes},
	undone     BIGINT NOT NULL
);
CREATE INDEX change_by_collection ON change (collection, id);

-- What was begun in a gallery, which is another file, and is not recorded yet.
CREATE TABLE intent (
	id   TEXT PRIMARY KEY,
	body TEXT NOT NULL
);

CREATE TABLE access_key (
	prefix      TEXT PRIMARY KEY,
	hash        {bytes} NOT NULL,
	name        TEXT NOT NULL,
	role        TEXT NOT NULL,
	collections TEXT NOT NULL,
	rate        DOUBLE PRECISION NOT NULL,
	created     BIGINT NOT NULL,
	expires     BIGINT NOT NULL,
	last_used   BIGINT NOT NULL,
	revoked     BIGINT NOT NULL
);

CREATE TABLE login (
	hash    {bytes} PRIMARY KEY,
	prefix  TEXT NOT NULL,
	expires BIGINT NOT NULL
);

CREATE TABLE idempotency (
	who     TEXT NOT NULL,
	name    TEXT NOT NULL,
	request TEXT NOT NULL,
	status  BIGINT NOT NULL,
	body    {bytes},
	at      BIGINT NOT NULL,
	PRIMARY KEY (who, name)
);

CREATE TABLE audit (
	seq        BIGINT PRIMARY KEY,
	hash       TEXT NOT NULL,
	collection TEXT NOT NULL,
	what       TEXT NOT NULL,
	subject    TEXT NOT NULL,
	body       TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject);

-- One row, updated in every transaction that writes to audit, so that the rows
-- of two writers never interleave.
CREATE TABLE audit_head (
	"only" BIGINT PRIMARY KEY, -- 1; a word of SQL, and so in quotes
	seq  BIGINT NOT NULL,
	hash TEXT NOT NULL
);
INSERT INTO audit_head ("only", seq, hash) VALUES (1, 0, '');
