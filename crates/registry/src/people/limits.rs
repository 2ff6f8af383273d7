//! Limits on what can be guessed or set off. They are counted in the database before anything is looked up, so that
//! several servers share them, simultaneous tries cannot slip through, and a database that does not answer refuses.

use std::net::IpAddr;

use bonded_model::actor::Origin;
use bonded_model::ids::{IssuerId, UserId};
use bonded_model::{Sha256, Timestamp};
use chrono::TimeDelta;

use crate::{Error, Registry};

/// At most `count` tries in a window that begins with the first of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// What is limited, as the bucket's name says.
    name: &'static str,
    count: i64,
    window: TimeDelta,
}

const fn limit(name: &'static str, count: i64, window: TimeDelta) -> Limit {
    Limit { name, count, window }
}

const FIVE_MINUTES: TimeDelta = TimeDelta::minutes(5);
const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);

/// Passwords for one account, and from one remembered browser.
pub(super) const SIGN_IN_ACCOUNT: Limit = limit("sign-in:account", 10, FIVE_MINUTES);
pub(super) const SIGN_IN_DEVICE: Limit = limit("sign-in:device", 10, FIVE_MINUTES);
/// An office has one address for many people.
const SIGN_IN_ADDRESS: Limit = limit("sign-in:address", 30, FIVE_MINUTES);
const SIGN_IN_INSTANCE: Limit = limit("sign-in:instance", 1_000, FIVE_MINUTES);
/// Six digits can be guessed: a day's tries find one in 6,600 accounts whose password is known.
const FACTOR_ACCOUNT: [Limit; 3] =
    [limit("factor:5m", 5, FIVE_MINUTES), limit("factor:1h", 20, HOUR), limit("factor:1d", 50, DAY)];
const FACTOR_ADDRESS: [Limit; 2] =
    [limit("factor:address:5m", 10, FIVE_MINUTES), limit("factor:address:1h", 50, HOUR)];
/// Each challenge is a row that strangers can make; pages ask for one when they are opened.
const PASSKEY_ADDRESS: Limit = limit("passkey:address", 300, FIVE_MINUTES);
const SIGN_UP_ADDRESS: Limit = limit("sign-up:address", 20, HOUR);
pub(super) const RESET_ACCOUNT: Limit = limit("reset:account", 5, DAY);
const RESET_ADDRESS: Limit = limit("reset:address", 20, HOUR);
pub(super) const VERIFY_ACCOUNT: Limit = limit("verify:account", 3, TimeDelta::hours(6));
pub(super) const ADD_EMAIL: Limit = limit("email:account", 5, DAY);
/// Each of them mails somebody who did not ask for it.
pub(crate) const ROLE_INVITATION: Limit = limit("role-invitation:account", 20, DAY);
pub(super) const CONFIRM_PLACE: Limit = limit("place:account", 10, HOUR);

/// Jobs of many repositories come from few addresses. What succeeds is given back.
const EXCHANGE_ADDRESS: Limit = limit("exchange:address", 100, FIVE_MINUTES);
const EXCHANGE_REFUSED: Limit = limit("exchange:refused", 50, FIVE_MINUTES);
const EXCHANGE_IDENTITY: Limit = limit("exchange:identity", 50, FIVE_MINUTES);

/// Each can make the server ask a provider for an owner, and what is registered is put on record and told by mail.
const PUBLISHER_ACCOUNT: Limit = limit("publisher:account", 100, DAY);
const PUBLISHER_ADDRESS: Limit = limit("publisher:address", 100, DAY);

/// A limit applied to somebody or something.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    limit: Limit,
    key: String,
}

impl Limit {
    /// The limit for one subject. The database knows it by its hash: it may be anything that somebody typed, of any
    /// length, in the worst case a password in the wrong field.
    pub(crate) fn of(self, subject: impl std::fmt::Display) -> Bucket {
        let subject = Sha256::of(subject.to_string().as_bytes());
        Bucket { limit: self, key: format!("{}:{subject}", self.name) }
    }
}

/// The buckets of a password: the account's (or the remembered browser's), the address's, the instance's.
pub(super) fn sign_in(own: Bucket, origin: &Origin) -> Vec<Bucket> {
    vec![own, SIGN_IN_ADDRESS.of(network(origin)), SIGN_IN_INSTANCE.of("all")]
}

