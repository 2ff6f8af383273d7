//! What can be read of signed conda channels.

use bonded_model::ids::{ChannelId, FileId, ProjectId, SubdirId};
use bonded_model::trust::{
    FileSignature, FileSigner, KeyBytes, PackageManagerKey, PublisherKey, PublisherKeyView, RecordSigner,
    SigningProgress, TrustKeyManager, TrustRoot, UnsignedRecord,
};

use super::Queries;
use crate::connection::run_queries;

impl Queries {
    run_queries! {
        /// Every root document, by version.
        pub fn trust_roots() -> Vec<TrustRoot> = trust::roots;
        /// The newest key manager document.
        pub fn trust_key_manager() -> Option<TrustKeyManager> = trust::key_manager;
        /// The server's own keys that sign records: the present one, then those that are being replaced.
        pub fn package_manager_keys() -> Vec<PackageManagerKey> = trust::package_manager_keys;
        /// The publishers' keys of all channels, by channel and name.
        pub fn publisher_keys() -> Vec<PublisherKey> = trust::publisher_keys;
        /// The publishers' keys of a channel, by name, as people see them.
        pub fn publisher_key_views(channel: ChannelId) -> Vec<PublisherKeyView> = trust::publisher_key_views;

        /// The signatures of one package name's records that are not deleted: `.tar.bz2` first, then by file name.
        pub fn signatures_of(subdir: SubdirId, package: &str) -> Vec<FileSignature> = signatures::of_package;
        /// The signatures of a subdir's records that are not deleted, in the same order, of the files behind `after`, up
        /// to and with `last`.
        pub fn signatures_between(subdir: SubdirId, after: Option<&str>, last: &str) -> Vec<FileSignature>
            = signatures::between;
        /// The same, also over records of projects in quarantine.
        pub fn all_signatures_between(subdir: SubdirId, after: Option<&str>, last: &str) -> Vec<FileSignature>
            = signatures::all_between;
        /// The signatures of a file's record.
        pub fn signatures_of_file(file: FileId) -> Vec<FileSignature> = signatures::of_file;
        /// The records of a subdir that are not deleted and lack the key's signature, in the same order.
        pub fn unsigned_records(subdir: SubdirId, key: &KeyBytes, after: Option<&str>, limit: i64) -> Vec<UnsignedRecord>
            = signatures::unsigned;
        /// A file's record, as it is to be signed.
        pub fn unsigned_record(file: FileId) -> Option<UnsignedRecord> = signatures::unsigned_by_id;
        /// How many records of a subdir are not deleted and lack the key's signature.
        pub fn count_unsigned(subdir: SubdirId, key: &KeyBytes) -> i64 = signatures::count_unsigned;
        /// How many records of a channel have this publisher's signature, and none by another of its publishers' keys.
        pub fn count_depending(channel: ChannelId, key: &KeyBytes) -> i64 = signatures::count_depending;
        /// How many records of a channel have no signature by any of its publishers' keys.
        pub fn count_without_publisher(channel: ChannelId) -> i64 = signatures::count_without_publisher;
        /// Whose signatures a file's record has, whether a publisher made them, and when.
        pub fn signers_of(file: FileId) -> Vec<RecordSigner> = signatures::signers;
        /// The same for every file of a project that is not deleted, by when they were signed.
        pub fn signers_of_project(project: ProjectId) -> Vec<FileSigner> = signatures::signers_of_project;
        /// How far the signing of a channel's records with the key has come.
        pub fn signing_progress(channel: ChannelId, key: &KeyBytes) -> SigningProgress = signatures::progress;
    }
}
