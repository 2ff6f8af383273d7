//! What can be read of issuers, trusted publishers, their tokens, and of where files come from.

use bonded_model::ids::{
    ChannelId, FileId, GroupId, IssuerId, ProjectId, PublisherId, ReleaseId, TokenId, UserId,
};
use bonded_model::publishing::{Attestation, FileSource, Issuer, IssuerKeys, Publisher, PublisherToken};
use bonded_model::token::TokenHash;
use bonded_model::{Sha256, Timestamp};

use super::Queries;
use crate::connection::run_queries;

impl Queries {
    run_queries! {
        /// Every issuer, by kind and name.
        pub fn issuers() -> Vec<Issuer> = issuers::all;
        /// An issuer.
        pub fn issuer(id: IssuerId) -> Option<Issuer> = issuers::by_id;
        /// The issuer with exactly this URL.
        pub fn issuer_by_url(url: &str) -> Option<Issuer> = issuers::by_url;
        /// The signing keys of an issuer. `None` when there is no such issuer.
        pub fn issuer_keys(id: IssuerId) -> Option<IssuerKeys> = issuers::keys;

        /// A trusted publisher.
        pub fn publisher(id: PublisherId) -> Option<Publisher> = publishers::by_id;
        /// The publishers of an issuer that are found by this text, oldest first.
        pub fn publishers_by_lookup(issuer: IssuerId, lookup: &str) -> Vec<Publisher> = publishers::by_lookup;
        /// The publishers of an issuer that are found by texts from one to below another; at most 20.
        pub fn publishers_by_lookup_range(issuer: IssuerId, from: &str, to: &str) -> Vec<Publisher>
            = publishers::by_lookup_range;
        /// The publishers of one project, oldest first.
        pub fn publishers_of_project(project: ProjectId) -> Vec<Publisher> = publishers::of_project;
        /// The publishers of a channel that are for a prefix or pending, oldest first.
        pub fn publishers_of_channel(channel: ChannelId) -> Vec<Publisher> = publishers::of_channel;
        /// The publishers of a group, oldest first.
        pub fn publishers_of_group(group: GroupId) -> Vec<Publisher> = publishers::of_group;
        /// The pending publishers that an account registered, oldest first.
        pub fn publishers_of_registrant(user: UserId) -> Vec<Publisher> = publishers::of_registrant;
        /// The pending publishers of a channel, oldest first.
        pub fn pending_publishers_in(channel: ChannelId) -> Vec<Publisher> = publishers::pending_in;
        /// Pending publishers whose time is over; at most 100.
        pub fn expired_publishers(now: Timestamp) -> Vec<Publisher> = publishers::expired;
        /// Pending publishers that end before a moment, and whose registrant was not told; at most 100.
        pub fn expiring_publishers(before: Timestamp) -> Vec<Publisher> = publishers::expiring;
        /// The publishers of an issuer, oldest first; at most 100.
        pub fn publishers_of_issuer(issuer: IssuerId) -> Vec<Publisher> = publishers::of_issuer;
        /// How many publishers an issuer has.
        pub fn publisher_count_of_issuer(issuer: IssuerId) -> i64 = publishers::count_of_issuer;
        /// Whether a channel keeps the names of pending publishers free for those who registered them.
        pub fn reserves_pending(channel: ChannelId) -> bool = publishers::are_reserved_in;

        /// The token of a trusted publisher with this secret, however old.
        pub fn publisher_token_by_hash(hash: &TokenHash) -> Option<PublisherToken> = publisher_tokens::by_hash;
        /// The token of a trusted publisher, however old.
        pub fn publisher_token(id: TokenId) -> Option<PublisherToken> = publisher_tokens::by_id;

        /// Where every file of a project that is in the index comes from, oldest first.
        pub fn sources_of_project(project: ProjectId) -> Vec<FileSource> = provenance::of_project;
        /// Where every file of a release that is in the index comes from, oldest first.
        pub fn sources_of_release(release: ReleaseId) -> Vec<FileSource> = provenance::of_release;
        /// Whether the source of any file of a project was ever known.
        pub fn has_sources(project: ProjectId) -> bool = provenance::is_known_of;
        /// The newest release of a project, before another one that was made then, with a file whose source is known.
        pub fn release_with_source_before(project: ProjectId, created_at: Timestamp, release: ReleaseId)
            -> Option<ReleaseId> = provenance::release_with_source_before;
        /// The attestations of a file, in the order in which they came.
        pub fn attestations_of(file: FileId) -> Vec<Attestation> = provenance::attestations_of;
        /// The digest of all attestations of a file, which stands with the last one.
        pub fn last_attestation(file: FileId) -> Option<Sha256> = provenance::last_attestation;
    }
}
