//! Invitations to roles, known by the hashes of their secrets.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, GroupId, InvitationId, ProjectId, UserId};
use bonded_model::role_invitation::{Offer, RoleInvitation};
use bonded_model::secret::SecretHash;
use uuid::Uuid;

use super::rows::{corrupt, parsed, secret_hash};
use crate::Connection;

struct Row {
    id: Uuid,
    secret: Vec<u8>,
    channel_id: Option<Uuid>,
    project_id: Option<Uuid>,
    group_id: Option<Uuid>,
    role: String,
    transfer: bool,
    user_id: Option<Uuid>,
    address: String,
    invited_by: Option<Uuid>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Row {
    fn offer(&self) -> sqlx::Result<Offer> {
        let column = "role_invitations.role";
        match (self.channel_id, self.project_id, self.group_id) {
            (Some(channel), None, None) => Ok(Offer::Channel(channel.into(), parsed(column, &self.role)?)),
            (None, Some(project), None) if self.transfer => Ok(Offer::Transfer(project.into())),
            (None, Some(project), None) => Ok(Offer::Project(project.into(), parsed(column, &self.role)?)),
            (None, None, Some(group)) => Ok(Offer::Group(group.into(), parsed(column, &self.role)?)),
            _ => Err(corrupt(column, "an invitation is to one place")),
        }
    }
}

impl TryFrom<Row> for RoleInvitation {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            offer: row.offer()?,
            id: row.id.into(),
            secret: secret_hash("role_invitations.secret", &row.secret)?,
            user: row.user_id.map(Into::into),
            address: parsed("role_invitations.address", &row.address)?,
            invited_by: row.invited_by.map(Into::into),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// A statement that gives whole rows: its begin, the columns, its end.
macro_rules! rows {
    ($begin:literal, $end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            $begin + r#" id AS "id!: Uuid", secret AS "secret!: Vec<u8>", channel_id AS "channel_id?: Uuid",
                         project_id AS "project_id?: Uuid", group_id AS "group_id?: Uuid", role AS "role!: String",
                         transfer AS "transfer!: bool", user_id AS "user_id?: Uuid", address AS "address!: String",
                         invited_by AS "invited_by?: Uuid", created_at AS "created_at!: Timestamp",
                         expires_at AS "expires_at!: Timestamp" "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, invitation: &RoleInvitation) -> sqlx::Result<()> {
    let offer = invitation.offer;
    let done = sqlx::query!(
        "INSERT INTO role_invitations (id, secret, channel_id, project_id, group_id, role, transfer, user_id, address,
                                       address_key, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        invitation.id.uuid(),
        &invitation.secret.as_bytes()[..],
        offer.channel().map(ChannelId::uuid),
        offer.project().map(ProjectId::uuid),
        offer.group().map(GroupId::uuid),
        offer.role(),
        matches!(offer, Offer::Transfer(_)),
        invitation.user.map(UserId::uuid),
        invitation.address.as_str(),
        invitation.address.key(),
        invitation.invited_by.map(UserId::uuid),
        invitation.created_at,
        invitation.expires_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn by_secret(db: &mut Connection, secret: &SecretHash) -> sqlx::Result<Option<RoleInvitation>> {
    let row = rows!("SELECT", "FROM role_invitations WHERE secret = $1", &secret.as_bytes()[..]);
    row.fetch_optional(db).await?.map(RoleInvitation::try_from).transpose()
}

pub async fn by_id(db: &mut Connection, id: InvitationId) -> sqlx::Result<Option<RoleInvitation>> {
    let row = rows!("SELECT", "FROM role_invitations WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(RoleInvitation::try_from).transpose()
}

pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<RoleInvitation>> {
    let rows = rows!("SELECT", "FROM role_invitations WHERE channel_id = $1 ORDER BY id", channel.uuid());
    rows.fetch_all(db).await?.into_iter().map(RoleInvitation::try_from).collect()
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<RoleInvitation>> {
    let rows = rows!("SELECT", "FROM role_invitations WHERE project_id = $1 ORDER BY id", project.uuid());
    rows.fetch_all(db).await?.into_iter().map(RoleInvitation::try_from).collect()
}

pub async fn of_group(db: &mut Connection, group: GroupId) -> sqlx::Result<Vec<RoleInvitation>> {
    let rows = rows!("SELECT", "FROM role_invitations WHERE group_id = $1 ORDER BY id", group.uuid());
    rows.fetch_all(db).await?.into_iter().map(RoleInvitation::try_from).collect()
}

/// Those that name the account, and those to an address that it has verified.
pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<RoleInvitation>> {
    let rows = rows!(
        "SELECT",
        "FROM role_invitations
         WHERE user_id = $1
            OR (user_id IS NULL AND address_key IN (SELECT e.address_key FROM emails e
                                                    WHERE e.user_id = $1 AND e.verified_at IS NOT NULL))
         ORDER BY id",
        user.uuid(),
    );
    rows.fetch_all(db).await?.into_iter().map(RoleInvitation::try_from).collect()
}

pub async fn delete(db: &mut Connection, id: InvitationId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM role_invitations WHERE id = $1", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The same place and the same person, as the inviter knows them: an invitation by name and one to an address have nothing
/// to do with each other, or inviting would tell whose address it is.
pub async fn delete_same(db: &mut Connection, invitation: &RoleInvitation) -> sqlx::Result<()> {
    let offer = invitation.offer;
    let done = sqlx::query!(
        "DELETE FROM role_invitations
         WHERE (channel_id = $1 OR project_id = $2 OR group_id = $3)
           AND (user_id = $5 OR (user_id IS NULL AND address_key = $4))",
        offer.channel().map(ChannelId::uuid),
        offer.project().map(ProjectId::uuid),
        offer.group().map(GroupId::uuid),
        Some(invitation.address.key()).filter(|_| invitation.user.is_none()),
        invitation.user.map(UserId::uuid),
    );
    done.execute(db).await.map(drop)
}

pub async fn sent_by(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<RoleInvitation>> {
    let rows = rows!("SELECT", "FROM role_invitations WHERE invited_by = $1 ORDER BY id", user.uuid());
    rows.fetch_all(db).await?.into_iter().map(RoleInvitation::try_from).collect()
}

pub async fn delete_of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM role_invitations WHERE project_id = $1", project.uuid());
    done.execute(db).await.map(drop)
}

/// In the channel and in its projects: what the person was offered, by name or by an address of theirs, and what they
/// offered to others.
pub async fn delete_in_channel(db: &mut Connection, channel: ChannelId, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM role_invitations
         WHERE (channel_id = $1 OR project_id IN (SELECT id FROM projects WHERE channel_id = $1))
           AND (user_id = $2 OR invited_by = $2
             OR address_key IN (SELECT e.address_key FROM emails e WHERE e.user_id = $2 AND e.verified_at IS NOT NULL))",
        channel.uuid(),
        user.uuid(),
    );
    done.execute(db).await.map(drop)
}

pub async fn delete_in_project(db: &mut Connection, project: ProjectId, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM role_invitations
         WHERE project_id = $1
           AND (user_id = $2 OR invited_by = $2
             OR address_key IN (SELECT e.address_key FROM emails e WHERE e.user_id = $2 AND e.verified_at IS NOT NULL))",
        project.uuid(),
        user.uuid(),
    );
    done.execute(db).await.map(drop)
}

pub async fn delete_in_group(db: &mut Connection, group: GroupId, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM role_invitations
         WHERE group_id = $1
           AND (user_id = $2 OR invited_by = $2
             OR address_key IN (SELECT e.address_key FROM emails e WHERE e.user_id = $2 AND e.verified_at IS NOT NULL))",
        group.uuid(),
        user.uuid(),
    );
    done.execute(db).await.map(drop)
}
