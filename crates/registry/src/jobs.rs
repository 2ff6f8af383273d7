//! Background work. A job is a note that something may have to be published; what is to be done is read from the
//! database when it runs, so running one twice, late or for nothing does no harm.

use std::sync::Arc;
use std::time::Duration;

use bonded_model::Timestamp;
use bonded_model::conda_index::SubdirRow;
use bonded_model::ids::{JobId, SubdirId};
use bonded_model::job::Job;
use bonded_store::{Change, Tx};
use chrono::TimeDelta;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;

use crate::{Error, Registry};

/// Uploads publish their shard themselves; the job is there for those that could not.
const SHARDS_RETRY: TimeDelta = TimeDelta::seconds(2);
/// Uploads that come in this time share one run of the full repodata.
const GATHER: TimeDelta = TimeDelta::milliseconds(250);
/// While uploads keep coming, the full repodata rests after each writing, a second for so many bytes: what takes long
/// to write is written less often.
const BYTES_PER_SECOND: u64 = 16 << 20;
const LONGEST_REST: i64 = 60;

/// Nobody else takes a job before its lease ends.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// How long to sleep when nothing is known to be due. Wake-ups come earlier; this covers those that got lost.
const IDLE: Duration = Duration::from_secs(1);
/// How often last uses of tokens are written.
const FLUSH_USAGE: Duration = Duration::from_secs(20);
/// How often everything is checked against the database, whoever forgot to leave a note.
const SWEEP: Duration = Duration::from_secs(300);

/// What a job is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JobKind {
    /// Publish the shards of a subdir.
    Shards,
    /// Publish the full repodata of a subdir.
    Repodata,
    /// Sign the records of a subdir.
    Sign,
    /// Send a mail.
    Mail,
    /// Complete the recovery of an account whose time has come.
    Recovery,
}

bonded_model::text_enum!(JobKind {
    Shards = "conda:shards",
    Repodata = "conda:repodata",
    Sign = "conda:sign",
    Mail = "people:mail",
    Recovery = "people:recovery",
});

impl JobKind {
    /// What publishes a subdir.
    pub(crate) const PUBLICATION: [Self; 2] = [Self::Shards, Self::Repodata];
}

/// When the full repodata of a subdir is written after a change: soon, unless it was written just now.
fn repodata_due(subdir: &SubdirRow, now: Timestamp) -> Timestamp {
    let soon = now + GATHER;
    subdir.repodata.map_or(soon, |published| {
        let rest = i64::try_from(published.set.json.size / BYTES_PER_SECOND).unwrap_or(LONGEST_REST);
        soon.max(published.at + TimeDelta::seconds(rest.min(LONGEST_REST)))
    })
}

