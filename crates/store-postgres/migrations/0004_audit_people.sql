-- Whom each event of the audit log concerns: whose rights were used, and to whom it happened. It only finds events
-- faster; what the log says, and what its hashes cover, stays as it is.
CREATE TABLE audit_people (
    user_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, seq)
);

CREATE INDEX audit_channel ON audit (channel_id, seq);

INSERT INTO audit_people (user_id, seq) SELECT user_id, seq FROM audit WHERE user_id IS NOT NULL;

-- Older events name their person in the body alone. Text of people cannot look like this: its quotes are escaped there.
INSERT INTO audit_people (user_id, seq)
SELECT substring(body FROM '"(?:user|owner)":"([0-9a-f-]{36})"')::uuid, seq
FROM audit WHERE body ~ '"(?:user|owner)":"[0-9a-f-]{36}"'
ON CONFLICT DO NOTHING;

CREATE TRIGGER audit_people_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_people
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
