-- Where projects stand in their life (PEP 792), projects that are deleted, conda packages that are withdrawn, and tokens
-- that are cut off.

ALTER TABLE projects ADD COLUMN status TEXT NOT NULL DEFAULT 'active'
    CHECK (status IN ('active', 'archived', 'quarantined', 'deprecated'));
ALTER TABLE projects ADD COLUMN status_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN status_at TIMESTAMPTZ;
-- The row stays, so that the name is not taken by somebody else unnoticed.
ALTER TABLE projects ADD COLUMN deleted_at TIMESTAMPTZ;
CREATE INDEX projects_quarantined ON projects (id) WHERE status = 'quarantined';

-- The record as it was before its release was withdrawn, to bring it back byte by byte. NULL while it is not.
ALTER TABLE conda_files ADD COLUMN original_record TEXT;

-- A token that may do nothing any more in one channel or, where it is named, one project.
CREATE TABLE token_cuts (
    token_id UUID NOT NULL REFERENCES tokens ON DELETE CASCADE,
    channel_id UUID NOT NULL REFERENCES channels ON DELETE CASCADE,
    project_id UUID REFERENCES projects ON DELETE CASCADE,
    cut_at TIMESTAMPTZ NOT NULL,
    cut_by UUID REFERENCES users ON DELETE SET NULL
);
CREATE UNIQUE INDEX token_cuts_project ON token_cuts (token_id, project_id) WHERE project_id IS NOT NULL;
CREATE UNIQUE INDEX token_cuts_channel ON token_cuts (token_id, channel_id) WHERE project_id IS NULL;
CREATE INDEX token_cuts_of_channel ON token_cuts (channel_id);
CREATE INDEX token_cuts_of_project ON token_cuts (project_id);
CREATE INDEX token_cuts_by ON token_cuts (cut_by);
