-- A job has many files recognised. It is cut into chunks of files, which nodes claim.
CREATE TABLE job (
	id         TEXT PRIMARY KEY,
	collection TEXT NOT NULL,
	created    BIGINT NOT NULL,
	who        TEXT NOT NULL,
	key_prefix TEXT NOT NULL,
	kind       TEXT NOT NULL,
	place      TEXT NOT NULL,
	options    TEXT NOT NULL,
	state      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	node       TEXT NOT NULL, -- that receives the files, while they are sent
	listed     BIGINT NOT NULL, -- all files of it are in job_file
	files      BIGINT NOT NULL,
	done       BIGINT NOT NULL,
	failed     BIGINT NOT NULL,
	pages      BIGINT NOT NULL,
	results    BIGINT NOT NULL,
	passed     BIGINT NOT NULL,
	began      BIGINT NOT NULL, -- when it was started or resumed
	ended      BIGINT NOT NULL
);
CREATE INDEX job_by_state ON job (state, id);
CREATE INDEX job_by_collection ON job (collection, id);

-- Chunk 0 of a job is its listing. A chunk whose node is gone may be claimed by another.
CREATE TABLE job_chunk (
	job    TEXT NOT NULL,
	number BIGINT NOT NULL,
	state  TEXT NOT NULL,
	node   TEXT NOT NULL,
	tries  BIGINT NOT NULL, -- how often it was claimed and not given back
	PRIMARY KEY (job, number)
);
CREATE INDEX job_chunk_by_state ON job_chunk (job, state, number);

CREATE TABLE job_file (
	job    TEXT NOT NULL,
	path   TEXT NOT NULL,
	number BIGINT NOT NULL, -- their order, from 1
	chunk  BIGINT NOT NULL,
	state  TEXT NOT NULL,
	hash   TEXT NOT NULL,
	pages  BIGINT NOT NULL,
	tries  BIGINT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (job, path)
);
CREATE UNIQUE INDEX job_file_by_number ON job_file (job, number);
CREATE INDEX job_file_by_chunk ON job_file (job, chunk, state);
CREATE INDEX job_file_by_state ON job_file (job, state, number);

-- Files that were sent, until they are done.
CREATE TABLE job_upload (
	job  TEXT NOT NULL,
	path TEXT NOT NULL,
	data {bytes} NOT NULL,
	PRIMARY KEY (job, path)
);

-- Its key is what makes every answer be there once, whoever was killed meanwhile.
CREATE TABLE job_result (
	job        TEXT NOT NULL,
	path       TEXT NOT NULL,
	hash       TEXT NOT NULL,
	part       BIGINT NOT NULL,
	nth        BIGINT NOT NULL,
	number     BIGINT NOT NULL, -- from 1, in the order in which they were written
	at         BIGINT NOT NULL,
	member     TEXT NOT NULL,
	page       BIGINT NOT NULL,
	decision   TEXT NOT NULL,
	label      TEXT NOT NULL,
	confidence DOUBLE PRECISION NOT NULL,
	summary    TEXT NOT NULL,
	decision_id TEXT NOT NULL,
	PRIMARY KEY (job, path, hash, part, nth)
);
CREATE UNIQUE INDEX job_result_by_number ON job_result (job, number);
CREATE INDEX job_result_by_time ON job_result (job, at);
