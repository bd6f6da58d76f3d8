-- The SQLite twin of migrations/postgres/0001_registry: the same tables, columns and constraints, which a test compares.
-- Times are microseconds since 1970 in UTC, digests are lower-case hexadecimal, words come from closed lists, and JSON and
-- signed documents are kept as their exact text.

CREATE TABLE account (
    name TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (name),
    role TEXT NOT NULL CHECK (role IN ('admin', 'reviewer', 'operator')),
    PRIMARY KEY (account, role)
) STRICT;

CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name),
    secret_sha256 TEXT NOT NULL UNIQUE CHECK (length(secret_sha256) = 64),
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE publisher (
    name TEXT NOT NULL PRIMARY KEY,
    level TEXT NOT NULL CHECK (level IN ('unverified', 'pending', 'verified', 'trusted', 'partner', 'first-party')),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE publisher_prefix (
    prefix TEXT NOT NULL PRIMARY KEY,
    publisher TEXT NOT NULL REFERENCES publisher (name),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX publisher_prefix_publisher ON publisher_prefix (publisher);

CREATE TABLE publisher_member (
    publisher TEXT NOT NULL REFERENCES publisher (name),
    account TEXT NOT NULL REFERENCES account (name),
    role TEXT NOT NULL CHECK (role IN ('owner', 'maintainer', 'ci')),
    PRIMARY KEY (publisher, account)
) STRICT;
CREATE INDEX publisher_member_account ON publisher_member (account);

CREATE TABLE publisher_key (
    publisher TEXT NOT NULL REFERENCES publisher (name),
    key_id TEXT NOT NULL,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('ed25519', 'p256')),
    public_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    is_first INTEGER NOT NULL CHECK (is_first IN (0, 1)),
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL REFERENCES account (name),
    vouched_by TEXT,
    revoked_reason TEXT CHECK (revoked_reason IN ('superseded', 'compromised')),
    revoked_from INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (publisher, key_id),
    CHECK ((revoked_reason IS NULL) = (revoked_from IS NULL) AND (revoked_reason IS NULL) = (revoked_at IS NULL))
) STRICT;
-- Anyone may know a public key; only who proved to hold the private one has it to himself.
CREATE UNIQUE INDEX publisher_key_proven ON publisher_key (fingerprint) WHERE proven;

CREATE TABLE package (
    id TEXT NOT NULL PRIMARY KEY,
    publisher TEXT NOT NULL REFERENCES publisher (name),
    type TEXT NOT NULL CHECK (type IN
        ('plugin', 'ui', 'driver', 'server', 'app', 'theme', 'agent', 'objectql', 'module', 'gateway', 'adapter')),
    default_visibility TEXT NOT NULL CHECK (default_visibility IN ('private', 'org', 'marketplace')),
    display_name TEXT,
    description TEXT,
    category TEXT,
    readme TEXT,
    icon TEXT,
    index_serial INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- What version refers to, so that a version can never disagree with its package.
    UNIQUE (id, publisher, type)
) STRICT;
CREATE INDEX package_publisher ON package (publisher);

CREATE TABLE namespace (
    namespace TEXT NOT NULL PRIMARY KEY,
    publisher TEXT NOT NULL REFERENCES publisher (name),
    package TEXT NOT NULL REFERENCES package (id),
    since INTEGER NOT NULL
) STRICT;

CREATE TABLE artifact (
    sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
    size INTEGER NOT NULL CHECK (size >= 0),
    created_at INTEGER NOT NULL,
    lease_expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX artifact_lease ON artifact (lease_expires_at);

-- Who brought the bytes: knowing the digest of somebody's artifact is not having it.
CREATE TABLE artifact_upload (
    sha256 TEXT NOT NULL REFERENCES artifact (sha256) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES account (name),
    uploaded_at INTEGER NOT NULL,
    PRIMARY KEY (sha256, account)
) STRICT;

CREATE TABLE version (
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    sort_key BLOB NOT NULL,
    publisher TEXT NOT NULL,
    type TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES artifact (sha256),
    size INTEGER NOT NULL CHECK (size >= 0),
    tier TEXT NOT NULL CHECK (tier IN ('declarative', 'sandbox', 'out-of-process', 'in-process')),
    state TEXT NOT NULL CHECK (state IN ('draft', 'pending_review', 'approved', 'rejected')),
    availability TEXT NOT NULL CHECK (availability IN ('live', 'deprecated', 'yanked', 'blocked')),
    availability_reason TEXT NOT NULL,
    availability_replacement TEXT,
    visibility TEXT NOT NULL CHECK (visibility IN ('private', 'org', 'marketplace')),
    -- The audience of the approval in force, which may be narrower than what waits for a review.
    approved_for TEXT CHECK (approved_for IN ('private', 'org', 'marketplace')),
    has_code INTEGER NOT NULL CHECK (has_code IN (0, 1)),
    manifest_deps INTEGER NOT NULL CHECK (manifest_deps IN (0, 1)),
    permissions TEXT NOT NULL,
    dependencies TEXT NOT NULL,
    engines TEXT NOT NULL,
    bundled TEXT NOT NULL,
    evidence_kind TEXT NOT NULL CHECK (evidence_kind IN ('ed25519', 'statement', 'hosted', 'none')),
    evidence_key_id TEXT,
    notes TEXT,
    policy_version INTEGER NOT NULL,
    report_sha256 TEXT NOT NULL CHECK (length(report_sha256) = 64),
    approval_sha256 TEXT CHECK (length(approval_sha256) = 64),
    published_at INTEGER NOT NULL,
    published_by TEXT NOT NULL REFERENCES account (name),
    decided_at INTEGER,
    decided_by TEXT REFERENCES account (name),
    PRIMARY KEY (package, version),
    FOREIGN KEY (package, publisher, type) REFERENCES package (id, publisher, type) ON UPDATE CASCADE,
    CHECK ((approved_for IS NULL) = (approval_sha256 IS NULL)),
    CHECK (state <> 'approved' OR (approval_sha256 IS NOT NULL AND decided_at IS NOT NULL))
) STRICT;
CREATE INDEX version_order ON version (package, sort_key);
CREATE INDEX version_sha256 ON version (sha256);
CREATE INDEX version_queue ON version (state, published_at, package, version);

CREATE TABLE version_document (
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    manifest TEXT NOT NULL,
    report TEXT NOT NULL,
    listing TEXT NOT NULL,
    evidence TEXT,
    signature TEXT,
    approval TEXT,
    platform_signature TEXT,
    PRIMARY KEY (package, version),
    FOREIGN KEY (package, version) REFERENCES version (package, version)
) STRICT;

CREATE TABLE review (
    id TEXT NOT NULL PRIMARY KEY,
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (name),
    decision TEXT NOT NULL CHECK (decision IN ('approve', 'reject')),
    reason TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    report_sha256 TEXT NOT NULL CHECK (length(report_sha256) = 64),
    created_at INTEGER NOT NULL,
    FOREIGN KEY (package, version) REFERENCES version (package, version)
) STRICT;
CREATE INDEX review_version ON review (package, version);

CREATE TABLE index_document (
    package TEXT NOT NULL REFERENCES package (id),
    audience TEXT NOT NULL CHECK (audience IN ('private', 'org', 'marketplace')),
    serial INTEGER NOT NULL,
    body TEXT NOT NULL,
    etag TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (package, audience)
) STRICT;

-- What a catalog shows: one row for each package that has a listed version.
CREATE TABLE catalog_entry (
    package TEXT NOT NULL PRIMARY KEY REFERENCES package (id),
    version TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('declarative', 'sandbox', 'out-of-process', 'in-process')),
    display_name TEXT NOT NULL,
    description TEXT,
    category TEXT,
    updated_at INTEGER NOT NULL,
    FOREIGN KEY (package, version) REFERENCES version (package, version)
) STRICT;

-- The words by which an entry is found, normalised.
CREATE TABLE catalog_word (
    word TEXT NOT NULL,
    package TEXT NOT NULL REFERENCES catalog_entry (package) ON DELETE CASCADE,
    PRIMARY KEY (word, package)
) STRICT;
CREATE INDEX catalog_word_package ON catalog_word (package);

-- At most one row.
CREATE TABLE registry (
    only_one TEXT NOT NULL PRIMARY KEY CHECK (only_one = 'registry'),
    origin TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE registry_key (
    key_id TEXT NOT NULL PRIMARY KEY CHECK (length(key_id) = 64),
    algorithm TEXT NOT NULL CHECK (algorithm IN ('ed25519', 'p256')),
    public_key TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER
) STRICT;

-- No references: an event outlives what it speaks of, and refused versions have no row.
CREATE TABLE audit_event (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    publisher TEXT,
    package TEXT,
    version TEXT,
    request_id TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_event_order ON audit_event (at, id);
CREATE INDEX audit_event_publisher ON audit_event (publisher, at, id);
CREATE INDEX audit_event_package ON audit_event (package, at, id);

-- Every change of state, written in its transaction: what a transparency log would be fed from.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