/// The buckets of a second factor or a fresh proof.
pub(super) fn factor(account: impl std::fmt::Display + Copy, origin: &Origin) -> Vec<Bucket> {
    let own = FACTOR_ACCOUNT.iter().map(|limit| limit.of(account));
    own.chain(FACTOR_ADDRESS.iter().map(|limit| limit.of(network(origin)))).collect()
}

/// The bucket of challenges for passkeys of whoever it may be.
pub(super) fn passkey(origin: &Origin) -> Vec<Bucket> {
    vec![PASSKEY_ADDRESS.of(network(origin))]
}

/// The bucket of an attempt to sign up.
pub(super) fn sign_up(origin: &Origin) -> Vec<Bucket> {
    vec![SIGN_UP_ADDRESS.of(network(origin))]
}

/// The buckets of a forgotten password. The account is named as it was typed: whether it exists must not show.
pub(super) fn reset(typed: &str, origin: &Origin) -> Vec<Bucket> {
    vec![RESET_ACCOUNT.of(typed.to_lowercase()), RESET_ADDRESS.of(network(origin))]
}

/// The bucket of identity tokens that are not exchanged, wherever they fail.
pub(crate) fn exchange(origin: &Origin) -> Vec<Bucket> {
    vec![EXCHANGE_ADDRESS.of(network(origin))]
}

/// The bucket of one source repository's identities that are believed, and not exchanged.
pub(crate) fn exchange_of(issuer: IssuerId, source: &str) -> Vec<Bucket> {
    vec![EXCHANGE_IDENTITY.of(format!("{issuer} {source}"))]
}

/// The bucket of one source repository's runs that may never publish.
pub(crate) fn refusal_of(issuer: IssuerId, source: &str) -> Vec<Bucket> {
    vec![EXCHANGE_REFUSED.of(format!("{issuer} {source}"))]
}

/// The buckets of a trusted publisher that somebody adds, whether or not there is anything right about it.
pub(crate) fn new_publisher(account: UserId, origin: &Origin) -> Vec<Bucket> {
    vec![PUBLISHER_ACCOUNT.of(account), PUBLISHER_ADDRESS.of(network(origin))]
}

/// Whoever has one IPv6 address has the 2^64 of its network.
fn network(origin: &Origin) -> String {
    match origin.address {
        None => "local".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl Registry {
    /// Counts a try in each bucket.
    ///
    /// # Errors
    /// [`Error::TooMany`] when one of them is full; it says when to come back.
    pub(crate) async fn count(&self, buckets: Vec<Bucket>) -> Result<(), Error> {
        let now = self.clock.now();
        let full = self.store.write(move |tx| {
            Box::pin(async move {
                let mut full: Option<Timestamp> = None;
                for Bucket { limit, key } in &buckets {
                    let (count, ends_at) = tx.count_limit(key, now, now + limit.window).await?;
                    if count > limit.count {
                        full = full.max(Some(ends_at));
                    }
                }
                Ok::<_, Error>(full)
            })
        });
        match full.await? {
            Some(until) => Err(Error::TooMany { wait: until - now }),
            None => Ok(()),
        }
    }

    /// Takes back the tries that were none, because they succeeded.
    pub(crate) async fn give_back(&self, buckets: Vec<Bucket>) -> Result<(), Error> {
        let now = self.clock.now();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                for Bucket { key, .. } in &buckets {
                    tx.give_back(key, now).await?;
                }
                Ok::<_, Error>(())
            })
        });
        write.await
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::ids::RequestId;
    use bonded_model::{Clock, Random};

    use super::*;

    #[test]
    fn neighbours_in_an_ipv6_network_share_a_bucket() {
        let from = |address: &str| {
            let request = RequestId::generate(Clock::System.now(), &Random::System);
            sign_up(&Origin { request, address: Some(address.parse().unwrap()) })[0].key.clone()
        };
        assert_eq!(from("2001:db8:1:2::3"), from("2001:db8:1:2:ffff::9"));
        assert_ne!(from("2001:db8:1:2::3"), from("2001:db8:1:3::3"));
        assert_ne!(from("192.0.2.1"), from("192.0.2.2"));
    }
}
