-- Signed conda channels: documents, keys, and the signatures of records.

ALTER TABLE channels ADD COLUMN signing TEXT NOT NULL DEFAULT 'off' CHECK (signing IN ('off', 'server', 'publisher'));
UPDATE channels SET signing = 'server' WHERE format = 'conda';

-- The package manager key whose signatures are published; all of a subdir's records are signed with it.
ALTER TABLE subdirs ADD COLUMN package_key BYTEA;

CREATE TABLE trust_roots (
    version BIGINT PRIMARY KEY,
    body TEXT NOT NULL,
    installed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE trust_key_managers (
    version BIGINT PRIMARY KEY,
    body TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

-- The server's own keys that sign records; their secret halves lie outside the database.
CREATE TABLE package_manager_keys (
    key BYTEA PRIMARY KEY,
    made_at TIMESTAMPTZ NOT NULL,
    -- Since when it is being replaced; NULL for the present one.
    leaving_since TIMESTAMPTZ
);
CREATE UNIQUE INDEX package_manager_keys_present ON package_manager_keys ((1)) WHERE leaving_since IS NULL;

CREATE TABLE publisher_keys (
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    key BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    added_by UUID REFERENCES users ON DELETE SET NULL,
    added_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (channel_id, key),
    UNIQUE (channel_id, name)
);
CREATE INDEX publisher_keys_added_by ON publisher_keys (added_by);

CREATE TABLE record_signatures (
    file_id UUID NOT NULL REFERENCES conda_files ON DELETE CASCADE,
    key BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    -- Whether a publisher made it, and not this server.
    publisher BOOLEAN NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (file_id, key)
);
