//! Samples of pages for everybody.

use super::{HOSTILE, NONCE, Sample, administrator, sample, signed_in, stranger};
use crate::Shell;
use crate::public::{Channel, Design, Home, ProblemPage};

pub(super) fn samples() -> Vec<Sample> {
    let base_url = "https://packages.example/bonded".to_owned();
    let channel = |name: &str, python| Channel { name: name.into(), python };
    let home = Home { shell: stranger(), base_url, channels: Vec::new() };
    let channels = Home {
        shell: administrator(),
        channels: vec![channel("pypi", true), channel("main", false)],
        ..home.clone()
    };
    let bare = Shell { nonce: NONCE.into(), ..Shell::default() };
    let problem = ProblemPage { shell: bare, status: 404, title: "Not Found".into(), detail: HOSTILE.into() };
    vec![
        sample("home.empty", home),
        sample("home", channels),
        sample("problem", problem),
        sample("design", Design::new(signed_in())),
    ]
}
