-- People sign in: addresses, passwords, second factors, sessions, links, limits, mail on its way.

ALTER TABLE users ADD COLUMN display_name TEXT;

-- Only verified addresses are unique: whoever types an address that is not theirs takes it from nobody.
CREATE TABLE emails (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    is_primary INTEGER NOT NULL,
    verified_at TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (user_id, address_key)
) STRICT;
CREATE UNIQUE INDEX emails_verified ON emails (address_key) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX emails_primary ON emails (user_id) WHERE is_primary;

-- The accounts that are there were made by the operator, who knew the addresses. Of accounts that share an address, the
-- oldest keeps it.
INSERT INTO emails (id, user_id, address, address_key, is_primary, verified_at, created_at)
SELECT randomblob(16), id, email, lower(email), TRUE,
       CASE WHEN NOT EXISTS (SELECT 1 FROM users other
                             WHERE lower(other.email) = lower(users.email) AND other.id < users.id)
            THEN created_at END,
       created_at
FROM users;
ALTER TABLE users DROP COLUMN email;

CREATE TABLE retired_names (
    name_key TEXT PRIMARY KEY NOT NULL,
    retired_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE passwords (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TABLE totp (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Sealed under the instance key.
    secret BLOB NOT NULL,
    last_step INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT
) STRICT;

CREATE TABLE webauthn_keys (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    credential_id BLOB NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    UNIQUE (user_id, name)
) STRICT;

CREATE TABLE recovery_codes (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    confirmed_at TEXT,
    used_at TEXT
) STRICT;
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- A browser is known by the hash of its secret. It is signed in, half-way, or neither.
CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    browser BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    proof TEXT NOT NULL,
    proved_at TEXT NOT NULL,
    address TEXT,
    agent TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE sign_ins (
    browser BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    stage TEXT NOT NULL CHECK (stage IN ('factor', 'place')),
    proof TEXT NOT NULL,
    next TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

CREATE TABLE devices (
    id BLOB PRIMARY KEY NOT NULL,
    secret BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX devices_user ON devices (user_id);
CREATE INDEX devices_expires ON devices (expires_at);

CREATE TABLE links (
    secret BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    user_id BLOB REFERENCES users ON DELETE CASCADE,
    email_id BLOB REFERENCES emails ON DELETE CASCADE,
    browser BLOB,
    invited TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_email ON links (email_id);
CREATE INDEX links_expires ON links (expires_at);

-- One outstanding challenge or enrolment of each kind for a browser; whoever takes it deletes it.
CREATE TABLE ceremonies (
    browser BLOB NOT NULL,
    kind TEXT NOT NULL,
    state BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (browser, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremonies_expires ON ceremonies (expires_at);

CREATE TABLE limits (
    bucket TEXT PRIMARY KEY NOT NULL,
    count INTEGER NOT NULL,
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_ends ON limits (ends_at);

-- A mail may hold a link, so what it says is sealed under the instance key.
CREATE TABLE outgoing_mail (
    id BLOB PRIMARY KEY NOT NULL,
    recipient TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE recoveries (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    requested_by BLOB REFERENCES users ON DELETE SET NULL,
    requested_at TEXT NOT NULL,
    due_at TEXT,
    cancelled_at TEXT,
    completed_at TEXT
) STRICT;
CREATE UNIQUE INDEX recoveries_open ON recoveries (user_id) WHERE cancelled_at IS NULL AND completed_at IS NULL;
CREATE INDEX recoveries_user ON recoveries (user_id);
CREATE INDEX recoveries_requested_by ON recoveries (requested_by);

ALTER TABLE channels ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'nobody'
    CHECK (second_factor IN ('nobody', 'publishers', 'everybody'));
ALTER TABLE channels ADD COLUMN phishing_resistant INTEGER NOT NULL DEFAULT 0;

-- Until now only the operator could issue tokens.
ALTER TABLE tokens ADD COLUMN by_operator INTEGER NOT NULL DEFAULT 1;
