-- The places of kept pictures that are marked: a file there has the mark. Where it is not,
-- a disk is not mounted, or it is the place of another service.
CREATE TABLE picture_place (
	place TEXT PRIMARY KEY,
	mark  TEXT NOT NULL,
	state TEXT NOT NULL -- 'marking', 'marked'
);
