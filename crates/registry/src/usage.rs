//! When tokens were last used, gathered in memory and written now and then: a read must not cost a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bonded_model::Timestamp;
use bonded_model::ids::TokenId;

use crate::{Error, Registry};

/// Last uses that are not written yet.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<TokenId, Timestamp>>);

impl Usage {
    /// Notes that the token was used at `now`.
    pub(crate) fn note(&self, token: TokenId, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, now);
    }

    fn take(&self) -> Vec<(TokenId, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
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
