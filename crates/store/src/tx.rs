//! Everything that can be changed.

mod people;
mod publishing;
mod roles;
mod trust;

use std::ops::{Deref, DerefMut};

use bonded_model::audit::{AuditEntry, AuditRow, genesis};
use bonded_model::conda_index::{NewSubdir, RepodataSet, SubdirRow};
use bonded_model::file::{CondaFile, File, PythonFile, Stored};
use bonded_model::ids::{ChannelId, FileId, JobId, ProjectId, ReleaseId, SubdirId, TokenId, UserId};
use bonded_model::job::Job;
use bonded_model::project::{Project, Release, Yank};
use bonded_model::token::{Token, TokenCut, TokenHash, TokenUse};
use bonded_model::{Channel, Lifecycle, Sha256, Timestamp};
use chrono::TimeDelta;

use crate::connection::{Connection, run_queries};
use crate::{Change, Queries, StoreError};

/// A client that holds an older shard index asks for the shards that it names; CEP 16 wants them kept for a week.
const KEEP_SHARDS: TimeDelta = TimeDelta::days(7);
/// Nothing names an older shard index or full repodata; it is kept for those who are about to read it. Each generation
/// leaves one behind, so that a longer time would cost gigabytes while a large channel is filled.
const KEEP_INDEX: TimeDelta = TimeDelta::minutes(5);

/// A write on its way: everything done through it becomes true together, or not at all.
///
/// It reads like [`Queries`], to which it dereferences. Once a query has failed, the write fails, whatever the work
/// makes of the error.
pub struct Tx {
    queries: Queries,
    changes: Vec<Change>,
    /// Position and hash of the last row of the audit log, once it was asked for.
    last_audit: Option<(i64, Sha256)>,
}

/// How far a transaction had come when a member of its group began.
pub(crate) struct Mark {
    changes: usize,
    last_audit: Option<(i64, Sha256)>,
}

