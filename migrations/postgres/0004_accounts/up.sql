-- The PostgreSQL twin of migrations/sqlite/0004_accounts.

-- Since when the account's tokens are no good.
ALTER TABLE account ADD COLUMN disabled_at BIGINT;

-- Who left a publisher without being asked to: none of its owners brings it back.
CREATE TABLE publisher_departure (
    publisher TEXT COLLATE "C" NOT NULL REFERENCES publisher (name),
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name),
    left_at BIGINT NOT NULL,
    PRIMARY KEY (publisher, account)
);

CREATE INDEX token_account ON token (account, id);
CREATE INDEX artifact_upload_account ON artifact_upload (account);
