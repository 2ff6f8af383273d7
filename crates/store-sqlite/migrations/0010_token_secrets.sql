-- Every secret that a token gave up for a new one, so that it is known for what it was when it is found somewhere.

CREATE TABLE token_secrets (
    sha256 BLOB PRIMARY KEY NOT NULL,
    token_id BLOB NOT NULL REFERENCES tokens ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX token_secrets_token ON token_secrets (token_id);
INSERT INTO token_secrets (sha256, token_id)
    SELECT previous_sha256, id FROM tokens WHERE previous_sha256 IS NOT NULL;
