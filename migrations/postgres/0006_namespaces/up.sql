-- The namespace with which a package got into the marketplace, which is never renamed.
CREATE TABLE package_namespace (
    package TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES package (id),
    namespace TEXT COLLATE "C" NOT NULL REFERENCES namespace (namespace)
);
CREATE INDEX package_namespace_namespace ON package_namespace (namespace);

-- Words of the platform are held by nobody.
DELETE FROM namespace WHERE namespace IN ('base', 'system', 'sys');
INSERT INTO package_namespace (package, namespace) SELECT package, namespace FROM namespace;