impl Tx {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self { queries: Queries::new(connection), changes: Vec::new(), last_audit: None }
    }

    pub(crate) const fn mark(&self) -> Mark {
        Mark { changes: self.changes.len(), last_audit: self.last_audit }
    }

    pub(crate) fn go_back(&mut self, mark: &Mark) {
        self.changes.truncate(mark.changes);
        self.last_audit = mark.last_audit;
    }

    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    pub(crate) const fn queries_connection(&mut self) -> &mut Connection {
        self.queries.connection()
    }

    /// Runs a statement of the transaction itself, such as `COMMIT`.
    pub(crate) async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        self.queries.connection().run(statement).await
    }

    pub(crate) fn into_connection(self) -> Connection {
        self.queries.into_connection()
    }

    /// Says what the write changes. Every process hears of it once the write is committed, this one before
    /// [`crate::Store::write`] returns.
    pub fn announce(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Appends to the audit log, chained to the row before.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn audit(&mut self, entry: AuditEntry) -> Result<AuditRow, StoreError> {
        let (seq, hash) = match self.last_audit {
            Some(last) => last,
            None => self.last_audit().await?.unwrap_or((0, genesis())),
        };
        let subject = entry.event.subject();
        let row = entry.chain(seq + 1, hash);
        self.append_audit(&row).await?;
        for person in row.user.into_iter().chain(subject.filter(|subject| row.user != Some(*subject))) {
            self.insert_audit_person(person, row.seq).await?;
        }
        self.last_audit = Some((row.seq, row.hash));
        Ok(row)
    }

    /// The subdir with this name; made now unless it is there already.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn ensure_subdir(&mut self, new: &NewSubdir) -> Result<SubdirRow, StoreError> {
        self.insert_subdir(new).await?;
        let row = self.subdir_by_name(new.channel, &new.name).await?;
        row.ok_or_else(|| self.note(sqlx::Error::RowNotFound))
    }

    /// Notes that the records of a package name changed: the subdir's serial grows, and the name's shard is stale
    /// until [`Tx::set_shard`] brings one with the new serial, which is returned.
    ///
    /// # Errors
    /// When there is no such subdir, or the database cannot be reached or fails.
    pub async fn change_shard(&mut self, subdir: SubdirId, package: &str) -> Result<i64, StoreError> {
        let serial = self.bump_subdir(subdir).await?;
        self.put_changed(subdir, package, serial).await?;
        Ok(serial)
    }

    /// Replaces the record of a conda package, and keeps or drops the original one. Its signatures are gone with that: they
    /// are not of the new record.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn set_conda_record(
        &mut self,
        file: FileId,
        record: &str,
        original: Option<&str>,
    ) -> Result<(), StoreError> {
        self.put_conda_record(file, record, original).await?;
        self.delete_signatures_of(file).await
    }

    /// Notes that what is published of every record changes: the subdir's serial grows, and all its shards are stale.
    ///
    /// # Errors
    /// When there is no such subdir, or the database cannot be reached or fails.
    pub async fn change_all_shards(&mut self, subdir: SubdirId) -> Result<i64, StoreError> {
        let serial = self.bump_subdir(subdir).await?;
        self.put_all_changed(subdir, serial).await?;
        Ok(serial)
    }

    /// Publishes the shard of a package name as it was at `serial`; `None` when the name has no records left. The
    /// shard that it replaces is retired. False when one that is as new is published already.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn set_shard(
        &mut self,
        subdir: SubdirId,
        package: &str,
        serial: i64,
        blob: Option<&Stored>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let before = self.shard(subdir, package).await?.map(|shard| shard.blob);
        let done = self.put_shard(subdir, package, serial, blob).await?;
        if let Some(old) = before.filter(|old| done && Some(old) != blob) {
            self.retire_index(subdir, &old.sha256, at + KEEP_SHARDS).await?;
        }
        Ok(done)
    }

    /// Publishes a shard index that was made at `serial`. The one that it replaces is retired. False when one that is
    /// as new is published already.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn publish_shard_index(
        &mut self,
        subdir: SubdirId,
        serial: i64,
        index: &Stored,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let before = self.subdir(subdir).await?.and_then(|row| row.shards);
        let done = self.put_shard_index(subdir, serial, index, at).await?;
        if let Some(old) = before.filter(|old| done && old.index != *index) {
            self.retire_index(subdir, &old.index.sha256, at + KEEP_INDEX).await?;
        }
        Ok(done)
    }

    /// Publishes the full repodata that was made at `serial`, all files together. Those that it replaces are retired.
    /// False when one that is as new is published already.
    ///
    /// # Errors
    /// When the database cannot be reached or fails.
    pub async fn publish_repodata(
        &mut self,
        subdir: SubdirId,
        serial: i64,
        set: &RepodataSet,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let before = self.subdir(subdir).await?.and_then(|row| row.repodata);
        let done = self.put_repodata(subdir, serial, set, at).await?;
        let Some(old) = before.filter(|_| done).map(|old| old.set) else { return Ok(done) };
        let kept = [set.json, set.zst, set.run_exports_json, set.run_exports_zst];
        for blob in [old.json, old.zst, old.run_exports_json, old.run_exports_zst] {
            if !kept.contains(&blob) {
                self.retire_index(subdir, &blob.sha256, at + KEEP_INDEX).await?;
            }
        }
        Ok(done)
    }

    run_queries! {
        /// Sets a setting of the instance.
        pub fn put_setting(key: &str, value: &str) -> () = settings::put;
        /// Makes a channel. False when its name is taken.
        pub fn insert_channel(channel: &Channel) -> bool = channels::insert;

        /// Makes a project. False when its name is taken.
        pub fn insert_project(project: &Project) -> bool = projects::insert;
        /// Counts a change of what the project's pages show; gives the new serial.
        pub fn bump_serial(project: ProjectId) -> i64 = projects::bump_serial;

        /// Changes where a project stands in its life.
        pub fn set_lifecycle(project: ProjectId, lifecycle: &Lifecycle) -> () = projects::set_lifecycle;
        /// Marks a project as deleted, or as there again.
        pub fn set_project_deleted(project: ProjectId, at: Option<Timestamp>) -> () = projects::set_deleted;
        /// Takes every account and every group out of a project.
        pub fn remove_project_members(project: ProjectId) -> () = members::remove_all_from_project;

        /// Makes a release. False when there is one of this version.
        pub fn insert_release(release: &Release) -> bool = releases::insert;
        /// Begins a release anew all of whose files were deleted. False when it has any.
        pub fn renew_release(release: ReleaseId, metadata: &str, at: Timestamp) -> bool = releases::renew;
        /// Yanks a release, or takes that back.
        pub fn set_yank(release: ReleaseId, yank: Option<&Yank>) -> () = releases::set_yank;

        /// Adds a distribution. False when its name was ever taken in the channel.
        pub fn insert_python_file(file: &File, python: &PythonFile) -> bool = python_files::insert;
        /// Adds a conda package. False when its name was ever taken in the channel.
        pub fn insert_conda_file(file: &File, conda: &CondaFile) -> bool = conda_files::insert;
        /// Writes what a conda package says of itself, in place of what stands there.
        pub fn put_conda_file(file: FileId, conda: &CondaFile) -> () = conda_files::put;
        /// Takes a file out of the index for good. False when it was deleted already.
        pub fn delete_file(file: FileId, at: Timestamp) -> bool = files::delete;

        /// Adds a token with its scope. False when its owner has one of this name.
        pub fn insert_token(token: &Token, hash: &TokenHash) -> bool = tokens::insert;
        /// Revokes a token. False when it was revoked already.
        pub fn revoke_token(token: TokenId, at: Timestamp) -> bool = tokens::revoke;
        /// Revokes what a token minted, oldest first. What was revoked already is not among them.
        pub fn revoke_minted_tokens(minter: TokenId, at: Timestamp) -> Vec<TokenId> = tokens::revoke_minted;
        /// Gives a token, as it was read, a new secret from its minter, and perhaps another end; the secret until now works on for a
        /// while. False when it got one meanwhile, or was revoked.
        pub fn rotate_token(token: &Token, hash: &TokenHash, previous_until: Timestamp, at: Timestamp) -> bool
            = tokens::rotate;
        /// Changes verbs, scope, networks and end of a token. False when it was revoked.
        pub fn change_token(token: &Token) -> bool = tokens::change;
        /// Notes that a token was seen where it leaks. False when that is known already.
        pub fn leak_token(token: TokenId, at: Timestamp) -> bool = tokens::leak;
        /// Cuts a token off. False when it is cut off there already.
        pub fn cut_token(cut: &TokenCut) -> bool = token_cuts::insert;
        /// Takes a cut back. False when there is none.
        pub fn restore_token(token: TokenId, channel: ChannelId, project: Option<ProjectId>) -> bool
            = token_cuts::delete;
        /// Takes back every cut of tokens from the project alone.
        pub fn delete_token_cuts_of(project: ProjectId) -> () = token_cuts::delete_of_project;
        /// Takes the project out of the scope of every token.
        pub fn delete_token_scopes_of(project: ProjectId) -> () = token_scopes::delete_of_project;
        /// Cuts a new token off wherever another one is.
        pub fn copy_token_cuts(from: TokenId, to: TokenId) -> () = token_cuts::copy;
        /// Notes when and where tokens were last used.
        pub fn touch_tokens(uses: &[TokenUse]) -> () = tokens::touch;

        /// Notes that an index blob was replaced, and until when it is still served.
        pub fn retire_index(subdir: SubdirId, blob: &Sha256, keep_until: Timestamp) -> () = blobs::retire;
        /// Lets go of a replaced index blob, unless it has to be kept beyond this moment.
        pub fn forget_retired(blob: &Sha256, at: Timestamp) -> () = blobs::forget_retired;

        /// Schedules a job. If there is one of this kind and key, it is made earlier, never later; if it is running, it
        /// runs once more.
        pub fn schedule(id: JobId, kind: &str, key: &str, run_at: Timestamp) -> () = jobs::schedule;
        /// Takes a job that is due, or whose lease has ended, for as long as `lease_until`.
        pub fn claim_job(now: Timestamp, lease_until: Timestamp) -> Option<Job> = jobs::claim;
        /// Gives a job back as done. False when the lease had ended and somebody else took it.
        pub fn finish_job(job: &Job) -> bool = jobs::finish;
        /// Gives a job back as failed, to be run again. False when the lease had ended and somebody else took it.
        pub fn retry_job(job: &Job, run_at: Timestamp, error: &str) -> bool = jobs::retry;

        // A step of [`Tx::audit`].
        fn last_audit() -> Option<(i64, Sha256)> = audit::last;
        // A step of [`Tx::audit`].
        fn append_audit(row: &AuditRow) -> () = audit::append;
        // A step of [`Tx::audit`].
        fn insert_audit_person(user: UserId, seq: i64) -> () = audit_people::insert;
        // A step of [`Tx::ensure_subdir`].
        fn insert_subdir(new: &NewSubdir) -> () = subdirs::ensure;
        // A step of [`Tx::set_conda_record`].
        fn put_conda_record(file: FileId, record: &str, original: Option<&str>) -> () = conda_files::set_record;
        // A step of [`Tx::set_conda_record`].
        fn delete_signatures_of(file: FileId) -> () = signatures::delete_of_file;
        // A step of [`Tx::change_shard`].
        fn bump_subdir(subdir: SubdirId) -> i64 = subdirs::bump_serial;
        // A step of [`Tx::change_shard`].
        fn put_changed(subdir: SubdirId, package: &str, serial: i64) -> () = shards::change;
        // A step of [`Tx::change_all_shards`].
        fn put_all_changed(subdir: SubdirId, serial: i64) -> () = shards::change_all;
        // A step of [`Tx::set_shard`].
        fn put_shard(subdir: SubdirId, package: &str, serial: i64, blob: Option<&Stored>) -> bool = shards::set;
        // A step of [`Tx::publish_shard_index`].
        fn put_shard_index(subdir: SubdirId, serial: i64, index: &Stored, at: Timestamp) -> bool
            = subdirs::publish_shard_index;
        // A step of [`Tx::publish_repodata`].
        fn put_repodata(subdir: SubdirId, serial: i64, set: &RepodataSet, at: Timestamp) -> bool
            = subdirs::publish_repodata;
    }
}

impl Deref for Tx {
    type Target = Queries;

    fn deref(&self) -> &Queries {
        &self.queries
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Queries {
        &mut self.queries
    }
}
