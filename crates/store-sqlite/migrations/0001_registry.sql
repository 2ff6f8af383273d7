-- Ids are UUIDv7 as 16 bytes, digests raw bytes, times RFC 3339 in UTC (they sort as text), booleans 0 and 1.

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    admin INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    suspended_at TEXT
) STRICT;

CREATE TABLE channels (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    format TEXT NOT NULL CHECK (format IN ('python', 'conda')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE channel_members (
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('reader', 'publisher', 'admin')),
    PRIMARY KEY (channel_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_members_user ON channel_members (user_id);

CREATE TABLE projects (
    id BLOB PRIMARY KEY NOT NULL,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    serial INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (channel_id, name)
) STRICT;

CREATE TABLE project_members (
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('maintainer', 'owner')),
    PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_members_user ON project_members (user_id);

CREATE TABLE releases (
    id BLOB PRIMARY KEY NOT NULL,
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    version TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at TEXT NOT NULL,
    yanked_at TEXT,
    yank_reason TEXT,
    UNIQUE (project_id, version),
    CHECK ((yanked_at IS NULL) = (yank_reason IS NULL))
) STRICT;

CREATE TABLE tokens (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT NOT NULL,
    secret_sha256 BLOB NOT NULL UNIQUE,
    verbs INTEGER NOT NULL,
    -- Whether the scope is all that the owner may reach; otherwise it is the rows of the two tables below.
    everything INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    last_used_at TEXT,
    UNIQUE (user_id, name)
) STRICT;

CREATE TABLE token_channels (
    token_id BLOB NOT NULL REFERENCES tokens ON DELETE CASCADE,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    PRIMARY KEY (token_id, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_channels_channel ON token_channels (channel_id);

CREATE TABLE token_projects (
    token_id BLOB NOT NULL REFERENCES tokens ON DELETE CASCADE,
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    PRIMARY KEY (token_id, project_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_projects_project ON token_projects (project_id);

-- A row stays after the file's deletion: its name is taken for ever.
CREATE TABLE files (
    id BLOB PRIMARY KEY NOT NULL,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    release_id BLOB NOT NULL REFERENCES releases ON DELETE CASCADE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    blake2b BLOB NOT NULL,
    md5 BLOB NOT NULL,
    uploaded_at TEXT NOT NULL,
    uploaded_by BLOB REFERENCES users ON DELETE SET NULL,
    token_id BLOB REFERENCES tokens ON DELETE SET NULL,
    deleted_at TEXT,
    UNIQUE (channel_id, name)
) STRICT;
CREATE INDEX files_deleted ON files (channel_id) WHERE deleted_at IS NOT NULL;
CREATE INDEX files_release ON files (release_id);
CREATE INDEX files_project ON files (project_id);
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_uploaded_by ON files (uploaded_by);
CREATE INDEX files_token ON files (token_id);

CREATE TABLE python_files (
    file_id BLOB PRIMARY KEY NOT NULL REFERENCES files ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('bdist_wheel', 'sdist')),
    python_tag TEXT NOT NULL,
    requires_python TEXT,
    metadata_sha256 BLOB,
    metadata_size INTEGER,
    CHECK ((metadata_sha256 IS NULL) = (metadata_size IS NULL))
) STRICT;
CREATE INDEX python_files_metadata ON python_files (metadata_sha256) WHERE metadata_sha256 IS NOT NULL;

-- serial counts the changes; each published state carries the serial that it was made from.
CREATE TABLE subdirs (
    id BLOB PRIMARY KEY NOT NULL,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    name TEXT NOT NULL,
    serial INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    shards_serial INTEGER,
    shards_at TEXT,
    shard_index_sha256 BLOB,
    shard_index_size INTEGER,
    repodata_serial INTEGER,
    repodata_at TEXT,
    repodata_json_sha256 BLOB,
    repodata_json_size INTEGER,
    repodata_zst_sha256 BLOB,
    repodata_zst_size INTEGER,
    run_exports_json_sha256 BLOB,
    run_exports_json_size INTEGER,
    run_exports_zst_sha256 BLOB,
    run_exports_zst_size INTEGER,
    UNIQUE (channel_id, name)
) STRICT;

CREATE TABLE conda_files (
    file_id BLOB PRIMARY KEY NOT NULL REFERENCES files ON DELETE CASCADE,
    subdir_id BLOB NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    package TEXT NOT NULL,
    -- 0 for .tar.bz2, 1 for .conda: repodata lists the two apart, in this order.
    archive INTEGER NOT NULL,
    filename TEXT NOT NULL,
    build TEXT NOT NULL,
    build_number INTEGER NOT NULL,
    record TEXT NOT NULL,
    run_exports TEXT
) STRICT;
CREATE UNIQUE INDEX conda_files_subdir ON conda_files (subdir_id, archive, filename);
CREATE INDEX conda_files_package ON conda_files (subdir_id, package, archive, filename);

CREATE TABLE shards (
    subdir_id BLOB NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    name TEXT NOT NULL,
    changed_serial INTEGER NOT NULL,
    published_serial INTEGER NOT NULL,
    -- NULL until the first is published, and again once the name has no files left.
    sha256 BLOB,
    size INTEGER,
    PRIMARY KEY (subdir_id, name),
    CHECK ((sha256 IS NULL) = (size IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX shards_stale ON shards (subdir_id, changed_serial) WHERE changed_serial > published_serial;
CREATE INDEX shards_sha256 ON shards (sha256) WHERE sha256 IS NOT NULL;

-- Index blobs that were replaced: clients that hold an older index still ask for them for a while.
CREATE TABLE retired_indexes (
    sha256 BLOB NOT NULL,
    subdir_id BLOB NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    keep_until TEXT NOT NULL,
    PRIMARY KEY (sha256, subdir_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_indexes_until ON retired_indexes (keep_until);

CREATE TABLE jobs (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    run_at TEXT NOT NULL,
    claimed_at TEXT,
    lease_until TEXT,
    -- Whether it was scheduled once more after it had been taken.
    again INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX jobs_due ON jobs (run_at);

-- No foreign keys: the log outlives what it tells of.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY NOT NULL,
    at TEXT NOT NULL,
    tag TEXT NOT NULL,
    credential TEXT NOT NULL,
    user_id BLOB,
    token_id BLOB,
    address TEXT,
    request_id BLOB NOT NULL,
    channel_id BLOB,
    project_id BLOB,
    body TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_updated BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- What other processes must forget from their caches. SQLite has no NOTIFY.
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    body TEXT NOT NULL
) STRICT;
