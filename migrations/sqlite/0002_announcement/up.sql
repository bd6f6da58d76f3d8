-- The SQLite twin of migrations/postgres/0002_announcement.

-- What a publisher said of a package that it has not published yet. It takes no id: several publishers may announce the
-- same one, and the first accepted version decides.
CREATE TABLE announcement (
    package TEXT NOT NULL,
    publisher TEXT NOT NULL REFERENCES publisher (name),
    default_visibility TEXT NOT NULL CHECK (default_visibility IN ('private', 'org', 'marketplace')),
    listing TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (package, publisher)
) STRICT;
CREATE INDEX announcement_publisher ON announcement (publisher);
