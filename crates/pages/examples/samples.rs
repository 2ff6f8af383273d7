//! Writes every sample of every page into a directory, to be looked at with a browser over a local web server:
//! `cargo run -p bonded-pages --example samples --features samples -- DIRECTORY`.

use std::path::PathBuf;

use bonded_pages::{assets, samples};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("name a directory")?);
    std::fs::create_dir_all(directory.join("static"))?;
    for asset in [assets::stylesheet(), assets::script(), assets::icon()] {
        std::fs::write(directory.join("static").join(&asset.name), asset.body)?;
    }
    for sample in samples::all() {
        std::fs::write(directory.join(format!("{}.html", sample.name)), sample.html?)?;
    }
    Ok(())
}
