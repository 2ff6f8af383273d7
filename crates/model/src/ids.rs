//! Typed ids: UUIDv7 values that sort by the time they were made. An id is a name, never a secret.

use uuid::{Builder, Uuid};

use crate::{Random, Timestamp};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id: the time in milliseconds, then 74 random bits (RFC 9562, version 7).
            pub fn generate(now: Timestamp, random: &Random) -> Self {
                let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
                Self(Builder::from_unix_timestamp_millis(millis, &random.bytes()).into_uuid())
            }

            /// The value as the database keeps it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// An account.
    UserId,
    /// A channel.
    ChannelId,
    /// A project of a channel.
    ProjectId,
    /// A release: one version of a project.
    ReleaseId,
    /// One uploaded archive.
    FileId,
    /// A subdir of a conda channel.
    SubdirId,
    /// An API token, of a person or of a trusted publisher.
    TokenId,
    /// An issuer of identity tokens.
    IssuerId,
    /// A trusted publisher.
    PublisherId,
    /// A signed statement about a file.
    AttestationId,
    /// A background job.
    JobId,
    /// One HTTP request or one run of the command line, as logs and audit events name it.
    RequestId,
    /// A running server.
    ServerId,
    /// An address of an account.
    EmailId,
    /// A WebAuthn credential of an account.
    KeyId,
    /// A recovery code.
    RecoveryCodeId,
    /// A signed-in browser.
    SessionId,
    /// A remembered browser.
    DeviceId,
    /// A mail on its way.
    MailId,
    /// The recovery of an account.
    RecoveryId,
    /// A group of accounts.
    GroupId,
    /// An invitation to a role.
    InvitationId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    #[test]
    fn ids_sort_by_time_and_are_version_7() {
        let (clock, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH), Random::seeded(1));
        let earlier = FileId::generate(clock.now(), &random);
        clock.advance(chrono::Duration::milliseconds(1));
        let later = FileId::generate(clock.now(), &random);
        assert!(earlier < later);
        assert_eq!(later.uuid().get_version_num(), 7);
    }
}
