-- Which token gave out the secret of another one: what was minted ends with the token that it came from. Such a token
-- manages none itself (16 is `manage`), so that there are no chains.

ALTER TABLE tokens ADD COLUMN minted_by UUID REFERENCES tokens ON DELETE CASCADE
    CHECK (minted_by IS NULL OR (verbs & 16) = 0);
CREATE INDEX tokens_minted_by ON tokens (minted_by) WHERE minted_by IS NOT NULL;
