-- The PostgreSQL twin of migrations/sqlite/0010_shelf.

-- What an index document shows apart from its serial and times, so that it is signed anew only when that changes. Each
-- audience goes on from the serial of its own document.
ALTER TABLE index_document ADD COLUMN shows_sha256 TEXT CHECK (length(shows_sha256) = 64);
ALTER TABLE package DROP COLUMN index_serial;
-- These do not have the serials of documents for wider audiences yet: they are renewed when they are asked for.
UPDATE index_document SET expires_at = issued_at WHERE audience <> 'marketplace';
