//! The signing keys of issuers, kept in the database for all servers.
//!
//! An issuer that is down is believed by the keys that it had; one that answers is believed by what it says now alone, so
//! that a key which it took back ends within minutes. Strangers name keys that do not exist: however many they are, the
//! issuer is asked once a minute.

use std::time::Duration;

use bonded_model::Timestamp;
use bonded_model::publishing::{Issuer, IssuerKeys};
use bonded_oidc::Keys;
use chrono::TimeDelta;

use crate::{Error, Registry};

/// How old keys may be before the issuer is asked again.
const FRESH: TimeDelta = TimeDelta::minutes(15);
/// How often an issuer is asked, by all servers together.
const ASK_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How long another server may need to ask an issuer.
const OTHER_SERVER: TimeDelta = TimeDelta::seconds(10);
const LOOK_EVERY: Duration = Duration::from_millis(200);

impl Registry {
    /// The keys to verify a token with that names the key `kid`. `None` where none could ever be had.
    pub(super) async fn keys_of(&self, issuer: &Issuer, kid: &str) -> Result<Option<Keys>, Error> {
        let known = self.known_keys(issuer).await?;
        if known.suffice(kid, self.clock.now()) {
            return Ok(known.keys);
        }
        let asking = self.trusted_publishing.asking(issuer.id);
        let _turn = match asking.try_lock() {
            Ok(turn) => turn,
            Err(_) if known.has(kid) => return Ok(known.keys),
            Err(_) => asking.lock().await,
        };
        // Whoever waited finds what the one before them was told.
        let known = self.known_keys(issuer).await?;
        let (id, now) = (issuer.id, self.clock.now());
        if known.suffice(kid, now) {
            return Ok(known.keys);
        }
        let claim = self
            .store
            .write(move |tx| Box::pin(async move { tx.claim_refresh(id, now, now - ASK_EVERY).await }));
        match claim.await? {
            true => self.ask(issuer, known.keys).await,
            false if known.has(kid) => Ok(known.keys),
            false => self.heard_by_another(issuer, kid).await,
        }
    }

    /// Asks the issuer; keeps the keys of before where it does not say others.
    async fn ask(&self, issuer: &Issuer, before: Option<Keys>) -> Result<Option<Keys>, Error> {
        let fetched = match &self.trusted_publishing.fetcher {
            Ok(fetcher) => fetcher.keys(issuer).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::warn!(issuer = issuer.url, error, "the keys of an issuer could not be had");
                return Ok(before);
            }
        };
        let (id, now, text) = (issuer.id, self.clock.now(), fetched.text);
        let write =
            self.store.write(move |tx| Box::pin(async move { tx.put_issuer_keys(id, &text, now).await }));
        write.await?;
        Ok(Some(fetched.keys))
    }

    /// Waits for a server that is asking the issuer at this moment, if one is.
    async fn heard_by_another(&self, issuer: &Issuer, kid: &str) -> Result<Option<Keys>, Error> {
        let mut waited = TimeDelta::zero();
        loop {
            let known = self.known_keys(issuer).await?;
            if known.has(kid) || !known.is_awaited(self.clock.now()) || waited > OTHER_SERVER {
                return Ok(known.keys);
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited += TimeDelta::from_std(LOOK_EVERY).unwrap_or(OTHER_SERVER);
        }
    }

    async fn known_keys(&self, issuer: &Issuer) -> Result<Known, Error> {
        let row = self.store.read().await?.issuer_keys(issuer.id).await?;
        let row = row.unwrap_or(IssuerKeys { jwks: None, fetched_at: None, tried_at: None });
        // What this version cannot read is as good as nothing.
        let keys = row.jwks.as_deref().and_then(|text| Keys::parse(text).ok());
        Ok(Known { keys, fetched_at: row.fetched_at, tried_at: row.tried_at })
    }
}

/// What the database has.
struct Known {
    keys: Option<Keys>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

impl Known {
    fn has(&self, kid: &str) -> bool {
        self.keys.as_ref().is_some_and(|keys| keys.contains(kid))
    }

    fn suffice(&self, kid: &str, now: Timestamp) -> bool {
        self.has(kid) && self.fetched_at.is_some_and(|at| now - at < FRESH)
    }

    /// Whether somebody began to ask just now, and has not written down the answer.
    fn is_awaited(&self, now: Timestamp) -> bool {
        self.tried_at.is_some_and(|tried| {
            self.fetched_at.is_none_or(|fetched| fetched < tried) && now - tried < OTHER_SERVER
        })
    }
}
