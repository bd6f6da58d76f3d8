-- The SQLite twin of migrations/postgres/0007_listing.

-- A listing is one document, as in announcement and version_document: nothing asks for a part of it.
ALTER TABLE package ADD COLUMN listing TEXT NOT NULL DEFAULT '{}';
UPDATE package SET listing = json_patch('{}', json_object(
    'displayName', display_name, 'description', description, 'category', category, 'readme', readme, 'icon', icon));
ALTER TABLE package DROP COLUMN display_name;
ALTER TABLE package DROP COLUMN description;
ALTER TABLE package DROP COLUMN category;
ALTER TABLE package DROP COLUMN readme;
ALTER TABLE package DROP COLUMN icon;
