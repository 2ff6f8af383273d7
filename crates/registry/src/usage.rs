//! When and where tokens were last used, gathered in memory and written now and then: a read must not cost a write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use bonded_model::Timestamp;
use bonded_model::ids::TokenId;
use bonded_model::people::Client;
use bonded_model::token::TokenUse;

use crate::{Error, Registry};

/// Last uses that are not written yet.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<TokenId, (Timestamp, Client)>>);

impl Usage {
    /// Notes that the token was used at `now` by a client.
    pub(crate) fn note(&self, token: TokenId, now: Timestamp, address: Option<IpAddr>, agent: &str) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, client) = uses.entry(token).or_default();
        *at = now;
        client.address = address;
        if client.agent != agent {
            agent.clone_into(&mut client.agent);
        }
    }

    fn take(&self) -> Vec<TokenUse> {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.drain().map(|(token, (at, client))| TokenUse { token, at, client }).collect()
    }
}

impl Registry {
    /// Writes the gathered last uses of tokens.
    ///
    /// # Errors
    /// When the database refuses; what was gathered is lost then, which only makes a date older.
    pub async fn flush_usage(&self) -> Result<(), Error> {
        let used = self.usage.take();
        if used.is_empty() {
            return Ok(());
        }
        self.store.write(move |tx| Box::pin(async move { tx.touch_tokens(&used).await })).await?;
        Ok(())
    }
}
