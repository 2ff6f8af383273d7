//! From the identity of a CI job to a token.

use bonded_model::actor::Origin;
use bonded_model::publishing::Issuer;
use bonded_model::token::ApiToken;
use bonded_model::{Sha256, Timestamp};
use bonded_oidc::{
    Identity, IdentityError, LEEWAY, NeverPublishes, Unverified, VerifyError, identity, verify,
};
use chrono::TimeDelta;

use super::error::ExchangeError;
use super::matching::{matching, nearest, refusal};
use super::mint::Minting;
use crate::people::limits;
use crate::{Error, Registry};

/// How much longer an identity stays burnt than it could be believed.
const BURNT_LONGER: TimeDelta = TimeDelta::seconds(5);

/// A token, at the one moment at which its secret is known.
#[derive(Debug)]
pub struct Minted {
    /// The secret.
    pub token: ApiToken,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An identity that is believed.
pub(super) struct Believed {
    pub(super) issuer: Issuer,
    pub(super) identity: Identity,
    /// By what it is burnt.
    pub(super) jti: Sha256,
    pub(super) burnt_until: Timestamp,
}

impl Registry {
    /// Exchanges an identity token for a token that publishes to the projects of all publishers that it matches.
    ///
    /// # Errors
    /// [`ExchangeError`], with the text for the log of the job.
    pub async fn exchange(&self, token: &str, origin: &Origin) -> Result<Minted, ExchangeError> {
        let Some(audience) = self.oidc_audience() else {
            return Err(ExchangeError::NotEnabled("trusted publishing is switched off here".into()));
        };
        let tries = limits::exchange(origin);
        self.count(tries.clone()).await?;
        let believed = self.believe(token, audience).await?;
        let own = limits::exchange_of(believed.issuer.id, bucket_of(&believed.identity));
        self.count(own.clone()).await?;
        let minted = self.mint(believed, origin).await?;
        let given_back = self.give_back(tries.into_iter().chain(own).collect()).await;
        // The token is there: a job that lost it could not ask again with the same identity.
        let _ = given_back.inspect_err(|error| tracing::error!(%error, "a try is counted that succeeded"));
        Ok(minted)
    }

    /// Everything about the token itself. Nothing is written but perhaps an issuer's keys, and for those who look after it
    /// that a run of theirs was refused.
    async fn believe(&self, token: &str, audience: &str) -> Result<Believed, ExchangeError> {
        let token = Unverified::parse(token)?;
        let found = self.store.read().await?.issuer_by_url(token.issuer()).await?;
        let unknown = || ExchangeError::Payload("the token's issuer (iss) is not known here".into());
        let issuer = found.ok_or_else(unknown)?;
        check_enabled(&issuer)?;
        let kid = token.key_id().filter(|kid| !kid.is_empty()).ok_or(VerifyError::NoKeyId)?;
        let keys = self.keys_of(&issuer, kid).await?.ok_or_else(|| {
            ExchangeError::Token("the keys of its issuer cannot be had now: try again in a minute".into())
        })?;
        let verified = verify(&token, &keys, &issuer, audience, self.clock.now())?;
        let identity = match identity(&issuer, &verified) {
            Ok(identity) => identity,
            Err(NeverPublishes { why, run: None }) => return Err(why.into()),
            Err(NeverPublishes { why, run: Some(run) }) => {
                // Strangers cause such runs: they have a bucket of their own, and fill none that a release needs.
                self.count(limits::refusal_of(issuer.id, bucket_of(&run))).await?;
                return Err(self.refuse(&issuer, &run, Some(why)).await?);
            }
        };
        let jti = Sha256::of(verified.replay_id.as_bytes());
        let burnt_until = verified.expires_at + LEEWAY + BURNT_LONGER;
        Ok(Believed { issuer, identity, jti, burnt_until })
    }

    async fn mint(&self, believed: Believed, origin: &Origin) -> Result<Minted, ExchangeError> {
        let mut reader = self.store.read().await?;
        let matched = matching(&mut reader, &believed.issuer, &believed.identity).await?;
        drop(reader);
        if matched.is_empty() {
            return Err(self.refuse(&believed.issuer, &believed.identity, None).await?);
        }
        let letters = self.letters_of_environment(&matched, &believed.identity).await?;
        let token = ApiToken::generate(&self.random);
        let minting = Minting::new(self, believed, token.hash(), letters, *origin);
        let expires_at = minting.expires_at;
        let ended = self.store.write(move |tx| Box::pin(async move { minting.run(tx).await })).await?;
        // A publisher that could not make its project is gone by now, which a failed transaction would have undone.
        ended.map_or(Ok(Minted { token, expires_at }), Err)
    }

    /// The refusal, kept for those who look after the nearest publishers; `why` where no publisher could ever match.
    async fn refuse(
        &self,
        issuer: &Issuer,
        identity: &Identity,
        why: Option<IdentityError>,
    ) -> Result<ExchangeError, Error> {
        let mut reader = self.store.read().await?;
        let nearest = nearest(&mut reader, issuer, identity).await?;
        drop(reader);
        let mut text = refusal(identity, nearest.as_ref());
        if let Some(why) = why {
            text = format!("{why}; {text}");
        }
        let told = nearest.map(|nearest| nearest.told).unwrap_or_default();
        if !told.is_empty() {
            let (now, text) = (self.clock.now(), text.clone());
            let write = self.store.write(move |tx| {
                Box::pin(async move {
                    for id in told {
                        tx.publisher_refused(id, now, &text).await?;
                    }
                    Ok::<_, Error>(())
                })
            });
            write.await?;
        }
        Ok(ExchangeError::NoPublisher(text))
    }
}

/// By what tries of one source are counted. Of issuers whose identities all have one lookup, the subject tells them apart.
fn bucket_of(identity: &Identity) -> &str {
    if identity.shares_lookup() { &identity.source.subject } else { &identity.lookup }
}

pub(super) fn check_enabled(issuer: &Issuer) -> Result<(), ExchangeError> {
    match issuer.enabled {
        true => Ok(()),
        false => {
            Err(ExchangeError::NotEnabled(format!("identity tokens of {} are not accepted now", issuer.name)))
        }
    }
}
