-- Signed conda channels: documents, keys, and the signatures of records.

ALTER TABLE channels ADD COLUMN signing TEXT NOT NULL DEFAULT 'off' CHECK (signing IN ('off', 'server', 'publisher'));
UPDATE channels SET signing = 'server' WHERE format = 'conda';

-- The package manager key whose signatures are published; all of a subdir's records are signed with it.
ALTER TABLE subdirs ADD COLUMN package_key BLOB;

CREATE TABLE trust_roots (
    version INTEGER PRIMARY KEY NOT NULL,
    body TEXT NOT NULL,
    installed_at TEXT NOT NULL
) STRICT;

CREATE TABLE trust_key_managers (
    version INTEGER PRIMARY KEY NOT NULL,
    body TEXT NOT NULL,
    made_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

-- The server's own keys that sign records; their secret halves lie outside the database.
CREATE TABLE package_manager_keys (
    key BLOB PRIMARY KEY NOT NULL,
    made_at TEXT NOT NULL,
    -- Since when it is being replaced; NULL for the present one.
    leaving_since TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX package_manager_keys_present ON package_manager_keys ((1)) WHERE leaving_since IS NULL;

CREATE TABLE publisher_keys (
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    key BLOB NOT NULL,
    name TEXT NOT NULL,
    added_by BLOB REFERENCES users ON DELETE SET NULL,
    added_at TEXT NOT NULL,
    PRIMARY KEY (channel_id, key),
    UNIQUE (channel_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX publisher_keys_added_by ON publisher_keys (added_by);

CREATE TABLE record_signatures (
    file_id BLOB NOT NULL REFERENCES conda_files ON DELETE CASCADE,
    key BLOB NOT NULL,
    signature BLOB NOT NULL,
    -- Whether a publisher made it, and not this server.
    publisher INTEGER NOT NULL,
    signed_at TEXT NOT NULL,
    PRIMARY KEY (file_id, key)
) STRICT, WITHOUT ROWID;
