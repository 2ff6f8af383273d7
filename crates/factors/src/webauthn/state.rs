//! What the server remembers of a ceremony between its two requests.

use bonded_model::ids::UserId;
use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::{AuthenticationState, RegistrationState};

use super::Refused;

/// The state of a ceremony. Its kind is part of it, so that the state of one kind never finishes another.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum State {
    /// A key is being registered; `existing` are the ids of those that there are.
    Registration { existing: Vec<Vec<u8>>, state: RegistrationState },
    /// A known user proves to have one of the account's keys.
    Authentication { user: UserId, state: AuthenticationState },
    /// Somebody signs in; who, the key will say.
    Passkey { state: AuthenticationState },
}

impl State {
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a state has only text keys and finite numbers")
    }

    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        serde_json::from_str(text).map_err(|_| Refused::State)
    }
}
