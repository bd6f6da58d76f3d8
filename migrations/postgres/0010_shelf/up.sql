-- The PostgreSQL twin of migrations/sqlite/0010_shelf.

-- What an index document shows apart from its serial and times, so that it is signed anew only when that changes. Each
-- audience goes on from the serial of its own document.
ALTER TABLE index_document ADD COLUMN shows_sha256 TEXT CHECK (length(shows_sha256) = 64);
ALTER TABLE package DROP COLUMN index_serial;
-- These do not have the serials of documents for wider audiences yet: they are renewed when they are asked for.
UPDATE index_document SET expires_at = issued_at WHERE audience <> 'marketplace';

-- What lists of Apps show beside the rest of an entry: no readmes; of an icon that is kept here, how its data: URI begins; of
-- SVG, which is shown in place, what is not too large for that.
ALTER TABLE catalog_entry ADD COLUMN listing TEXT NOT NULL DEFAULT '{}';
UPDATE catalog_entry SET listing = json_strip_nulls(json_build_object(
    'tagline', d.listing ->> 'tagline',
    'homepageUrl', d.listing ->> 'homepageUrl',
    'license', d.listing ->> 'license',
    'icon', CASE
        WHEN d.listing ->> 'icon' LIKE 'data:image/svg+xml;%' AND length(d.listing ->> 'icon') > 21874 THEN NULL
        WHEN d.listing ->> 'icon' LIKE 'data:image/svg+xml;%' THEN d.listing ->> 'icon'
        WHEN d.listing ->> 'icon' LIKE 'data:%' THEN substr(d.listing ->> 'icon', 1, strpos(d.listing ->> 'icon', ','))
        ELSE d.listing ->> 'icon' END,
    'translations', (SELECT json_object_agg(t.key, t.value::jsonb - 'readme') FROM json_each(d.listing -> 'translations') t)))::text
FROM (SELECT package, version, listing::json AS listing FROM version_document) d
WHERE d.package = catalog_entry.package AND d.version = catalog_entry.version;
