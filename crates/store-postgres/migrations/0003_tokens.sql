-- Tokens get new secrets, work from chosen networks, and tell where they were last used.

ALTER TABLE tokens ADD COLUMN previous_sha256 BYTEA;
ALTER TABLE tokens ADD COLUMN previous_until TIMESTAMPTZ;
ALTER TABLE tokens ADD COLUMN rotations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN networks TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_used_address TEXT;
ALTER TABLE tokens ADD COLUMN last_used_agent TEXT NOT NULL DEFAULT '';
-- When it was seen where it leaks, since it got its present secret.
ALTER TABLE tokens ADD COLUMN leaked_at TIMESTAMPTZ;
CREATE UNIQUE INDEX tokens_previous ON tokens (previous_sha256) WHERE previous_sha256 IS NOT NULL;
