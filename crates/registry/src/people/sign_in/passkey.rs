//! Signing in with a passkey alone: the key names its owner, and has verified them by PIN, fingerprint or face.

use bonded_factors::webauthn;
use bonded_model::people::ProofKind;

use super::Entry;
use super::enter::Basis;
use crate::people::keys::Ceremony;
use crate::people::limits::{self, SIGN_IN_ACCOUNT};
use crate::people::prove::parsed;
use crate::people::visit::Visit;
use crate::{Error, Registry};

impl Registry {
    /// What the browser has to ask any passkey for.
    ///
    /// # Errors
    /// [`Error::Invalid`] where keys cannot be used, [`Error::TooMany`].
    pub async fn begin_sign_in_with_passkey(&self, visit: &Visit) -> Result<String, Error> {
        self.count(limits::passkey(&visit.origin)).await?;
        let begun = self.relying_party()?.begin_passkey().map_err(Error::internal)?;
        self.put_ceremony(visit, Ceremony::Passkey, begun.state).await?;
        Ok(begun.options)
    }

    /// Signs in with the answer of a passkey.
    ///
    /// # Errors
    /// [`Error::SignIn`] when it proves nothing, [`Error::TooMany`].
    pub async fn sign_in_with_passkey(
        &self,
        visit: &Visit,
        response: &str,
        next: &str,
    ) -> Result<Entry, Error> {
        let refused = |refused: webauthn::Refused| Error::SignIn(refused.to_string());
        let state = self.take_ceremony(visit, Ceremony::Passkey).await?;
        let claimed = webauthn::identify(response).map_err(refused)?;
        let key_bucket = SIGN_IN_ACCOUNT.of(format_args!("key:{}", hex::encode(&claimed.credential_id)));
        let buckets = limits::sign_in(key_bucket, &visit.origin);
        self.count(buckets.clone()).await?;
        let unknown = || refused(webauthn::Refused::UnknownKey);
        let mut reader = self.store.read().await?;
        let row = reader.webauthn_key_by_credential(&claimed.credential_id).await?.ok_or_else(unknown)?;
        let user = reader.user(row.user).await?.ok_or_else(unknown)?;
        drop(reader);
        let rows = [row];
        let keys = parsed(&rows)?;
        match self.relying_party()?.finish_passkey(&state, response, user.id, &keys[0]) {
            Ok(used) => self.note_key_use(visit, &user, &rows, &used).await?,
            Err(why) => {
                self.record_refused_factor(visit, &user, ProofKind::Key, &why.to_string()).await?;
                return Err(refused(why));
            }
        }
        self.give_back(buckets).await?;
        if user.suspended_at.is_some() {
            return Err(Error::SignIn("This account is suspended. Ask an administrator why.".into()));
        }
        let rotated = self.enter(visit, &user, ProofKind::Key, Basis::Key(rows[0].id), None).await?;
        Ok(Entry::SignedIn { rotated, next: next.to_owned() })
    }
}
