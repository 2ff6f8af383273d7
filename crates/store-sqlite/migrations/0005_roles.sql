-- Groups hold roles as accounts do; people are invited to roles; channels and projects say what credentials they take.

CREATE TABLE groups (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE group_members (
    group_id BLOB NOT NULL REFERENCES groups ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('member', 'manager')),
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE channel_groups (
    channel_id BLOB NOT NULL REFERENCES channels ON DELETE CASCADE,
    group_id BLOB NOT NULL REFERENCES groups ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('reader', 'publisher', 'admin')),
    PRIMARY KEY (channel_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_groups_group ON channel_groups (group_id);

CREATE TABLE project_groups (
    project_id BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
    group_id BLOB NOT NULL REFERENCES groups ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('maintainer', 'owner')),
    PRIMARY KEY (project_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_groups_group ON project_groups (group_id);

-- Every role of every account, its own and those of its groups; an account may have several rows in one place.
CREATE VIEW channel_roles AS
SELECT channel_id, user_id, role FROM channel_members
UNION ALL
SELECT held.channel_id, m.user_id, held.role
FROM channel_groups held JOIN group_members m ON m.group_id = held.group_id;

CREATE VIEW project_roles AS
SELECT project_id, user_id, role FROM project_members
UNION ALL
SELECT held.project_id, m.user_id, held.role
FROM project_groups held JOIN group_members m ON m.group_id = held.group_id;

-- Each is to one channel, one project or one group. user_id is set where an account was invited by its name; otherwise
-- whoever has verified the address may accept.
CREATE TABLE role_invitations (
    id BLOB PRIMARY KEY NOT NULL,
    secret BLOB NOT NULL UNIQUE,
    channel_id BLOB REFERENCES channels ON DELETE CASCADE,
    project_id BLOB REFERENCES projects ON DELETE CASCADE,
    group_id BLOB REFERENCES groups ON DELETE CASCADE,
    role TEXT NOT NULL,
    transfer INTEGER NOT NULL,
    user_id BLOB REFERENCES users ON DELETE CASCADE,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    invited_by BLOB REFERENCES users ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    CHECK ((channel_id IS NOT NULL AND project_id IS NULL AND group_id IS NULL AND role IN ('reader', 'publisher', 'admin'))
        OR (channel_id IS NULL AND project_id IS NOT NULL AND group_id IS NULL AND role IN ('maintainer', 'owner'))
        OR (channel_id IS NULL AND project_id IS NULL AND group_id IS NOT NULL AND role IN ('member', 'manager')))
) STRICT;
CREATE INDEX role_invitations_channel ON role_invitations (channel_id) WHERE channel_id IS NOT NULL;
CREATE INDEX role_invitations_project ON role_invitations (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX role_invitations_group ON role_invitations (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX role_invitations_user ON role_invitations (user_id);
CREATE INDEX role_invitations_address ON role_invitations (address_key);
CREATE INDEX role_invitations_invited_by ON role_invitations (invited_by);
CREATE INDEX role_invitations_expires ON role_invitations (expires_at);

ALTER TABLE channels ADD COLUMN create_projects TEXT NOT NULL DEFAULT 'publishers'
    CHECK (create_projects IN ('publishers', 'admins'));
ALTER TABLE channels ADD COLUMN trusted_publishers_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN tokens_need_expiry INTEGER NOT NULL DEFAULT 0;
-- In days.
ALTER TABLE channels ADD COLUMN longest_token_life INTEGER;
ALTER TABLE projects ADD COLUMN trusted_publishers_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN tokens_need_expiry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN longest_token_life INTEGER;

-- When the present secret was made; NULL where the token never got another one.
ALTER TABLE tokens ADD COLUMN secret_at TEXT;
