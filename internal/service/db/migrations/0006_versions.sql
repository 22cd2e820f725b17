-- Which change of the service made a version of a collection's gallery: its row of the
-- audit says what was before. Versions that something else made have no row.
CREATE TABLE gallery_version (
	collection TEXT NOT NULL,
	version    BIGINT NOT NULL,
	change     TEXT NOT NULL,
	PRIMARY KEY (collection, version)
);
