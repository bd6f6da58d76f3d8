-- The SQLite twin of migrations/postgres/0005_people.

-- An account with an e-mail address is a person, who signs in with a password: a PHC string of argon2id.
ALTER TABLE account ADD COLUMN email TEXT;
ALTER TABLE account ADD COLUMN password TEXT CHECK (password IS NULL OR email IS NOT NULL);
CREATE UNIQUE INDEX account_email ON account (email);

-- Whether signing in made the token, so that signing out, or another password, ends it.
ALTER TABLE token ADD COLUMN session INTEGER NOT NULL DEFAULT 0 CHECK (session IN (0, 1));

-- Somebody who signed in at the web page. Its secret is a cookie and no token.
CREATE TABLE web_session (
    secret_sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(secret_sha256) = 64),
    account TEXT NOT NULL REFERENCES account (name),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX web_session_account ON web_session (account);
CREATE INDEX web_session_expiry ON web_session (expires_at);

-- A device that waits for somebody to sign it in (RFC 8628). It goes once it has its token.
CREATE TABLE device (
    device_code_sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(device_code_sha256) = 64),
    user_code TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    account TEXT REFERENCES account (name),
    interval_seconds INTEGER NOT NULL CHECK (interval_seconds > 0),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    polled_at INTEGER,
    CHECK ((state = 'pending') = (account IS NULL))
) STRICT;
CREATE INDEX device_expiry ON device (expires_at);
