-- The PostgreSQL twin of migrations/sqlite/0002_announcement.

-- What a publisher said of a package that it has not published yet. It takes no id: several publishers may announce the
-- same one, and the first accepted version decides.
CREATE TABLE announcement (
    package TEXT COLLATE "C" NOT NULL,
    publisher TEXT COLLATE "C" NOT NULL REFERENCES publisher (name),
    default_visibility TEXT NOT NULL CHECK (default_visibility IN ('private', 'org', 'marketplace')),
    listing TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (package, publisher)
);
CREATE INDEX announcement_publisher ON announcement (publisher);
