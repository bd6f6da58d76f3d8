-- The PostgreSQL twin of migrations/sqlite/0005_people.

-- An account with an e-mail address is a person, who signs in with a password: a PHC string of argon2id.
ALTER TABLE account ADD COLUMN email TEXT COLLATE "C";
ALTER TABLE account ADD COLUMN password TEXT CHECK (password IS NULL OR email IS NOT NULL);
CREATE UNIQUE INDEX account_email ON account (email);

-- Whether signing in made the token, so that signing out, or another password, ends it.
ALTER TABLE token ADD COLUMN session BOOLEAN NOT NULL DEFAULT FALSE;

-- Somebody who signed in at the web page. Its secret is a cookie and no token.
CREATE TABLE web_session (
    secret_sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(secret_sha256) = 64),
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX web_session_account ON web_session (account);
CREATE INDEX web_session_expiry ON web_session (expires_at);

-- A device that waits for somebody to sign it in (RFC 8628). It goes once it has its token.
CREATE TABLE device (
    device_code_sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(device_code_sha256) = 64),
    user_code TEXT COLLATE "C" NOT NULL UNIQUE,
    client TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    account TEXT COLLATE "C" REFERENCES account (name),
    interval_seconds BIGINT NOT NULL CHECK (interval_seconds > 0),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    polled_at BIGINT,
    CHECK ((state = 'pending') = (account IS NULL))
);
CREATE INDEX device_expiry ON device (expires_at);
