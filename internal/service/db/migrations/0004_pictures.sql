-- Pictures that lie in a folder or a bucket, outside of the database. Each name is used
-- once: what is removed under one is never wanted again.
CREATE TABLE picture_object (
	name       TEXT PRIMARY KEY,
	collection TEXT NOT NULL,
	hash       TEXT NOT NULL,
	bytes      BIGINT NOT NULL,
	place      TEXT NOT NULL, -- as people name it, for messages
	state      TEXT NOT NULL, -- writing, there, gone: to be removed
	node       TEXT NOT NULL  -- that writes it
);
CREATE INDEX picture_object_by_hash ON picture_object (collection, hash, state);
CREATE INDEX picture_object_by_state ON picture_object (state);
