-- The PostgreSQL twin of migrations/sqlite/0011_rights.

-- Who made a publisher, as opposed to whom its owners put into it.
ALTER TABLE publisher ADD COLUMN founded_by TEXT COLLATE "C" REFERENCES account (name);
UPDATE publisher SET founded_by = (
    SELECT MIN(a.name) FROM audit_event e JOIN account a ON a.name = e.actor COLLATE "C"
    WHERE e.action = 'publisher.created' AND e.publisher = publisher.name);
CREATE INDEX publisher_founded_by ON publisher (founded_by);

-- Who said what of a package, outside of its artifacts, in the name of a publisher.
CREATE TABLE announcer (
    package TEXT COLLATE "C" NOT NULL,
    publisher TEXT COLLATE "C" NOT NULL REFERENCES publisher (name),
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name),
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (package, publisher, account)
);
CREATE INDEX announcer_account ON announcer (account, publisher);

-- What a publisher keeps is counted before it keeps more.
CREATE INDEX version_publisher ON version (publisher);
