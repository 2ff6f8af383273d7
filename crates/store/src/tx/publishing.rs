//! What can be changed about issuers, trusted publishers, their tokens, and what is known of where files come from.

use bonded_model::ids::{ChannelId, FileId, IssuerId, ProjectId, PublisherId, TokenId};
use bonded_model::publishing::{Attestation, Grant, Issuer, Publisher, PublisherToken, Source};
use bonded_model::token::TokenHash;
use bonded_model::{Sha256, Timestamp};

use super::Tx;
use crate::connection::run_queries;

impl Tx {
    run_queries! {
        /// Adds an issuer. False when there is one with its URL.
        pub fn insert_issuer(issuer: &Issuer) -> bool = issuers::insert;
        /// Changes everything about an issuer but its URL and its kind. False when there is none.
        pub fn change_issuer(issuer: &Issuer) -> bool = issuers::change;
        /// Deletes an issuer with all its publishers. False when there was none.
        pub fn delete_issuer(id: IssuerId) -> bool = issuers::delete;
        /// Says that the keys of an issuer are about to be fetched. False when somebody tried since `before`.
        pub fn claim_refresh(id: IssuerId, now: Timestamp, before: Timestamp) -> bool = issuers::claim_refresh;
        /// Keeps the signing keys of an issuer, in place of those before.
        pub fn put_issuer_keys(id: IssuerId, jwks: &str, now: Timestamp) -> () = issuers::put_keys;
        /// Burns an identity token. False when it was burnt before.
        pub fn burn_identity(issuer: IssuerId, jti: &Sha256, keep_until: Timestamp) -> bool = issuers::burn;
        /// Forgets burnt identity tokens that would be refused for their age.
        pub fn delete_burnt_identities(now: Timestamp) -> u64 = issuers::delete_burnt;

        /// Adds a trusted publisher.
        pub fn insert_publisher(publisher: &Publisher) -> () = publishers::insert;
        /// Gives a publisher another configuration. False when there is none.
        pub fn set_publisher_config(id: PublisherId, config: &str, lookup: &str) -> bool = publishers::set_config;
        /// Notes the run for which a publisher got a token.
        pub fn publisher_used(id: PublisherId, now: Timestamp, source: &Source) -> () = publishers::used;
        /// Notes why an identity was refused to which this publisher is the nearest.
        pub fn publisher_refused(id: PublisherId, now: Timestamp, text: &str) -> () = publishers::refused;
        /// Makes a pending publisher one of the project that was made. False when it was not pending any more.
        pub fn fulfil_publisher(id: PublisherId, project: ProjectId) -> bool = publishers::fulfil;
        /// Notes that the registrant of a pending publisher was told that it ends soon.
        pub fn publisher_reminded(id: PublisherId, now: Timestamp) -> () = publishers::reminded;
        /// Deletes a publisher, and what its tokens may do by it. False when there was none.
        pub fn delete_publisher(id: PublisherId) -> bool = publishers::delete;
        /// Deletes all publishers of a project.
        pub fn delete_publishers_of(project: ProjectId) -> () = publishers::delete_of_project;
        /// Says whether a channel keeps the names of pending publishers free for those who registered them.
        pub fn reserve_pending(channel: ChannelId, reserve: bool) -> () = publishers::reserve_in;

        /// Adds the token of a trusted publisher, with its grants.
        pub fn insert_publisher_token(token: &PublisherToken, hash: &TokenHash) -> () = publisher_tokens::insert;
        /// Adds a grant to the token of a trusted publisher.
        pub fn insert_publisher_grant(token: TokenId, grant: &Grant) -> () = publisher_tokens::insert_grant;
        /// Takes away what tokens opened by a trusted publisher.
        pub fn delete_grants_of_publisher(id: PublisherId) -> () = publisher_tokens::delete_grants_of_publisher;
        /// Ends the token of a trusted publisher. False when there is none, or it had ended so before.
        pub fn burn_publisher_token(id: TokenId, now: Timestamp) -> bool = publisher_tokens::burn;
        /// Deletes tokens of trusted publishers that ended before a moment.
        pub fn delete_publisher_tokens(before: Timestamp) -> u64 = publisher_tokens::delete_expired;

        /// Notes the run that published a file, which is there already.
        pub fn insert_source(file: FileId, source: &Source) -> () = provenance::insert_source;
        /// Adds an attestation to a file. False when its position is taken.
        pub fn insert_attestation(attestation: &Attestation) -> bool = provenance::insert_attestation;
    }
}
