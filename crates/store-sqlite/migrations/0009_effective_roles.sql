-- A role in a project counts for whoever may publish in its channel, and for nobody else: the views say just what decides.

-- Who may publish in which channel; an account may have several rows in one place.
CREATE VIEW channel_publishers AS
SELECT channel_id, user_id FROM channel_roles WHERE role IN ('publisher', 'admin')
UNION ALL
SELECT c.id, u.id FROM channels c CROSS JOIN users u WHERE u.admin;

DROP VIEW project_roles;
CREATE VIEW project_roles AS
SELECT held.project_id, held.user_id, held.role
FROM project_members held JOIN projects p ON p.id = held.project_id
WHERE EXISTS (SELECT 1 FROM channel_publishers c WHERE c.channel_id = p.channel_id AND c.user_id = held.user_id)
UNION ALL
SELECT held.project_id, m.user_id, held.role
FROM project_groups held JOIN group_members m ON m.group_id = held.group_id JOIN projects p ON p.id = held.project_id
WHERE EXISTS (SELECT 1 FROM channel_publishers c WHERE c.channel_id = p.channel_id AND c.user_id = m.user_id);

-- What people kept of their own when they lost the channel, and what would have counted again with any later role there.
DELETE FROM project_members
WHERE NOT EXISTS (SELECT 1 FROM projects p JOIN channel_publishers c ON c.channel_id = p.channel_id
                  WHERE p.id = project_members.project_id AND c.user_id = project_members.user_id);
