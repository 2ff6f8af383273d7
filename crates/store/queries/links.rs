//! Single-use links, known by the hashes of their secrets.

use bonded_model::Timestamp;
use bonded_model::ids::{EmailId, UserId};
use bonded_model::people::{Link, LinkKind};
use bonded_model::secret::SecretHash;
use uuid::Uuid;

use super::rows::{parsed, secret_hash};
use crate::Connection;

struct Row {
    secret: Vec<u8>,
    kind: String,
    user_id: Option<Uuid>,
    email_id: Option<Uuid>,
    browser: Option<Vec<u8>>,
    invited: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Link {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            secret: secret_hash("links.secret", &row.secret)?,
            kind: parsed("links.kind", &row.kind)?,
            user: row.user_id.map(Into::into),
            email: row.email_id.map(Into::into),
            browser: row.browser.map(|hash| secret_hash("links.browser", &hash)).transpose()?,
            invited: row.invited.map(|address| parsed("links.invited", &address)).transpose()?,
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
            $begin + r#" secret AS "secret!: Vec<u8>", kind AS "kind!: String", user_id AS "user_id?: Uuid",
                         email_id AS "email_id?: Uuid", browser AS "browser?: Vec<u8>", invited AS "invited?: String",
                         created_at AS "created_at!: Timestamp", expires_at AS "expires_at!: Timestamp" "# + $end,
            $($argument),*
        )
    };
}

pub async fn by_secret(db: &mut Connection, secret: &SecretHash) -> sqlx::Result<Option<Link>> {
    let row = rows!("SELECT", "FROM links WHERE secret = $1", &secret.as_bytes()[..]);
    row.fetch_optional(db).await?.map(Link::try_from).transpose()
}

pub async fn invitations(db: &mut Connection) -> sqlx::Result<Vec<Link>> {
    let rows = rows!("SELECT", "FROM links WHERE kind = 'invitation' ORDER BY created_at, secret");
    rows.fetch_all(db).await?.into_iter().map(Link::try_from).collect()
}

pub async fn insert(db: &mut Connection, link: &Link) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO links (secret, kind, user_id, email_id, browser, invited, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &link.secret.as_bytes()[..],
        link.kind.as_str(),
        link.user.map(UserId::uuid),
        link.email.map(EmailId::uuid),
        link.browser.as_ref().map(|hash| &hash.as_bytes()[..]),
        link.invited.as_ref().map(|address| address.as_str()),
        link.created_at,
        link.expires_at,
    );
    done.execute(db).await.map(drop)
}

/// Reading and deleting are one statement, so that of two uses one finds it.
pub async fn take(
    db: &mut Connection,
    secret: &SecretHash,
    kind: LinkKind,
    now: Timestamp,
) -> sqlx::Result<Option<Link>> {
    let row = rows!(
        "DELETE FROM links WHERE secret = $1 AND kind = $2 AND expires_at > $3 RETURNING",
        "",
        &secret.as_bytes()[..],
        kind.as_str(),
        now,
    );
    row.fetch_optional(db).await?.map(Link::try_from).transpose()
}

pub async fn delete(db: &mut Connection, secret: &SecretHash) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM links WHERE secret = $1", &secret.as_bytes()[..]);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_of_user(db: &mut Connection, user: UserId, kind: LinkKind) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM links WHERE user_id = $1 AND kind = $2", user.uuid(), kind.as_str());
    done.execute(db).await.map(drop)
}

pub async fn delete_setup(db: &mut Connection) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM links WHERE kind = 'setup'").execute(db).await.map(drop)
}
