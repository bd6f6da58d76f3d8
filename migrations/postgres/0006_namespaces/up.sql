-- The PostgreSQL twin of migrations/sqlite/0006_namespaces.

-- The namespace with which a package got into the marketplace, which is never renamed.
CREATE TABLE package_namespace (
    package TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES package (id),
    namespace TEXT COLLATE "C" NOT NULL REFERENCES namespace (namespace)
);
CREATE INDEX package_namespace_namespace ON package_namespace (namespace);

-- Words of the platform are held by nobody.
DELETE FROM namespace WHERE namespace IN ('base', 'system', 'sys');

-- Until now, a package could take several namespaces, and another package of their publisher one of them: each keeps the
-- namespace of the version that was approved first for the marketplace, of those with a namespace that its publisher holds.
-- PostgreSQL reads no JSON with an escaped U+0000, in whatever member; a manifest may have one.
INSERT INTO package_namespace (package, namespace)
SELECT package, namespace
FROM (SELECT v.package, n.namespace, row_number() OVER (PARTITION BY v.package ORDER BY v.decided_at, v.sort_key) AS place
      FROM version v
      JOIN version_document d ON d.package = v.package AND d.version = v.version
      JOIN namespace n ON n.publisher = v.publisher
          AND n.namespace = replace(d.manifest, '\u0000', '\ufffd')::json ->> 'namespace'
      WHERE v.approved_for = 'marketplace') AS taken
WHERE place = 1;
