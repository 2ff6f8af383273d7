//! Samples of pages for everybody.

use super::{HOSTILE, NONCE, Sample, administrator, hours, sample, signed_in, stranger};
use crate::Shell;
use crate::public::{Channel, Design, Home, Mine, OwnPlace, ProblemPage, Waiting};

pub(super) fn samples() -> Vec<Sample> {
    let base_url = "https://packages.example/bonded".to_owned();
    let channel = |name: &str, python| Channel { name: name.into(), python };
    let home = Home { shell: stranger(), base_url, channels: Vec::new(), mine: None };
    let channels = Home {
        shell: administrator(),
        channels: vec![channel("pypi", true), channel("main", false)],
        ..home.clone()
    };
    let place =
        |name: &str| OwnPlace { path: "/projects/pypi/acme".into(), name: name.into(), role: "owner".into() };
    let own = Home {
        mine: Some(Mine {
            invitations: vec![Waiting {
                id: "0199".into(),
                by: HOSTILE.into(),
                offer: HOSTILE.into(),
                expires_at: hours(72),
            }],
            projects: vec![place("pypi/acme"), place(HOSTILE)],
            groups: vec![place(HOSTILE)],
        }),
        ..channels.clone()
    };
    let idle = Home { mine: Some(Mine::default()), ..channels.clone() };
    let bare = Shell { nonce: NONCE.into(), ..Shell::default() };
    let problem = ProblemPage { shell: bare, status: 404, title: "Not Found".into(), detail: HOSTILE.into() };
    vec![
        sample("home.empty", home),
        sample("home", channels),
        sample("home.own", own),
        sample("home.idle", idle),
        sample("problem", problem),
        sample("design", Design::new(signed_in())),
    ]
}
