//! `bonded admin gc`

use bonded_registry::Registry;
use bonded_registry::gc::Collection;
use chrono::TimeDelta;
use clap::Args;
use serde_json::json;

use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Gc {
    /// Only say what would be removed.
    #[arg(long)]
    dry_run: bool,
    /// Leave younger bytes alone: an upload stores its bytes before its row.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = humantime::parse_duration)]
    min_age: std::time::Duration,
}

impl Gc {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        let collection = Collection { min_age: TimeDelta::from_std(self.min_age)?, dry_run: self.dry_run };
        let collected = registry.collect_garbage(&registry.operator()?, collection).await?;
        let shown = json!({ "blobs": collected.blobs, "bytes": collected.bytes, "dry_run": self.dry_run });
        let verb = if self.dry_run { "would remove" } else { "removed" };
        output.result(&shown, || format!("{verb} {} blobs with {} bytes", collected.blobs, collected.bytes))
    }
}
