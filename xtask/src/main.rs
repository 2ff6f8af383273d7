//! The habits of the house as commands: `cargo xtask --help`.

mod bench;
mod prepare;
mod test;

use anyhow::Result;
use clap::Parser;

/// The habits of the house.
#[derive(Parser)]
enum Xtask {
    /// Measure speed and memory beside nginx with the same bytes; on an otherwise idle machine.
    Bench(bench::Bench),
    /// Renew what builds without a database know of the queries; after each change of a query or a migration.
    Prepare(prepare::Prepare),
    /// Run every test; starts and stops the services that they need.
    Test(test::Test),
}

fn main() -> Result<()> {
    match Xtask::parse() {
        Xtask::Bench(args) => bench::bench(&args),
        Xtask::Prepare(args) => prepare::prepare(&args),
        Xtask::Test(args) => test::test(&args),
    }
}
