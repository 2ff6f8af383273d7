//! The habits of the house as commands: `cargo xtask --help`.

mod test;

use anyhow::Result;
use clap::Parser;

/// The habits of the house.
#[derive(Parser)]
enum Xtask {
    /// Run every test; starts and stops the services that they need.
    Test(test::Test),
}

fn main() -> Result<()> {
    match Xtask::parse() {
        Xtask::Test(args) => test::test(&args),
    }
}
