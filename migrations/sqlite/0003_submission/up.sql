-- The SQLite twin of migrations/postgres/0003_submission.

-- What waits for a reviewer beside an approval in force. The version's own row, with its documents, is what that approval
-- vouches for, until the reviewer decides: only then does this take its place. After a rejection it stays as what was rejected.
CREATE TABLE submission (
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('private', 'org', 'marketplace')),
    tier TEXT NOT NULL CHECK (tier IN ('declarative', 'sandbox', 'out-of-process', 'in-process')),
    bundled TEXT NOT NULL,
    evidence_kind TEXT NOT NULL CHECK (evidence_kind IN ('ed25519', 'statement', 'hosted', 'none')),
    evidence_key_id TEXT,
    notes TEXT,
    policy_version INTEGER NOT NULL,
    report_sha256 TEXT NOT NULL CHECK (length(report_sha256) = 64),
    published_at INTEGER NOT NULL,
    published_by TEXT NOT NULL REFERENCES account (name),
    report TEXT NOT NULL,
    listing TEXT NOT NULL,
    evidence TEXT,
    signature TEXT,
    PRIMARY KEY (package, version),
    FOREIGN KEY (package, version) REFERENCES version (package, version)
) STRICT;
CREATE INDEX submission_queue ON submission (published_at, package, version);

-- Why the approval in force is held, as its index documents say: nothing new resolves to it until a reviewer decides.
ALTER TABLE version ADD COLUMN held_reason TEXT;

-- Until now, a row with both was overwritten by what waits.
INSERT INTO submission
SELECT v.package, v.version, v.visibility, v.tier, v.bundled, v.evidence_kind, v.evidence_key_id, v.notes, v.policy_version,
       v.report_sha256, v.published_at, v.published_by, d.report, d.listing, d.evidence, d.signature
FROM version v JOIN version_document d ON d.package = v.package AND d.version = v.version
WHERE v.state = 'pending_review' AND v.approved_for IS NOT NULL;
UPDATE version SET state = 'approved', visibility = approved_for, decided_at = COALESCE(decided_at, published_at)
WHERE state = 'pending_review' AND approved_for IS NOT NULL;
