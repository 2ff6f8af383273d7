-- Which token gave out the secret of another one: what was minted ends with the token that it came from. Such a token
-- manages none itself (16 is `manage`), so that there are no chains.

ALTER TABLE tokens ADD COLUMN minted_by BLOB REFERENCES tokens ON DELETE CASCADE
    CHECK (minted_by IS NULL OR (verbs & 16) = 0);
CREATE INDEX tokens_minted_by ON tokens (minted_by) WHERE minted_by IS NOT NULL;

-- A year with more than four digits begins with a plus and sorts before all others: such tokens were on some lists only. They
-- never end as far as anybody is concerned, and are now taken for what they are.
UPDATE tokens SET expires_at = NULL WHERE expires_at LIKE '+%';
