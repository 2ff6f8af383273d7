-- Text that is ordered or compared has the collation "C", so that both engines sort it alike.

CREATE TABLE settings (
    key TEXT COLLATE "C" PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL UNIQUE,
    email TEXT NOT NULL,
    admin BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    suspended_at TIMESTAMPTZ
);

CREATE TABLE channels (
    id UUID PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    format TEXT NOT NULL CHECK (format IN ('python', 'conda')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE channel_members (
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('reader', 'publisher', 'admin')),
    PRIMARY KEY (channel_id, user_id)
);
CREATE INDEX channel_members_user ON channel_members (user_id);

CREATE TABLE projects (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    serial BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (channel_id, name)
);

CREATE TABLE project_members (
    project_id UUID NOT NULL REFERENCES projects ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('maintainer', 'owner')),
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_user ON project_members (user_id);

CREATE TABLE releases (
    id UUID PRIMARY KEY,
    project_id UUID NOT NULL REFERENCES projects ON DELETE CASCADE,
    version TEXT COLLATE "C" NOT NULL,
    metadata TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    yanked_at TIMESTAMPTZ,
    yank_reason TEXT,
    UNIQUE (project_id, version),
    CHECK ((yanked_at IS NULL) = (yank_reason IS NULL))
);

CREATE TABLE tokens (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    secret_sha256 BYTEA NOT NULL UNIQUE,
    verbs BIGINT NOT NULL,
    -- Whether the scope is all that the owner may reach; otherwise it is the rows of the two tables below.
    everything BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    UNIQUE (user_id, name)
);

CREATE TABLE token_channels (
    token_id UUID NOT NULL REFERENCES tokens ON DELETE CASCADE,
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    PRIMARY KEY (token_id, channel_id)
);
CREATE INDEX token_channels_channel ON token_channels (channel_id);

CREATE TABLE token_projects (
    token_id UUID NOT NULL REFERENCES tokens ON DELETE CASCADE,
    project_id UUID NOT NULL REFERENCES projects ON DELETE CASCADE,
    PRIMARY KEY (token_id, project_id)
);
CREATE INDEX token_projects_project ON token_projects (project_id);

-- A row stays after the file's deletion: its name is taken for ever.
CREATE TABLE files (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    project_id UUID NOT NULL REFERENCES projects ON DELETE CASCADE,
    release_id UUID NOT NULL REFERENCES releases ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    blake2b BYTEA NOT NULL,
    md5 BYTEA NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    uploaded_by UUID REFERENCES users ON DELETE SET NULL,
    token_id UUID REFERENCES tokens ON DELETE SET NULL,
    deleted_at TIMESTAMPTZ,
    UNIQUE (channel_id, name)
);
CREATE INDEX files_deleted ON files (channel_id) WHERE deleted_at IS NOT NULL;
CREATE INDEX files_release ON files (release_id);
CREATE INDEX files_project ON files (project_id);
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_uploaded_by ON files (uploaded_by);
CREATE INDEX files_token ON files (token_id);

CREATE TABLE python_files (
    file_id UUID PRIMARY KEY REFERENCES files ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('bdist_wheel', 'sdist')),
    python_tag TEXT NOT NULL,
    requires_python TEXT,
    metadata_sha256 BYTEA,
    metadata_size BIGINT,
    CHECK ((metadata_sha256 IS NULL) = (metadata_size IS NULL))
);
CREATE INDEX python_files_metadata ON python_files (metadata_sha256) WHERE metadata_sha256 IS NOT NULL;

-- serial counts the changes; each published state carries the serial that it was made from.
CREATE TABLE subdirs (
    id UUID PRIMARY KEY,
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    serial BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    shards_serial BIGINT,
    shards_at TIMESTAMPTZ,
    shard_index_sha256 BYTEA,
    shard_index_size BIGINT,
    repodata_serial BIGINT,
    repodata_at TIMESTAMPTZ,
    repodata_json_sha256 BYTEA,
    repodata_json_size BIGINT,
    repodata_zst_sha256 BYTEA,
    repodata_zst_size BIGINT,
    run_exports_json_sha256 BYTEA,
    run_exports_json_size BIGINT,
    run_exports_zst_sha256 BYTEA,
    run_exports_zst_size BIGINT,
    UNIQUE (channel_id, name)
);

CREATE TABLE conda_files (
    file_id UUID PRIMARY KEY REFERENCES files ON DELETE CASCADE,
    subdir_id UUID NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    package TEXT COLLATE "C" NOT NULL,
    -- 0 for .tar.bz2, 1 for .conda: repodata lists the two apart, in this order.
    archive BIGINT NOT NULL,
    filename TEXT COLLATE "C" NOT NULL,
    build TEXT NOT NULL,
    build_number BIGINT NOT NULL,
    record TEXT NOT NULL,
    run_exports TEXT
);
CREATE UNIQUE INDEX conda_files_subdir ON conda_files (subdir_id, archive, filename);
CREATE INDEX conda_files_package ON conda_files (subdir_id, package, archive, filename);

CREATE TABLE shards (
    subdir_id UUID NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    changed_serial BIGINT NOT NULL,
    published_serial BIGINT NOT NULL,
    -- NULL until the first is published, and again once the name has no files left.
    sha256 BYTEA,
    size BIGINT,
    PRIMARY KEY (subdir_id, name),
    CHECK ((sha256 IS NULL) = (size IS NULL))
);
CREATE INDEX shards_stale ON shards (subdir_id, changed_serial) WHERE changed_serial > published_serial;
CREATE INDEX shards_sha256 ON shards (sha256) WHERE sha256 IS NOT NULL;

-- Index blobs that were replaced: clients that hold an older index still ask for them for a while.
CREATE TABLE retired_indexes (
    sha256 BYTEA NOT NULL,
    subdir_id UUID NOT NULL REFERENCES subdirs ON DELETE CASCADE,
    keep_until TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sha256, subdir_id)
);
CREATE INDEX retired_indexes_until ON retired_indexes (keep_until);

CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    -- Whether it was scheduled once more after it had been taken.
    again BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (run_at);

-- No foreign keys: the log outlives what it tells of.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    tag TEXT NOT NULL,
    credential TEXT NOT NULL,
    user_id UUID,
    token_id UUID,
    address TEXT,
    request_id UUID NOT NULL,
    channel_id UUID,
    project_id UUID,
    body TEXT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
