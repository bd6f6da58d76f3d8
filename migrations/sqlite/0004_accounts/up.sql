-- The SQLite twin of migrations/postgres/0004_accounts.

-- Since when the account's tokens are no good.
ALTER TABLE account ADD COLUMN disabled_at INTEGER;

-- Who left a publisher without being asked to: none of its owners brings it back.
CREATE TABLE publisher_departure (
    publisher TEXT NOT NULL REFERENCES publisher (name),
    account TEXT NOT NULL REFERENCES account (name),
    left_at INTEGER NOT NULL,
    PRIMARY KEY (publisher, account)
) STRICT;

CREATE INDEX token_account ON token (account, id);
CREATE INDEX artifact_upload_account ON artifact_upload (account);
