-- Whose signatures readers see in a subdir, which follows what its channel wants once its records are ready for that.

ALTER TABLE subdirs ADD COLUMN shown TEXT NOT NULL DEFAULT 'off' CHECK (shown IN ('off', 'server', 'publisher'));
UPDATE subdirs SET shown = (SELECT signing FROM channels WHERE channels.id = subdirs.channel_id);
