-- The processes that serve. Each counts its beat up; what belongs to one whose beat
-- stands still is taken over by another.
CREATE TABLE node (
	id   TEXT PRIMARY KEY,
	beat BIGINT NOT NULL
);

-- The node that began it; empty for those from before there were nodes.
ALTER TABLE intent ADD COLUMN node TEXT NOT NULL DEFAULT '';
ALTER TABLE idempotency ADD COLUMN node TEXT NOT NULL DEFAULT '';
