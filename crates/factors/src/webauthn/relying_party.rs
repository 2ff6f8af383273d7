//! The ceremonies.

use std::time::Duration;

use bonded_model::ids::UserId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AuthenticationState, Credential, PublicKeyCredential,
    RegisterPublicKeyCredential, RequestRegistrationExtensions, ResidentKeyRequirement,
    UserVerificationPolicy,
};

use super::state::State;
use super::{Key, Refused};

/// How long the browser may wait for a touch. The standard recommends five minutes where a key has to be fetched first.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// This instance as keys know it: by its host name. Keys stay bound to it; another host name needs new keys.
#[derive(Clone, Debug)]
pub struct RelyingParty(WebauthnCore);

/// Why keys cannot be used with a base URL. The texts are for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The host is an IP address.
    #[error("security keys need a host name: the base URL has an IP address")]
    Address,
    /// Plain HTTP, and not on localhost.
    #[error("security keys need HTTPS: the base URL begins with http:// (allowed for localhost only)")]
    Insecure,
    /// No host at all.
    #[error("security keys need a host name: the base URL has none")]
    NoHost,
}

/// A ceremony that was begun.
#[derive(Clone)]
pub struct Begun {
    /// For the browser: the JSON object that `PublicKeyCredential.parseCreationOptionsFromJSON` or
    /// `parseRequestOptionsFromJSON` takes, binary fields in base64url.
    pub options: String,
    /// For the server alone, to finish the ceremony with, once.
    pub state: String,
}

/// A new key.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The key, to be stored.
    pub key: Key,
    /// Whether the key can sign in without a name, if the browser said so. A hint, not a fact.
    pub discoverable: Option<bool>,
}

/// A key that proved its owner.
#[derive(Clone, Debug)]
pub struct Used {
    /// Which key it was.
    pub credential_id: Vec<u8>,
    /// The key as it is to be stored from now on, with its new counter.
    pub key: Key,
    /// The key verified its owner by PIN, fingerprint or face, and not only that somebody touched it.
    pub user_verified: bool,
}

/// Whom and which key the answer to a passkey ceremony names. A claim, until [`RelyingParty::finish_passkey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The account.
    pub user: UserId,
    /// The key.
    pub credential_id: Vec<u8>,
}

