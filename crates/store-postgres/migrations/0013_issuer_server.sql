-- Where an issuer's projects are, where its URL does not tell: a GitLab server can let another host issue its tokens.

ALTER TABLE issuers ADD COLUMN server TEXT COLLATE "C";
