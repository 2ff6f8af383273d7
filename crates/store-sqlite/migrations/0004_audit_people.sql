-- Whom each event of the audit log concerns: whose rights were used, and to whom it happened. It only finds events
-- faster; what the log says, and what its hashes cover, stays as it is.
CREATE TABLE audit_people (
    user_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_channel ON audit (channel_id, seq);

INSERT INTO audit_people (user_id, seq) SELECT user_id, seq FROM audit WHERE user_id IS NOT NULL;

-- Older events name their person in the body alone. Text of people cannot look like this: its quotes are escaped there.
INSERT OR IGNORE INTO audit_people (user_id, seq)
SELECT people.id, named.seq
FROM (SELECT seq, replace(substr(body, instr(body, '"user":"') + 8, 36), '-', '') AS hex
      FROM audit WHERE instr(body, '"user":"') > 0
      UNION ALL
      SELECT seq, replace(substr(body, instr(body, '"owner":"') + 9, 36), '-', '')
      FROM audit WHERE instr(body, '"owner":"') > 0) named
JOIN (SELECT id, lower(hex(id)) AS hex FROM users
      UNION SELECT user_id, lower(hex(user_id)) FROM audit WHERE user_id IS NOT NULL) people
  ON people.hex = named.hex;

CREATE TRIGGER audit_people_is_never_updated BEFORE UPDATE ON audit_people
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_people_is_never_deleted BEFORE DELETE ON audit_people
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