impl RelyingParty {
    /// The relying party of an instance. Its id is the host of the base URL, and its only origin that URL's.
    pub fn new(base_url: &Url, instance_name: &str) -> Result<Self, Unavailable> {
        let host = match base_url.host() {
            Some(Host::Domain(host)) => host,
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Unavailable::Address),
            None => return Err(Unavailable::NoHost),
        };
        if base_url.scheme() != "https" && host != "localhost" && !host.ends_with(".localhost") {
            return Err(Unavailable::Insecure);
        }
        let origins = vec![base_url.clone()];
        let core = WebauthnCore::new_unsafe_experts_only;
        Ok(Self(core(instance_name, host, origins, TIME_LIMIT, Some(false), Some(false))))
    }

    /// Begins to register a key for `user`; `existing` keys are not registered again. The names are shown by browsers
    /// and password managers.
    pub fn begin_registration(
        &self,
        user: UserId,
        name: &str,
        display_name: &str,
        existing: &[Key],
    ) -> Result<Begun, Refused> {
        let display_name = if display_name.is_empty() { name } else { display_name };
        let existing: Vec<Vec<u8>> = existing.iter().map(Key::credential_id).collect();
        let builder = self
            .0
            .new_challenge_register_builder(user.uuid().as_bytes(), name, display_name)?
            .attestation(AttestationConveyancePreference::None)
            .user_verification_policy(UserVerificationPolicy::Preferred)
            .exclude_credentials(Some(existing.clone()))
            .extensions(Some(RequestRegistrationExtensions { uvm: None, ..Default::default() }));
        let (mut challenge, state) = self.0.generate_challenge_register(builder)?;
        // The library knows only `required`, which shuts out old keys, and `discouraged`, which prevents passkeys.
        if let Some(selection) = &mut challenge.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        Ok(begun(&challenge.public_key, &State::Registration { existing, state }))
    }

    /// Finishes a registration with the browser's answer. The caller still has to see that no other account has the
    /// same credential id.
    pub fn finish_registration(&self, state: &str, response: &str) -> Result<Registered, Refused> {
        let State::Registration { existing, state } = State::read(state)? else { return Err(Refused::State) };
        let response: RegisterPublicKeyCredential = read(response)?;
        if existing.contains(&response.raw_id) {
            return Err(Refused::AlreadyRegistered);
        }
        let credential = self.0.register_credential(&response, &state, None)?;
        let discoverable = response.extensions.cred_props.and_then(|properties| properties.rk);
        Ok(Registered { key: Key::new(credential), discoverable })
    }

    /// Begins to let a known user prove to have one of `keys`, after the password or again.
    pub fn begin_authentication(&self, user: UserId, keys: &[Key]) -> Result<Begun, Refused> {
        let credentials = keys.iter().map(|key| key.credential().clone()).collect();
        let (options, state) = self.begin(credentials, UserVerificationPolicy::Preferred)?;
        Ok(begun(&options, &State::Authentication { user, state }))
    }

    /// Finishes [`RelyingParty::begin_authentication`]; `keys` are those that the account has now.
    pub fn finish_authentication(&self, state: &str, response: &str, keys: &[Key]) -> Result<Used, Refused> {
        let State::Authentication { user, state } = State::read(state)? else { return Err(Refused::State) };
        let response: PublicKeyCredential = read(response)?;
        let key = keys.iter().find(|key| key.credential().cred_id == response.raw_id);
        let key = key.ok_or(Refused::UnknownKey)?;
        // Keys that are not discoverable give no handle.
        if response.get_user_unique_id().is_some_and(|handle| handle != user.uuid().as_bytes()) {
            return Err(Refused::OtherUser);
        }
        self.finish(&response, &state, key, &key.without_verification())
    }

    /// Begins a sign-in with a passkey, by somebody who is not known yet.
    pub fn begin_passkey(&self) -> Result<Begun, Refused> {
        let (options, state) = self.begin(Vec::new(), UserVerificationPolicy::Required)?;
        Ok(begun(&options, &State::Passkey { state }))
    }

    /// Finishes [`RelyingParty::begin_passkey`] with the key that [`identify`] named and with the account that owns it.
    pub fn finish_passkey(
        &self,
        state: &str,
        response: &str,
        owner: UserId,
        key: &Key,
    ) -> Result<Used, Refused> {
        let State::Passkey { state } = State::read(state)? else { return Err(Refused::State) };
        if identify(response)?.user != owner {
            return Err(Refused::OtherUser);
        }
        self.finish(&read(response)?, &state, key, key.credential())
    }

    fn begin(
        &self,
        credentials: Vec<Credential>,
        policy: UserVerificationPolicy,
    ) -> Result<(impl Serialize + use<>, AuthenticationState), Refused> {
        let builder = self.0.new_challenge_authenticate_builder(credentials, Some(policy))?;
        let (challenge, mut state) = self.0.generate_challenge_authenticate(builder)?;
        // What is finished is compared with the keys of that moment, not of this one.
        state.set_allowed_credentials(Vec::new());
        Ok((challenge.public_key, state))
    }

    fn finish(
        &self,
        response: &PublicKeyCredential,
        state: &AuthenticationState,
        key: &Key,
        credential: &Credential,
    ) -> Result<Used, Refused> {
        refuse_frames(response)?;
        let result = self.0.authenticate_single_credential(response, state, credential)?;
        Ok(Used {
            credential_id: key.credential_id(),
            key: key.after(&result),
            user_verified: result.user_verified(),
        })
    }
}

/// Whom the answer to a passkey ceremony names, so that the caller can look up the key.
pub fn identify(response: &str) -> Result<Identified, Refused> {
    let response: PublicKeyCredential = read(response)?;
    // Without a handle, or with one that is no id of ours, the key is none of this instance.
    let handle = response.get_user_unique_id().ok_or(Refused::UnknownKey)?;
    let user = Uuid::from_slice(handle).map_err(|_| Refused::UnknownKey)?;
    Ok(Identified { user: user.into(), credential_id: response.raw_id })
}

/// Refuses an answer from a frame in another site's page. The library does so at registrations only.
fn refuse_frames(response: &PublicKeyCredential) -> Result<(), Refused> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ClientData {
        #[serde(default)]
        cross_origin: bool,
    }
    let data: ClientData =
        serde_json::from_slice(&response.response.client_data_json).map_err(Refused::Malformed)?;
    if data.cross_origin { Err(Refused::Origin) } else { Ok(()) }
}

fn begun(options: &impl Serialize, state: &State) -> Begun {
    let options = serde_json::to_string(options).expect("options have only text keys and finite numbers");
    Begun { options, state: state.to_text() }
}

fn read<T: DeserializeOwned>(response: &str) -> Result<T, Refused> {
    serde_json::from_str(response).map_err(Refused::Malformed)
}
