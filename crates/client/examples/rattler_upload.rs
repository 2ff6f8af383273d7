//! `rattler upload`, from rattler's own library: the tests publish with it as users do with rattler and pixi, of which no
//! binary is in a package index.

use std::io::Write as _;

use clap::Parser as _;
use rattler_upload::upload::opt::UploadOpts;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return std::process::ExitCode::FAILURE;
    }
    // Why an exchange failed is told as a warning only, before a key is looked for.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    match rattler_upload::upload_from_args(UploadOpts::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The report of miette, as rattler prints it.
            let _ = writeln!(std::io::stderr(), "{error:?}");
            std::process::ExitCode::FAILURE
        }
    }
}
