//! The channels of one command: what they offer, and what can be trusted of it.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::Timestamp;
use chrono::Duration;
use rattler_conda_types::{RepoDataRecord, Subdir};
use rattler_repodata_gateway::Source;
use url::Url;

use super::PlanError;
use crate::Environment;
use crate::channel::ChannelRef;
use crate::index::{Entry, SignedSource};
use crate::trust::{Trust, Verdict};
use crate::web::Web;

/// From this age on, an index may be one that somebody holds back.
const STALE_AFTER_DAYS: i64 = 30;

pub(super) struct Candidates {
    pub(super) web: Web,
    channels: Vec<Candidate>,
}

struct Candidate {
    channel: ChannelRef,
    trust: Arc<Trust>,
    /// For channels that are, or should be, signed.
    source: Option<Arc<SignedSource>>,
}

impl Candidates {
    /// Finds out which channels are signed, and reads the indexes of those.
    pub(super) async fn open(
        environment: &Environment,
        web: &Web,
        channels: &[ChannelRef],
        platform: Subdir,
        now: Timestamp,
    ) -> Result<Self, PlanError> {
        let mut servers: HashMap<Url, Arc<Trust>> = HashMap::new();
        let mut candidates = Vec::new();
        for channel in channels {
            let trust = match servers.get(&channel.server()) {
                Some(trust) => Arc::clone(trust),
                None => Arc::new(Trust::of(web, environment, channel, now).await?),
            };
            servers.insert(channel.server(), Arc::clone(&trust));
            let source = match *trust {
                Trust::Unsigned => None,
                Trust::Signed(_) | Trust::Broken(_) => {
                    Some(Arc::new(SignedSource::load(web, channel, &subdirs(platform)).await?))
                }
            };
            candidates.push(Candidate { channel: channel.clone(), trust, source });
        }
        Ok(Self { web: web.clone(), channels: candidates })
    }

    /// What the solver asks.
    pub(super) fn sources(&self) -> Vec<Source> {
        let source = |candidate: &Candidate| match &candidate.source {
            Some(source) => Source::Custom(Arc::clone(source) as _),
            None => Source::Channel(candidate.channel.to_rattler()),
        };
        self.channels.iter().map(source).collect()
    }

    /// What is to be said of a record that the solver chose. One that is installed already comes back as its channel
    /// has it now.
    pub(super) fn judge(
        &self,
        record: RepoDataRecord,
        installed: &[RepoDataRecord],
    ) -> (RepoDataRecord, Verdict) {
        let record = match self.signed().find_map(|(_, source)| source.known(&record.url)) {
            Some(known) if installed.contains(&record) && is_same_archive(&known, &record) => known,
            _ => record,
        };
        let of_channel = |candidate: &&Candidate| {
            let url = candidate.channel.text();
            record.channel.as_deref().is_some_and(|channel| channel.trim_end_matches('/') == url)
        };
        let failed = |reason: &str| Verdict::Failed { reason: reason.to_owned() };
        let verdict = match self.channels.iter().find(of_channel) {
            None => failed("its channel is not one of this command"),
            Some(Candidate { source: None, .. }) => Verdict::Unsigned,
            Some(Candidate { source: Some(source), trust, .. }) => match source.entry(&record) {
                Some((subdir, entry)) => trust.judge(&subdir, &entry),
                None => failed("its record is not the one that the channel has"),
            },
        };
        (record, verdict)
    }

    /// What is to be known of the channels, and stops nothing.
    pub(super) fn warnings(&self, now: Timestamp) -> Vec<String> {
        let mut warnings = Vec::new();
        for (candidate, source) in self.signed() {
            let trust = &candidate.trust;
            let is_trusted =
                |subdir: &str, entry: &Entry| matches!(trust.judge(subdir, entry), Verdict::Trusted { .. });
            let ages = source.ages(is_trusted);
            warnings.extend(ages.filter_map(|(subdir, made_at)| candidate.told_of_age(subdir, made_at, now)));
        }
        let expiring = self.channels.iter().filter_map(|candidate| match &*candidate.trust {
            Trust::Signed(signers) => signers.expires_soon(now),
            _ => None,
        });
        warnings.extend(expiring);
        warnings.sort();
        warnings.dedup();
        warnings
    }

    fn signed(&self) -> impl Iterator<Item = (&Candidate, &SignedSource)> {
        self.channels.iter().filter_map(|candidate| Some((candidate, candidate.source.as_deref()?)))
    }
}

impl Candidate {
    /// What is to be said of an index's age. What cannot be trusted at all is told of elsewhere.
    fn told_of_age(&self, subdir: &str, made_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
        let place = format!("{}/{subdir}", self.channel);
        let Some(made_at) = made_at else {
            let is_signed = matches!(*self.trust, Trust::Signed(_));
            return is_signed.then(|| {
                format!(
                    "the index of {place} does not say when it was made: nobody would notice if newer packages were \
                     withheld"
                )
            });
        };
        let age = now - made_at;
        (age > Duration::days(STALE_AFTER_DAYS)).then(|| {
            format!(
                "the index of {place} was made {} days ago, on {}: if there are newer packages, somebody withholds them",
                age.num_days(),
                made_at.format("%Y-%m-%d"),
            )
        })
    }
}

/// The subdirs that an environment of a platform takes packages from.
pub(super) fn subdirs(platform: Subdir) -> Vec<Subdir> {
    if platform == Subdir::NoArch { vec![Subdir::NoArch] } else { vec![platform, Subdir::NoArch] }
}

fn is_same_archive(a: &RepoDataRecord, b: &RepoDataRecord) -> bool {
    a.package_record.sha256.is_some() && a.package_record.sha256 == b.package_record.sha256
}
