//! Tokens that were found where they leak: scanners report them, signed, and the operator may.
//!
//! Whoever reports a token ends it, whatever secret of it was found, and what it minted: who found the secret before the present
//! one may be who rotated the token away from its owner. A report that comes again changes nothing, so that nobody can fill the log or a
//! mailbox by sending it once more.

mod keys;
mod place;
mod report;
mod url_use;

pub use keys::{InvalidScannerKeys, ScannerKeys};
pub use report::SignedReport;

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::TokenId;
use bonded_model::token::{ApiToken, Verb};
use bonded_model::user::UserName;
use bonded_model::{Actor, Authority, Principal};
use bonded_store::Change;

use crate::access::{Operate, Permit};
use crate::tokens::Ending;
use crate::{Error, Registry};

/// A token that was found where it leaks.
struct Leak {
    token: ApiToken,
    found: Found,
}

/// Where a token was found, and in what.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) url: Option<String>,
    pub(crate) source: String,
    /// The key that signed the report.
    pub(crate) key: Option<String>,
}

/// A leaked token that does not work any more.
#[derive(Clone, Debug)]
pub struct Disclosed {
    /// The token.
    pub token: TokenId,
    /// Whose it was; `None` for the token of a trusted publisher.
    pub owner: Option<UserName>,
    /// What its owner calls it; of a trusted publisher's, the run that had got it.
    pub name: String,
}

impl Registry {
    /// Ends tokens that the operator found where they leak, perhaps at `url`, and tells their owners. What is no token of
    /// this registry is passed over.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn disclose_tokens(
        &self,
        permit: &Permit<Operate>,
        tokens: impl IntoIterator<Item = ApiToken>,
        url: Option<&str>,
    ) -> Result<Vec<Disclosed>, Error> {
        let url = url.and_then(place::cleaned);
        let (mut ended, origin) = (Vec::new(), self.local_origin());
        for token in tokens {
            let found = Found { url: url.clone(), source: "operator".to_owned(), key: None };
            ended.extend(self.take_leak(permit.actor(), &origin, Leak { token, found }).await?);
        }
        Ok(ended)
    }

    /// Ends one token, if it is ours.
    async fn take_leak(
        &self,
        actor: &Actor,
        origin: &Origin,
        leak: Leak,
    ) -> Result<Option<Disclosed>, Error> {
        let publishers = self.end_publisher_token(&leak.token, actor, origin, Some(&leak.found)).await?;
        if let Some(token) = publishers {
            return Ok(Some(Disclosed { token: token.id, owner: None, name: token.source.in_words() }));
        }
        let found = self.store.read().await?.principal_by_hash(&leak.token.hash()).await?;
        let Some(Principal { user, authority, .. }) = found else { return Ok(None) };
        let Authority::Token(token) = authority else { return Ok(None) };
        let (id, now) = (token.id, self.clock.now());
        let message = Message::TokenLeaked {
            user: user.name.clone(),
            at: now,
            token: token.name.clone(),
            url: leak.found.url.clone(),
            managed: token.verbs.contains(Verb::Manage),
        };
        // Also to an address that nobody verified: there is no other way to tell.
        let letter = self.letter(&user.email, &message)?;
        let Found { url, source, key } = leak.found;
        let event = Event::TokenLeaked { token: id, owner: user.id, url, source, key };
        let entry = AuditEntry::new(now, actor, origin, event);
        let disclosed = Disclosed { token: id, owner: Some(user.name), name: token.name.clone() };
        let (actor, origin) = (actor.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let (ended, news) = (tx.revoke_token(id, now).await?, tx.leak_token(id, now).await?);
                if ended || news {
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    letter.post(tx).await?;
                }
                Ending { actor: &actor, origin: &origin, now }.revoke_minted(tx, &token).await
            })
        });
        write.await?;
        Ok(Some(disclosed))
    }
}
