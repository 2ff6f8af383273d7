//! Remembered browsers.

use bonded_model::Timestamp;
use bonded_model::ids::{DeviceId, UserId};
use bonded_model::people::Device;
use bonded_model::secret::SecretHash;
use uuid::Uuid;

use super::rows::secret_hash;
use crate::Connection;

struct Row {
    id: Uuid,
    secret: Vec<u8>,
    user_id: Uuid,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Device {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            secret: secret_hash("devices.secret", &row.secret)?,
            user: row.user_id.into(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

pub async fn by_secret(db: &mut Connection, secret: &SecretHash) -> sqlx::Result<Option<Device>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!: Uuid", secret AS "secret!: Vec<u8>", user_id AS "user_id!: Uuid",
                  created_at AS "created_at!: Timestamp", expires_at AS "expires_at!: Timestamp"
           FROM devices WHERE secret = $1"#,
        &secret.as_bytes()[..],
    );
    row.fetch_optional(db).await?.map(Device::try_from).transpose()
}

pub async fn insert(db: &mut Connection, device: &Device) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO devices (id, secret, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        device.id.uuid(),
        &device.secret.as_bytes()[..],
        device.user.uuid(),
        device.created_at,
        device.expires_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn delete_all(db: &mut Connection, user: UserId, except: Option<DeviceId>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM devices WHERE user_id = $1 AND (id <> $2 OR $2 IS NULL)",
        user.uuid(),
        except.map(DeviceId::uuid),
    );
    Ok(done.execute(db).await?.rows_affected())
}
