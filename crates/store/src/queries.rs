//! Everything that can be read.

mod people;
mod publishing;
mod roles;
mod trust;

use bonded_model::audit::{AuditFilter, AuditRow};
use bonded_model::conda_index::{CondaRecord, CondaSummary, KeptRecord, Shard, StaleShard, SubdirRow};
use bonded_model::counts::Counts;
use bonded_model::file::{File, PythonListing};
use bonded_model::ids::{ChannelId, GroupId, ProjectId, ReleaseId, SubdirId, TokenId, UserId};
use bonded_model::project::{
    ChannelMember, Project, ProjectListing, ProjectMember, Release, ReleaseOutline, Roles,
};
use bonded_model::token::{Token, TokenCut, TokenHash};
use bonded_model::user::{User, UserName};
use bonded_model::{Channel, Principal, Sha256, Timestamp};

use crate::StoreError;
use crate::connection::{Connection, run_queries};

/// A connection with all the reading queries; [`crate::Reader`] and [`crate::Tx`] dereference to it.
pub struct Queries {
    connection: Connection,
    failure: Option<StoreError>,
}

impl Queries {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self { connection, failure: None }
    }

    pub(crate) const fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    /// Remembers that a query failed. A transaction on PostgreSQL is void from then on, on SQLite it is not; neither
    /// may be committed, even when the work took the error for unimportant.
    pub(crate) fn note(&mut self, error: sqlx::Error) -> StoreError {
        let error = StoreError::from(error);
        self.failure.get_or_insert_with(|| error.clone());
        error
    }

    pub(crate) const fn take_failure(&mut self) -> Option<StoreError> {
        self.failure.take()
    }

    run_queries! {
        /// A setting of the instance.
        pub fn setting(key: &str) -> Option<String> = settings::get;

        /// An account.
        pub fn user(id: UserId) -> Option<User> = users::by_id;
        /// The account with this name, in any spelling.
        pub fn user_by_name(name: &UserName) -> Option<User> = users::by_name;
        /// Every account, by name.
        pub fn users() -> Vec<User> = users::all;

        /// A channel.
        pub fn channel(id: ChannelId) -> Option<Channel> = channels::by_id;
        /// The channel with this name.
        pub fn channel_by_name(name: &str) -> Option<Channel> = channels::by_name;
        /// Every channel, by name.
        pub fn channels() -> Vec<Channel> = channels::all;

        /// The members of a channel, by name.
        pub fn channel_members(channel: ChannelId) -> Vec<ChannelMember> = members::of_channel;
        /// The members of a project, by name.
        pub fn project_members(project: ProjectId) -> Vec<ProjectMember> = members::of_project;
        /// Every role of an account: the greatest of those that it has itself and those of its groups.
        pub fn roles_of(user: UserId) -> Roles = members::roles_of;

        /// A project.
        pub fn project(id: ProjectId) -> Option<Project> = projects::by_id;
        /// The project with this normalized name.
        pub fn project_by_name(channel: ChannelId, name: &str) -> Option<Project> = projects::by_name;
        /// The normalized names of the projects that have a file which is not deleted, sorted by their bytes.
        pub fn live_project_names(channel: ChannelId) -> Vec<String> = projects::live_names;

        /// The projects of a channel that are not deleted.
        pub fn project_page(channel: ChannelId, listing: &ProjectListing<'_>, limit: i64) -> Vec<Project>
            = projects::page;
        /// The projects of a channel that are not deleted, begin so, and in which a group has a role itself; by name.
        pub fn project_page_of_group(channel: ChannelId, group: GroupId, prefix: &str, limit: i64) -> Vec<Project>
            = projects::page_of_group;
        /// The projects of a channel with files that have this text in their normalized name, by name.
        pub fn projects_with(channel: ChannelId, part: &str, limit: i64) -> Vec<Project> = projects::search;

        /// A release.
        pub fn release(id: ReleaseId) -> Option<Release> = releases::by_id;
        /// The releases of a project that have files, in no particular order.
        pub fn release_outlines(project: ProjectId) -> Vec<ReleaseOutline> = releases::outlines;
        /// The releases that have files, of all projects of a channel whose names are not outside of these two.
        pub fn release_outlines_between(channel: ChannelId, first: &str, last: &str) -> Vec<ReleaseOutline>
            = releases::outlines_between;
        /// The releases of a project, in no particular order of versions.
        pub fn releases(project: ProjectId) -> Vec<Release> = releases::of_project;
        /// The release with this canonical version.
        pub fn release_by_version(project: ProjectId, version: &str) -> Option<Release> = releases::by_version;

        /// The file with this name, also when it was deleted.
        pub fn file_by_name(channel: ChannelId, name: &str) -> Option<File> = files::by_name;
        /// The files of a project that are not deleted, by name.
        pub fn files_of_project(project: ProjectId) -> Vec<File> = files::of_project;
        /// The files of a release that are not deleted, by name.
        pub fn files_of_release(release: ReleaseId) -> Vec<File> = files::of_release;
        /// To which projects a token published since then; two at most.
        pub fn projects_of_token(token: TokenId, since: Timestamp) -> Vec<ProjectId> = token_projects::published;
        /// The first project, by name, that a token published to since then, or is for, and that has a trusted publisher.
        pub fn project_with_publisher(token: TokenId, since: Timestamp) -> Option<ProjectId>
            = token_projects::with_publisher;
        /// The distributions of a project that are not deleted, by file name.
        pub fn python_files(project: ProjectId) -> Vec<PythonListing> = python_files::of_project;
        /// The distribution with this file name, also when it was deleted.
        pub fn python_file_by_name(channel: ChannelId, name: &str) -> Option<PythonListing> = python_files::by_name;
        /// Whether anything needs the blob. Deleted files do: lock files still point at them.
        pub fn is_blob_referenced(blob: &Sha256) -> bool = blobs::is_referenced;
        /// Index blobs that were replaced and need not be kept any longer at this moment.
        pub fn retired_until(at: Timestamp) -> Vec<Sha256> = blobs::retired_until;

        /// A token with its owner and the owner's roles, whatever state they are in.
        pub fn principal_by_hash(hash: &TokenHash) -> Option<Principal> = tokens::principal;
        /// A token.
        pub fn token(id: TokenId) -> Option<Token> = tokens::by_id;
        /// Every token, oldest first.
        pub fn tokens() -> Vec<Token> = tokens::all;
        /// The tokens of an account, oldest first.
        pub fn tokens_of(user: UserId) -> Vec<Token> = tokens::of_user;

        /// The tokens that work at this moment, may publish, yank or delete, and reach into the channel, whatever their owners may do.
        pub fn tokens_reaching_into(channel: ChannelId, now: Timestamp) -> Vec<Token> = tokens::reaching_into;
        /// Which tokens were cut off in a channel or its projects.
        pub fn token_cuts(channel: ChannelId) -> Vec<TokenCut> = token_cuts::of_channel;

        /// A subdir.
        pub fn subdir(id: SubdirId) -> Option<SubdirRow> = subdirs::by_id;
        /// The subdir with this name.
        pub fn subdir_by_name(channel: ChannelId, name: &str) -> Option<SubdirRow> = subdirs::by_name;
        /// The subdirs of a channel, by name.
        pub fn subdirs(channel: ChannelId) -> Vec<SubdirRow> = subdirs::of_channel;
        /// The subdirs in which a project has, or had, files.
        pub fn subdirs_of_project(project: ProjectId) -> Vec<SubdirRow> = subdirs::of_project;
        /// The records of a release that are not deleted.
        pub fn conda_records_of_release(release: ReleaseId) -> Vec<KeptRecord> = conda_files::of_release;
        /// Every subdir of every channel.
        pub fn all_subdirs() -> Vec<SubdirRow> = subdirs::all;

        /// Package names whose published shard is older than their records, longest waiting first.
        pub fn stale_shards(subdir: SubdirId, limit: i64) -> Vec<StaleShard> = shards::stale;
        /// The published shards of a subdir, by package name.
        pub fn shards(subdir: SubdirId) -> Vec<Shard> = shards::of_subdir;
        /// Whether the subdir publishes this shard, or did so not long ago.
        pub fn is_shard_of(subdir: SubdirId, shard: &Sha256) -> bool = shards::belongs;
        /// The published shard of one package name.
        pub fn shard(subdir: SubdirId, package: &str) -> Option<Shard> = shards::by_name;
        /// The records of one package name that are not deleted: `.tar.bz2` first, then by file name.
        pub fn conda_records(subdir: SubdirId, package: &str) -> Vec<CondaRecord> = conda_files::of_package;
        /// The records of a subdir that are not deleted, in the same order, behind the file name `after`.
        pub fn conda_records_after(subdir: SubdirId, after: Option<&str>, limit: i64) -> Vec<CondaRecord>
            = conda_files::after;
        /// Every version of every package in each subdir of a channel, by package name.
        pub fn conda_summaries(channel: ChannelId) -> Vec<CondaSummary> = conda_files::summaries;
        /// The names of the deleted files of a subdir, in the same order.
        pub fn removed_conda_files(subdir: SubdirId) -> Vec<String> = conda_files::removed;
        /// The names of the deleted files of one package name, in the same order.
        pub fn removed_conda_files_of(subdir: SubdirId, package: &str) -> Vec<String> = conda_files::removed_of_package;

        /// When the next job is due or the next lease ends; it may lie in the past.
        pub fn next_job_at() -> Option<Timestamp> = jobs::next_at;

        /// Rows of the audit log behind position `seq`, in order.
        pub fn audit_rows(seq: i64, limit: i64) -> Vec<AuditRow> = audit::after;
        /// The rows of the audit log that meet a filter, at most `limit`, newest first.
        pub fn audit_filtered(filter: &AuditFilter, limit: i64) -> Vec<AuditRow> = audit::filtered;
        /// Totals over everything.
        pub fn counts() -> Counts = counts::all;
    }
}
