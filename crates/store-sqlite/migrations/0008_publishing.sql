-- Trusted publishing: who issues identity tokens, which identities may publish where, the tokens that they get, and what is
-- known of where files come from.

CREATE TABLE issuers (
    id BLOB PRIMARY KEY NOT NULL,
    -- Exactly the claim `iss`.
    url TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    private_network INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    -- Its signing keys, as they were fetched last; and when somebody last tried.
    jwks TEXT,
    jwks_at TEXT,
    tried_at TEXT
) STRICT;
INSERT INTO issuers (id, url, provider, name, enabled, algorithm, private_network, created_at) VALUES
    (x'01900000000070008000000000000001', 'https://token.actions.githubusercontent.com', 'github', 'GitHub', 1, 'RS256', 0, '2026-01-01T00:00:00+00:00'),
    (x'01900000000070008000000000000002', 'https://gitlab.com', 'gitlab', 'GitLab.com', 1, 'RS256', 0, '2026-01-01T00:00:00+00:00'),
    (x'01900000000070008000000000000003', 'https://accounts.google.com', 'google', 'Google Cloud', 1, 'RS256', 0, '2026-01-01T00:00:00+00:00'),
    (x'01900000000070008000000000000004', 'https://platform.activestate.com/api/v1/oauth/oidc', 'activestate', 'ActiveState', 1, 'RS256', 0, '2026-01-01T00:00:00+00:00'),
    (x'01900000000070008000000000000005', 'https://agent.buildkite.com', 'buildkite', 'Buildkite', 1, 'RS256', 0, '2026-01-01T00:00:00+00:00');

-- Identity tokens that were exchanged, by issuer and `jti`, until they would be refused for their age.
CREATE TABLE burnt_identities (
    issuer_id BLOB NOT NULL REFERENCES issuers ON DELETE CASCADE,
    jti_sha256 BLOB NOT NULL,
    keep_until TEXT NOT NULL,
    PRIMARY KEY (issuer_id, jti_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX burnt_identities_until ON burnt_identities (keep_until);

-- Each is for one project; for a prefix of names, of a channel or of a group in it; or for a project that does not exist yet.
CREATE TABLE publishers (
    id BLOB PRIMARY KEY NOT NULL,
    issuer_id BLOB NOT NULL REFERENCES issuers ON DELETE CASCADE,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    project_id BLOB REFERENCES projects ON DELETE CASCADE,
    group_id BLOB REFERENCES groups ON DELETE CASCADE,
    prefix TEXT,
    pending_name TEXT,
    pending_normalized TEXT,
    registrant_id BLOB REFERENCES users ON DELETE CASCADE,
    expires_at TEXT,
    -- When the registrant was told that it ends soon.
    reminded_at TEXT,
    config TEXT NOT NULL,
    lookup TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by BLOB REFERENCES users ON DELETE SET NULL,
    last_used_at TEXT,
    last_source TEXT,
    last_refused_at TEXT,
    last_refusal TEXT,
    CHECK ((project_id IS NOT NULL AND group_id IS NULL AND prefix IS NULL AND pending_name IS NULL)
        OR (project_id IS NULL AND prefix IS NOT NULL AND pending_name IS NULL)
        OR (project_id IS NULL AND group_id IS NULL AND prefix IS NULL AND pending_name IS NOT NULL)),
    CHECK ((pending_name IS NULL) = (pending_normalized IS NULL)
        AND (pending_name IS NULL) = (registrant_id IS NULL)
        AND (pending_name IS NULL) = (expires_at IS NULL))
) STRICT;
CREATE INDEX publishers_lookup ON publishers (issuer_id, lookup);
CREATE INDEX publishers_channel ON publishers (channel_id);
CREATE INDEX publishers_project ON publishers (project_id);
CREATE INDEX publishers_group ON publishers (group_id);
CREATE INDEX publishers_pending ON publishers (channel_id, pending_normalized) WHERE pending_name IS NOT NULL;
CREATE INDEX publishers_registrant ON publishers (registrant_id);
CREATE INDEX publishers_expires ON publishers (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX publishers_created_by ON publishers (created_by);

-- Whether the names of pending publishers are kept free for those who registered them.
ALTER TABLE channels ADD COLUMN reserve_pending INTEGER NOT NULL DEFAULT 0;

CREATE TABLE publisher_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    secret_sha256 BLOB NOT NULL UNIQUE,
    issuer_id BLOB NOT NULL REFERENCES issuers ON DELETE CASCADE,
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    burnt_at TEXT
) STRICT;
CREATE INDEX publisher_tokens_issuer ON publisher_tokens (issuer_id);
CREATE INDEX publisher_tokens_expires ON publisher_tokens (expires_at);

-- Each is for one project, or for projects that are not there yet.
CREATE TABLE publisher_grants (
    token_id BLOB NOT NULL REFERENCES publisher_tokens ON DELETE CASCADE,
    publisher_id BLOB NOT NULL REFERENCES publishers ON DELETE CASCADE,
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    project_id BLOB REFERENCES projects ON DELETE CASCADE,
    new_prefix TEXT,
    CHECK ((project_id IS NULL) <> (new_prefix IS NULL))
) STRICT;
CREATE INDEX publisher_grants_token ON publisher_grants (token_id);
CREATE INDEX publisher_grants_publisher ON publisher_grants (publisher_id);
CREATE INDEX publisher_grants_channel ON publisher_grants (channel_id);
CREATE INDEX publisher_grants_project ON publisher_grants (project_id);

-- Where files come from, as an issuer signed it.
CREATE TABLE file_sources (
    file_id BLOB PRIMARY KEY NOT NULL REFERENCES files ON DELETE CASCADE,
    -- The file's, so that what is known of a project is found without looking at all its files.
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX file_sources_project ON file_sources (project_id, file_id);

-- Verified statements about files. The bytes are kept as they came; set_sha256 is the digest of the JSON array of all
-- bodies up to this position (CEP 50).
CREATE TABLE attestations (
    id BLOB PRIMARY KEY NOT NULL,
    file_id BLOB NOT NULL REFERENCES files ON DELETE CASCADE,
    position INTEGER NOT NULL,
    predicate TEXT NOT NULL,
    -- The run whose publisher the signer was.
    source TEXT NOT NULL,
    body TEXT NOT NULL,
    set_sha256 BLOB NOT NULL,
    verified_at TEXT NOT NULL,
    UNIQUE (file_id, position)
) STRICT;