impl Registry {
    /// Works until `stop`, then finishes what it is doing. The first [`sweep`](Self::sweep) of it comes minutes after its
    /// start: what an earlier run left is for one before.
    pub async fn work(self, stop: CancellationToken) {
        let every = |period| interval_at(Instant::now() + period, period);
        let (mut flush, mut sweep) = (every(FLUSH_USAGE), every(SWEEP));
        while !stop.is_cancelled() {
            let wait = match self.run_due_job().await {
                Ok(Some(())) => continue,
                Ok(None) => self.until_next_job().await.unwrap_or(IDLE),
                Err(error) => {
                    tracing::error!(%error, "jobs cannot be taken");
                    IDLE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.jobs.notified() => {}
                () = tokio::time::sleep(wait) => {}
                _ = flush.tick() => report("last uses of tokens", self.flush_usage().await),
                _ = sweep.tick() => self.sweep().await,
            }
        }
        report("last uses of tokens", self.flush_usage().await);
    }

    /// Does whatever the database says is due, whoever forgot to leave a note. What fails is logged and tried again by the
    /// next one.
    pub async fn sweep(&self) {
        report("the renewal of trust documents", self.renew_trust().await);
        report("the publication of what is stale", self.publish_everything().await);
        report("letting go of old index files", self.release_retired().await);
        report("clearing away what is over", self.clear_away().await);
    }

    /// Signs what waits for it and publishes whatever the database says is stale.
    ///
    /// # Errors
    /// The first failure, after everything else was done.
    pub async fn publish_everything(&self) -> Result<(), Error> {
        let mut ended = self.sign_waiting().await;
        let subdirs = self.store.read().await?.all_subdirs().await?;
        for subdir in subdirs {
            let published = self.publish_subdir(&subdir).await;
            ended = ended.and(published);
        }
        ended
    }

    /// Publishes what is stale of a subdir. A part that fails does not keep the other one back. What is not stale is asked
    /// for too: so each server learns of what others could not publish, and of what they could in the end.
    async fn publish_subdir(&self, subdir: &SubdirRow) -> Result<(), Error> {
        self.renew_if_due(subdir).await?;
        let shards = self.publish_shards(subdir.id).await;
        shards.and(self.publish_repodata(subdir.id).await)
    }

    /// Runs one job that is due, if there is one.
    async fn run_due_job(&self) -> Result<Option<()>, Error> {
        let now = self.clock.now();
        // Asking costs a read; taking costs a write, which would disturb uploads.
        let due = self.store.read().await?.next_job_at().await?;
        if due.is_none_or(|due| due > now) {
            return Ok(None);
        }
        let claimed =
            self.store.write(move |tx| Box::pin(async move { tx.claim_job(now, now + LEASE).await })).await?;
        let Some(job) = claimed else { return Ok(None) };
        let result = self.run(&job).await;
        let now = self.clock.now();
        count(&job, result.is_ok());
        let job = Arc::new(job);
        let ended = match result {
            Ok(()) => self.store.write(move |tx| Box::pin(async move { tx.finish_job(&job).await })).await,
            Err(error) => {
                tracing::error!(kind = job.kind, key = job.key, attempts = job.attempts, cause = ?error, "a job failed");
                let (text, again) = (error.to_string(), now + backoff(job.attempts));
                self.store
                    .write(move |tx| Box::pin(async move { tx.retry_job(&job, again, &text).await }))
                    .await
            }
        };
        ended?;
        Ok(Some(()))
    }

    async fn run(&self, job: &Job) -> Result<(), Error> {
        let subdir = || job.key.parse::<SubdirId>().map_err(Error::internal);
        match job.kind.parse::<JobKind>().map_err(Error::internal)? {
            JobKind::Shards => self.publish_shards(subdir()?).await,
            JobKind::Repodata => self.publish_repodata(subdir()?).await,
            JobKind::Sign => self.sign_subdir(subdir()?).await,
            JobKind::Mail => self.send_mail(job.key.parse().map_err(Error::internal)?).await,
            JobKind::Recovery => self.complete_recovery(job.key.parse().map_err(Error::internal)?).await,
        }
    }

    /// Leaves notes, in the transaction of the change, that the subdir has to be published.
    pub(crate) async fn schedule_publication(
        &self,
        tx: &mut Tx,
        subdir: &SubdirRow,
        kinds: &[JobKind],
    ) -> Result<(), Error> {
        let now = self.clock.now();
        for kind in kinds {
            let due = match kind {
                JobKind::Shards => now + SHARDS_RETRY,
                JobKind::Repodata => repodata_due(subdir, now),
                JobKind::Sign | JobKind::Mail | JobKind::Recovery => now,
            };
            let id = JobId::generate(now, &self.random);
            tx.schedule(id, kind.as_str(), &subdir.id.to_string(), due).await?;
        }
        tx.announce(Change::Subdir(subdir.id));
        tx.announce(Change::Jobs);
        Ok(())
    }

    async fn until_next_job(&self) -> Option<Duration> {
        let next = self.store.read().await.ok()?.next_job_at().await.ok()??;
        Some((next - self.clock.now()).to_std().unwrap_or_default().clamp(Duration::from_millis(1), IDLE))
    }
}

/// Counts a job that was run. Its kind comes from the database, where a newer version may have written others.
fn count(job: &Job, done: bool) {
    let kind = job.kind.parse::<JobKind>().map_or("unknown", JobKind::as_str);
    let outcome = if done { "done" } else { "failed" };
    metrics::counter!("bonded_jobs_total", "kind" => kind, "outcome" => outcome).increment(1);
}

/// One second, two, four, up to five minutes.
fn backoff(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or_default();
    TimeDelta::seconds(2_i64.pow(doublings).min(300))
}

fn report(what: &str, result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::error!(cause = ?error, "{what} failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_after_a_failure_doubles_up_to_five_minutes() {
        let pauses: Vec<_> = [1, 2, 3, 9, 1_000].map(|attempts| backoff(attempts).num_seconds()).into();
        assert_eq!(pauses, [1, 2, 4, 256, 300]);
    }
}
