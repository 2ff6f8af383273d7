//! Somebody's machine.

use std::path::{Path, PathBuf};

use bonded_client::archives::Progress;
use bonded_client::install::{Untrusted, install};
use bonded_client::plan::{Plan, Wanted, plan};
use bonded_client::tokens::{self, choose_root};
use bonded_client::web::Web;
use bonded_client::{Environment, channel::ChannelRef};
use bonded_model::Timestamp;
use rattler_conda_types::Subdir;
use tempfile::TempDir;

use crate::keys::now;
use crate::registry::Registry;

pub(crate) struct Machine {
    pub(crate) environment: Environment,
    pub(crate) now: Timestamp,
    home: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment {
            home: home.path().to_owned(),
            config: home.path().join("config"),
            cache: home.path().join("cache"),
            rattler_auth_file: None,
            binstar_config: None,
            condarc: None,
            conda_root: None,
            conda_prefix: None,
            conda_packages: Vec::new(),
        };
        Self { environment, now: now(), home }
    }

    /// One that trusts the registry's present root.
    pub(crate) async fn that_trusts(registry: &Registry) -> Self {
        let machine = Self::new();
        machine.trust(registry).await;
        machine
    }

    pub(crate) async fn trust(&self, registry: &Registry) {
        self.tries_to_trust(registry).await.unwrap();
    }

    pub(crate) async fn tries_to_trust(&self, registry: &Registry) -> Result<(), String> {
        let channel = registry.channel();
        let root = choose_root(&self.web(&channel), &channel, None, |_| true).await.unwrap();
        let trusted = tokens::trust(&self.environment, &channel.server(), &root, None, self.now);
        trusted.map(|_| ()).map_err(|error| error.to_string())
    }

    pub(crate) fn web(&self, channel: &ChannelRef) -> Web {
        Web::new(&self.environment, std::slice::from_ref(channel)).unwrap()
    }

    pub(crate) fn prefix(&self) -> PathBuf {
        self.home.path().join("env")
    }

    pub(crate) async fn plan(&self, registry: &Registry, specs: &[&str]) -> Result<Plan, String> {
        let channel = registry.channel();
        let wanted = Wanted {
            specs: specs.iter().map(|spec| (*spec).to_owned()).collect(),
            channels: vec![channel.clone()],
            prefix: self.prefix(),
            platform: Subdir::Linux64,
        };
        plan(&self.environment, &self.web(&channel), wanted, self.now)
            .await
            .map_err(|error| error.to_string())
    }

    pub(crate) async fn install_with(
        &self,
        registry: &Registry,
        spec: &str,
        untrusted: Untrusted,
    ) -> Result<(), String> {
        let plan = self.plan(registry, &[spec]).await?;
        let reasons: Vec<String> = plan.untrusted().map(|(_, reason)| reason.to_owned()).collect();
        let web = self.web(&registry.channel());
        let result = install(&self.environment, &web, &plan, untrusted, &Progress::hidden()).await;
        result.map_err(|error| format!("{error}: {}", reasons.join("; ")))
    }

    pub(crate) async fn install(&self, registry: &Registry, spec: &str) -> Result<(), String> {
        self.install_with(registry, spec, Untrusted::Stop).await
    }

    /// Installing is refused for a reason that says this, and nothing at all is in the environment.
    pub(crate) async fn refuses(&self, registry: &Registry, spec: &str, why: &str) {
        let refused = self.install(registry, spec).await.expect_err("it is refused");
        assert!(refused.contains(why), "{refused}");
        assert!(self.linked().is_empty(), "nothing is linked");
    }

    /// Everything in the environment.
    pub(crate) fn linked(&self) -> Vec<PathBuf> {
        fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.prefix(), &mut found);
        found
    }

    pub(crate) fn content(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.prefix().join(path)).ok()
    }
}
