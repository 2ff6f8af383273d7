-- People sign in: addresses, passwords, second factors, sessions, links, limits, mail on its way.

ALTER TABLE users ADD COLUMN display_name TEXT;

-- Only verified addresses are unique: whoever types an address that is not theirs takes it from nobody.
CREATE TABLE emails (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    address TEXT NOT NULL,
    address_key TEXT COLLATE "C" NOT NULL,
    is_primary BOOLEAN NOT NULL,
    verified_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, address_key)
);
CREATE UNIQUE INDEX emails_verified ON emails (address_key) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX emails_primary ON emails (user_id) WHERE is_primary;

-- The accounts that are there were made by the operator, who knew the addresses. Of accounts that share an address, the
-- oldest keeps it.
INSERT INTO emails (id, user_id, address, address_key, is_primary, verified_at, created_at)
SELECT gen_random_uuid(), id, email, lower(email COLLATE "C"), TRUE,
       CASE WHEN NOT EXISTS (SELECT 1 FROM users other
                             WHERE lower(other.email COLLATE "C") = lower(users.email COLLATE "C") AND other.id < users.id)
            THEN created_at END,
       created_at
FROM users;
ALTER TABLE users DROP COLUMN email;

CREATE TABLE retired_names (
    name_key TEXT COLLATE "C" PRIMARY KEY,
    retired_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE passwords (
    user_id UUID PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE totp (
    user_id UUID PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- Sealed under the instance key.
    secret BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ
);

CREATE TABLE webauthn_keys (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    credential_id BYTEA NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    UNIQUE (user_id, name)
);

CREATE TABLE recovery_codes (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    used_at TIMESTAMPTZ
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- A browser is known by the hash of its secret. It is signed in, half-way, or neither.
CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    browser BYTEA NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    proof TEXT NOT NULL,
    proved_at TIMESTAMPTZ NOT NULL,
    address TEXT,
    agent TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE sign_ins (
    browser BYTEA PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    stage TEXT NOT NULL CHECK (stage IN ('factor', 'place')),
    proof TEXT NOT NULL,
    next TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_expires ON sign_ins (expires_at);

CREATE TABLE devices (
    id UUID PRIMARY KEY,
    secret BYTEA NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX devices_user ON devices (user_id);
CREATE INDEX devices_expires ON devices (expires_at);

CREATE TABLE links (
    secret BYTEA PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    user_id UUID REFERENCES users ON DELETE CASCADE,
    email_id UUID REFERENCES emails ON DELETE CASCADE,
    browser BYTEA,
    invited TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_email ON links (email_id);
CREATE INDEX links_expires ON links (expires_at);

-- One outstanding challenge or enrolment of each kind for a browser; whoever takes it deletes it.
CREATE TABLE ceremonies (
    browser BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (browser, kind)
);
CREATE INDEX ceremonies_expires ON ceremonies (expires_at);

CREATE TABLE limits (
    bucket TEXT COLLATE "C" PRIMARY KEY,
    count BIGINT NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX limits_ends ON limits (ends_at);

-- A mail may hold a link, so what it says is sealed under the instance key.
CREATE TABLE outgoing_mail (
    id UUID PRIMARY KEY,
    recipient TEXT NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE recoveries (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    requested_by UUID REFERENCES users ON DELETE SET NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX recoveries_open ON recoveries (user_id) WHERE cancelled_at IS NULL AND completed_at IS NULL;
CREATE INDEX recoveries_user ON recoveries (user_id);
CREATE INDEX recoveries_requested_by ON recoveries (requested_by);

ALTER TABLE channels ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'nobody'
    CHECK (second_factor IN ('nobody', 'publishers', 'everybody'));
ALTER TABLE channels ADD COLUMN phishing_resistant BOOLEAN NOT NULL DEFAULT FALSE;

-- Until now only the operator could issue tokens.
ALTER TABLE tokens ADD COLUMN by_operator BOOLEAN NOT NULL DEFAULT TRUE;
